"""What the source pane shows, as markup: a source as a document, with the quote marked in it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from vectorstore.models import Heading, Passage, Source
from vectorstore.wording import below, made_by
from web.look.document import drawn, parts_of
from web.look.markup import Attributes, Html, element

NEAR = 30_000  # characters on either side of a quote that are shown at once
PRINTED = "The page as printed"
FEWEST = 3  # headings from which an outline helps

# It scrolls by itself, so the keyboard must reach it.
_TEXT: Attributes = {"class_": "text", "tabindex": 0, "role": "region", "aria_label": "Text"}


def document(
    source: Source,
    text: str,
    headings: Sequence[Heading],
    passages: Sequence[Passage],
    start: int = 0,
    end: int = 0,
    *,
    printed: bool = False,
) -> Html:
    """A source, with `text[start:end]` marked, if there is any of that. Of a long one what is near
    to the quote; the script fetches what stands before and after it, and its pages as they are
    printed where there are such."""
    is_quote = start < end
    found = [p for p in passages if p.start <= start < p.end] if is_quote else []
    page = source.page_at(start) if is_quote else None
    near = stretch(text, passages, start, end)
    shown = drawn(text, parts_of(text, headings, passages, near), source.pages, (start, end))
    region = element("div", shown, **_TEXT, data_part=near != (0, len(text)))
    about = _about(source, found[0].heading if found else "", page)
    page_place = element(
        "div", id="source-page", tabindex=0, role="region", aria_label=PRINTED, hidden=True
    )
    both = element("div", *([page_place] if printed else []), region, class_="both")
    return element("div", *about, _ways(headings, printed), both, class_="opened")


def rest_of(
    source: Source,
    text: str,
    headings: Sequence[Heading],
    passages: Sequence[Passage],
    part: tuple[int, int],
) -> Html:
    """What stands before, or after, the stretch that is shown at first."""
    return drawn(text, parts_of(text, headings, passages, part), source.pages)


def stretch(text: str, passages: Sequence[Passage], start: int, end: int) -> tuple[int, int]:
    """The stretch around a quote that is shown first: whole passages, and the lines before them."""
    low, high = 0, len(text)
    if high <= 2 * NEAR:
        return low, high
    for passage in passages:
        if passage.end < start - NEAR:
            low = passage.end
        elif passage.start > end + NEAR:
            high = text.rfind("\n", 0, passage.start) + 1
            break
    return low, high


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
    said = source.description or ""
    told: list[str] = [made_by(source), said, _link(source.url) if source.url else "", place]
    lines += [element("p", part, class_="meta") for part in told if part]
    return lines


def _link(url: str) -> str:
    """Where a source came from, to be opened by whoever asks for it; the page never does."""
    if urlsplit(url).scheme not in ("http", "https"):
        return url
    host = urlsplit(url).netloc
    text = f"Where it came from: {host}"
    return element("a", text, href=url, target="_blank", rel="noopener noreferrer", title=url)


def _ways(headings: Sequence[Heading], printed: bool) -> Html:
    """What leads through a source: its outline, a search within it, and its pages as printed."""
    find = element(
        "label",
        element("span", "Find in this source", class_="unseen"),
        element(
            "input",
            type="search",
            id="source-find",
            class_="line",
            autocomplete="off",
            placeholder="Find in this source",
        ),
    )
    found = element("span", "", id="source-found", role="status")
    parts = [element("div", find, found, class_="find")]
    if len(headings) >= FEWEST:
        outermost = min(h.level for h in headings)
        items = [
            element(
                "li",
                element("button", h.title, type="button", class_="jump", data_at=h.start),
                class_=f"deep-{min(3, h.level - outermost)}",
            )
            for h in headings
        ]
        outline = element("summary", "Outline"), element("ul", *items)
        parts.append(element("details", *outline, class_="outline"))
    if printed:
        opens = {"id": "source-printed", "class_": "plain", "aria_pressed": "false"}
        parts.append(element("button", PRINTED, type="button", **opens))
    return element("div", *parts, class_="ways")
