"""PDF, read by PDFium through pypdfium2 (Apache-2.0 and BSD): words with their places.

Of the permissive readers it is by far the fastest, and gives the type of each word.
"""

import ctypes
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, author_of, finished, ranges, title_of
from ingest.readers.flow import Flow, without_running_lines
from ingest.readers.layout import Line, Word, lines_of

END = 4096  # the end mark stands within so many bytes of a whole file's end
SMALLEST = 1.5  # type smaller than this cannot be read, and is not meant to be
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
     "\ufb05": "st", "\ufb06": "st", "\x02": "-", "\ufffe": "-", "\u00ad": "-"}
)  # fmt: skip
_LINE_END_HYPHENS = "\x02\ufffe"  # PDFium runs the next line on without a space
_BODY_FONT = 600  # a weight from here on is bold


def read_pdf(path: Path) -> Extract:
    """All pages in reading order, without running heads and feet. Tells of pages without text."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - END))
        if b"%%EOF" not in stream.read():
            raise UnreadableFile("cut off: its end mark is missing. Take a whole copy of it")
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as exc:
        if "password" in str(exc).lower():
            raise UnreadableFile("protected by a password. Save it without one") from exc
        raise UnreadableFile(f"damaged, or not a PDF file: {exc}") from exc
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: pdfium.PdfDocument) -> Extract:
    pages: list[list[Line]] = []
    heights: list[tuple[float, float]] = []
    pictured: list[int] = []
    blank: list[int] = []
    coded: list[int] = []
    unseen = 0
    for number in range(len(document)):
        page = document[number]
        lines, height, hidden = _lines(page, number)
        unseen += hidden
        if lines and not _names_its_letters(page):
            lines = []
            coded.append(number + 1)
        elif not lines:
            (pictured if _has_picture(page) else blank).append(number + 1)
        pages.append(lines)
        heights.append(height)
        page.close()
    notes = list(_notes(len(pages), pictured, blank, coded))
    if not any(pages):
        raise UnreadableFile("; ".join(notes) or "it has no pages")
    if unseen:
        notes.append(f"{unseen:,} words outside the page or too small to be seen were left out")
    writer = Writer()
    flow = Flow(without_running_lines(pages, heights))
    flow.write(writer)
    about = document.get_metadata_dict()
    return finished(
        writer,
        Details(
            title=title_of(about.get("Title")) or flow.largest,
            author=author_of(about.get("Author")),
            date=_date(about.get("CreationDate") or about.get("ModDate") or ""),
        ),
        notes,
    )


def _notes(total: int, pictured: list[int], blank: list[int], coded: list[int]) -> Iterator[str]:
    """One note for each way in which pages have no text to read."""
    for numbers, why in (
        (
            pictured,
            "a picture without text, as a scanner makes it. Run text recognition (OCR) first",
        ),
        (coded, "fonts that do not tell which letters they draw. Run text recognition (OCR) first"),
        (blank, "no text"),
    ):
        if numbers:
            where = f"{'page' if len(numbers) == 1 else 'pages'} {ranges(numbers)}"
            every = f"{where} of {total:,}"
            yield f"{every} {'holds' if len(numbers) == 1 else 'hold'} {why}"


def _date(text: str) -> str | None:
    found = _DATE.match(text)
    return "-".join(part for part in found.groups() if part) if found else None


def _has_picture(page: pdfium.PdfPage) -> bool:
    return (
        next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)), None) is not None
    )


def _names_its_letters(page: pdfium.PdfPage) -> bool:
    """Whether its fonts say which letters they draw. Without that, text is a row of numbers."""
    textpage = page.get_textpage()
    number = textpage.count_chars()
    step = max(1, number // 500)
    asked = range(0, number, step)
    unknown = sum(raw.FPDFText_HasUnicodeMapError(textpage, i) == 1 for i in asked)
    return bool(unknown * 2 < len(asked))


def _lines(page: pdfium.PdfPage, number: int) -> tuple[list[Line], tuple[float, float], int]:
    """The lines of a page in reading order, its lowest and highest y, and how many words nobody
    can see.

    Words that run in another direction than most (a note up the margin) come last.
    """
    left, bottom, right, top = page.get_bbox()
    by_direction: dict[int, list[Word]] = {}
    unseen = 0
    for direction, (x, y), word in _each_word(page.get_textpage()):
        outside = not (left - 1 <= x <= right + 1 and bottom - 1 <= y <= top + 1)
        if word.size < SMALLEST or outside:
            unseen += 1
        else:
            by_direction.setdefault(direction, []).append(word)
    lines: list[Line] = []
    ordered = sorted(by_direction.items(), key=lambda pair: -len(pair[1]))
    for _, words in ordered:
        first = lines[-1].column + 1 if lines else 0
        lines += lines_of(words, number, first)
    ends = {0: (bottom, top), 90: (-right, -left), 180: (-top, -bottom), 270: (left, right)}
    return lines, ends[ordered[0][0] if ordered else 0], unseen


def _each_word(
    textpage: pdfium.PdfTextPage,
) -> Iterator[tuple[int, tuple[float, float], Word]]:
    """Each word in the order of the file: its direction in degrees, where it begins, itself."""
    letters: list[str] = []
    first, number = 0, textpage.count_chars()
    for i in range(number + 1):
        code = raw.FPDFText_GetUnicode(textpage, i) if i < number else 32
        letter = chr(code) if code else "\N{REPLACEMENT CHARACTER}"
        if not letter.isspace():
            first = first if letters else i
            letters.append(letter)
        if letters and (letter.isspace() or letter in _LINE_END_HYPHENS):
            yield _word(textpage, letters, first, first + len(letters) - 1)
            letters = []


def _word(
    textpage: pdfium.PdfTextPage, letters: list[str], first: int, last: int
) -> tuple[int, tuple[float, float], Word]:
    """A word turned so that it runs to the right; the point is where it stands on the page."""
    matrix, box, font = raw.FS_MATRIX(), raw.FS_RECTF(), ctypes.create_string_buffer(64)
    x, y, flags = ctypes.c_double(), ctypes.c_double(), ctypes.c_int()
    raw.FPDFText_GetMatrix(textpage, first, matrix)
    raw.FPDFText_GetCharOrigin(textpage, first, x, y)
    raw.FPDFText_GetFontInfo(textpage, first, font, 64, flags)
    raw.FPDFText_GetLooseCharBox(textpage, last, box)
    if abs(matrix.a) >= abs(matrix.b):
        direction = 0 if matrix.a >= 0 else 180
    else:
        direction = 90 if matrix.b > 0 else 270
    x0, x1, base = {
        0: (x.value, box.right, y.value),
        90: (y.value, box.top, -x.value),
        180: (-x.value, -box.left, -y.value),
        270: (-y.value, -box.bottom, x.value),
    }[direction]
    text = "".join(letters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    named_bold = _BOLD.search(font.value.decode("latin-1")) is not None
    word = Word(
        text=text.translate(_LIGATURES),
        x0=x0,
        x1=max(x0, x1),
        y=base,
        size=raw.FPDFText_GetFontSize(textpage, first) * math.hypot(matrix.c, matrix.d),
        bold=named_bold or raw.FPDFText_GetFontWeight(textpage, first) > _BODY_FONT,
    )
    return direction, (x.value, y.value), word
