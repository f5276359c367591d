"""The outline of a text: its headings, paragraphs, list items and rows, with exact offsets."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.documents import Block
from vectorstore.library.invisible import visible
from vectorstore.models import Heading

_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*)", re.DOTALL)
_UNDERLINE = re.compile(r"=+|-{2,}")
_RULE = re.compile(r"([-*_=][ \t]*){3,}$")
_FENCE = re.compile(r"`{3,}|~{3,}")
_BULLET = re.compile(r"(?:[•●▪‣◦·*+–—-]|\(?(?:\d{1,2}|[a-zA-Z])[.)])[ \t]+(?=\S)")
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*[.)]?|[IVX]{1,4}\.)[ \t]+(?=\S)")
_RANKED = re.compile(r"[/§■►#]+[ \t]*(?=\w)")
_FINISHED = re.compile(r"[.!?…:;][\"”’'»)\]*_⁰¹²³⁴-⁹]*$")
_STAMP = re.compile(
    r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|\t|\s{3,}|@|://|^(\d{1,2} )?[A-Z][a-z]+ \d{4}$|^[\W\d]*$"
)
_LABEL = re.compile(r"[A-Z]\w+:\s")

# Of a link, told to the reader's program alone; a footnote is shown.
_DEFINITION = re.compile(
    r"\[(?!\^)[^\]\n]{1,200}\]:[ \t]*\S+(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?"
)

WHITE = " \t\v\f\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029"
HEADING_CHARACTERS, HEADING_WORDS = 100, 16
LONG_LINE = 60
LONGEST_HEADING = 300  # characters, of one that is marked as such


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line that is not blank: `text[start:end]` without the white space around it."""

    start: int
    end: int
    text: str
    after_blank: bool


def outline_markdown(text: str, start: int = 0) -> tuple[list[Block], list[Heading]]:
    """Blocks and headings of Markdown from offset `start` on; a paragraph's lines flow together.

    What is not shown where Markdown is read is in no block: comments, definitions of links.
    """
    blocks: list[Block] = []
    headings: list[Heading] = []
    open_block = False
    for line, fenced in _shown_lines(text, start):
        if fenced or line.text.startswith("|"):
            open_block = False
            if not re.fullmatch(r"[|:\s-]+", line.text):
                blocks.append(Block(start=line.start, end=line.end, kind="row"))
        elif (found := _MARKDOWN_HEADING.match(line.text)) and _fits(found.group(2)):
            open_block = False
            title = _without_closing_marks(found.group(2))
            if title:
                begin = line.start + found.start(2)
                level = len(found.group(1))
                _add_heading(blocks, headings, text, begin, begin + len(title), level)
        elif open_block and not line.after_blank and _underlines(line, blocks[-1], text):
            over, open_block = blocks.pop(), False
            level = 1 if line.text[0] == "=" else 2
            _add_heading(blocks, headings, text, over.start, over.end, level)
        elif _RULE.match(line.text):
            open_block = False
        elif found := _BULLET.match(line.text):
            blocks.append(Block(start=line.start + found.end(), end=line.end, kind="item"))
            open_block = True
        elif open_block and not line.after_blank:
            last = blocks[-1]
            blocks[-1] = Block(start=last.start, end=line.end, kind=last.kind)
        else:
            quoted = len(line.text) - len(line.text.lstrip(">" + WHITE))
            if quoted < len(line.text):
                blocks.append(Block(start=line.start + quoted, end=line.end, kind="prose"))
                open_block = True
    return blocks, headings


def _shown_lines(text: str, start: int) -> Iterator[tuple[_Line, bool]]:
    """The lines that a reader of Markdown sees, and whether each stands in a fenced block.

    A line is cut where a comment stands in it, and what follows a comment is a paragraph of its
    own: a quote is a slice, and must not hold what lay between.
    """
    fence = ""  # what closes the open fence
    hidden = start  # where the comment ends that was last begun
    after_hidden = False
    for line in _lines(text, start):
        if not fence and line.end <= hidden:
            continue
        mark = _FENCE.match(line.text) if line.start >= hidden else None
        if mark and not fence:
            fence = mark.group()
        elif mark and line.text.startswith(fence) and not line.text.strip(fence[0]):
            fence = ""
        elif fence:
            yield line, True
        elif not _DEFINITION.fullmatch(line.text):
            begin = max(line.start, hidden)
            while (at := text.find("<!--", begin, line.end)) >= 0:
                yield from _part(text, begin, at, line, after_hidden)
                end = text.find("-->", at + 4)
                begin = hidden = len(text) if end < 0 else end + 3
                after_hidden = True
            if begin < line.end:
                yield from _part(text, begin, line.end, line, after_hidden)
                after_hidden = False
        else:
            after_hidden = True


def _part(
    text: str, start: int, end: int, line: _Line, after_hidden: bool
) -> Iterator[tuple[_Line, bool]]:
    """What is left of a line between comments, where that is anything."""
    part = text[start:end].strip()
    if part:
        begin = text.index(part[0], start)
        after = after_hidden or line.after_blank
        yield _Line(start=begin, end=begin + len(part), text=part, after_blank=after), False


def _fits(title: str) -> bool:
    """Whether a title is no longer than a title may be: it stands before each of its passages."""
    return len(title) <= LONGEST_HEADING


def _underlines(line: _Line, over: Block, text: str) -> bool:
    """Whether a line of = or - makes the one line of prose above it a heading."""
    return (
        _UNDERLINE.fullmatch(line.text) is not None
        and over.kind == "prose"
        and over.end - over.start <= LONGEST_HEADING
        and "\n" not in text[over.start : over.end]
    )


