"""The kind of every sentence: what may be quoted alone, and what only stands around it."""

import pytest

from ingest import IngestSettings
from ingest.cutting.segment import fingerprint, passages, sentences
from ingest.documents import Document, document_of
from ingest.readers import outline_again
from vectorstore.models import QUOTABLE, SENTENCE_KINDS

PROSE = "The gate is cleared each week, and the keeper writes down how high the water stood."


def document(text: str, kind: str = "md", pages: tuple[int, ...] = ()) -> Document:
    return document_of("a", kind, "/a", "", text, outline_again(kind, text), pages=pages)


def kinds(text: str, kind: str = "md", pages: tuple[int, ...] = ()) -> dict[str, str]:
    """Each sentence of a text and its kind."""
    found = sentences(document(text, kind, pages))
    return {text[s.start : s.end]: s.kind for s in found}


def test_only_prose_items_and_rows_may_be_quoted_alone() -> None:
    assert set(SENTENCE_KINDS) > QUOTABLE == {"prose", "item", "row"}
    found = kinds(f"# Gates\n\n{PROSE}\n\n- clear the screen\n- close the gate\n\n| a | 1 |\n")
    assert list(found.values()) == ["heading", "prose", "item", "item", "row"]


@pytest.mark.parametrize("lead", ["You will need:", "**Bring these:**", "Every keeper has to"])
def test_what_leads_to_a_list_is_a_lead_in(lead: str) -> None:
    found = kinds(f"{PROSE} {lead}\n\n- a rake\n- a lamp\n")
    assert found == {PROSE: "prose", lead: "lead-in", "a rake": "item", "a lamp": "item"}


def test_a_colon_leads_to_nothing_where_no_list_follows() -> None:
    assert kinds(f"The keeper said:\n\n{PROSE}\n")["The keeper said:"] == "prose"


def test_a_mark_between_a_lead_in_and_its_list_is_passed_over() -> None:
    found = kinds("You will need:\n\n{:.no_toc}\n\n- a rake\n")
    assert found == {"You will need:": "lead-in", "{:.no_toc}": "furniture", "a rake": "item"}


@pytest.mark.parametrize(
    "caption", ["Figure 3: How the water rose", "Table 2. Trees by region", "**Box 1** – A keeper"]
)
def test_a_line_that_names_a_figure_is_a_caption(caption: str) -> None:
    found = kinds(f"{PROSE}\n\n{caption}\n\n{PROSE}\n")
    assert {kind for text, kind in found.items() if text != PROSE} == {"caption"}


def test_a_sentence_about_a_figure_is_none() -> None:
    text = "Figure 3 shows that the water rose in May."
    assert kinds(text)[text] == "prose"


@pytest.mark.parametrize("title", ["**Keeping the gate**", "THE KEEPERS", "##Gates in winter"])
def test_a_line_set_like_a_heading_is_one(title: str) -> None:
    found = kinds(f"# Weirs\n\n{PROSE}\n\n{title}\n\n{PROSE}\n")
    assert found[title] == "heading"


def test_a_bold_sentence_is_none() -> None:
    assert kinds(f"**Close the gate.**\n\n{PROSE}\n")["**Close the gate.**"] == "prose"


@pytest.mark.parametrize(
    "line",
    [
        "[The bridge](/bridge)",
        "https://river.example/ice",
        "Email: desk@river.example",
        "01632 960 441",
    ],
)
def test_a_line_that_is_only_a_link_is_a_reference(line: str) -> None:
    assert kinds(f"{PROSE}\n\n{line}\n\n{PROSE}\n")[line] == "reference"


def test_links_that_a_lead_in_opens_are_items() -> None:
    found = kinds("The three phases are:\n\n- [alpha](/a)\n- [beta](/b)\n- [live](/l)\n")
    assert list(found.values()) == ["lead-in", "item", "item", "item"]


