"""Table rows that make sense alone: each cell with its column's heading, where there is one."""

import re
from collections.abc import Sequence

LABEL_CHARACTERS, LABEL_WORDS = 60, 8
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/–]\d{2,4})?")


def stand_alone(rows: Sequence[Sequence[str]], *, headed: bool | None = None) -> list[list[str]]:
    """The rows, those below the column headings with "heading: " before each cell.

    `headed` says whether the first row holds the headings; None is "judge by its looks".
    """
    filled = [[" ".join(cell.split()) for cell in row] for row in rows]
    filled = [row for row in filled if any(row)]
    if len(filled) < 2 or not (_looks_headed(filled) if headed is None else headed):
        return filled
    heads = filled[0]
    return [heads, *([_with_heads(heads, row) for row in filled[1:]])]


def _with_heads(heads: Sequence[str], row: Sequence[str]) -> list[str]:
    if sum(map(bool, row)) < 2:  # a row that spans the table says what it is about by itself
        return list(row)
    found = []
    for i, cell in enumerate(row):
        head = heads[i].rstrip(": ") if i < len(heads) else ""
        named = cell and head and _is_label(head) and head.casefold() != cell.casefold()
        found.append(f"{head}: {cell}" if named else cell)
    return found


def _looks_headed(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: short names without figures, over more than names.

    Two columns are as often names and values, so there one column must hold figures throughout.
    """
    heads, body = rows[0], rows[1:]
    width = len(heads)
    named = heads[1:] if not heads[0] else heads
    if width < 2 or len(set(heads)) < width or not all(named) or not all(map(_is_label, named)):
        return False
    if any(_has_figure(head) and not _YEAR.fullmatch(head) for head in named):
        return False
    if any(len(row) != width for row in body):
        return False
    if width > 2:
        return True
    return len(body) > 1 and any(all(_has_figure(row[i]) for row in body) for i in range(width))


def _is_label(text: str) -> bool:
    return len(text) <= LABEL_CHARACTERS and len(text.split()) <= LABEL_WORDS


def _has_figure(text: str) -> bool:
    return any(c.isdigit() for c in text)
