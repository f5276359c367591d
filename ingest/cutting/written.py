"""The form in which the text of a PDF, an office document or a web page is stored.

Such a file has no text of its own that offsets could count in, so its reader writes one: a blank
line between paragraphs, `#` before headings, `- ` or the number before list items, `| ` before
table rows, each of these on one line. What `Writer` writes, `outline_written` reads back to the
letter: a library can be cut anew without the files.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from ingest.documents import Block
from vectorstore.library.invisible import count_invisible, visible
from vectorstore.models import Heading

_HEADING = re.compile(r"(#{1,6}) (?=\S)")
_ITEM = re.compile(r"(?:-|\d{1,3}[.)]|\((?:\d{1,3}|[a-z])\)|[a-z]\)) (?=\S)")
_ROW = re.compile(r"\| (?=\S)")
_BULLET = re.compile(
    r"[•●▪■◦○‣⁃∙·*–—\uf0b7\uf0a7\uf0d8\uf0fc\uf076-] *\t* +(?=\S)|[•●▪■‣\uf0b7\uf0a7](?=\w)"
)
_GUARD = re.compile(r"^(#{1,6}|\|) ", re.MULTILINE)
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")
HEADING_CHARACTERS = 160
STRONG_CHARACTERS, STRONG_WORDS = 100, 14


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One block to be: its mark and its text. `turns` are offsets in `text` where a page begins."""

    kind: str
    mark: str
    text: str
    strong: bool = False
    turns: tuple[int, ...] = ()


def clean(text: str) -> str:
    """Text as it is stored: no invisible or control characters, white space as single spaces.

    Line breaks stay. Applied to its own result it changes nothing.
    """
    text = _NOT_TEXT.sub("", visible(_HALF.sub("\N{REPLACEMENT CHARACTER}", text)))
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).strip()


class Writer:
    """Takes the blocks of a document in reading order and gives its text. `invisible` counts the
    characters that were left out because nobody sees them."""

    def __init__(self) -> None:
        self._pieces: list[_Piece] = []
        self._page_starts: list[int] = []  # the number of pieces before each page
        self.invisible = 0

    def page(self) -> None:
        """A page begins here. Say so before its first block, also for a page without any."""
        self._page_starts.append(len(self._pieces))

    def heading(self, text: str, level: int) -> None:
        """A heading, outermost level 1; one that is a whole paragraph is written as such."""
        line = self._one_line(text)
        if len(line) > HEADING_CHARACTERS:
            self.paragraph(text)
        elif line:
            mark = "#" * min(max(level, 1), 6) + " "
            self._add(_Piece(kind="heading", mark=mark, text=line))

    def item(self, text: str, mark: str = "-", *, turns: Sequence[int] = ()) -> None:
        """A list item; `mark` is "-" or its number. One that `outline_written` does not know is
        kept as the item's first word: "7.1", "iv)", "Step 6:"."""
        line = text if turns else self._one_line(text)
        if mark == "-" and not turns:
            line = split_mark(line)[1] if _BULLET.match(line) else line
        if line:
            mark = mark if _ITEM.match(mark + " x") else _without_stop(self._one_line(mark))
            known = mark if _ITEM.match(mark + " x") else "-"
            line = line if known == mark or turns else f"{mark} {line}"
            self._add(_Piece(kind="item", mark=known + " ", text=line, turns=tuple(turns)))

    def row(self, cells: Sequence[str]) -> None:
        """A table's row; empty cells are left out."""
        shown = [line for line in map(self._one_line, cells) if line]
        if shown:
            self._add(_Piece(kind="row", mark="| ", text=" | ".join(shown)))

    def paragraph(self, text: str, *, strong: bool = False, turns: Sequence[int] = ()) -> None:
        """A paragraph, in which line breaks stay; lines that begin with a bullet become items.

        `strong` says that all of it is set in bold: then it may be a heading. `turns` are offsets
        in `text` where a page begins; with them the text must be clean already.
        """
        if turns:
            self._prose([text], strong, turns)
            return
        prose: list[str] = []
        for line in self._cleaned(text).split("\n"):
            mark, rest = split_mark(line)
            if mark:
                self._prose(prose, strong)
                prose = []
                self.item(rest, mark)
            elif line:
                prose.append(line)
        self._prose(prose, strong)

    def finish(self) -> tuple[str, tuple[int, ...]]:
        """The text, and the offset at which each page begins."""
        parts: list[str] = []
        starts: list[int] = []
        turns: list[int] = []
        length, before = 0, ""
        for piece in _with_levels(self._pieces):
            if parts:
                parts.append("\n" if piece.kind == before in ("item", "row") else "\n\n")
                length += len(parts[-1])
            starts.append(length)
            turns += [length + len(piece.mark) + turn for turn in piece.turns]
            parts.append(piece.mark + piece.text)
            length += len(parts[-1])
            before = piece.kind
        starts.append(length)
        begins = [starts[number] if number else 0 for number in self._page_starts]
        return "".join(parts), tuple(sorted(begins + turns))

    def _add(self, piece: _Piece) -> None:
        assert not piece.turns or clean(piece.text) == piece.text, "turns count in clean text"
        self._pieces.append(piece)

    def _prose(self, lines: Sequence[str], strong: bool, turns: Sequence[int] = ()) -> None:
        if lines:
            # What would read as a heading or a row gets a space that keeps it from it.
            text = _GUARD.sub("\\1\N{NO-BREAK SPACE}", "\n".join(lines))
            piece = _Piece(kind="prose", mark="", text=text, strong=strong, turns=tuple(turns))
            self._pieces.append(piece)

    def _cleaned(self, text: str) -> str:
        self.invisible += count_invisible(text)
        return clean(text)

    def _one_line(self, text: str) -> str:
        return " ".join(self._cleaned(text).split())


