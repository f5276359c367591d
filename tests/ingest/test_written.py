"""The form in which a file without a text of its own is stored: written, and read back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cutting.written import Writer, clean, outline_written
from ingest.readers.tables import stand_alone


def shown(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in outline_written(text)[0]]


def test_what_is_written_is_read_back() -> None:
    writer = Writer()
    writer.heading("Boats", 1)
    writer.paragraph("A boat  floats.\nIt does.")
    writer.item("one")
    writer.item("two", "2.")
    writer.row(["Name", "", "Length"])
    text, pages = writer.finish()
    assert text == "# Boats\n\nA boat floats.\nIt does.\n\n- one\n2. two\n\n| Name | Length"
    assert shown(text) == [
        ("heading", "Boats"),
        ("prose", "A boat floats.\nIt does."),
        ("item", "one"),
        ("item", "two"),
        ("row", "Name | Length"),
    ]
    assert pages == ()


def test_prose_that_looks_like_a_heading_or_a_row_stays_prose() -> None:
    writer = Writer()
    writer.paragraph("# 1 in the list\n| not a row")
    assert [kind for kind, _ in shown(writer.finish()[0])] == ["prose"]


def test_typed_bullets_become_items() -> None:
    writer = Writer()
    writer.paragraph("These are:\n• one\n\uf0b7 two\n3) three")
    assert shown(writer.finish()[0]) == [
        ("prose", "These are:"),
        ("item", "one"),
        ("item", "two"),
        ("item", "three"),
    ]


def test_a_short_bold_paragraph_over_text_is_a_heading_below_the_one_above() -> None:
    writer = Writer()
    writer.heading("Part", 3)
    writer.paragraph("Essential:", strong=True)
    writer.paragraph("Be kind.", strong=True)
    writer.paragraph("The end", strong=True)
    text, _ = writer.finish()
    assert text == "# Part\n\n## Essential:\n\nBe kind.\n\nThe end"


def test_a_heading_as_long_as_a_paragraph_is_one_since_headings_are_not_quoted() -> None:
    writer = Writer()
    writer.heading("We are looking for people who " + "work very hard " * 12, 1)
    assert [kind for kind, _ in shown(writer.finish()[0])] == ["prose"]


def test_pages_begin_where_their_first_block_does_or_inside_a_paragraph() -> None:
    writer = Writer()
    writer.page()
    writer.page()
    writer.paragraph("Second page goes on to the third.", turns=[len("Second page goes ")])
    writer.page()
    text, pages = writer.finish()
    assert pages == (0, 0, text.index("on to"), len(text))


LINES = st.lists(
    st.sampled_from(
        [
            *"ab#|-•1.) \n\u200b\xa0\ud800\x07é",
            "# ",
            "- ",
            "1. ",
            "| ",
            "word ",
            "(a) ",
            "\U000e0041",
        ]
    ),
    max_size=12,
).map("".join)
CALLS = st.lists(st.tuples(st.sampled_from(["heading", "item", "row", "paragraph"]), LINES))


@settings(max_examples=150, deadline=None)
@given(CALLS)
def test_any_text_is_stored_clean_and_its_outline_holds(calls: list[tuple[str, str]]) -> None:
    writer = Writer()
    for name, text in calls:
        if name == "heading":
            writer.heading(text, 2)
        elif name == "item":
            writer.item(text)
        elif name == "row":
            writer.row([text, "x"])
        else:
            writer.paragraph(text)
    text, _ = writer.finish()
    assert clean(text.replace("\xa0", " ")) == text.replace("\xa0", " ")
    blocks, headings = outline_written(text)
    last = 0
    for block in blocks:
        assert last <= block.start < block.end <= len(text)
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        last = block.end
    assert [h.start for h in headings] == [b.start for b in blocks if b.kind == "heading"]


def test_rows_carry_their_column_headings() -> None:
    rows = [["Region", "Budget"], ["North", "£4m"], ["South", "£5m"]]
    assert stand_alone(rows)[1:] == [
        ["Region: North", "Budget: £4m"],
        ["Region: South", "Budget: £5m"],
    ]


def test_names_and_values_are_not_taken_for_column_headings() -> None:
    rows = [["Name", "Ann"], ["Grade", "Senior"], ["Place", "Leeds"]]
    assert stand_alone(rows) == rows
    assert stand_alone(rows, headed=True)[1] == ["Name: Grade", "Ann: Senior"]