def test_a_list_of_references_is_set_aside_whole() -> None:
    entries = [
        "Hallam J. Ice loads on gates. River Works 2004; 12(3): 211-219.",
        "Okoro, N. (2009). Heating frames. Tarnford: Institute of Sluices.",
    ]
    rows = "| 1/ | Weirs and Their Keepers. River Board, 1904 |"
    text = f"# Ice\n\n{PROSE}\n\n# References\n\n" + "\n\n".join(entries) + f"\n\n{rows}\n"
    found = kinds(text)
    assert found.pop(PROSE) == "prose"
    assert {kind for kind in found.values() if kind != "heading"} == {"reference"}


@pytest.mark.parametrize(
    "line",
    [
        "Published 3 May 2013",
        "Last updated: 12 January 2018",
        "© River Board 2011",
        "ISBN 978-1-78262-000-1",
        "Page 7 of 12",
        "Opening hours .............. 9",
        "{:.no_toc}",
        "$CTA",
        '<div class="guidance">',
        "The mill has burned down... more >",
    ],
)
def test_what_only_stands_on_the_page_is_furniture(line: str) -> None:
    found = kinds(f"{PROSE}\n\n{line}\n\nIt is a good gate, and it closes well.\n", "pdf")
    assert {kind for text, kind in found.items() if text in line} == {"furniture"}


def test_fields_at_the_top_are_furniture_where_they_are_in_the_text() -> None:
    text = f"---\ntitle: Gates\nlayout: page\n---\n\n# Gates\n\n{PROSE}\n"
    found = kinds(text, "jsonl")
    assert found[PROSE] == "prose"
    assert all(kind == "furniture" for line, kind in found.items() if "layout" in line)


def test_lines_that_come_again_on_page_after_page_are_furniture() -> None:
    pages = [f"The keeper's book {n}\n\nGate {n} is cleared in week {n}." for n in (4, 5, 6)]
    text = "\n\n".join(pages)
    found = kinds(text, "pdf", tuple(text.index(page) for page in pages))
    assert [kind for line, kind in found.items() if "book" in line] == ["furniture"] * 3
    assert [kind for line, kind in found.items() if "Gate" in line] == ["prose"] * 3


def test_a_list_of_the_headings_is_a_table_of_contents() -> None:
    titles = ["Before you open", "Opening hours", "Volunteers"]
    listed = "\n".join(f"- {title}" for title in titles)
    body = "\n\n".join(f"# {title}\n\n{PROSE}" for title in titles)
    found = sentences(document(f"{listed}\n\n{body}\n"))
    assert [s.kind for s in found[:3]] == ["furniture"] * 3
    led = sentences(document(f"There are three parts:\n\n{listed}\n\n{body}\n"))
    assert [s.kind for s in led[:4]] == ["lead-in", "item", "item", "item"]


@pytest.mark.parametrize(
    "text",
    [
        "Location: London",
        "Adults £6",
        "A sticker costs £38.",
        "Agnes Holloway, chair",
        "Children under 12 free",
        "Ring the clinic on 01632 960 330.",
    ],
)
def test_what_is_short_and_says_something_stays(text: str) -> None:
    assert kinds(f"# Gates\n\n{PROSE}\n\n{text}\n\n{PROSE}\n")[text] == "prose"


def test_kinds_move_no_boundary_and_are_part_of_what_shaped_the_library() -> None:
    settings = IngestSettings()
    text = f"Published 3 May 2013\n\n{PROSE}\n\nYou will need:\n\n- a rake\n"
    [passage] = passages(document(text), settings)
    assert (passage.start, text[passage.end - 6 : passage.end]) == (0, "a rake")
    assert [s.kind for s in passage.sentences] == ["furniture", "prose", "lead-in", "item"]
    assert fingerprint(settings).startswith("kinds-")


@pytest.mark.parametrize(
    "text",
    [
        "{%" * 50_000,
        "<!--" * 50_000,
        "." * 100_000 + "a",
        "A'" * 50_000,
        "1" * 100_000,
        "[" * 99_999,
    ],
    ids=["templates", "comments", "dots", "names", "digits", "brackets"],
)
def test_no_block_takes_for_ever(text: str) -> None:
    assert kinds(f"{PROSE}\n\n{text}\n")[PROSE] == "prose"
