"""Prompt files: every fault in one is found, and those that ship have none."""

import re

import pytest

from eval.suite.packs.measures import is_open, reading_ease
from prompts import KINDS, PromptError, Template, load_frame, load_kind, parse_sheet
from prompts.stems import kind_of

HEAD = (
    "kind: tension\nname: Two sides\nway: Pairs\nsource: Somebody (1979)\nslots: matter\n"
    "step: 2 | Talk.\nquiet: Wait.\nloud: Thank them.\n\n"
)
STEM = (
    "for: claim\nask: What about {matter}?\nseek: What of {matter}?\nwhy: It asks.\nprobe: Why?\n"
    "probe: Who?\n"
)


def test_a_stem_is_read_with_its_continued_lines() -> None:
    sheet = parse_sheet(HEAD + STEM.replace("Why?", "Why\n  so?"), "here")
    kind = kind_of(sheet, "tension")
    assert kind.stems[0].probes[0].text == "Why so?"
    assert kind.stems[0].ask.fill(matter="trust") == "What about trust?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + STEM.replace("{matter}", "{mater}"), "unknown placeholders: mater"),
        (HEAD.replace("slots: matter", "slots: matter speaker") + STEM, "nothing uses: speaker"),
        (HEAD + STEM.replace("probe: Who?\n", ""), "two to four probes"),
        (HEAD + STEM + "answer: 42\n", "'answer' is no field"),
        (HEAD + STEM.replace("ask: ", "ask "), "is not 'field: text'"),
        (HEAD + STEM.replace("{matter}", "{matter!r}"), "no plain placeholder"),
        (HEAD + STEM.replace("{matter}", "{matter"), "expected '}'"),
        (HEAD.replace("kind: tension", "kind: dilemma") + STEM, "not 'tension'"),
        (HEAD.replace("2 | Talk", "Talk") + STEM, "is not 'minutes | what is done'"),
        (HEAD, "a head and at least one record"),
    ],
)
def test_a_fault_in_a_file_is_an_error_that_names_it(text: str, said: str) -> None:
    with pytest.raises(PromptError, match=re.escape(said)):
        kind_of(parse_sheet(text, "here.txt"), "tension")


def test_a_value_that_is_missing_and_one_that_is_unknown_are_errors() -> None:
    template = Template.parse("What about {matter}?", "here")
    with pytest.raises(PromptError, match="no value for matter"):
        template.fill()
    with pytest.raises(PromptError, match="no place for audience"):
        template.fill(matter="trust", audience="all")


def test_a_value_with_braces_is_text() -> None:
    assert Template.parse("On {matter}.", "here").fill(matter="{audience}") == "On {audience}."


@pytest.mark.parametrize("kind", KINDS)
def test_the_stems_that_ship_are_open_plain_and_sourced(kind: str) -> None:
    loaded = load_kind(kind)
    assert re.search(r"\((19|20)\d\d\)", loaded.source)
    assert len(loaded.stems) >= 2
    assert len(loaded.steps) >= 3
    values = {"matter": "trust", "speaker": "Ann Lee", "audience": "new leaders"}
    lines = [
        template.fill_from(values)
        for stem in loaded.stems
        for template in (stem.ask, stem.why, *stem.probes)
    ]
    for stem in loaded.stems:
        assert is_open(stem.ask.fill_from(values)), stem.ask.text
        assert all(is_open(probe.fill_from(values)) for probe in stem.probes)
    assert reading_ease(lines) >= 60


def test_the_frame_that_ships_is_whole() -> None:
    frame = load_frame()
    assert len(frame.texts["warm_up"]) >= 2
    assert len(frame.texts["closing"]) >= 2
    assert frame.one("title").fill(topic="trust") == "Talking about trust"


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("What would you do?", True),
        ("When it comes to trust, what lies behind this?", True),
        ("Is this right?", False),
        ("When it comes to trust, is this right?", False),
        ("What do you think? Do you agree?", False),
        ("How many people are there?", False),
        ("In which year, and when was it founded?", False),
    ],
)
def test_a_question_that_yes_or_a_figure_answers_is_not_open(text: str, open_: bool) -> None:
    assert is_open(text) is open_
