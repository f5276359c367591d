"""A quote as it is shown: to the letter, but for the marks of its markup.

What is quoted and proved is the source's own text; what is read is this. Nothing is added to it
but what sets cells, rows and items apart, and no letter changes its place. Where a sign may say
something it stays: "2*3*4", "> 60 years", ~~struck out~~.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

BETWEEN = " · "  # the cells of a row, and items that end in no stop of their own
ROWS = "; "

_MARKS = "escape backticks emphasis link image html_inline".split()
_TAG = re.compile(r"<(/?)(\w+)")
_OPENING = re.compile(r"(?:</?\w[^<>]*>\s*)*<[a-z][^<>]*=[^<>]*>(?:\s*</?\w[^<>]*>)*")
_PICTURE = re.compile(r"<img\b[^<>]*?\balt=\"([^\"<>]*)\"[^<>]*>")
_EMPTY = ("br", "hr", "img")
_WITHIN = frozenset(
    "a abbr b cite code del em i ins kbd mark q s small span strong sub sup u".split()
)
# What stands before the words of a line. A sign before a number is a sign: "> 60 years", "- 5 °C".
_HEADING = re.compile(r"#{1,6}\s+|#{2,6}(?=\S)|#(?=\[)")
_BULLET = re.compile(r"(?:[*•●▪■‣◦⁃\uf0a7\uf0b7]\s+|[>+-]\s+(?!\d)|>(?=[*+-]\s))+")
_DASH = re.compile(r"(?:[>+*•●▪■‣◦⁃\uf0a7\uf0b7·–—-]\s+)+")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]\s")
_RULE = re.compile(r"(?=.*-)[|:\s-]+|(?:[-*_=:`~]\s*){3,}")
_CELLS = re.compile(r"(?<!\\)\|")
# Kramdown, Liquid and Govspeak: a class, a tag, a box, a callout, an abbreviation, a reference.
_TEMPLATE = re.compile(
    r"\{%.{0,300}?%\}|\{:.{0,300}?\}|(?<!\S)(?:\$CTA|:{3,})(?!\S)|^\$[ACDEIP]$",
    re.DOTALL | re.MULTILINE,
)
_CALLOUT = re.compile(r"\^(?=\S)(.*\S)\^")
_ABBREVIATION = re.compile(r"\*\[([^\[\]]+)\]:")
_REFERENCE = re.compile(r"(?<![!\\])\[([^\[\]^]*[^\W\d_][^\[\]]*)\]\[[^\[\]^]*\]")
_SIGN = re.compile(r"(?<=[^\W_])\*+(?=[^\W_])")  # within a word or a sum: no mark
_HELD = "\ufdd0"  # stands for such a star while the marks are read; no text has it
_HALF = re.compile(
    r"(?<![\w*])\*\*(?=[^\W_])|(?<=[^\W\d_]|[.,;:!?)”’\"])\*\*(?![\w*])"
)  # cut in two
_STOP = re.compile(r"[.,;:!?…][\"”’')]*$")


def shown(text: str, kind: str = "prose") -> str:
    """A quote without the marks of Markdown, HTML and Govspeak, on one line.

    `kind` is its sentence's: what opens an "item" is a list's mark whatever follows. A number that
    opens one is kept, and so are entities, footnote marks and what stands in `code`.
    """
    said, before = "", ""
    for opened, block in _blocks(text, kind):
        cells = _CELLS.split(block) if opened == "row" else [block]
        words = BETWEEN.join(filter(None, (_inline(cell, text) for cell in cells)))
        if words:
            between = " "
            if opened == before and not _STOP.search(said):
                between = {"row": ROWS, "item": BETWEEN}.get(opened, " ")
            said += (between if said else "") + words
            before = opened
    return said


def _blocks(text: str, kind: str) -> Iterator[tuple[str, str]]:
    """The paragraphs, items, headings and rows of a text, each with what it is and without the
    mark that opens it. Lines that flow together are one: a link may go on in the next."""
    opened, block = "prose", ""
    for line in map(str.strip, _TEMPLATE.sub(" ", text).splitlines()):
        starts, rest = _opened(line, kind)
        if not rest or starts != "prose" or opened in ("heading", "row"):
            yield opened, block
            opened, block = starts, rest
        else:
            block = f"{block} {rest}".strip()
    yield opened, block


def _opened(line: str, kind: str) -> tuple[str, str]:
    """What a line opens, "prose" where it may go on with the one before; and its words."""
    if _RULE.fullmatch(line):
        return "prose", ""
    if line.startswith("|"):
        return "row", line
    if bullet := (_DASH if kind == "item" else _BULLET).match(line):
        return "item", line[bullet.end() :]
    if heading := _HEADING.match(line):
        return "heading", re.sub(r"\s#+$", "", line[heading.end() :])
    callout = _CALLOUT.fullmatch(line)
    return "item" if _NUMBER.match(line) else "prose", callout[1] if callout else line


def _inline(block: str, text: str) -> str:
    block = _PICTURE.sub(r"\1", block)
    if opening := _OPENING.match(block):
        block = block[opening.end() :]
    block = _REFERENCE.sub(r"\1", _ABBREVIATION.sub(r"\1:", block))
    words = ""
    held = _SIGN.sub(lambda sign: _HELD * len(sign[0]), block)
    for token in _flat(_parser().parseInline(held)):
        tag = _TAG.match(token.content) if token.type == "html_inline" else None
        if tag is None or _is_said(tag, words, text):
            words += token.content
        elif tag[2].lower() not in _WITHIN:
            words += " "
    return " ".join(_HALF.sub("", words).replace(_HELD, "*").split())


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens that hold text, in its order; an image has that which stands for it."""
    for token in tokens:
        if token.children is None:
            yield token
        else:
            yield from _flat(token.children)


def _is_said(tag: re.Match[str], before: str, text: str) -> bool:
    """Whether a tag is itself what the text is about ("the <h1> is read out first"): one of a pair
    whose other is nowhere."""
    ends, name = tag.groups()
    if name.lower() in _EMPTY:
        return False
    if ends:
        opened = re.search(rf"<{name}\b", text, re.IGNORECASE)
        return not opened and re.search(r"\w $", before) is not None
    return f"</{name}".lower() not in text.lower()


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """CommonMark's marks within a line, and no others: entities stay as they are."""
    return MarkdownIt("zero", {"html": True, "maxNesting": 20}).enable(_MARKS)
