"""Opening a PDF, or saying truly why it cannot be opened and what helps."""

import re
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.errors import UnreadableFile

HEAD = 1024  # bytes: a PDF may have so many of something else before it
TAIL = 65_536
_OTHERS = (
    (re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|body)", re.I | re.S), ".html"),
    (re.compile(rb"PK\x03\x04"), ".docx, .odt or .pptx"),
    (re.compile(rb"\{\\rtf"), ".rtf"),
    (re.compile(rb"%!PS"), ".ps"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), ".doc, .xls or .ppt"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"), ".png, .jpg, .gif or .tif"),
)
_READ = (".html", ".docx, .odt or .pptx")
_LENGTH = re.compile(rb"/Linearized\b[^>]*?/L\s+(\d+)")
_OBJECT = re.compile(rb"\d+\s+\d+\s+obj\b")


def opened(path: Path) -> pdfium.PdfDocument:
    """The document, with its form if it has one. Raises UnreadableFile."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(HEAD)
        stream.seek(max(0, size - TAIL))
        tail = stream.read()
    if b"%PDF-" not in head:
        raise UnreadableFile(_not_a_pdf(head))
    declared = _LENGTH.search(head)
    end = tail.rfind(b"%%EOF")
    if end < 0 or _OBJECT.search(tail, end) or (declared and size < int(declared.group(1))):
        raise UnreadableFile("cut off: its end is missing. Take a whole copy of it")
    try:
        document = pdfium.PdfDocument(path)
        document.init_forms()
    except pdfium.PdfiumError as exc:
        raise UnreadableFile(_why(exc)) from exc
    return document


def _not_a_pdf(head: bytes) -> str:
    for pattern, endings in _OTHERS:
        if pattern.match(head.lstrip(b"\xef\xbb\xbf")):
            what = f"not a PDF file: it looks like {endings}"
            if endings in _READ:
                return f"{what}. Give it that ending"
            return f"{what}. Open it with its own program and save it as PDF"
    return "not a PDF file: nothing in it says so. Save it as PDF with the program that made it"


def _why(exc: pdfium.PdfiumError) -> str:
    code = getattr(exc, "err_code", None)
    if code == raw.FPDF_ERR_PASSWORD:
        return (
            "protected by a password. Save it without one: open it with the password, print to PDF"
        )
    if code == raw.FPDF_ERR_SECURITY:
        return (
            "protected in a way that only its own program can open (a certificate or rights "
            "management). Ask whoever made it for a copy without protection"
        )
    return f"damaged ({exc}). Open it in a viewer and print it to a new PDF, or take a whole copy"
