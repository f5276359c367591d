"""PDF: tables, their headings on each row, over page breaks and in more than one line."""

from collections.abc import Sequence
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.ingest.pdfs import draw, made, read

FLEET = [("Lund", "14", "17"), ("Vik", "31", "29"), ("Sand", "8", "11")]


def rows(
    canvas: Canvas, places: Sequence[float], table: Sequence[Sequence[str]], y: float, bold: int = 0
) -> None:
    for number, row in enumerate(table):
        for x, cell in zip(places, row, strict=False):
            draw(canvas, [cell], x, y - 16 * number, bold=number < bold)


def test_each_row_has_the_headings_of_its_columns(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        table = [("Harbour", "Boats in 2020", "Boats in 2021"), *FLEET]
        rows(canvas, (60, 200, 320), table, 780, bold=1)
        draw(canvas, ["They are counted each spring."], 60, 690)

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n") == [
        "| Harbour | Boats in 2020 | Boats in 2021",
        "| Harbour: Lund | Boats in 2020: 14 | Boats in 2021: 17",
        "| Harbour: Vik | Boats in 2020: 31 | Boats in 2021: 29",
        "| Harbour: Sand | Boats in 2020: 8 | Boats in 2021: 11",
        *("", "They are counted each spring."),
    ]


def test_headings_in_plain_type_are_told_by_the_figures_below_and_cells_may_be_empty(
    tmp_path: Path,
) -> None:
    table = [
        ("Harbour", "Keeper", "Boats"),
        ("Lund", "Ann Lee", "14"),
        ("Sand", "", "8"),
        ("Vik", "Olav", "31"),
    ]
    text = read(made(tmp_path / "a.pdf", [lambda c: rows(c, (60, 180, 320), table, 700)])).text
    assert text.split("\n")[1:3] == [
        "| Harbour: Lund | Keeper: Ann Lee | Boats: 14",
        "| Harbour: Sand | Boats: 8",
    ]


def test_a_heading_over_several_columns_is_over_each_of_them(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        rows(canvas, (220, 370), [("Boats", "Crews")], 770, bold=1)
        rows(
            canvas,
            (60, 180, 260, 340, 420),
            [("Harbour", "2020", "2021", "2020", "2021")],
            755,
            bold=1,
        )
        rows(canvas, (60, 180, 260, 340, 420), [(*row, "40", "42") for row in FLEET], 738)

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n")[2] == (
        "| Harbour: Lund | Boats 2020: 14 | Boats 2021: 17 | Crews 2020: 40 | Crews 2021: 42"
    )


def test_a_table_goes_on_over_a_page_break_with_or_without_its_headings_again(
    tmp_path: Path,
) -> None:
    head = ("Harbour", "Boats in 2020", "Boats in 2021")
    places = (60, 200, 320)
    names = "Lund Vik Sand Mole Quay Pier Dock Bay Cove".split()
    table = [(name, str(10 + i), str(30 + i)) for i, name in enumerate(names)]
    pages = [
        lambda c: rows(c, places, [head, *table[:3]], 780, bold=1),
        lambda c: rows(c, places, [head, *table[3:6]], 780, bold=1),
        lambda c: rows(c, places, table[6:], 780),
    ]
    found = read(made(tmp_path / "a.pdf", pages))
    assert found.text.split("\n") == [
        "| Harbour | Boats in 2020 | Boats in 2021",
        *(f"| Harbour: {n} | Boats in 2020: {a} | Boats in 2021: {b}" for n, a, b in table),
    ]
    starts = [found.text[start:].split(" | ")[0] for start in found.pages[1:]]
    assert starts == ["| Harbour: Mole", "| Harbour: Dock"]


def test_a_cell_of_several_lines_is_one(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        rows(canvas, (60, 160, 420), [("Name", "Duty", "Since")], 780, bold=1)
        y = 758.0
        for name, duty, since in (
            ("Ann Lee", ["Keeps the light on the north mole and", "mends the lamp"], "1999"),
            (
                "Olav Dahl",
                ["Sails the ferry to the island and back", "each day of the week"],
                "2004",
            ),
        ):
            rows(canvas, (60, 420), [(name, since)], y)
            y = draw(canvas, duty, 160, y) - 10

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n")[1:] == [
        "| Name: Ann Lee | Duty: Keeps the light on the north mole and mends the lamp "
        "| Since: 1999",
        "| Name: Olav Dahl | Duty: Sails the ferry to the island and back each day of the week "
        "| Since: 2004",
    ]


def test_cells_that_stand_close_are_told_apart_by_the_rows_around_them(tmp_path: Path) -> None:
    table = [
        ("Name", "Kind", "What it is"),
        ("SHORT", "TEXT", "What it is called"),
        ("BRIEF", "DATE", "When it came"),
        ("MIDDLE", "NUMBERSXX", "How many there are"),
    ]
    text = read(made(tmp_path / "a.pdf", [lambda c: rows(c, (60, 160, 244), table, 700, 1)])).text
    assert (
        text.split("\n")[-1] == "| Name: MIDDLE | Kind: NUMBERSXX | What it is: How many there are"
    )


def test_names_and_values_side_by_side_have_no_headings(tmp_path: Path) -> None:
    table = [("Keeper", "Ann Lee"), ("Ferry", "Olav Dahl"), ("Cranes", "Rosa Lind")]
    text = read(made(tmp_path / "a.pdf", [lambda c: rows(c, (60, 200), table, 700)])).text
    assert text.split("\n") == ["| Keeper | Ann Lee", "| Ferry | Olav Dahl", "| Cranes | Rosa Lind"]
