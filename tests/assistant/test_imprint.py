"""Questions about a source itself: who wrote it, who published it, when it came out."""

import pytest

from assistant import Engine, Outcome, open_engine
from assistant.imprint import imprint_of
from tests.conftest import settings_of

WEIRS = """Talking of weirs

13.06.16

Ada Moor of the river board answers questions about the weirs of the Tamar. The oldest was built
in 1840. Ben Hale reports.

The weirs were repaired in 2012.
"""
OTTERS = """# Otters of the Tamar

By Cleo Marsh, warden.

Otters came back to the Tamar in 2009, when the weirs had fish passes.

Dan Firth drew the maps.
"""
SOURCES = """[[source]]
file = "weirs.txt"
title = "Talking of weirs (interview with Ada Moor)"
author = "Ben Hale"
publisher = "Tamar Valley Times"
date = "2016-06-13"

[[source]]
file = "otters.md"
title = "Otters of the Tamar"
author = "Cleo Marsh and Dan Firth"
"""


@pytest.fixture(scope="module")
def rivers(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    from soundings import main

    folder = tmp_path_factory.mktemp("rivers")
    (folder / "in").mkdir()
    for name, text in (("weirs.txt", WEIRS), ("otters.md", OTTERS), ("sources.toml", SOURCES)):
        (folder / "in" / name).write_text(text, encoding="utf-8")
    assert main(["--home", str(folder / "home"), "ingest", str(folder / "in")]) == 0
    return open_engine(settings_of(folder / "home"))


@pytest.mark.parametrize(
    "question, quotes",
    [
        ("Who wrote Talking of weirs?", ["Ben Hale reports."]),
        ("Which journalist spoke to Ada Moor for the TVT?", ["Ben Hale reports."]),
        ("When was the Tamar Valley Times interview published?", ["13.06.16"]),
        ("date of the interview with Ada Moor?", ["13.06.16"]),
        (
            "Who are the authors of Otters of the Tamar?",
            ["By Cleo Marsh, warden.", "Dan Firth drew the maps."],
        ),
    ],
)
def test_the_source_itself_says_it(rivers: Engine, question: str, quotes: list[str]) -> None:
    answer = rivers.ask(question)
    assert answer.outcome is Outcome.ANSWERED
    assert [citation.quote for citation in answer.citations] == quotes
    library = rivers.store.library
    for citation in answer.citations:
        text = library.text(citation.source)
        assert text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "When was Otters of the Tamar published?",  # the library knows no date of it
        "Who published Otters of the Tamar?",
        "Who wrote Tarka the Otter?",  # no source is called that
        "Who wrote about weirs and mills?",
        "Who published Talking of weirs?",  # known, yet the source does not say it
        "Who answers questions in Talking of weirs?",
        "When were the weirs of the Tamar repaired?",
        "Who wrote it?",
    ],
)
def test_no_imprint_where_it_is_not_asked_for_known_and_said(rivers: Engine, question: str) -> None:
    assert imprint_of(question, rivers.store.library) == []


def test_a_filter_by_source_holds(rivers: Engine) -> None:
    assert imprint_of("Who wrote Talking of weirs?", rivers.store.library, ["otters"]) == []
