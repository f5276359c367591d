"""PDF, read by PDFium through pypdfium2 (Apache-2.0 and BSD): words with their places.

Of the permissive readers it is by far the fastest, and gives the type of each word.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, author_of, finished, ranges, title_of
from ingest.readers.pdf.flow import Flow
from ingest.readers.pdf.furniture import without_running_lines
from ingest.readers.pdf.layout import Line, Word, lines_of
from ingest.readers.pdf.words import Placed, words_of

END = 4096  # the end mark stands within so many bytes of a whole file's end
SMALLEST = 1.5  # type smaller than this cannot be read, and is not meant to be
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?")


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
        words = words_of(page.get_textpage())
        lines, height, hidden = _lines(words, number, page.get_bbox())
        unseen += hidden
        if lines and sum(placed.nameless for placed in words) * 2 >= len(words):
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


def _lines(
    words: Sequence[Placed], page: int, box: tuple[float, float, float, float]
) -> tuple[list[Line], tuple[float, float], int]:
    """The lines of a page in reading order, its lowest and highest y, and how many words nobody
    can see.

    Words that run in another direction than most (a note up the margin) come last.
    """
    left, bottom, right, top = box
    by_direction: dict[int, list[Word]] = {}
    unseen = 0
    for placed in words:
        outside = not (left - 1 <= placed.x <= right + 1 and bottom - 1 <= placed.y <= top + 1)
        if placed.word.size < SMALLEST or outside:
            unseen += 1
        else:
            by_direction.setdefault(placed.direction, []).append(placed.word)
    lines: list[Line] = []
    ordered = sorted(by_direction.items(), key=lambda pair: -len(pair[1]))
    for number, (_, own) in enumerate(ordered):
        first = lines[-1].column + 1 if lines else 0
        lines += lines_of(own, page, first, turned=number > 0)
    ends = {0: (bottom, top), 90: (-right, -left), 180: (-top, -bottom), 270: (left, right)}
    return lines, ends[ordered[0][0] if ordered else 0], unseen
