"""When a fact counts as stated, and when a quote counts as standing on the evidence."""

from typing import Any

import pytest

from eval.errors import GoldError
from eval.gold.facts import states
from eval.gold.places import Span, locate, overlaps, ways_of
from eval.gold.questions import Evidence, GoldQuestion


@pytest.mark.parametrize(
    ("text", "form", "stated"),
    [
        ("It costs £4,000 a year.", "4,000", True),
        ("It costs £4,0001.", "4,000", False),
        ("There were 50 of them.", "5", False),
        ("There were 5,000 of them.", "5", False),
        ("Dr  Amanda\nDOYLE said so", "amanda doyle", True),
        ("NHSCC’s co–chair", "NHSCC's co-chair", True),
        ("“a clear vision”", '"a clear vision"', True),
        ("good relationships matter", "relationship", True),
        ("nothing", "no", False),
        ("42 per cent", "42%", False),
        ("a 42% share", "42%", True),
    ],
)
def test_a_fact_is_stated_in_one_of_its_forms(text: str, form: str, stated: bool) -> None:
    assert states(text, [form]) is stated
    assert states(text, ["not there at all", form]) is stated


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        ((0, 10), (0, 10), True),
        ((0, 100), (10, 20), True),
        ((0, 10), (5, 40), True),
        ((0, 10), (6, 40), False),
        ((0, 10), (10, 20), False),
        ((0, 10), (9, 19), False),
    ],
)
def test_spans_overlap_from_half_of_the_shorter_on(
    one: tuple[int, int], other: tuple[int, int], count: bool
) -> None:
    first, second = (Span(source="a", start=s, end=e) for s, e in (one, other))
    assert overlaps(first, second) is count
    assert overlaps(second, first) is count
    assert not overlaps(first, Span(source="b", start=other[0], end=other[1]))


def test_alternatives_each_suffice_alone() -> None:
    one, two, three = (
        Evidence(source="s", quote=words, alternative=words == "three")
        for words in ("one", "two", "three")
    )
    assert ways_of([one, two, three]) == [(one, two), (three,)]
    assert ways_of([three]) == [(three,)]
    assert ways_of([]) == []


def test_evidence_is_found_in_its_passage(river: Any) -> None:
    question = river.gold(quotes=["42 kilometres"], alternatives=["nine members"])
    (target,) = locate([question], river.library)
    assert target.passages == (frozenset({"p1"}), frozenset({"p2"}))
    text = river.library.text("river")
    assert [text[s.start : s.end] for s in target.spans] == ["42 kilometres", "nine members"]


def test_evidence_outside_every_passage_can_be_found_by_no_search(river: Any) -> None:
    (target,) = locate([river.gold(quotes=["# About the river"])], river.library)
    assert target.passages[0].isdisjoint(river.library.passage_ids())
    assert target.passages[0]


def test_sources_that_the_library_lacks_are_all_named(river: Any) -> None:
    questions = [
        GoldQuestion(
            id=source,
            question="?",
            outcome="answered",
            evidence=(Evidence(source=source, quote="x"),),
            tags={},
            split="held",
        )
        for source in ("lake", "sea", "river")
    ]
    with pytest.raises(GoldError, match=r"lacks 2 of the 3 sources.*lake, sea.*2 of 3"):
        locate(questions, river.library)
