"""What is found by what it says, not by likeness: who wrote a source, who published it, when it
came out, and what the letters of an abbreviation stand for."""

import pytest

from assistant import Engine, Outcome, open_engine
from assistant.answering.expansion import expansion_of, spelled_out
from assistant.answering.imprint import imprint_of
from assistant.turn.naming import Names
from tests.conftest import settings_of

WEIRS = """Talking of weirs

13.06.16

Ada Moor of the river board answers questions about the weirs of the Tamar. The oldest was built
in 1840. Ben Hale reports.

The weirs were repaired in 2012.
"""
OTTERS = """# Otters of the Tamar

By Cleo Marsh, warden.

Otters came back to the Tamar in 2009, when the weirs had fish passes. The money came from the
Tamar fishing trust (TFT). Wardens hold an SPC (seasonal passage certificate), and the RBA helps.

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
    assert imprint_of(question, rivers.store.library, Names(rivers.store.library.sources())) == []


@pytest.mark.parametrize(
    "question, quote",
    [
        ("What does TFT stand for?", "The money came from the\nTamar fishing trust (TFT)."),
        ("what is a tft?", "The money came from the\nTamar fishing trust (TFT)."),
        (
            "What are SPCs?",
            "Wardens hold an SPC (seasonal passage certificate), and the RBA helps.",
        ),
    ],
)
def test_what_spells_an_abbreviation_out_comes_first(
    rivers: Engine, question: str, quote: str
) -> None:
    answer = rivers.ask(question)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citations[0].quote == quote


def test_letters_that_nobody_spells_out_are_withheld(rivers: Engine) -> None:
    assert rivers.ask("What does RBA stand for?").outcome is Outcome.WITHHELD
    assert expansion_of("What is the RBA?", rivers.store.library) is None
    assert expansion_of("What is passage?", rivers.store.library) is None


@pytest.mark.parametrize(
    "text, spelled",
    [
        ("Members of the House of Lords (HL) spoke.", ["HL"]),
        ("Clinical commissioning groups (CCGs) buy care.", ["CCGs"]),
        ("The chair (Jo Tan) left.", []),
        ("The board (RIVER) met.", []),
        ("It rose to 5 (see Table B).", []),
        ("CCGs (in this report) buy care.", []),
        ("They hold SPCs (seasonal passage certificates).", ["SPCs"]),
    ],
)
def test_long_forms_are_proved_by_their_letters(text: str, spelled: list[str]) -> None:
    assert [*spelled_out(text)] == spelled


def test_a_filter_by_source_holds(rivers: Engine) -> None:
    assert rivers.ask("Who wrote Talking of weirs?", sources=["otters"]).outcome is Outcome.WITHHELD
