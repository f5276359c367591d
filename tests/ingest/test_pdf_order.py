"""PDF: the order of columns and scripts, letters drawn apart, what is no running head, titles."""

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.ingest.pdfs import PROSE, draw, made, read, wrapped

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
COLUMNS = (
    "The council met in May and talked about the new cranes for the harbour. They cost more than "
    "was thought at first, and the vote was put off until the autumn.",
    "Olav Dahl keeps the light and the house below it. He has done so for thirty years and will go "
    "to sea again when his boat has been mended at Vik.",
    "The herring came late this year. The boats lay in the harbour for nine weeks, and the crews "
    "mended their nets and waited for the wind to turn round.",
)


def justified(canvas: Canvas, line: str, x: float, y: float, width: float) -> None:
    words = line.split()
    canvas.setFont("Helvetica", 10)
    space = (width - sum(stringWidth(w, "Helvetica", 10) for w in words)) / max(len(words) - 1, 1)
    for word in words:
        canvas.drawString(x, y, word)
        x += stringWidth(word, "Helvetica", 10) + space


@pytest.mark.parametrize("gutter", [7.5, 12.0, 30.0])
def test_columns_are_told_apart_by_a_gutter_of_one_and_a_half_letters(
    tmp_path: Path, gutter: float
) -> None:
    texts = [f"{COLUMNS[0]} {COLUMNS[2]}", f"{COLUMNS[1]} {COLUMNS[2]}"]

    def page(canvas: Canvas) -> None:
        columns = [wrapped(text, 34) for text in texts]
        for i in range(max(map(len, columns))):  # in the file, line by line across the page
            for x, column in zip((60, 60 + 160 + gutter), columns, strict=True):
                last = i + 1 >= len(column)
                line = column[i] if i < len(column) else ""
                natural = stringWidth(line, "Helvetica", 10)
                justified(canvas, line, x, 700 - 12 * i, natural if last else 160)

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n\n") == texts


def test_three_columns_between_headings_across_whatever_their_order_in_the_file(
    tmp_path: Path,
) -> None:
    def page(canvas: Canvas) -> None:
        draw(canvas, ["Harbour news of the whole year and of the coast"], 60, 780, 16)
        lines = [
            (line, 60 + 152 * j, 740 - 13 * i)
            for j, column in enumerate(COLUMNS)
            for i, line in enumerate(wrapped(column, 29))
        ]
        random.Random(3).shuffle(lines)
        for line, x, y in lines:
            draw(canvas, [line], x, y, 10)
        draw(canvas, ["What the paper says of it, across all of its columns"], 60, 610, 14)
        draw(canvas, wrapped(PROSE, 80), 60, 580, 10)

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n\n") == [
        "# Harbour news of the whole year and of the coast",
        *COLUMNS,
        "## What the paper says of it, across all of its columns",
        PROSE,
    ]


def test_wide_spaces_in_one_column_are_no_gutter(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for i, line in enumerate(wrapped(PROSE, 31)[:-1]):
            justified(canvas, line, 60, 700 - 12 * i, 160)

    assert read(made(tmp_path / "a.pdf", [page])).text == " ".join(wrapped(PROSE, 31)[:-1])


def test_letters_drawn_apart_are_words(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        y = 740
        for line in (
            "H A R B O U R   N O T I C E",
            "L I G H T H O U S E",
            "If it is to be, it is up to me.",
            "Berths A B C D E F are free.",
        ):
            draw(canvas, [line], 70, y)
            y -= 50
        text = canvas.beginText(70, y)
        text.setFont("Helvetica", 11)
        text.setCharSpace(4)
        text.textOut("Keys are with the night watchman.")
        canvas.drawText(text)

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n\n") == [
        "HARBOUR NOTICE",
        "LIGHTHOUSE",
        "If it is to be, it is up to me.",
        "Berths A B C D E F are free.",
        "Keys are with the night watchman.",
    ]


# Scripts that run from right to left; they are drawn here as they look, from left to right


def as_drawn(line: str) -> str:
    """A line of Hebrew as it stands on paper, from left to right."""
    runs = [run[::-1] if any("א" <= c <= "ת" for c in run) else run for run in line.split(" ")]
    kinds = ["A" if run.isascii() and any(map(str.isalpha, run)) else "H" for run in runs]
    turned: list[str] = []
    for i, run in enumerate(runs):
        if kinds[i] == "A" and i and kinds[i - 1] == "A":
            turned[0] += " " + run
        else:
            turned.insert(0, run)
    return " ".join(turned).translate(str.maketrans("()", ")("))


@pytest.mark.skipif(not DEJAVU.is_file(), reason="the font DejaVu Sans is not on this machine")
def test_lines_from_right_to_left_are_read_so_with_what_runs_against_them(tmp_path: Path) -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", str(DEJAVU)))
    right = [
        "הנמל פתוח בין השעות שמונה",
        "ועשרים בכל יום. מנהלת הנמל",
        "היא רותי לוי והיא גרה שם",
        "עם שני בניה.",
    ]
    left = [
        "המעבורת יוצאת בכל יום ראשון",
        "מהרציף הצפוני בשעה 9:30",
        "אל Sand Island וחוזרת",
        "(אם הים שקט) בערב.",
    ]

    def page(canvas: Canvas) -> None:
        canvas.setFont("DejaVu", 12)
        for i, (one, other) in enumerate(zip(right, left, strict=True)):
            canvas.drawRightString(500, 700 - 16 * i, as_drawn(one))
            canvas.drawRightString(270, 700 - 16 * i, as_drawn(other))
        draw(canvas, ["An English line stands below all of it."], 60, 560)

    assert read(made(tmp_path / "a.pdf", [page])).text.split("\n\n") == [
        " ".join(right),
        " ".join(left),
        "An English line stands below all of it.",
    ]


# Running heads


def orders(
    first: Sequence[str], last: Callable[[int], str] = lambda n: ""
) -> list[Callable[[Canvas], object]]:
    found = ("a gas alarm out of order", "no second exit", "loose bolts", "a pump that failed")

    def page(number: int) -> Callable[[Canvas], object]:
        def drawn(canvas: Canvas) -> None:
            draw(canvas, first, 60, 790)
            y = draw(
                canvas, [f"{found[number]}. The owner of mine {number} must mend it."], 60, 776
            )
            draw(canvas, wrapped(PROSE, 70), 60, y - 30)
            draw(canvas, [last(number)], 60, 40, 9)

        return drawn

    return [page(number) for number in range(4)]


def test_half_a_sentence_on_page_after_page_is_no_running_head(tmp_path: Path) -> None:
    head = "The inspectors visited the mine at the request of the miners and found"
    text = read(made(tmp_path / "a.pdf", orders([head], lambda n: f"Page {n}"))).text
    assert text.count(head) == 4
    assert f"{head} no second exit." in text
    assert "Page" not in text


def test_what_stands_inside_the_text_is_no_running_head(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Canvas], object]:
        def drawn(canvas: Canvas) -> None:
            draw(canvas, ["Orders of the inspectors"], 60, 815, 9)
            draw(
                canvas,
                [f"The inspectors visited mine {'ABCD'[number]} and saw its exits."],
                60,
                790,
            )
            draw(canvas, ["Signed by the chief inspector."], 60, 750)

        return drawn

    text = read(made(tmp_path / "a.pdf", [page(n) for n in range(4)])).text
    assert text.count("Signed by the chief inspector.") == 4
    assert "Orders of" not in text


