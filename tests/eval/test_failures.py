"""Each failure has one kind, which says where on the way to an answer it went wrong."""

from typing import Any

import pytest

from eval.suite.failures import KINDS, counted, failure, failures

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."
BOARD = "The board has nine members."


def kind_of(river: Any, record: dict[str, Any], **gold: Any) -> str | None:
    question = river.gold(**{"quotes": [LONG], "facts": [["42"]], **gold})
    return failure(river.scored((question, record))[0])


def test_a_right_answer_is_none(river: Any) -> None:
    assert kind_of(river, river.answer(LONG)) is None


def test_evidence_that_search_did_not_find(river: Any) -> None:
    assert kind_of(river, river.answer(search=["p2"])) == "not-found"
    assert kind_of(river, river.answer(BOARD, search=["p2"])) == "not-found"


def test_evidence_that_was_found_and_not_chosen(river: Any) -> None:
    assert kind_of(river, river.answer(BOATS)) == "not-chosen"


def test_evidence_that_was_found_and_withheld(river: Any) -> None:
    assert kind_of(river, river.answer()) == "withheld"


def test_an_answer_that_leaves_a_fact_out(river: Any) -> None:
    assert kind_of(river, river.answer(LONG), facts=[["42"], ["nine"]]) == "incomplete"


def test_an_answer_where_the_library_is_silent(river: Any) -> None:
    silent = {"outcome": "withheld", "quotes": [], "facts": []}
    assert kind_of(river, river.answer(BOATS), **silent) == "answered"
    assert kind_of(river, river.answer(), **silent) is None


def test_a_statement_beyond_its_quotes_comes_before_all_else(river: Any) -> None:
    record = river.answer(LONG)
    record["statements"][0]["text"] = "It is 43 kilometres long."
    assert kind_of(river, record) == "unsupported"


def test_asking_that_failed(river: Any) -> None:
    assert kind_of(river, {"id": "q", "question": "?", "error": "no index"}) == "failed"


def test_the_worst_kinds_come_first(river: Any) -> None:
    silent = {"outcome": "withheld", "quotes": [], "facts": []}
    answerable = {"quotes": [LONG], "facts": [["42"]]}
    results = river.scored(
        (river.gold("a", **answerable), river.answer(search=["p2"])),
        (river.gold("b", **answerable), river.answer()),
        (river.gold("c", **silent), river.answer(BOATS)),
        (river.gold("d", **answerable), river.answer(LONG)),
        (river.gold("e", **answerable), river.answer()),
    )
    assert [result.id for result in failures(results)] == ["c", "b", "e", "a"]
    assert [result.id for result in failures(results, "withheld")] == ["b", "e"]
    assert counted(results) == {"answered": 1, "withheld": 2, "not-found": 1}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_and_a_meaning(kind: str) -> None:
    name, _, meaning = KINDS[kind].partition(": ")
    assert name and meaning
