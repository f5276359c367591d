"""What the source pane shows, as markup: a quote in its place, or a whole source."""

from collections.abc import Iterator

from vectorstore.models import Passage, Source
from vectorstore.wording import below, made_by
from web.look.markup import Attributes, Html, element

PIECE = 4_000
AROUND = 400  # characters of the source shown before and after the quote's passage

# It scrolls by itself, so the keyboard must reach it.
_TEXT: Attributes = {"class_": "text", "tabindex": 0, "role": "region", "aria_label": "Text"}


def in_place(source: Source, text: str, passage: Passage | None, start: int, end: int) -> Html:
    """The quote `text[start:end]`, marked, within its passage and what stands around it."""
    low = min(start, passage.start) if passage else start
    high = max(end, passage.end) if passage else end
    before, after = _back(text, low), _forward(text, high)
    heading = passage.heading if passage else ""
    return element(
        "div",
        *_about(source, heading, source.page_at(start)),
        element(
            "div",
            element("span", "… " if before > 0 else "", text[before:low], class_="around"),
            text[low:start],
            _mark(text[start:end]),
            text[end:high],
            element("span", text[high:after], " …" if after < len(text) else "", class_="around"),
            **_TEXT,
        ),
        class_="opened",
    )


def whole(source: Source, text: str, start: int = 0, end: int = 0) -> Html:
    """All of a source's text with `text[start:end]` marked, if there is any of that; in pieces,
    since the browser lays out only those that can be seen, however long the source."""
    marked = [_mark(text[start:end])] if start < end else []
    low, high = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1 or len(text)
    around = element("div", text[low:start], *marked, text[end:high])
    pieces = [*_pieces(text, 0, low), around, *_pieces(text, high, len(text))]
    shown = element("div", *pieces, **_TEXT)
    page = source.page_at(start) if marked else None
    return element("div", *_about(source, "", page), shown, class_="opened whole")


def _pieces(text: str, start: int, end: int) -> Iterator[Html]:
    """`text[start:end]` in pieces of about PIECE characters, each ending with its line."""
    while start < end:
        cut = text.find("\n", min(start + PIECE, end), end) + 1 or end
        yield element("div", text[start:cut], class_="piece")
        start = cut


def address(source: str, start: int, end: int, sha256: str) -> Attributes:
    """Where the pane finds a quote, as attributes of the button that opens it. `sha256` is that of
    the text which the quote was cut from: of another version nothing is shown."""
    return {"data_source": source, "data_start": start, "data_end": end, "data_sha256": sha256}


def notice(message: str) -> Html:
    """What the pane says where there is nothing to open."""
    return element("div", element("p", message, class_="notice", tabindex=-1), class_="opened")


def _about(source: Source, heading: str, page: int | None) -> list[Html]:
    lines = [element("h3", source.title, id="source-title", tabindex=-1)]
    under = below(source.title, heading)
    place = " · ".join(part for part in (under, f"page {page}" if page else "") if part)
    told = (made_by(source), source.url, place)
    lines += [element("p", part, class_="meta") for part in told if part]
    return lines


def _mark(text: str) -> Html:
    return element("mark", text, id="source-quote")


def _back(text: str, position: int) -> int:
    """A place some way before `position` where a line or a word begins."""
    start = max(0, position - AROUND)
    if start == 0:
        return 0
    for sign in ("\n", " "):
        found = text.find(sign, start, position)
        if found >= 0:
            return found + 1
    return start


def _forward(text: str, position: int) -> int:
    """A place some way after `position` where a line or a word ends."""
    end = min(len(text), position + AROUND)
    if end == len(text):
        return end
    for sign in ("\n", " "):
        found = text.rfind(sign, position, end)
        if found >= 0:
            return found
    return end
