"""Excel workbooks, opened by openpyxl (MIT): each sheet's tables as they are shown.

A formula counts by the value that was stored with it. What is hidden (sheets, rows, columns) is
left out and told.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.archive import check_archive
from ingest.readers.extract import Extract, author_of, finished, title_of
from ingest.readers.sheets.formats import shown
from ingest.readers.sheets.rows import tables_in, write_table
from vectorstore.wording import counted

Sheet = Any

MOST_CHARACTERS = 50_000_000  # in all cells: a text that is stored once may stand in a million
_WITHOUT_VALUE = re.compile(rb"<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")


def read_xlsx(path: Path) -> Extract:
    """The sheets of a workbook: a heading each, and below it its rows with their headings."""
    check_archive(path, "xl/workbook.xml")
    book = load_workbook(path, data_only=True)
    writer = Writer()
    hidden: dict[str, int] = dict.fromkeys(("sheet", "row", "column"), 0)
    characters = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            hidden["sheet"] += 1
            continue
        grid, heads = _cells(sheet, hidden)
        characters += sum(len(cell) for row in grid for cell in row)
        if characters > MOST_CHARACTERS:
            raise UnreadableFile(
                f"its cells show more than {MOST_CHARACTERS:,} characters. Save it in parts"
            )
        tables = list(tables_in(grid))
        if tables:
            writer.heading(sheet.title, 1)
        for first, table in tables:
            write_table(writer, table, marked={row - first for row in heads})
    return finished(writer, _details(book.properties), _notes(path, hidden))


def _cells(sheet: Sheet, hidden: dict[str, int]) -> tuple[list[list[str]], set[int]]:
    """What the cells that are seen show, and which of these rows are set as headings."""
    columns = set(_hidden_columns(sheet))
    spans = {
        (span.min_row, span.min_col): span
        for span in sheet.merged_cells.ranges
        if span.max_row > span.min_row
    }
    set_apart = _heading_rows(sheet)
    grid: list[list[str]] = []
    heads: set[int] = set()
    down: dict[int, tuple[int, str]] = {}  # column → the last row that a cell reaches, its text
    seen_columns: set[int] = set()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if number in sheet.row_dimensions and sheet.row_dimensions[number].hidden:
            hidden["row"] += any(cell.value is not None for cell in cells)
            continue
        row: list[str] = []
        for column, cell in enumerate(cells, start=1):
            if column in columns:
                if cell.value is not None:
                    seen_columns.add(column)
                continue
            text = shown(cell.value, cell.number_format or "General").strip()
            if (number, column) in spans:
                down[column] = (spans[number, column].max_row, text)
            if not text and down.get(column, (0, ""))[0] >= number:
                text = down[column][1]
            row.append(text)
        if number in set_apart or _is_bold(cells):
            heads.add(len(grid))
        grid.append(row)
    hidden["column"] += len(seen_columns)
    return grid, heads


def _hidden_columns(sheet: Sheet) -> Iterator[int]:
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min and dimension.max:
            yield from range(dimension.min, min(dimension.max, sheet.max_column) + 1)


def _heading_rows(sheet: Sheet) -> set[int]:
    """Rows that the sheet itself sets apart: of its tables, its filter, and what stays in view."""
    places = [table.ref for table in sheet.tables.values() if table.headerRowCount != 0]
    rows = {range_boundaries(place)[1] for place in [*places, sheet.auto_filter.ref] if place}
    frozen = sheet.freeze_panes and range_boundaries(sheet.freeze_panes)[1]
    return rows | ({frozen - 1} if frozen and frozen > 1 else set())


def _is_bold(cells: tuple[Any, ...]) -> bool:
    filled = [cell for cell in cells if cell.value is not None]
    return bool(filled) and all(cell.font is not None and cell.font.b for cell in filled)


def _details(said: Any) -> Details:
    day = said.modified or said.created
    return Details(
        title=title_of(said.title),
        author=author_of(said.creator),
        date=day.date().isoformat() if day and said.creator != "openpyxl" else None,
    )


def _notes(path: Path, hidden: dict[str, int]) -> list[str]:
    left_out = [counted(number, f"hidden {what}") for what, number in hidden.items() if number]
    notes = [f"{', '.join(left_out)} left out"] if left_out else []
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        without = sum(len(_WITHOUT_VALUE.findall(archive.read(name))) for name in sheets)
    if without:
        are = "has" if without == 1 else "have"
        notes.append(
            f"{counted(without, 'formula')} {are} no stored value: open it in its program and "
            "save it anew"
        )
    return notes
