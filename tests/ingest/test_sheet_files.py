"""Workbooks and delimited values: rows that say by themselves what they are about, as shown."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import Font

from ingest import UnreadableFile
from ingest.documents import Document
from ingest.readers import read_file
from ingest.readers.apart import Reading
from ingest.readers.sheets.formats import shown


@pytest.fixture(scope="module")
def reading() -> Iterator[Reading]:
    with Reading() as reading:
        yield reading


def rows(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks if b.kind == "row"]


def csv_rows(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> list[str]:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return rows(read_file(tmp_path / name)[0])


def book(tmp_path: Path, *table: list[Any]) -> tuple[Workbook, Any, Path]:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in table:
        sheet.append(row)
    return made, sheet, tmp_path / "a.xlsx"


def read(made: Workbook, path: Path) -> Document:
    made.save(path)
    return read_file(path)[0]


# Delimited values


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_rows_carry_their_headings_whatever_stands_between(tmp_path: Path, mark: str) -> None:
    table = [["Harbour", "Boats in 2020", "Fee"], ["Vik", "31", '"4,50 €"'], ["Lund", "14", "-"]]
    assert csv_rows(tmp_path, "\r\n".join(mark.join(row) for row in table)) == [
        "Harbour | Boats in 2020 | Fee",
        "Harbour: Vik | Boats in 2020: 31 | Fee: 4,50 €",
        "Harbour: Lund | Boats in 2020: 14 | Fee: -",
    ]


def test_what_excel_saves_in_the_west_is_read(tmp_path: Path) -> None:
    content = "sep=;\r\nOrt;Gebühr\r\nLund;30 €\r\n".encode("cp1252")
    assert csv_rows(tmp_path, content)[1] == "Ort: Lund | Gebühr: 30 €"
    content = "Ort\tGebühr\r\nLund\t30 €\r\n".encode("utf-16")
    assert csv_rows(tmp_path, content)[1] == "Ort: Lund | Gebühr: 30 €"


def test_values_over_lines_and_in_quotes(tmp_path: Path) -> None:
    found = csv_rows(tmp_path, 'Name,Said\nRosa,"One, ""two""\nthree"\n')
    assert found[1] == 'Name: Rosa | Said: One, "two" three'


def test_figures_alone_have_no_headings(tmp_path: Path) -> None:
    assert csv_rows(tmp_path, "1,2,3\n4,5,6\n") == ["1 | 2 | 3", "4 | 5 | 6"]


def test_a_wide_row_is_cut_between_cells_and_says_its_name_again(tmp_path: Path) -> None:
    heads = ",".join(f"Question {n}" for n in range(60))
    [*_, last] = csv_rows(tmp_path, f"Name,{heads}\nRosa,{','.join(['yes'] * 60)}\n")
    assert last.startswith("Name: Rosa | Question ") and last.endswith("Question 59: yes")
    assert len(last) < 400


# How cells are shown


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.25, "0%", "25%"),
        (0.2555, "0.0%", "25.6%"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-5, "#,##0;[Red](#,##0)", "(5)"),
        (0, '0;-0;"none"', "none"),
        (30, "[$kr-41D] #,##0", "kr 30"),
        (30.5, "#,##0.00 [$€-407]", "30.50 €"),
        (30.5, '"£"#,##0.00', "£30.50"),
        (-30.5, '_-* #,##0.00\\ "kr"_-;\\-* #,##0.00\\ "kr"_-', "-30.50 kr"),
        (0.1 + 0.2, "General", "0.3"),
        (4012345678901, "General", "4012345678901"),
        (7, "000", "007"),
        (1234.5, "0.00E+00", "1.23E+03"),
        (1_500_000, '0.0,,"M"', "1.5M"),
        (1.25, "# ?/?", "1 1/4"),
        (123456789, "000-00-0000", "123-45-6789"),
        (True, "General", "TRUE"),
        (datetime(2021, 5, 4), "d mmmm yyyy", "4 May 2021"),
        (datetime(2021, 5, 4), "mm-dd-yy", "2021-05-04"),
        (datetime(2021, 5, 4, 7, 15), "dd/mm/yyyy hh:mm", "04/05/2021 07:15"),
        (date(2021, 5, 4), "[$-409]ddd d mmm yy", "Tue 4 May 21"),
        (time(7, 5), "h:mm AM/PM", "7:05 AM"),
        (timedelta(hours=27, minutes=5), "[h]:mm", "27:05"),
        (datetime(2021, 5, 4, 1, 2, 3), "mm:ss", "02:03"),
    ],
)
def test_a_cell_is_read_as_it_is_shown(value: Any, form: str, text: str) -> None:
    assert shown(value, form) == text


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.floats(), st.integers(), st.datetimes(), st.timedeltas(), st.booleans()),
    st.text(alphabet='0#?.,;%E+-/"\\_*[]$@ymdhsAPM Gx', max_size=20),
)
def test_any_value_in_any_format_is_some_text(value: Any, form: str) -> None:
    assert isinstance(shown(value, form), str)


# Workbooks


def test_sheets_are_headings_and_rows_carry_theirs(tmp_path: Path) -> None:
    made, sheet, path = book(
        tmp_path, ["Harbour", "Boats in 2020", "Share"], ["Vik", 31, 0.5], ["Lund", 14, 0.25]
    )
    sheet.title = "Fleet"
    for row in (2, 3):
        sheet.cell(row, 3).number_format = "0%"
    document = read(made, path)
    assert [h.title for h in document.headings] == ["Fleet"]
    assert rows(document)[1] == "Harbour: Vik | Boats in 2020: 31 | Share: 50%"


def test_what_is_hidden_is_left_out_and_told(tmp_path: Path) -> None:
    made, sheet, path = book(
        tmp_path, ["Harbour", "Boats", "Secret"], ["Vik", 31, "x"], ["Lost", 1, "y"]
    )
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    made.create_sheet("Veiled").append(["Veiled words"])
    made["Veiled"].sheet_state = "hidden"
    document = read(made, path)
    assert rows(document) == ["Harbour | Boats", "Harbour: Vik | Boats: 31"]
    assert "1 hidden sheet, 1 hidden row, 1 hidden column left out" in document.notes
    assert not any(word in document.text for word in ("Secret", "Lost", "Veiled"))


def test_two_columns_of_words_are_headed_where_they_are_set_so(tmp_path: Path) -> None:
    made, sheet, path = book(tmp_path, ["Owner", "Town"], ["Rosa", "Lund"], ["Bo", "Vik"])
    assert rows(read(made, path)) == ["Owner | Town", "Rosa | Lund", "Bo | Vik"]
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    assert rows(read(made, path))[2] == "Owner: Bo | Town: Vik"


def test_tables_stand_apart_and_lines_over_them_are_text(tmp_path: Path) -> None:
    made, _, path = book(
        tmp_path,
        *(["Our fleet in brief."], [], ["The harbours", None, None], ["Place", "Boats", "Men"]),
        *(["Vik", 31, 60], [], ["Town", "Ferries", "Cars"], ["Sand", 2, 12]),
    )
    document = read(made, path)
    prose = [document.text[b.start : b.end] for b in document.blocks if b.kind == "prose"]
    assert prose == ["Our fleet in brief.", "The harbours"]
    assert rows(document)[1::2] == [
        "Place: Vik | Boats: 31 | Men: 60",
        "Town: Sand | Ferries: 2 | Cars: 12",
    ]


def test_a_cell_over_several_rows_stands_in_each(tmp_path: Path) -> None:
    made, sheet, path = book(
        tmp_path, ["Coast", "Harbour", "Boats"], ["North", "Vik", 31], [None, "Lund", 14]
    )
    sheet.merge_cells("A2:A3")
    assert rows(read(made, path))[2] == "Coast: North | Harbour: Lund | Boats: 14"


def test_a_formula_without_a_value_is_told(tmp_path: Path) -> None:
    made, _, path = book(tmp_path, ["Harbour", "Boats"], ["Vik", 31], ["Sum", "=SUM(B2:B2)"])
    [note] = read(made, path).notes
    assert note.startswith("1 formula has no stored value")


def test_a_text_that_stands_in_a_million_cells_is_refused(reading: Reading, tmp_path: Path) -> None:
    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    for _ in range(2_000):
        sheet.append(["word " * 6_000])
    made.save(tmp_path / "bomb.xlsx")
    with pytest.raises(UnreadableFile, match=r"characters|unpack"):
        reading.read(tmp_path / "bomb.xlsx")
