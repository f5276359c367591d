"""Outlines: headings, paragraphs, items and rows, read from the layout."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cutting.outline import heading_paths, outline_markdown, outline_plain
from ingest.documents import Block
from vectorstore import Heading


def shown(text: str, found: tuple[list[Block], list[Heading]]) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in found[0]]


def markdown(text: str) -> list[tuple[str, str]]:
    return shown(text, outline_markdown(text))


def plain(text: str) -> list[tuple[str, str]]:
    return shown(text, outline_plain(text))


LONG = "This line is long enough to be a paragraph that a heading can stand over."


def test_markdown_headings_have_levels_and_paths() -> None:
    text = "# One\n\n## Two ##\n\nText.\n\n### Three\n\n## Four\n"
    _, headings = outline_markdown(text)
    assert [(h.level, h.title) for h in headings] == [
        (1, "One"),
        (2, "Two"),
        (3, "Three"),
        (2, "Four"),
    ]
    assert all(text[h.start : h.end] == h.title for h in headings)
    assert heading_paths(headings) == ["One", "One › Two", "One › Two › Three", "One › Four"]


def test_marks_that_belong_to_a_heading_are_kept() -> None:
    assert markdown("# Notes on C#\n") == [("heading", "Notes on C#")]
    assert markdown("# #\n") == []


def test_underlined_markdown_headings() -> None:
    text = "Title\n=====\n\nText one\nand on.\n\nPart\n----\n\nEnd.\n\n---\n"
    assert [(h.level, h.title) for h in outline_markdown(text)[1]] == [(1, "Title"), (2, "Part")]
    assert markdown(text)[1] == ("prose", "Text one\nand on.")


def test_wrapped_markdown_lines_are_one_paragraph() -> None:
    assert markdown("One line\ngoes on.\n\nNext.") == [
        ("prose", "One line\ngoes on."),
        ("prose", "Next."),
    ]


def test_markdown_items_lose_their_marks_and_keep_their_wrapped_lines() -> None:
    assert markdown("- one\n  goes on\n* two\n1. three\n") == [
        ("item", "one\n  goes on"),
        ("item", "two"),
        ("item", "three"),
    ]


def test_markdown_tables_are_rows_without_their_rule() -> None:
    assert markdown("| a | b |\n|---|:-:|\n| 1 | 2 |\n") == [
        ("row", "| a | b |"),
        ("row", "| 1 | 2 |"),
    ]


def test_fenced_lines_are_rows_and_no_headings() -> None:
    text = "```sh\n# not a heading\n~~~\nls\n```\n\nAfter.\n"
    assert markdown(text) == [
        ("row", "# not a heading"),
        ("row", "~~~"),
        ("row", "ls"),
        ("prose", "After."),
    ]


def test_markdown_quotations_lose_their_first_mark() -> None:
    assert markdown("> Said so.\n") == [("prose", "Said so.")]


def test_a_plain_heading_stands_over_a_paragraph() -> None:
    text = f"A short title\n\n{LONG}\n"
    assert plain(text) == [("heading", "A short title"), ("prose", LONG)]


@pytest.mark.parametrize(
    "line", ["This ends with a stop.", "lower case start", "12/03/2016", "x@y"]
)
def test_other_short_lines_are_no_headings(line: str) -> None:
    assert plain(f"{line}\n\n{LONG}\n")[0][0] == "prose"


def test_numbered_headings_lie_below_plain_ones() -> None:
    text = f"Findings\n\n1.2 What was said\n\n{LONG}\n"
    _, headings = outline_plain(text)
    assert heading_paths(headings) == ["Findings", "Findings › 1.2 What was said"]


def test_plain_wrapped_lines_are_one_paragraph() -> None:
    lines = ["These lines were cut at a column, as they are in old", "letters and in mail that"]
    text = "\n".join(lines * 4) + " ends.\n\nAnother paragraph stands here.\n"
    assert [kind for kind, _ in plain(text)] == ["prose", "prose"]


def test_a_sentence_broken_by_a_page_is_joined() -> None:
    text = (
        "The leaders who were asked about this said to us that they would\n\n"
        "rather have more time for it.\n\nNext paragraph."
    )
    assert len(plain(text)) == 2


def test_bullets_of_plain_text_are_items() -> None:
    assert plain("• one thing\n– another\n(a) a third\n") == [
        ("item", "one thing"),
        ("item", "another"),
        ("item", "a third"),
    ]


def test_lines_with_tabs_are_rows() -> None:
    assert plain("Name\tAge\nAnn\t41\n") == [("row", "Name\tAge"), ("row", "Ann\t41")]


@pytest.mark.parametrize("text", ["", "\n\n", "   \n\t\n"])
def test_a_text_without_words_has_no_blocks(text: str) -> None:
    assert plain(text) == markdown(text) == []


@pytest.mark.parametrize("text", ["# a" + " " * 50_000 + "b", "# " + "#" * 50_000 + "x"])
def test_no_heading_takes_for_ever(text: str) -> None:
    assert [block.kind for block in outline_markdown(text)[0]] == ["prose"]  # too long for one


MARKS = st.sampled_from(
    [
        "# ",
        "## ",
        "- ",
        "1. ",
        "| ",
        "```",
        "---",
        "===",
        "> ",
        "\n",
        "\n\n",
        "\t",
        " ",
        "Word",
        "a",
        "word.",
        LONG,
        "é́",
        "🌳",
        "\x0b",
        "\u2028",
        "§",
        "* ",
        "A. ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(MARKS, max_size=40).map("".join), st.booleans())
def test_blocks_are_ordered_apart_inside_and_trimmed(text: str, as_markdown: bool) -> None:
    blocks, headings = (outline_markdown if as_markdown else outline_plain)(text)
    last = 0
    for block in blocks:
        assert last <= block.start < block.end <= len(text)
        piece = text[block.start : block.end]
        assert piece == piece.strip()
        last = block.end
    assert [(h.start, h.end) for h in headings] == [
        (b.start, b.end) for b in blocks if b.kind == "heading"
    ]
