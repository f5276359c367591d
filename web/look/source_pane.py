"""The source pane: a part of the page beside the tabs, which opens quotes in their place.

It opens for every `<button data-source data-start data-end data-sha256 id>`, on whatever tab. The
buttons inside one element of class `answer` or `opens` are gone through with previous and next;
those of class `near` are spoken of as passages, those of class `whole` open a source at its start
(from 0 to 0: nothing is marked), all others are quotes.
"""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from vectorstore.errors import SoundingsError, UnknownSource
from vectorstore.library import Library
from vectorstore.library.originals import Originals
from web.look import source_view
from web.look import theme as look
from web.look.markup import Html, element

ADDRESS = "/source"


def head() -> str:
    """The pane's style and script, for the page's head."""
    return look.dressed("web", "source")


def pane() -> Html:
    """The pane before anything is opened in it; the script fills it."""

    def control(name: str, text: str, **more: str | int | bool | None) -> Html:
        return element("button", text, type="button", id=f"source-{name}", class_="plain", **more)

    hint = "Choose a quote's number to read it in its place."
    return element(
        "aside",
        element(
            "div",
            element("h2", "Source", id="source-heading"),
            control("close", "Close"),
            class_="pane-head",
        ),
        element("div", element("p", hint, class_="notice"), id="source-shown"),
        element(
            "div",
            control("previous", "‹ Previous", aria_label="Previous"),
            element("span", "", id="source-count"),
            control("next", "Next ›", aria_label="Next"),
            control("whole", "To the quote"),
            class_="pane-foot",
            id="source-controls",
            hidden=True,
        ),
        id="source-pane",
        aria_labelledby="source-heading",
    )


def routes(library: Library, home: Path) -> APIRouter:
    """What the pane reads: a source with a quote in its place, as a piece of markup; `home` may
    have its file."""
    router = APIRouter()
    originals = Originals(home)

    @router.get(ADDRESS, response_class=HTMLResponse)
    def source(
        id: str, start: int = 0, end: int = 0, sha256: str = "", rest: str = ""
    ) -> HTMLResponse:
        piece = _opened(library, originals, id, (start, end), sha256, rest)
        return HTMLResponse(piece, headers={"Cache-Control": "no-store"})

    return router


def _opened(
    library: Library,
    originals: Originals,
    source_id: str,
    span: tuple[int, int],
    sha256: str,
    rest: str,
) -> Html:
    start, end = span
    try:
        with library.reading():
            source = library.source(source_id)
            text = library.text(source_id)
            headings = library.headings(source_id)
            passages = library.passages_of(source_id)
            printed = originals.of(library.file_digest(source_id)) is not None
    except UnknownSource:
        return source_view.notice("This source is no longer in the library.")
    except SoundingsError as exc:
        return source_view.notice(f"This source cannot be shown now: {exc}")
    if not source.sha256.startswith(sha256):
        return source_view.notice(
            f"“{source.title}” has changed since this answer was given. "
            "Ask again for quotes from its present text."
        )
    if span != (0, 0) and not 0 <= start < end <= len(text):
        return source_view.notice("There is no such place in this source.")
    if rest:
        low, high = source_view.stretch(text, passages, start, end)
        part = (0, low) if rest == "before" else (high, len(text))
        return source_view.rest_of(source, text, headings, passages, part)
    return source_view.document(source, text, headings, passages, start, end, printed=printed)