def _without_closing_marks(title: str) -> str:
    """A heading without the #s that may close it; those of a word ("C#") are its own."""
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else title


def outline_plain(text: str) -> tuple[list[Block], list[Heading]]:
    """Blocks and headings of plain text, read from its layout.

    A heading is a short, unfinished line that starts with a capital or a number and stands over
    a paragraph, a list or a further heading. A line that breaks off is joined to one that goes on
    in lower case, also over a blank line (a page turned in the middle of a sentence).
    """
    lines = _lines(text, 0)
    wrapped = _is_wrapped(lines)
    heading = _find_headings(lines, wrapped)
    ranked = any(heading[i] and _RANKED.match(line.text) for i, line in enumerate(lines))
    blocks: list[Block] = []
    headings: list[Heading] = []
    for i, line in enumerate(lines):
        if heading[i]:
            mark = _RANKED.match(line.text)
            level = _rank(line) + 1 if ranked else max(_rank(line), 1)
            begin = line.start + (mark.end() if mark else 0)
            _add_heading(blocks, headings, text, begin, line.end, level)
        elif "\t" in line.text or line.text.startswith("|"):
            blocks.append(Block(start=line.start, end=line.end, kind="row"))
        elif found := _BULLET.match(line.text):
            blocks.append(Block(start=line.start + found.end(), end=line.end, kind="item"))
        elif i and not heading[i - 1] and _goes_on(lines[i - 1], line, wrapped):
            last = blocks[-1]
            blocks[-1] = Block(start=last.start, end=line.end, kind=last.kind)
        else:
            blocks.append(Block(start=line.start, end=line.end, kind="prose"))
    return blocks, headings


def heading_paths(headings: Sequence[Heading]) -> list[str]:
    """For each heading, itself below those above it, outermost first, joined by " › "."""
    paths = []
    path: list[Heading] = []
    for heading in headings:
        path = [h for h in path if h.level < heading.level] + [heading]
        paths.append(" › ".join(h.title for h in path))
    return paths


def _lines(text: str, start: int) -> list[_Line]:
    lines = []
    after_blank = True
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        content = text[start:end].strip()
        if content:
            begin = start + text[start:end].index(content[0])
            lines.append(
                _Line(start=begin, end=begin + len(content), text=content, after_blank=after_blank)
            )
        after_blank = not content
        start = end + 1
    return lines


def _is_wrapped(lines: Sequence[_Line]) -> bool:
    """Whether lines are cut at a column, so that a line's end says nothing."""
    pairs = [(a, b) for a, b in zip(lines, lines[1:], strict=False) if not b.after_blank]
    if len(pairs) < 5 or max(len(line.text) for line in lines) > 130:
        return False
    cut = [a for a, b in pairs if len(a.text) >= 45 and not _FINISHED.search(a.text)]
    return len(cut) / len(pairs) > 0.4


def _goes_on(before: _Line, line: _Line, wrapped: bool) -> bool:
    """Whether `line` continues the paragraph of `before`."""
    if "\t" in before.text:
        return False
    if line.text[0].islower() and not _FINISHED.search(before.text):
        return not line.after_blank or len(before.text) >= LONG_LINE
    return wrapped and not line.after_blank


def _find_headings(lines: Sequence[_Line], wrapped: bool) -> list[bool]:
    """Which lines are headings; decided from the end, as a heading stands over something."""
    found = [False] * len(lines)
    for i in range(len(lines) - 2, -1, -1):
        line, below = lines[i], lines[i + 1]
        if not _may_be_heading(line) or (wrapped and not (line.after_blank and below.after_blank)):
            continue
        if i and _goes_on(lines[i - 1], line, wrapped) and not found[i - 1]:
            continue
        if found[i + 1]:  # over a heading of a lower rank only
            found[i] = _rank(line) < _rank(below)
        else:
            found[i] = (
                len(below.text) >= LONG_LINE
                or "\t" in below.text
                or _BULLET.match(below.text) is not None
            )
    return found


def _rank(line: _Line) -> int:
    """The outermost 0: marked headings, plain ones, numbered ones."""
    if _RANKED.match(line.text):
        return 0
    return 2 if _NUMBERED.match(line.text) else 1


def _may_be_heading(line: _Line) -> bool:
    mark = _RANKED.match(line.text)
    content = line.text[mark.end() :] if mark else line.text
    numbered = _NUMBERED.match(content)
    if numbered:
        content = content[numbered.end() :]
    elif _BULLET.match(content):
        return False
    letter = next((c for c in content if c.isalnum()), "")
    return (
        len(content) <= HEADING_CHARACTERS
        and len(content.split()) <= HEADING_WORDS
        and (letter.isupper() or letter.isdigit())
        and any(c.isalpha() for c in content)
        and content[0] not in "\"“‘'*([<"
        and (not _FINISHED.search(content) or content.endswith("?"))
        and not content.endswith((",", "–", "-", ">"))
        and not _STAMP.search(content)
        and not _LABEL.match(content)
    )


def _add_heading(
    blocks: list[Block], headings: list[Heading], text: str, start: int, end: int, level: int
) -> None:
    blocks.append(Block(start=start, end=end, kind="heading"))
    title = visible(re.sub(r"[*_`]+", "", text[start:end])).strip()
    headings.append(Heading(start=start, end=end, level=level, title=title))
