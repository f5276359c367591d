"""Office files are ZIP archives of XML: checked before they are unpacked, parsed without trust."""

import re
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

from lxml import etree

from ingest.errors import UnreadableFile

MOST_MEMBERS = 10_000
MOST_UNPACKED = 600_000_000
MOST_XML = 100_000_000
MOST_RATIO = 200  # real documents stay under 30; a bomb reaches 1,000
SMALL = 5_000_000  # below this no ratio is dangerous
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD = "protected by a password, or of an old kind. Save it without, in today's format"
_LOOKED_AT = 4_000_000
_OLD_KINDS = (
    ("EncryptedPackage", "protected by a password. Save it without one"),
    ("WordDocument", "a Word document of the old kind (.doc). Save it as .docx"),
    ("PowerPoint Document", "a presentation of the old kind (.ppt). Save it as .pptx"),
    ("Workbook", "an Excel workbook of the old kind (.xls). Save it as .xlsx"),
)
_OTHERS = (
    (b"%pdf-", "a PDF", "Rename it: its end is .pdf"),
    (b"{\\rtf", "an RTF file", "Save it as .docx from its program"),
    (b"<!doctype html", "a web page", "Rename it: its end is .html"),
    (b"<html", "a web page", "Rename it: its end is .html"),
    (b"<?xml", "an XML file", "Save it as .docx, .odt or .pptx from its program"),
    (b"mime-version:", "a web archive (MHTML)", "Save it as .docx from its program"),
)
_DECLARES = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")


def check_archive(source: Path | BytesIO, wanted: str) -> None:
    """Refuse an archive that is damaged, a bomb, encrypted, or lacks the member `wanted`.

    The sizes it declares are the most that Python's zipfile unpacks of each member, so that their
    sum is a limit and not a promise. Raises UnreadableFile.
    """
    size = len(source.getbuffer()) if isinstance(source, BytesIO) else source.stat().st_size
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
            _check_totals(members, size)
            if wanted not in archive.namelist():
                raise UnreadableFile(
                    f"the archive holds no {wanted}: another kind of file, renamed?"
                )
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and member.file_size:
                    _check_xml(archive, member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError) as exc:
        if known := _what_it_is(source):
            raise UnreadableFile(known) from exc
        raise UnreadableFile(f"damaged or cut off ({exc}). Take a whole copy of it") from exc


def _what_it_is(source: Path | BytesIO) -> str:
    """What a file is that is no archive, and what to do; empty where nobody knows."""
    if isinstance(source, BytesIO):
        return ""
    with source.open("rb") as stream:
        start = stream.read(_LOOKED_AT)
    if start.startswith(_OLD_OFFICE):
        named = [said for name, said in _OLD_KINDS if name.encode("utf-16-le") in start]
        return named[0] if named else _OLD
    beginning = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    for mark, said, ending in _OTHERS:
        if beginning.startswith(mark):
            return f"it is {said} under another name. {ending}"
    return ""


def _check_totals(members: list[zipfile.ZipInfo], size: int) -> None:
    total = sum(member.file_size for member in members)
    xml = sum(m.file_size for m in members if m.filename.endswith((".xml", ".rels")))
    if len(members) > MOST_MEMBERS:
        raise UnreadableFile(f"it packs {len(members):,} files, at most {MOST_MEMBERS:,} are read")
    if total > MOST_UNPACKED or xml > MOST_XML or (total > SMALL and total > MOST_RATIO * size):
        raise UnreadableFile(
            f"it would unpack {size:,} bytes to {total:,}, which no real document does"
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise UnreadableFile("protected by a password. Save it without one")


def _check_xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """No office program declares entities: they read other files, or grow without end."""
    if member.filename == "META-INF/manifest.xml":  # old ones name their DTD; it is not parsed
        return
    if _DECLARES.search(archive.read(member)):
        raise UnreadableFile(
            f"{member.filename} declares a document type or entities, which are not read. "
            "Open it in its program and save it anew"
        )


def parse_member(archive: zipfile.ZipFile, name: str) -> etree._Element:
    """One XML member of an archive, without entities, network or DTD. KeyError where missing."""
    return parse_xml(archive.read(name))


def parse_xml(content: bytes) -> etree._Element:
    """XML without entities, network or DTD."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)
