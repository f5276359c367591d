"""The rows of a sheet as text: each says by itself what it is about."""

import re
from collections.abc import Collection, Iterator, Sequence

from ingest.cutting.written import Writer
from ingest.readers.tables import stand_alone

Grid = Sequence[Sequence[str]]

LONGEST = 380  # characters of a row: a longer one would be cut in the middle of a cell
REPEATED = 80  # characters of a first cell that is said again where its row goes on
_FIGURE = re.compile(r"[^\w]*\d[\d\s.,:/%()+-]*\W*")
_YEAR = re.compile(r"(?:19|20)\d\d")


def tables_in(grid: Grid) -> Iterator[tuple[int, Grid]]:
    """The tables of a sheet, apart by empty rows and columns, each with its first row's number."""
    for first, rows in _filled_runs(grid):
        columns = [list(column) for column in zip(*_even(rows), strict=True)]
        for _, found in _filled_runs(columns):
            yield first, [list(row) for row in zip(*found, strict=True)]


def write_table(
    writer: Writer, table: Grid, *, marked: Collection[int] = (), loose: bool = False
) -> None:
    """Write a table's rows, those below its headings with the headings before their cells.

    Lines over the table that fill one cell are paragraphs. `marked` are rows that are set as
    headings; `loose` says that names alone may be headings, as in files that have a first row of
    them by custom.
    """
    if len(table[0]) == 1:  # a line or a list, no table
        for [cell] in table:
            finished = len(table) == 1 or cell.rstrip().endswith((".", "!", "?"))
            writer.paragraph(cell) if finished else writer.row([cell])
        return
    first = 0
    while first + 1 < len(table) and sum(map(bool, table[first])) == 1:
        writer.paragraph(next(filter(None, table[first])))
        first += 1
    body = table[first:]
    headed = len(body) > 1 and _is_headed(body, marked=first in marked, loose=loose)
    for row in stand_alone(body, headed=headed):
        for part in _parts([cell for cell in row if cell]):
            writer.row(part)


def _even(rows: Grid) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _filled_runs(rows: Grid) -> Iterator[tuple[int, list[Sequence[str]]]]:
    """Runs of rows that hold something, each with where it begins."""
    run: list[Sequence[str]] = []
    for number, row in enumerate([*rows, []]):
        if any(cell.strip() for cell in row):
            run.append(row)
        elif run:
            yield number - len(run), run
            run = []


def _is_headed(table: Grid, *, marked: bool, loose: bool) -> bool:
    """Whether the first row names the columns: names that differ, over something else."""
    heads, body = [cell.strip() for cell in table[0]], table[1:]
    named = heads if heads[0] else heads[1:]  # the corner may be empty
    if len(heads) < 2 or not all(named) or len(set(named)) < len(named):
        return False
    figures = [head for head in named if _FIGURE.fullmatch(head)]
    if any(not _YEAR.fullmatch(head) for head in figures) or len(figures) == len(heads):
        return False
    if marked or loose or len(heads) > 2:
        return True
    return any(
        not _has_figure(head) and all(_has_figure(row[i]) for row in body)
        for i, head in enumerate(heads)
    )


def _has_figure(cell: str) -> bool:
    return any(c.isdigit() for c in cell)


def _parts(cells: Sequence[str]) -> Iterator[Sequence[str]]:
    """A row in parts that are not too long, each of which begins with its first cell."""
    if not cells:
        return
    again = [cells[0]] if len(cells[0]) <= REPEATED else []
    part: list[str] = []
    for cell in cells:
        if len(part) > len(again) and sum(len(c) + 3 for c in part) + len(cell) > LONGEST:
            yield part
            part = list(again)
        part.append(cell)
    yield part