def _without_stop(mark: str) -> str:
    """A mark that no sentence ends behind: "iv)" for "iv.", "1.1" for "1.1."."""
    if not mark.endswith("."):
        return mark
    return mark[:-1] + ")" if mark[:-1].isalpha() else mark.rstrip(".")


def split_mark(line: str) -> tuple[str, str]:
    """The mark of a list item and what follows it; no mark where the line is none."""
    if found := _ITEM.match(line):
        return found.group().strip(), line[found.end() :]
    if found := _BULLET.match(line):
        return "-", line[found.end() :]
    return "", line


def _with_levels(pieces: Sequence[_Piece]) -> list[_Piece]:
    """Short bold paragraphs that stand over something are headings, below the one above them.

    Levels are those that are used, from 1 on without gaps.
    """
    found: list[_Piece] = []
    used = sorted({piece.mark for piece in pieces if piece.kind == "heading"}, key=len)
    level = 0
    for piece, following in zip_longest(pieces, pieces[1:]):
        if piece.kind == "heading":
            level = used.index(piece.mark) + 1
            piece = replace(piece, mark="#" * level + " ")
        elif piece.strong and following is not None and _may_be_heading(piece.text):
            piece = replace(piece, kind="heading", mark="#" * min(level + 1, 6) + " ")
        found.append(piece)
    return found


def _may_be_heading(text: str) -> bool:
    return (
        len(text) <= STRONG_CHARACTERS
        and len(text.split()) <= STRONG_WORDS
        and "\n" not in text
        and any(c.isalpha() for c in text)
        and text[-1] not in ".!;,"
    )


def outline_written(text: str) -> tuple[list[Block], list[Heading]]:
    """Blocks and headings of a text that `Writer` wrote."""
    blocks: list[Block] = []
    headings: list[Heading] = []
    start, flows = 0, False
    for line in text.split("\n"):
        end = start + len(line)
        if not line:
            flows = False
        elif found := _HEADING.match(line):
            begin = start + found.end()
            blocks.append(Block(start=begin, end=end, kind="heading"))
            level = len(found.group(1))
            headings.append(Heading(start=begin, end=end, level=level, title=line[found.end() :]))
            flows = False
        elif found := _ITEM.match(line) or _ROW.match(line):
            kind = "row" if line[0] == "|" else "item"
            blocks.append(Block(start=start + found.end(), end=end, kind=kind))
            flows = False
        elif flows:
            blocks[-1] = replace(blocks[-1], end=end)
        else:
            blocks.append(Block(start=start, end=end, kind="prose"))
            flows = True
        start = end + 1
    return blocks, headings
