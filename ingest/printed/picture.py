"""A page of a PDF as it is printed, and where on it a quote stands. For the process that reads."""

import base64
import ctypes
import io
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.errors import UnreadableFile
from ingest.readers.pdf.opening import opened
from ingest.readers.process.wire import Picture

WIDTH = 1_000  # pixels of a page: two for each that a phone or a column of the page has for it
HIGHEST = 3_000  # pixels
LETTERS = 200_000  # of a page that a quote is sought among
_FINE = 10_000  # steps from one edge of a page to the other


def picture_of(path: Path, number: int, quote: str, at: float) -> Picture:
    """Page `number`, from 1, with what it holds of `quote` found; where that stands more than once,
    the one nearest to `at`, a share of the page's text. Raises UnreadableFile."""
    document = opened(path)
    try:
        if not 1 <= number <= len(document):
            raise UnreadableFile(f"it has no page {number}")
        page = document[number - 1]
        width, height = page.get_size()
        bitmap = page.render(scale=min(WIDTH / max(width, 1), HIGHEST / max(height, 1)))
        image = bitmap.to_pil().convert("RGB")
        packed = io.BytesIO()
        image.save(packed, "WEBP", quality=80, method=0)  # the fastest
        return Picture(
            content=base64.b64encode(packed.getvalue()).decode("ascii"),
            width=image.width,
            height=image.height,
            pages=len(document),
            spots=tuple(_spots(page, quote, at)),
        )
    except pdfium.PdfiumError as exc:
        raise UnreadableFile(f"page {number} cannot be drawn: {exc}") from exc
    finally:
        document.close()


def _spots(
    page: pdfium.PdfPage, quote: str, at: float
) -> Iterator[tuple[float, float, float, float]]:
    """The boxes of the quote's lines: left, top, width and height as shares of the page."""
    wanted = "".join(_plain(quote))
    if not wanted:
        return
    text = page.get_textpage()
    places: list[int] = []  # by letter, which of the page's characters it comes from
    letters: list[str] = []
    for place in range(min(text.count_chars(), LETTERS)):
        for letter in _plain(chr(raw.FPDFText_GetUnicode(text, place))):
            letters.append(letter)
            places.append(place)
    whole = "".join(letters)
    starts = _found(whole, wanted)
    if not starts:
        return
    start = min(starts, key=lambda start: abs(start - at * len(whole)))
    first, last = places[start], places[start + len(wanted) - 1]
    for number in range(text.count_rects(first, last - first + 1)):
        left, bottom, right, top = text.get_rect(number)
        x0, y0 = _on_page(page, left, top)
        x1, y1 = _on_page(page, right, bottom)
        yield min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)


def _plain(text: str) -> Iterator[str]:
    """Its letters and figures alone, so that spaces, hyphens at line ends and marks of markup are
    no difference."""
    for letter in unicodedata.normalize("NFKD", text).casefold():
        if letter.isalnum():
            yield letter


def _found(whole: str, wanted: str) -> list[int]:
    starts = []
    start = whole.find(wanted)
    while start >= 0:
        starts.append(start)
        start = whole.find(wanted, start + 1)
    return starts


def _on_page(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point of the page's own measure as it is drawn: turned and cut as the page says."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, across, down)
    return across.value / _FINE, down.value / _FINE
