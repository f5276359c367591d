"""Tables in Markdown: their rows, each with its columns' headings; and rows of headings alone.

A row of Markdown is stored as the file has it, so that offsets count in the file. What the row
says is there only with the first row of its table: `| Vik | 29 |` is read as "Harbour: Vik |
Boats: 29", the form in which other readers write rows.
"""

import re
from collections.abc import Iterator

from ingest.documents import Document

# GitHub Flavored Markdown, tables: the line between the headings and the rows.
_DELIMITER = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")
_BAR = re.compile(r"(?<!\\)\|")
_MARKS = re.compile(r"[*_`]+")
LONGEST = 600  # characters of a row as it is read: a longer one is read as it stands


def rows_as_read(document: Document) -> dict[int, str]:
    """The number of a block that is a row of Markdown below headings → how it is read."""
    found: dict[int, str] = {}
    heads: list[str] = []
    for i, above, row, between in _pairs(document):
        lines = between.count("\n")
        if lines != 1:
            heads = _headings(above, between) if lines == 2 else []
        if heads:
            said = _with_heads(heads, _cells(row))
            if said and len(said) <= LONGEST:
                found[i] = said
    return found


def heads_of_tables(document: Document) -> frozenset[int]:
    """The numbers of the blocks that are rows of headings: rows below say each of them again, or
    the line of Markdown stands under them that sets them off."""
    found = set()
    for i, above, row, between in _pairs(document):
        heads, below = _cells(above), _cells(row)
        again = len(below) > 1 and all(
            any(cell.startswith(f"{head}: ") for head in heads if head) for cell in below
        )
        if again or (between.count("\n") == 2 and _headings(above, between)):
            found.add(i - 1)
    return frozenset(found)


def _pairs(document: Document) -> Iterator[tuple[int, str, str, str]]:
    """Rows that follow one another: the second one's number, both texts, and what lies between; a
    row that follows none has the block above it in its place, far away."""
    text, blocks = document.text, document.blocks
    for i, (above, row) in enumerate(zip(blocks, blocks[1:], strict=False), start=1):
        if row.kind == "row":
            far = above.kind != "row"
            between = "" if far else text[above.end : row.start]
            yield i, text[above.start : above.end], text[row.start : row.end], between


def _headings(row: str, between: str) -> list[str]:
    """The headings in a row, where the line below it says that it holds them."""
    heads = [_MARKS.sub("", cell) for cell in _cells(row)]
    line = between.strip()
    told = _DELIMITER.fullmatch(line) is not None and len(_cells(line)) == len(heads)
    return heads if told and len(heads) > 1 else []


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _BAR.split(line)]
    first, last = int(not cells[0]), len(cells) - int(not cells[-1])
    return cells[first:last]


def _with_heads(heads: list[str], cells: list[str]) -> str:
    """The filled cells of a row, each after its heading where that says something else."""
    said = (
        f"{head}: {cell}" if head and head.casefold() != cell.casefold() else cell
        for head, cell in zip(heads, cells, strict=False)
        if cell
    )
    return " | ".join(said)
