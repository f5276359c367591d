"""A source drawn as the document that it is: headings, paragraphs, lists, tables, emphasis.

It is drawn from what the library keeps: the source's text, its headings, and its sentences with
their kinds. A mark is put by offsets of that text, so it is exact however the text is drawn. What
no sentence covers (front matter) and what is furniture (menus, mastheads) is there, folded away.
Nothing that the document names is loaded: a link is shown by its words alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby

from markdown_it import MarkdownIt

from vectorstore.models import CAPTION, FURNITURE, ITEM, REFERENCE, ROW, Heading, Passage
from web.look.markup import Html, element, join

PIECE = 4_000  # characters that are laid out together
FOLDED, PLAIN = "folded", "plain"
FOLDS = {FOLDED: "Front matter and notes", FURNITURE: "Menus and other furniture"}

_MARKS = re.compile(r"[*_`\[\\]")
_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[|:\s-]*\|[|:\s-]*")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]")
_TAGS = {"strong_open": "strong", "em_open": "em", "code_inline": "code"}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One block: `text[start:end]` is drawn as what `form` says: "prose", "item", "row", "heading",
    "caption", "reference", "folded", "furniture" or "plain" (as it stands, line by line).

    `mark` is what stands before an item; `deep` how far it is set in. `level` is a heading's.
    """

    start: int
    end: int
    form: str
    mark: str = ""
    deep: int = 0
    level: int = 0


def parts_of(
    text: str, headings: Sequence[Heading], passages: Sequence[Passage], stretch: Span
) -> list[Part]:
    """The blocks of `text[stretch]` in order. Every letter and digit of it is in one of them, but
    for the marks of lists and headings."""
    low, high = stretch
    here = [h for h in headings if low <= h.start < high]
    known = [Part(start=h.start, end=h.end, form="heading", level=h.level) for h in here]
    starts = {h.start for h in here}
    near = [p for p in passages if low <= p.start < high]
    sentences = (s for p in near for s in p.sentences if s.start not in starts)
    for _, of_block in groupby(sentences, key=lambda s: s.block):
        block = list(of_block)
        known.append(Part(start=block[0].start, end=block[-1].end, form=block[-1].kind))
    found: list[Part] = []
    at = low
    for part in sorted(known, key=lambda part: part.start):
        if part.start < at:
            continue
        line = max(at, text.rfind("\n", 0, part.start) + 1)
        found += _between(text, at, line)
        found.append(_placed(text, line, part))
        at = part.end
    return found + _between(text, at, high, form=FOLDED if found else PLAIN)


def _between(text: str, start: int, end: int, form: str = FOLDED) -> list[Part]:
    """What stands between two blocks, where it says anything."""
    said = text[start:end]
    if not any(c.isalnum() for c in said):
        return []
    start, end = start + len(said) - len(said.lstrip()), start + len(said.rstrip())
    found = []
    while start < end:  # in pieces, each ending with its line
        cut = text.find("\n", min(start + PIECE, end), end) + 1 or end
        found.append(Part(start=start, end=cut, form=form))
        start = cut
    return found


