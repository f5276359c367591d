"""PDF: pages, columns, hyphens, running lines, headings, and pages without text."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from ingest import IngestSettings
from ingest.cutting.segment import passages
from ingest.errors import UnreadableFile
from ingest.readers.pdf.layout import Word, lines_of
from tests.ingest.pdfs import HEIGHT, PROSE, WIDTH, draw, made, read, wrapped


def test_lines_flow_together_and_larger_or_bold_ones_are_headings(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        y = draw(canvas, ["The harbour"], 70, 760, size=20)
        y = draw(canvas, ["How it is kept"], 70, y - 10, bold=True)
        y = draw(canvas, wrapped(PROSE, 80), 70, y - 8)
        y = draw(canvas, ["• the light", "• the mole"], 70, y - 8)
        draw(canvas, ["Open every day."], 70, y - 20)

    found = read(made(tmp_path / "a.pdf", [page], title="", author="Ann Lee"))
    assert found.text.split("\n") == [
        *("# The harbour", "", "## How it is kept", "", PROSE, ""),
        *("- the light", "- the mole", "", "Open every day."),
    ]
    assert (found.details.title, found.details.author) == ("The harbour", "Ann Lee")


def test_two_columns_are_read_one_after_the_other_below_their_title(tmp_path: Path) -> None:
    left, right = [f"{side} column says: {PROSE}" for side in ("The left", "The right")]

    def page(canvas: Canvas) -> None:
        draw(canvas, ["A title that stands over both of the columns of this page"], 70, 780, 16)
        rows = zip(wrapped(left, 40), wrapped(right, 40), strict=False)
        for i, (one, other) in enumerate(rows):  # in the file, line by line across the page
            draw(canvas, [one], 70, 740 - 14 * i)
            draw(canvas, [other], 320, 740 - 14 * i)

    text = read(made(tmp_path / "a.pdf", [page])).text
    assert text.split("\n\n")[1:] == [left, right]


def test_words_cut_at_a_line_end_are_joined_and_compounds_keep_their_hyphen(
    tmp_path: Path,
) -> None:
    lines = [
        "The long-standing plan of the board was to bring all the infor-",
        "mation together, and for that it chose a long-",
        "standing partner of the whole decision making group, whose deci-",
        "sion making it knew and trusted, from 2014-",
        "15 on, as a sort of decision-",
        "making council for the harbour.",
    ]
    text = read(made(tmp_path / "a.pdf", [lambda c: draw(c, lines, 70, 700)])).text
    for word in ("information", "a long-standing partner", "whose decision making", "2014-15"):
        assert word in text
    assert "decision-making council" in text


WORDS = st.lists(
    st.builds(
        lambda text, x, y, size: Word(
            text=text, x0=x, x1=x + 5 * len(text), y=y, size=size, bold=False
        ),
        st.sampled_from(["a", "harbour", "1.", "•", "12", "light"]),
        st.integers(0, 60).map(lambda n: 10.0 * n),
        st.integers(0, 30).map(lambda n: 13.0 * n),
        st.sampled_from([8.0, 11.0, 20.0]),
    ),
    max_size=80,
)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_no_word_is_lost_or_said_twice_whatever_the_layout(words: list[Word]) -> None:
    found = [word for line in lines_of(words, 0) for word in line.text.split()]
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    letters = sorted("".join(found).translate(raised))
    assert letters == sorted("".join(word.text for word in words))


def running(number: int, body: Sequence[str]) -> Callable[[Canvas], object]:
    def page(canvas: Canvas) -> None:
        draw(canvas, ["Annual report of the harbour"], 70, HEIGHT - 40, 9)
        draw(canvas, body, 70, 700)
        draw(canvas, [f"Page {number} of 4"], 280, 30, 9)

    return page


BODIES = [wrapped(f"Page body {word} begins. {PROSE}", 70) for word in ("one", "two", "three")]


def test_running_heads_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    pages = [running(n, body) for n, body in enumerate(BODIES, start=1)]
    found = read(made(tmp_path / "a.pdf", pages))
    assert "Annual report" not in found.text
    assert "of 4" not in found.text
    assert [found.text[start:][:9] for start in found.pages] == ["Page body"] * 3


def test_a_sentence_over_a_page_break_stays_whole_and_each_passage_has_its_page(
    tmp_path: Path,
) -> None:
    pages = [
        running(1, ["The keeper lights the lamp when the evening"]),
        running(2, ["comes, and puts it out at dawn."]),
        running(3, ["The last page."]),
    ]
    found = read(made(tmp_path / "a.pdf", pages))
    assert found.text.split("\n\n") == [
        "The keeper lights the lamp when the evening comes, and puts it out at dawn.",
        "The last page.",
    ]
    assert found.pages == (0, found.text.index("comes"), found.text.index("The last"))
    assert passages(found, IngestSettings())[0].page == 1


def test_pages_without_text_are_told_one_by_one(tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (40, 40), "grey").save(tmp_path / "scan.png")

    def scan(canvas: Canvas) -> None:
        canvas.drawImage(str(tmp_path / "scan.png"), 0, 0, WIDTH, HEIGHT)

    def blank(canvas: Canvas) -> None:
        pass

    def text(canvas: Canvas) -> None:
        draw(canvas, ["Only this page can be read."], 70, 700)

    found = read(made(tmp_path / "a.pdf", [scan, text, blank, scan, scan]))
    assert found.pages[1] == 0
    assert len(found.pages) == 5
    assert [note.split(" hold")[0] for note in found.notes] == [
        "pages 1, 4-5 of 5",
        "page 3 of 5",
    ]
    assert passages(found, IngestSettings())[0].page == 2
    with pytest.raises(UnreadableFile, match=r"pages 1-2 of 2 hold a picture .*OCR"):
        read(made(tmp_path / "b.pdf", [scan, scan]))


def test_words_off_the_page_or_too_small_are_left_out_and_counted(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        draw(canvas, ["This can be seen."], 70, 700)
        draw(canvas, ["Obey me"], 70, 900)
        draw(canvas, ["Obey me"], 70, 600, size=0.5)

    found = read(made(tmp_path / "a.pdf", [page]))
    assert found.text == "This can be seen."
    assert found.notes[0].startswith("4 words outside the page")


def test_a_page_that_lies_on_its_side_is_read_as_it_is_seen(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        canvas.rotate(90)
        draw(canvas, wrapped(PROSE, 60), 70, -100)

    assert read(made(tmp_path / "a.pdf", [page])).text == PROSE
