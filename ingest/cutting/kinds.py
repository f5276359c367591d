"""The kind of every block: what may be quoted alone, and what only stands around it.

The outline knows prose, items, rows and headings. Here what looks like them and is not is told
apart: first what is exact by its form or its place, then, among the rest, what shapes have taught
(`likely.py`). A doubt leaves a block as it is: what is wrongly set aside is never found.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from ingest.cutting.columns import heads_of_tables
from ingest.cutting.likely import likely_kinds
from ingest.cutting.shapes import (
    DATE,
    FINISHED,
    LINK,
    REFERENCE_LISTS,
    YEAR,
    Shape,
    brief_texts,
    headings_over,
)
from ingest.documents import Block, Document
from vectorstore.models import CAPTION, FURNITURE, HEADING, LEAD_IN, QUOTABLE, REFERENCE

# Marks of a template language, of Govspeak and of HTML, and images: they say nothing themselves.
_MARK = re.compile(
    r"\{:[^}\n]*\}|\{[%{#].*?[%}#]\}|\$[A-Z!]{1,4}(?![\w])|<!--.*?-->"
    r"|<(?!https?:|www|[^<>\s]+@)/?[a-zA-Z][^<>\n]*>|!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])"
)
_SET_AS_HEADING = re.compile(r"<h([1-6])\b[^>\n]*>.*</h\1>|#{2,6} ?\w.*", re.IGNORECASE)
_REACH = re.compile(  # a telephone number, and what stands before one or before an address
    r"(?:\+\d{2}|\b0)[\d ()-]{8,}\d"
    r"|\b(?:tel|telephone|phone|fax|e-?mail|web|website|url|link|doi)\b ?[:.]?",
    re.IGNORECASE,
)
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|p\.)?\s*(?:\d{1,3}|[ivx]{1,6})(?:\s*(?:of|/)\s*\d{0,4})?\W*", re.IGNORECASE
)
_LEADERS = re.compile(r"(?:\.{4,}|(?:\. ){4,}|…{2,}|_{4,})\s*(?:\d{1,4}|[ivxIVX]{1,6})\s*$")
_COUNTED = re.compile(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$")
_PAGED = re.compile(r"[^\n]*[^\W\d][^\n]*?[\s|]+(\d{1,3})")
_DATED = re.compile(
    r"\W*(?:(?:first |last |date |page )*(?:published|updated|modified|reviewed|issued|posted|date"
    rf"|revised|printed|created)(?: on| date)?\W*)?(?:{DATE.pattern})\W*",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"\W*(?:©|\(c\) ?(?:19|20)\d\d|copyright (?:©|\(c\)|(?:19|20)\d\d)|e?-?IS[BS]N\b)",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"(?:\*\*|__|\*|_)?(?:figure|fig|table|box|chart|exhibit|diagram|graph|plate|photo)\.?"
    r" (?:\d{1,3}(?:\.\d{1,2})*[a-z]?|[A-Z]|[IVX]{1,4})(?:\*\*|__|\*|_)?\s*(?:[:.|–—]|-\s|$)"
    r"|<(?:fig)?caption\b",
    re.IGNORECASE,
)
_TEASER = re.compile(r"(?:\.{3}|…)\s*(?:read )?more\b\W*", re.IGNORECASE)
_BOLD = re.compile(r"(\*\*|__)(?!\s)(?:(?!\1).)+\1")
_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*\n(?:[\w-]+:.*\n|[ \t]+\S.*\n|- .*\n|[ \t]*\n)*---[ \t]*(?:\n|$)"
)
# What a lead breaks off with where it has no colon: what follows must finish it.
_OPEN_ENDS = frozenset(
    "to by for from with of that must should can may will are is be the a an and or".split()
)
CAPTION_CHARACTERS = 240
TITLE_CHARACTERS, TITLE_WORDS = 100, 14
REPEATED_CHARACTERS = 120
RUN = 3  # so many lines of one form in a row, or so many pages that repeat one


def kinds(document: Document) -> list[str]:
    """The kind of each block of a document; a lead-in is only the last sentence of its block."""
    found, led = exact_kinds(document)
    likely = likely_kinds(document, led)
    heads = heads_of_tables(document)
    return [
        CAPTION if i in heads else guess if guess is not None and kind in QUOTABLE else kind
        for i, (kind, guess) in enumerate(zip(found, likely, strict=True))
    ]


def exact_kinds(document: Document) -> tuple[list[str], list[bool]]:
    """The kinds that form and place alone decide, and which blocks belong to a list that a
    lead-in opens."""
    blocks = document.blocks
    texts = brief_texts(document)
    found = [b.kind for b in blocks]
    matter = _FRONT_MATTER.match(document.text)
    apart = _repeated(document, texts) | _contents(document, texts)
    over = headings_over(document, texts)
    for i, (block, text) in enumerate(zip(blocks, texts, strict=True)):
        if (matter and block.end <= matter.end()) or _is_mark(text):
            found[i] = FURNITURE
        elif block.kind == HEADING:
            continue
        elif _SET_AS_HEADING.fullmatch(text):
            found[i] = HEADING
        elif i in apart or (block.kind == "prose" and _is_furniture(text)):
            found[i] = FURNITURE
        elif REFERENCE_LISTS.fullmatch(over[i]) and _cites(block, text):
            found[i] = REFERENCE
        elif block.kind != "prose":
            continue
        elif len(text) <= CAPTION_CHARACTERS and _CAPTION.match(text):
            found[i] = CAPTION
        elif _is_title(text) and _stands_over(blocks, texts, i):
            found[i] = HEADING
        elif is_link(text):
            found[i] = REFERENCE
    led = _lead(found, texts)
    for i, (kind, text) in enumerate(zip(found, texts, strict=True)):
        if kind == "item" and not led[i] and is_link(text):
            found[i] = REFERENCE
    return found, led


def _cites(block: Block, text: str) -> bool:
    """Whether what stands in a list of references is an entry of it."""
    marked = bool(LINK.search(text) or YEAR.search(text)) or Shape.of(text).cited > 0
    return block.kind in ("item", "row") or (marked and not text.endswith(":"))


def is_link(text: str) -> bool:
    """Whether a text is nothing but links, addresses and telephone numbers."""
    rest = LINK.sub("", text)
    if rest == text and not _REACH.search(text):
        return False
    return not any(c.isalnum() for c in _REACH.sub("", rest)) and any(c.isalnum() for c in text)


def is_lead(text: str, kind: str) -> bool:
    """Whether a block ends with a colon, or is prose that breaks off, so that what follows must
    finish it."""
    bare = text.rstrip("*_ ")
    if bare.endswith(":") or kind != "prose":
        return bare.endswith(":")
    return not FINISHED.search(bare) and bare.rpartition(" ")[2].lower() in _OPEN_ENDS


def _lead(found: list[str], texts: Sequence[str]) -> list[bool]:
    """Turns what stands directly over items or rows and leads to them into lead-ins, and says
    which items and rows are led so."""
    led = [False] * len(found)
    before = None  # the block above, furniture left out
    for i, kind in enumerate(found):
        if kind == FURNITURE:
            continue
        if kind in ("item", "row") and before is not None:
            if found[before] in ("prose", "item") and is_lead(texts[before], found[before]):
                found[before] = LEAD_IN
            led[i] = found[before] == LEAD_IN or (found[before] == kind and led[before])
        before = i
    return led


def _is_mark(text: str) -> bool:
    return not any(c.isalnum() for c in _MARK.sub("", text))


def _is_furniture(text: str) -> bool:
    """Whether a line is a page number, a date of publication, a note of rights or of contents."""
    return (
        _PAGE_NUMBER.fullmatch(text) is not None
        or _DATED.fullmatch(text) is not None
        or _LEADERS.search(text) is not None
        or _TEASER.search(text) is not None
        or (len(text) <= CAPTION_CHARACTERS and _OWNED.match(text) is not None)
    )


def _is_title(text: str) -> bool:
    """Whether a line is set like a heading: short, unfinished, all of it bold or in capitals."""
    if len(text) > TITLE_CHARACTERS or "\n" in text or len(text.split()) > TITLE_WORDS:
        return False
    if FINISHED.search(text.strip("*_ ")) and not text.strip("*_ ").endswith("?"):
        return False
    letters = [c for c in text if c.isalpha()]
    shouted = len(letters) > 5 and all(c.isupper() for c in letters)
    return shouted or _BOLD.fullmatch(text) is not None


def _stands_over(blocks: Sequence[Block], texts: Sequence[str], i: int) -> bool:
    """Whether prose or a list follows a line."""
    if i + 1 == len(blocks):
        return False
    following = texts[i + 1]
    prose = blocks[i + 1].kind == "prose" and FINISHED.search(following) is not None
    return blocks[i + 1].kind == "item" or (prose and not _is_title(following))


def _repeated(document: Document, texts: Sequence[str]) -> set[int]:
    """Short lines that come again on page after page: running heads and feet. A number at either
    end may count the pages."""
    pages: dict[tuple[str, int], set[int]] = defaultdict(set)
    lines: list[tuple[int, tuple[str, int]]] = []
    for i, (block, text) in enumerate(zip(document.blocks, texts, strict=True)):
        if block.kind == "prose" and len(text) <= REPEATED_CHARACTERS and text[-1] != ":":
            page = bisect_right(document.pages, block.start)
            number = _COUNTED.search(text)
            line = (text, -1)
            if number:
                line = (text[: number.start()] + text[number.end() :], page - int(number[0]))
            pages[line].add(page)
            lines.append((i, line))
    return {i for i, line in lines if len(pages[line]) >= RUN}


def _contents(document: Document, texts: Sequence[str]) -> set[int]:
    """Tables of contents: lines in a row that are headings further down, or that end with the
    numbers of pages, ever higher, under a heading of that name."""
    last_at: dict[str, int] = {}
    for i, block in enumerate(document.blocks):
        if block.kind == HEADING:
            last_at[_named(texts[i])] = i
    listed = [
        block.kind != HEADING and last_at.get(_named(text), -1) > i
        for i, (block, text) in enumerate(zip(document.blocks, texts, strict=True))
    ]
    found: set[int] = set()
    for is_listed, run in _runs(listed):
        announced = run[0] > 0 and is_lead(texts[run[0] - 1], "prose")  # then it says something
        if is_listed and len(run) >= RUN and not announced:
            found.update(run)
    numbers = [
        int(match[1]) if block.kind != HEADING and (match := _PAGED.fullmatch(text)) else -1
        for block, text in zip(document.blocks, texts, strict=True)
    ]
    for is_paged, run in _runs([number > 0 for number in numbers]):
        pages = [numbers[i] for i in run]
        title = texts[run[0] - 1] if run[0] else ""
        if is_paged and len(run) >= RUN and pages == sorted(pages) and "ontents" in title.title():
            found.update(run)
    return found


def _named(text: str) -> str:
    """A title without its number, marks and page."""
    bare = LINK.sub(lambda match: match.group().partition("](")[0], text)
    return re.sub(r"^[\W\d]+|[\W\d]+$", "", bare).lower()


def _runs(flags: Sequence[bool]) -> Iterator[tuple[bool, list[int]]]:
    for flag, run in groupby(range(len(flags)), key=flags.__getitem__):
        yield flag, list(run)
