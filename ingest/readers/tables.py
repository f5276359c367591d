"""Table rows that make sense alone: each cell with its column's heading, where there is one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

LABEL_CHARACTERS, LABEL_WORDS = 60, 8
MOST_HEADS = 5  # rows of headings
MOST_SPANNED = 200  # columns or rows that one cell may span
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/–]\d{2,4})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as it is declared: its text, and how many columns and rows it spans."""

    text: str = ""
    columns: int = 1
    rows: int = 1


def span(value: str | None) -> int:
    """A declared number of columns or rows, within reason; 1 where it says nothing."""
    value = (value or "").strip()
    return min(max(int(value), 1), MOST_SPANNED) if value.isdecimal() else 1


def stand_alone(rows: Sequence[Sequence[str]], *, headed: bool | None = None) -> list[list[str]]:
    """As `rows_alone`, of texts: `headed` says whether the first row holds the headings."""
    cells = [[Cell(text=text) for text in row] for row in rows]
    return rows_alone(cells, heads=None if headed is None else int(headed))


def rows_alone(rows: Iterable[Sequence[Cell]], *, heads: int | None = None) -> list[list[str]]:
    """The rows, those below the column headings with "heading: " before each cell.

    What spans rows stands in each of them; what spans columns is named by all of their headings.
    `heads` says how many rows hold headings; None is "judge by their looks".
    """
    laid = laid_out(rows)
    width = max((_width(row) for row in laid), default=0)
    if heads is not None:
        heads = sum(map(_filled, laid[:heads]))
    laid = [row for row in laid if _filled(row)]
    titles = 0  # rows over the whole width, above the headings
    while titles < len(laid) and max(cell.columns for cell in laid[titles]) == width > 1:
        titles += 1
    if heads:
        heads = heads - titles if heads > titles else None
    table = laid[titles:]
    above = _head_rows(table, width, heads)
    names = _Names(table[:above])
    found = [_texts(row) for row in laid[: titles + above]]
    return found + [_with_heads(names, row) if above else _texts(row) for row in table[above:]]


def laid_out(rows: Iterable[Sequence[Cell]]) -> list[list[Cell]]:
    """Each row's cells from the first column on without a gap, those that span rows in each."""
    found: list[list[Cell]] = []
    hanging: dict[int, Cell] = {}  # column → what reaches down into it; its rows are those to go
    for cells in rows:
        row: list[Cell] = []
        column = 0
        for cell in cells:
            column = _carry(hanging, column, row)
            clean = replace(cell, text=" ".join(cell.text.split()))
            row.append(replace(clean, rows=1))
            if cell.rows > 1:
                hanging[column] = replace(clean, rows=cell.rows)  # this row is counted below
            column += cell.columns
        for later in sorted(key for key in hanging if key >= column):
            row += [Cell()] * (later - column)
            column = _carry(hanging, later, row) if later >= column else column
        for start, cell in list(hanging.items()):
            if cell.rows <= 1:
                del hanging[start]
            else:
                hanging[start] = replace(cell, rows=cell.rows - 1)
        found.append(row)
    return found


def _carry(hanging: dict[int, Cell], column: int, row: list[Cell]) -> int:
    while column in hanging:
        row.append(replace(hanging[column], rows=1))
        column += hanging[column].columns
    return column


def _width(row: Sequence[Cell]) -> int:
    return sum(cell.columns for cell in row)


def _filled(row: Sequence[Cell]) -> bool:
    return any(cell.text for cell in row)


def _texts(row: Sequence[Cell]) -> list[str]:
    return [cell.text for cell in row]


def _placed(row: Sequence[Cell]) -> Iterator[tuple[int, Cell]]:
    column = 0
    for cell in row:
        yield column, cell
        column += cell.columns


class _Names:
    """What the rows of headings call each column, level by level."""

    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._levels = [
            {start + i: cell.text for start, cell in _placed(row) for i in range(cell.columns)}
            for row in rows
        ]

    def of(self, start: int, columns: int) -> str:
        """ "2022, hake" of one column, "Monday/Tuesday" of two; empty where it is no label."""
        parts: list[str] = []
        for level in self._levels:
            said = dict.fromkeys(level.get(start + i, "").rstrip(": ") for i in range(columns))
            text = "/".join(filter(None, said))
            if text and text not in parts:
                parts.append(text)
        return ", ".join(parts) if all(map(_is_label, parts)) else ""


def _with_heads(names: _Names, row: Sequence[Cell]) -> list[str]:
    filled = [(start, cell) for start, cell in _placed(row) if cell.text]
    if len(filled) < 2 and (not filled or not filled[0][0] or filled[0][1].columns > 1):
        return _texts(row)  # a row that spans the table says what it is about by itself
    found = []
    for start, cell in _placed(row):
        head = names.of(start, cell.columns) if cell.text else ""
        named = head and head.casefold() != cell.text.casefold()
        found.append(f"{head}: {cell.text}" if named else cell.text)
    return found


def _head_rows(rows: Sequence[Sequence[Cell]], width: int, told: int | None) -> int:
    """How many rows hold headings: as `told`, and those below that name the parts of a heading."""
    if len(rows) < 2 or told == 0:
        return 0
    number = min(told or 1, len(rows) - 1)
    while number < min(len(rows) - 1, MOST_HEADS) and _names_parts(rows, number, width):
        number += 1
    return number if told or _looks_headed(rows, number, width) else 0


def _names_parts(rows: Sequence[Sequence[Cell]], number: int, width: int) -> bool:
    """Whether a row names the parts of what spans columns right above it: labels, where all else
    in the row is empty or comes from above, or where those below hold figures."""
    above, row, body = rows[number - 1], rows[number], rows[number + 1 :]
    spanned = {
        start + i
        for start, cell in _placed(above)
        if cell.text and 1 < cell.columns < width
        for i in range(cell.columns)
    }
    under = [cell.text for start, cell in _placed(row) if start in spanned]
    if len(under) < 2 or not all(under) or not all(map(_is_name, under)):
        return False
    over = dict(_placed(above))
    rest = [(start, cell) for start, cell in _placed(row) if start not in spanned]
    if all(not cell.text or over.get(start) == cell for start, cell in rest):
        return True
    return all(
        any(_has_figure(cell.text) for start, cell in _placed(each) if start in spanned)
        for each in body
    )


def _looks_headed(rows: Sequence[Sequence[Cell]], number: int, width: int) -> bool:
    """Whether the first rows name the columns: short names without figures, over more than names.

    Two columns are as often names and values, so there one column must hold figures throughout.
    """
    names, body = _Names(rows[:number]), rows[number:]
    heads = [names.of(column, 1) for column in range(width)]
    named = heads[1:] if not heads[0] else heads
    if width < 2 or len(set(heads)) < width or not all(named):
        return False
    texts = [cell.text for row in rows[:number] for cell in row if cell.text]
    if not all(map(_is_name, texts)):
        return False
    if any(_width(row) != width for row in rows):
        return False
    if width > 2:
        return True
    figures = ({start for start, c in _placed(row) if _has_figure(c.text)} for row in body)
    return len(body) > 1 and bool(set.intersection(*figures))


def _is_name(text: str) -> bool:
    """Whether a text may name a column: short, and without figures but those of a year."""
    return _is_label(text) and (not _has_figure(text) or _YEAR.fullmatch(text) is not None)


def _is_label(text: str) -> bool:
    return len(text) <= LABEL_CHARACTERS and len(text.split()) <= LABEL_WORDS


def _has_figure(text: str) -> bool:
    return any(c.isdigit() for c in text)
