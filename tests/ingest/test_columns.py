"""Rows of Markdown are read with the headings of their columns; offsets stay the file's."""

from pathlib import Path
from typing import Any

import pytest

from ingest import IngestSettings
from ingest.cutting.segment import passages, sentences
from ingest.readers.text.plain import read_markdown
from vectorstore import Library
from vectorstore.library import FILE_NAME

TABLE = "# Fleet\n\n| **Port** | Boats |\n|:---|---:|\n| Lund | 14 |\n| Vik | 29 |\n"


def told(text: str) -> list[tuple[str, str, str]]:
    """Kind, text and reading of every sentence but headings."""
    [document] = read_markdown(Path("a.md"), text, "")
    found = sentences(document)
    return [(s.kind, text[s.start : s.end], s.read_as) for s in found if s.kind != "heading"]


def test_a_row_is_read_with_its_headings_and_stored_as_it_stands() -> None:
    assert told(TABLE) == [
        ("caption", "| **Port** | Boats |", ""),
        ("row", "| Lund | 14 |", "Port: Lund | Boats: 14"),
        ("row", "| Vik | 29 |", "Port: Vik | Boats: 29"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n| c | d |\n",  # no line that sets headings off
        "| a | b |\n|---|\n| c | d |\n",  # one for another number of columns
        "```\n| a | b |\n```\n\n| c | d |\n",
    ],
)
def test_rows_without_headings_are_read_as_they_stand(text: str) -> None:
    assert {read for _, _, read in told(text)} == {""}


def test_another_table_does_not_have_the_headings_of_the_one_before() -> None:
    found = told(TABLE + "\n| x | y |\n\nA boat sails.\n\n| p | q |\n|---|---|\n| 1 | |\n")
    assert [read for _, text, read in found if "x" in text] == [""]
    assert found[-1] == ("row", "| 1 | |", "p: 1")


def test_a_row_of_headings_that_the_rows_say_again_is_no_row() -> None:
    found = told("| Port | Boats |\n| Port: Vik | Boats: 29 |\n")
    assert [kind for kind, _, _ in found] == ["caption", "row"]


def test_a_long_table_keeps_its_headings_in_every_passage() -> None:
    rows = "".join(f"| Berth {n} | {n} crowns a night, electricity included |\n" for n in range(60))
    [document] = read_markdown(Path("a.md"), f"| Berth | Price |\n|---|---|\n{rows}", "")
    cut = passages(document, IngestSettings())
    assert len(cut) > 1
    assert cut[-1].sentences[-1].read_as.startswith("Berth: Berth 59 | Price: 59 crowns")


def test_the_library_gives_a_row_as_it_is_read_and_finds_it_so(desk: Any) -> None:
    desk.write("fleet.md", TABLE)
    desk.ingest()
    library = Library(desk.home / FILE_NAME)
    [passage] = library.passages_of("fleet")
    assert passage.readings()[-1] == "Port: Vik | Boats: 29"
    assert passage.sentence_texts()[-1] == "| Vik | 29 |"
    row = passage.sentences[-1]
    assert passage.as_read(row.start, row.end) == "| Port: Vik | Boats: 29"
    assert passage.as_read(passage.start, passage.end).endswith("| Port: Vik | Boats: 29")
    assert "Port: Vik" in library.searched([passage.id])[passage.id]
