"""What several readers read alike: numbers of lists, scripts, figures of charts, rows of tables."""

from datetime import date

import pytest

from ingest.readers.office.charts import as_shown
from ingest.readers.parts.numbers import numeral
from ingest.readers.parts.scripts import lowered, raised
from ingest.readers.tables import Cell, rows_alone
from vectorstore.library.lexicon import words


@pytest.mark.parametrize(
    ("style", "count", "shown"),
    [
        ("decimal", 1234, "1234"),
        ("lowerRoman", 1994, "mcmxciv"),
        ("upperRoman", 4000, "4000"),
        ("lowerLetter", 28, "bb"),
        ("upperLetter", 0, "0"),
        ("decimalZero", 7, "07"),
        ("ordinal", 22, "22nd"),
        ("ordinal", 112, "112th"),
        ("bullet", 3, ""),
    ],
)
def test_numerals(style: str, count: int, shown: str) -> None:
    assert numeral(style, count) == shown


@pytest.mark.parametrize(
    ("text", "before", "shown"),
    [
        (" 6 ", "10", " ⁶ "),
        ("1,2", "men", "¹,²"),
        ("2.5", "10", "^(2.5)"),
        ("*", "men", "*"),
        ("[3]", "men", "[3]"),
        ("nd", "the 2", "nd"),
        ("nd", "x", "ⁿᵈ"),
        ("a phrase set small", "men", "a phrase set small"),
        ("(below)", "men", "(below)"),
        ("", "men", ""),
    ],
)
def test_raised(text: str, before: str, shown: str) -> None:
    assert raised(text, before) == shown


def test_search_finds_raised_and_lowered_characters_by_their_plain_ones() -> None:
    assert words(f"CO{lowered('2', 'CO')} m{raised('2', 'm')}") == ["co2", "m2"]


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("402.0", "General", "402"),
        ("0.125", "0.0%", "12.5%"),
        ("43831", "dd/mm/yyyy", "2020-01-01"),
        ("43831", "General", "43831"),
        ("12", '0 "days"', "12"),
        ("Vik", "", "Vik"),
        ("0.1", "", "0.1"),
    ],
)
def test_a_figure_as_its_format_shows_it(text: str, code: str, shown: str) -> None:
    assert as_shown(text, code, date(1899, 12, 30)) == shown


def row(*cells: str | tuple[str, int] | tuple[str, int, int]) -> list[Cell]:
    found = []
    for cell in cells:
        text, columns, rows = (*((cell,) if isinstance(cell, str) else cell), 1, 1)[:3]
        found.append(Cell(text=text, columns=columns, rows=rows))
    return found


def test_a_second_row_of_names_is_no_heading_where_it_is_a_row_like_the_others() -> None:
    rows = [row("Place", ("Keepers", 2)), row("Vik", "Ada", "Tom"), row("Lund", "Kai", "Ines")]
    assert rows_alone(rows, heads=1)[1:] == [
        ["Place: Vik", "Keepers: Ada", "Keepers: Tom"],
        ["Place: Lund", "Keepers: Kai", "Keepers: Ines"],
    ]


def test_a_cell_that_spans_columns_has_all_of_their_headings() -> None:
    rows = [row("Day", "Monday", "Tuesday"), row("Boats", ("closed", 2))]
    assert rows_alone(rows)[1] == ["Day: Boats", "Monday/Tuesday: closed"]


def test_what_spans_rows_and_columns_keeps_the_others_in_their_columns() -> None:
    rows = [row("A", "B", "C"), row(("x", 2, 2), "1"), row("2"), row("y", "z", "3")]
    assert rows_alone(rows, heads=1)[1:] == [
        ["A/B: x", "C: 1"],
        ["A/B: x", "C: 2"],
        ["A: y", "B: z", "C: 3"],
    ]