def test_a_running_foot_of_two_lines_is_left_out(tmp_path: Path) -> None:
    def page(number: int) -> Callable[[Canvas], object]:
        def drawn(canvas: Canvas) -> None:
            draw(
                canvas,
                [f"Chapter {'one two three'.split()[number]} of the book of boats."],
                60,
                700,
            )
            lines = [
                "This paper is meant for the crews of the harbour alone and may",
                "not leave it.",
            ]
            draw(canvas, lines, 60, 60, 9)

        return drawn

    assert "crews" not in read(made(tmp_path / "a.pdf", [page(n) for n in range(3)])).text


# Titles and details


def test_the_title_is_the_largest_type_that_runs_as_the_page_does(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(30, 300)
        canvas.rotate(90)
        draw(canvas, ["received:2020 [harbour] 30 Sep"], 0, 0, 22)
        canvas.restoreState()
        draw(canvas, ["Finding boats without a light"], 120, 780, 14, bold=True)
        draw(canvas, wrapped(PROSE, 60), 80, 740)

    found = read(
        made(tmp_path / "a.pdf", [page], title="(anonymous)", author="https://harbour.example")
    )
    assert (found.details.title, found.details.author) == ("Finding boats without a light", None)
    assert [h.title for h in found.headings] == ["Finding boats without a light"]
    assert found.details.date is None  # the writer of the file gives the first second of 2000


@pytest.mark.parametrize(
    "title", ["Microsoft Word - letter.doc", "untitled", "(unspecified)", "letter.dvi"]
)
def test_a_title_that_a_program_made_up_is_none(tmp_path: Path, title: str) -> None:
    page = lambda canvas: draw(canvas, ["The boats are in."], 70, 700)  # noqa: E731
    assert read(made(tmp_path / "a.pdf", [page], title=title)).details.title is None


# Letters


def test_hyphens_stay_where_the_word_has_one(tmp_path: Path) -> None:
    lines = [
        "The commis-",
        "sioning of a well-",
        "known worst-",
        "case plan was up-",
        "to-date, and the inter-",
        "national state-of-the-",
        "art boats had an unheard-",
        "of harbourness as harbour-",
        "ness goes.",
    ]
    text = read(made(tmp_path / "a.pdf", [lambda c: draw(c, lines, 70, 700)])).text
    assert text == (
        "The commissioning of a well-known worst-case plan was up-to-date, and the international "
        "state-of-the-art boats had an unheard-of harbourness as harbourness goes."
    )


def test_exponents_and_marks_of_notes_are_raised(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        x = 60.0
        for text, raised in pairwise(
            [
                "About 10",
                "6",
                " boats on 12 m",
                "2",
                " and 10",
                "-3",
                " of it,",
                "7",
                " they say.",
                "",
            ]
        ):
            if text.strip("-").isdigit():
                continue
            draw(canvas, [text], x, 700, 12)
            x += stringWidth(text, "Helvetica", 12)
            draw(canvas, [raised], x, 705, 7)
            x += stringWidth(raised, "Helvetica", 7)

    assert (
        read(made(tmp_path / "a.pdf", [page])).text
        == "About 10⁶ boats on 12 m² and 10⁻³ of it,⁷ they say."
    )
