"""The address of a page as it is printed: a piece of markup for the source pane.

Its script asks with what it asks the pane's text with; `page` where another one is turned to.
"""

from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from ingest.errors import UnreadableFile
from ingest.readers.apart import Reading
from ingest.readers.process.wire import Picture
from ingest.settings import IngestSettings
from vectorstore import Library, Settings, Source, UnknownSource
from vectorstore.library.originals import Originals
from web.identity.people import require
from web.limits.shares import Pool, pooled
from web.look.markup import Html, element
from web.look.source_view import notice

ADDRESS = "/printed"
DEED = "ask"
KEPT = 32  # pictures, each of some 100 kB
AT_ONCE, EACH = 2, 2  # that are drawn, in all and for one person
GONE = "This page is no longer here. Open the source again."


def printed_routes(settings: Settings, library: Library) -> APIRouter:
    """The address, for whoever may ask and so see sources."""
    table = settings.table(IngestSettings)
    originals = Originals(settings.home)
    pool = Pool("printed pages", threads=AT_ONCE, each=EACH)
    router = APIRouter()

    @lru_cache(maxsize=KEPT)
    def drawn(path: Path, page: int, quote: str, at: float) -> Picture:
        with Reading(seconds=table.read_seconds, ocr=table.ocr) as reading:
            return reading.page(path, page, quote, at)

    def shown(id: str, start: int, end: int, sha256: str, page: int) -> Html:
        try:
            source = library.source(id)
            text, path = library.text(id), originals.of(library.file_digest(id))
        except UnknownSource:
            return notice(GONE)
        if path is None or not source.sha256.startswith(sha256):
            return notice(GONE)
        number = page or source.page_at(start) or 1
        low, high = _stretch(source, number)
        quote = text[max(low, start) : min(high, end)] if start < end else ""
        at = (start - low) / max(1, high - low)
        try:
            picture = drawn(path, number, quote, at)
        except UnreadableFile as exc:
            wrong = notice(f"Page {number} cannot be shown: {exc}")
            pages = len(source.pages)
            return leaf(number, pages, f"page {number} of {pages}", wrong)
        return figure(source, number, picture, is_quoted=bool(quote.strip()))

    @router.get(ADDRESS, response_class=HTMLResponse)
    @pooled(pool)
    def printed(
        request: Request, id: str, start: int = 0, end: int = 0, sha256: str = "", page: int = 0
    ) -> HTMLResponse:
        require(request, DEED)
        piece = shown(id, start, end, sha256, page)
        return HTMLResponse(piece, headers={"Cache-Control": "no-store"})

    return router


def _stretch(source: Source, page: int) -> tuple[int, int]:
    """Where a page's text lies in its source's."""
    starts = [*source.pages, source.characters]
    if not 1 <= page < len(starts):
        return 0, 0
    return starts[page - 1], starts[page]


def figure(source: Source, number: int, picture: Picture, *, is_quoted: bool) -> Html:
    """A page with the quote's lines marked on it."""
    image = element(
        "img",
        src=f"data:image/webp;base64,{picture.content}",
        width=picture.width,
        height=picture.height,
        alt=f"Page {number} of {source.title}, as printed. Its words stand in the text.",
    )
    spots = [
        element(
            "span",
            class_="spot",
            style=";".join(
                f"{side}:{share:.2%}"
                for side, share in zip(("left", "top", "width", "height"), spot, strict=True)
            ),
        )
        for spot in picture.spots
    ]
    said = f"page {number} of {picture.pages}"
    if is_quoted:
        where = "the quote is marked" if spots else "where the quote stands on it is not known"
        said = f"{said}; {where}"
    return leaf(number, picture.pages, said, element("div", image, *spots, class_="sheet"))


def leaf(number: int, pages: int, said: str, shown: Html) -> Html:
    """What is shown for a page, and the way to those beside it, also where it cannot be drawn."""
    turns = [
        element(
            "button",
            text,
            type="button",
            class_="turn plain",
            data_page=to,
            aria_disabled=None if 1 <= to <= pages else "true",
        )
        for text, to in (("‹ Page before", number - 1), ("Page after ›", number + 1))
    ]
    caption = element("figcaption", *turns, element("span", said, role="status"))
    return element("figure", caption, shown, data_pages=pages)
