"""A PDF from its first page to its last: words to lines, lines to text."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, author_of, finished, title_of
from ingest.readers.pdf.filled import filled_in
from ingest.readers.pdf.flow import Flow
from ingest.readers.pdf.furniture import without_running_lines
from ingest.readers.pdf.garbled import garbled_fonts
from ingest.readers.pdf.layout import Line, Word, lines_of
from ingest.readers.pdf.ocr import LIKELY, SETTING, Engine, Recognized, recognize
from ingest.readers.pdf.opening import opened
from ingest.readers.pdf.troubles import Troubles
from ingest.readers.pdf.words import Placed, words_of

FEW_WORDS = 40  # of a page that is mostly a picture: the rest of its words may be in it
MOST_OF_A_PAGE = 0.5
MORE = 10  # words that only the picture has, at least, and surely read: fewer are ornaments
SMALLEST = 1.5  # type smaller than this cannot be read, and is not meant to be
MIXED_WORDS, MIXED_LINES, MIXED = 5, 4, 0.3  # of a cell; lines and share of a page
_DATE = re.compile(r"(?:D:)?([12]\d{3})(?:(0[1-9]|1[0-2])(?:(0[1-9]|[12]\d|3[01]))?)?")
_NEW_YEAR = re.compile(r"(?:D:)?\d{4}0101000000")  # what a library writes that knows no time
_PRINTED = re.compile(
    r"microsoft \w+ - |\S+\.(?:docx?|xlsx?|pptx?|odt|dvi|tex|qxd|indd|rtf)$|"
    r".*\.(?:png|jpe?g|tiff?)$",
    re.IGNORECASE,
)


@dataclass(slots=True, kw_only=True)
class _Page:
    """What was found on a page, before all of them are known."""

    words: list[Placed]
    inside: list[Placed]  # filled in among them
    beside: list[Placed]  # typed over them
    box: tuple[float, float, float, float]
    has_picture: bool = False  # and no words
    pictured: bool = False  # mostly a picture, with a few words


def read_pdf(path: Path) -> Extract:
    """All pages in reading order, without running heads and feet. Tells of pages without text."""
    document = opened(path)
    try:
        return _read(document)
    finally:
        document.close()


def _read(document: pdfium.PdfDocument) -> Extract:
    troubles = Troubles()
    found = [_page(document, number, troubles) for number in range(len(document))]
    garbled = garbled_fonts(placed for page in found for placed in page.words)
    machine = _by_machine(document, found, garbled, troubles)
    pages: list[list[Line]] = []
    heights: list[tuple[float, float]] = []
    for number, page in enumerate(found, start=1):
        words = _told(page, garbled)
        lines, height, unseen = _lines([*words, *page.inside], number - 1, page.box)
        if number - 1 in machine and words:
            own = [placed.word for placed in [*words, *page.inside] if placed.direction == 0]
            if seen := _only_in_picture(machine[number - 1], own):
                lines = lines_of([*own, *seen], number - 1)
                troubles.recognized.append(number)
        elif number - 1 in machine:
            inside = [placed.word for placed in page.inside]
            lines = lines_of([*machine[number - 1].words, *inside], number - 1)
            troubles.recognized.append(number)
        elif page.has_picture:
            troubles.pictured.append(number)
        elif not page.words and not page.inside and not page.beside:
            troubles.blank += [number] if number not in troubles.broken else []
        else:
            troubles.garbled(number, len(page.words) - len(words), left=len(words))
        troubles.unseen += unseen
        first = lines[-1].column + 1 if lines else 0
        lines += lines_of([placed.word for placed in page.beside], number - 1, first, turned=True)
        if _is_mixed(lines):
            troubles.mixed.append(number)
        pages.append(lines)
        heights.append(height)
    if not any(pages):
        raise UnreadableFile("; ".join(troubles.notes(len(pages))) or "it has no pages")
    writer = Writer()
    flow = Flow(without_running_lines(pages, heights))
    flow.write(writer)
    about = document.get_metadata_dict()
    notes = [*troubles.notes(len(pages)), *_not_inside(document)]
    extract = finished(writer, _details(about, flow.largest), notes)
    return replace(extract, recognized=tuple(troubles.recognized))


def _told(page: _Page, garbled: frozenset[str]) -> list[Placed]:
    """The words of a page whose fonts tell which letters they draw."""
    if sum(placed.nameless for placed in page.words) * 2 >= len(page.words):
        return []
    return [placed for placed in page.words if placed.font not in garbled]


def _by_machine(
    document: pdfium.PdfDocument,
    pages: Sequence[_Page],
    garbled: frozenset[str],
    troubles: Troubles,
) -> dict[int, Recognized]:
    """Pages (from 0) that are only pictures, or in fonts that do not tell their letters, as they
    were recognized."""
    numbers = [
        number
        for number, page in enumerate(pages)
        if (page.words or page.has_picture) and not _told(page, garbled)
    ]
    numbers += [n for n, page in enumerate(pages) if page.pictured and n not in numbers]
    engine = Engine(os.environ.get(SETTING, "auto"))
    troubles.engine = engine
    if not numbers or engine.program is None:
        return {}
    found: dict[int, Recognized] = {}
    try:
        for number, recognized in recognize(document, numbers, engine):
            troubles.tried.append(number + 1)
            if recognized.words:
                found[number] = recognized
    except (OSError, ValueError, pdfium.PdfiumError) as exc:
        troubles.failure = str(exc)
    return found


def _page(document: pdfium.PdfDocument, number: int, troubles: Troubles) -> _Page:
    try:
        page = document[number]
        words = words_of(page.get_textpage())
    except pdfium.PdfiumError:
        troubles.broken.append(number + 1)
        return _Page(words=[], inside=[], beside=[], box=(0, 0, 0, 0))
    forms = document.formenv.raw if document.formenv else None
    inside, beside = filled_in(page, words, forms, troubles.annotations)
    share = _pictured(page) if len(words) <= FEW_WORDS else 0.0
    found = _Page(
        words=words,
        inside=inside,
        beside=beside,
        box=page.get_bbox(),
        has_picture=not words and share > 0,
        pictured=bool(words) and share >= MOST_OF_A_PAGE,
    )
    page.close()
    return found


def _is_mixed(lines: Sequence[Line]) -> bool:
    """Whether running text stands beside running text on line after line: columns that could not
    be told apart."""
    both = sum(sum(len(cell.split()) >= MIXED_WORDS for cell in line.cells) > 1 for line in lines)
    return both >= MIXED_LINES and both >= MIXED * len(lines)


def _not_inside(document: pdfium.PdfDocument) -> Iterator[str]:
    """Notes on what a file holds beside its pages."""
    if document.get_formtype() in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND):
        yield "it is an XFA form, whose answers may be missing here. Print it to a new PDF"
    if attached := document.count_attachments():
        files = "one attached file is" if attached == 1 else f"{attached:,} attached files are"
        yield f"{files} not read. Save it out of the PDF and add it by itself"


def _details(about: dict[str, str], largest: str | None) -> Details:
    title = about.get("Title") or ""
    return Details(
        title=(None if _PRINTED.match(title) else title_of(title)) or largest,
        author=author_of(about.get("Author")),
        date=_date(about.get("CreationDate") or about.get("ModDate") or ""),
    )


def _date(text: str) -> str | None:
    found = None if _NEW_YEAR.match(text) else _DATE.match(text)
    return "-".join(part for part in found.groups() if part) if found else None


def _pictured(page: pdfium.PdfPage) -> float:
    """The share of a page that its largest picture takes; more than 0 where there is one."""
    largest = 0.0
    width, height = page.get_size()
    for picture in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        largest = max(largest, (right - left) * (top - bottom) / max(width * height, 1), 1e-9)
    return largest


def _only_in_picture(read: Recognized, own: Sequence[Word]) -> list[Word]:
    """The words that were recognized where the page has none of its own, if they are surely words
    and more than a few."""
    seen = [
        word
        for word in read.words
        if not any(
            each.x0 <= (word.x0 + word.x1) / 2 <= each.x1 and abs(each.y - word.y) <= each.size
            for each in own
        )
    ]
    return seen if len(seen) >= MORE and read.sure >= LIKELY else []


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