def _placed(text: str, line: int, part: Part) -> Part:
    """The part with what stands before it on its line, which says how it was written."""
    before = text[line : part.start]
    mark = before.strip()
    form = part.form
    heads = form == CAPTION and "|" in text[line : part.end]  # a table's row of headings
    if form in (REFERENCE, CAPTION, FURNITURE, "heading") and not heads:
        return part
    if form == ROW or heads or "|" in mark:
        rows = "|" in mark or "|" in text[part.start : part.end]
        return replace(part, form=ROW if rows else PLAIN)
    if mark and (form == ITEM or _NUMBER.fullmatch(mark) or mark in "-*+•–"):
        deep = min(3, (len(before) - len(before.lstrip())) // 2)
        number = mark if _NUMBER.fullmatch(mark) else ""
        return replace(part, form=ITEM, mark=number, deep=deep)
    return replace(part, form=form if form in (ITEM, "heading") else "prose")


def drawn(text: str, parts: Sequence[Part], pages: Sequence[int], mark: Span = (0, 0)) -> Html:
    """The parts as markup, in pieces of about PIECE characters, since the browser lays out only
    those that can be seen; `text[mark]` is marked, and where a page begins it says so."""
    low = parts[0].start if parts and parts[0].start > PIECE else 0
    turns = [(page, at) for page, at in enumerate(pages, start=1) if at >= low]
    drawing = _Drawing(text, turns, mark)
    pieces: list[Html] = []
    piece: list[Html] = []
    size = 0
    for form, run in groupby(parts, key=lambda part: part.form):
        for group in _groups(form, list(run)):
            piece += drawing.pages_before(group[0].start)
            piece.append(drawing.group(form, group))
            size += group[-1].end - group[0].start
            if size > PIECE:
                pieces.append(element("div", *piece, class_="piece"))
                piece, size = [], 0
    if piece:
        pieces.append(element("div", *piece, class_="piece"))
    return join(pieces)


def _groups(form: str, run: list[Part]) -> Iterator[list[Part]]:
    """Items, rows and what is folded stay together, up to a piece; all else stands alone."""
    together: list[Part] = []
    for part in run:
        alone = form not in (ITEM, ROW, FOLDED, FURNITURE)
        if together and (alone or part.end - together[0].start > PIECE):
            yield together
            together = []
        together.append(part)
    if together:
        yield together


class _Drawing:
    """One drawing of a text: the first of its marks carries the id, and pages are told once."""

    def __init__(self, text: str, pages: list[tuple[int, int]], mark: Span) -> None:
        self._text = text
        self._pages = pages[::-1]
        self._mark = mark
        self._is_first = True

    def pages_before(self, position: int) -> list[Html]:
        """What tells the pages that have begun."""
        begun = 0
        while self._pages and self._pages[-1][1] <= position:
            begun, _ = self._pages.pop()
        return [element("p", f"page {begun}", class_="page-turn")] if begun else []

    def group(self, form: str, group: Sequence[Part]) -> Html:
        if form in FOLDS:
            folded = (element("pre", *self._words(part.start, part.end)) for part in group)
            here = any(self._is_marked(part.start, part.end) for part in group)
            summary = element("summary", FOLDS[form])
            return element("details", summary, *folded, open=here, class_="folded")
        if form == ITEM:
            return element("ul", *map(self._item, group))
        if form == ROW:
            return self._table(group)
        [part] = group
        if form == "heading":
            tag = f"h{min(6, part.level + 3)}"
            return element(tag, *self._inline(part.start, part.end), id=f"at-{part.start}")
        if form == PLAIN:
            return element("pre", *self._words(part.start, part.end))
        shown = self._inline(part.start, part.end)
        return element("p", *shown, class_=None if form == "prose" else form)

    def _item(self, part: Part) -> Html:
        number = [element("span", part.mark, " ", class_="number")] if part.mark else []
        deep = f"deep-{part.deep}" if part.deep else None
        return element("li", *number, *self._inline(part.start, part.end), class_=deep)

    def _table(self, group: Sequence[Part]) -> Html:
        rows: list[Html] = []
        after = group[0].end
        follows = self._text[after : self._text.find("\n", after + 1) + 1 or None].strip()
        for number, part in enumerate(group):
            tag = "th" if number == 0 and _RULE.fullmatch(follows) else "td"
            cells = [element(tag, *self._inline(*span)) for span in _cells(self._text, part)]
            rows.append(element("tr", *cells))
        return element("table", element("tbody", *rows))

    def _is_marked(self, start: int, end: int) -> bool:
        return self._mark[0] < end and start < self._mark[1]

    def _words(self, start: int, end: int) -> Iterable[str]:
        """`text[start:end]` as it stands, marked where it is to be."""
        return self._marked([(start, end, ())])

    def _inline(self, start: int, end: int) -> Iterable[str]:
        """`text[start:end]` without the marks of its emphasis, and with what they say."""
        words = self._text[start:end]
        if not _MARKS.search(words):
            return self._words(start, end)
        runs = [(start + a, start + b, tags) for a, b, tags in inline(words)]
        return self._marked(runs)

    def _marked(self, runs: Sequence[tuple[int, int, tuple[str, ...]]]) -> Iterable[str]:
        low, high = self._mark
        if not (runs and low < runs[-1][1] and runs[0][0] < high):
            return [self._run(*run) for run in runs]
        before = [self._run(a, min(b, low), tags) for a, b, tags in runs if a < low]
        within = [
            self._run(max(a, low), min(b, high), tags)
            for a, b, tags in runs
            if a < high and low < b
        ]
        after = [self._run(max(a, high), b, tags) for a, b, tags in runs if high < b]
        if not within:
            return [*before, *after]
        id = "source-quote" if self._is_first else None
        self._is_first = False
        return [*before, element("mark", *within, id=id), *after]

    def _run(self, start: int, end: int, tags: tuple[str, ...]) -> str:
        shown: str = self._text[start:end]
        for tag in tags:
            shown = element(tag, shown)
        return shown


def _cells(text: str, part: Part) -> Iterator[Span]:
    """The cells of a row, each without the space around it."""
    row = text[part.start : part.end]
    edges = [-1, *(found.start() for found in _CELL.finditer(row)), len(row)]
    for left, right in zip(edges, edges[1:], strict=False):
        cell = row[left + 1 : right]
        if cell.strip() or (left > 0 and right < len(row)):
            start = part.start + left + 1 + len(cell) - len(cell.lstrip())
            yield start, max(start, start + len(cell.strip()))


def inline(words: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """The runs of a block that are shown, as `words[start:end]` with the tags around them.

    Marks are only ever left out, so each run is found in the words behind the one before.
    """
    found: list[tuple[int, int, tuple[str, ...]]] = []
    open_tags: list[str] = []
    at = 0
    [block] = _parser().parseInline(words)
    for token in block.children or ():
        tag = _TAGS.get(token.type, "")
        if token.type == "link_close":
            at = words.find(")", at) + 1
        elif tag and token.nesting == 1:
            open_tags.append(tag)
        elif token.nesting == -1 and open_tags:
            open_tags.pop()
        elif token.content:
            start = words.find(token.content, at)
            if start < 0:  # written otherwise than it is shown: as it stands, then
                return [(0, len(words), ())]
            at = start + len(token.content)
            tags = (*([tag] if tag else []), *reversed(open_tags))
            found.append((start, at, tags))
    return found


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark's marks within a line, and no others: no HTML, no picture."""
    rules = ["escape", "backticks", "emphasis", "link"]
    return MarkdownIt("zero", {"maxNesting": 20}).enable(rules)
