"""Every metric on answers whose figures can be worked out by hand."""

from typing import Any

import pytest

from eval.suite.report.html import run_page
from eval.suite.report.summary import run_markdown
from eval.suite.scoring.definitions import METRICS
from eval.suite.scoring.metrics import kind_matrix, measure, outcome_matrix, reliability, slices

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."
BERG = "Anna Berg leads the river board."


def values(result: Any) -> dict[str, float]:
    return {name: result.value(name) for name in result.scores}


def test_a_right_answer(river: Any) -> None:
    question = river.gold(quotes=["42 kilometres"], facts=[["42", "forty-two"]])
    (result,) = river.scored((question, river.answer(LONG)))
    assert result.right
    found = values(result)
    assert found.pop("words") == 5
    assert set(found.values()) == {1.0}
    assert "withheld_when_not" not in found


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([BOATS], "neither fact nor evidence"),
        ([BERG, BOATS], "neither, at length"),
        ([], "withheld"),
    ],
)
def test_an_answer_that_is_not_right(river: Any, given: list[str], why: str) -> None:
    question = river.gold(quotes=["42 kilometres"], facts=[["42"]])
    (result,) = river.scored((question, river.answer(*given)))
    assert not result.right, why


def test_a_right_answer_must_be_short(river: Any) -> None:
    question = river.gold(quotes=["42 kilometres"], facts=[["42"]])
    record = river.answer(LONG)
    record["statements"][0]["text"] = LONG + " word" * 120
    (result,) = river.scored((question, record))
    assert result.value("concise") == 0.0
    assert not result.right
    (listed,) = river.scored((river.gold(quotes=["42 kilometres"], kind="list"), record))
    assert listed.value("concise") == 1.0
    record["statements"][0]["text"] = LONG + " word" * 160
    asked = (river.gold(quotes=["42 kilometres"], turn=turn) for turn in ("overview", "list"))
    summed, listed = river.scored(*((each, record) for each in asked))
    assert (summed.value("concise"), listed.value("concise")) == (1.0, 0.0)


def test_evidence_must_be_cited_even_where_the_fact_is_stated(river: Any) -> None:
    question = river.gold(quotes=["nine members"], facts=[["42"]])
    (result,) = river.scored((question, river.answer(LONG)))
    assert result.value("fact_recall") == 1.0
    assert not result.right


def test_citations_by_span(river: Any) -> None:
    question = river.gold(quotes=["42 kilometres", "nine members"])
    (result,) = river.scored((question, river.answer(LONG, BOATS)))
    assert result.value("citation_precision") == 0.5
    assert result.value("citation_recall") == 0.5


def test_an_alternative_suffices(river: Any) -> None:
    question = river.gold(quotes=["42 kilometres", "nine members"], alternatives=[BERG])
    (result,) = river.scored((question, river.answer(BERG)))
    assert result.value("citation_recall") == 1.0
    assert result.value("citation_precision") == 1.0


def test_search_by_rank(river: Any) -> None:
    question = river.gold(quotes=["nine members"])
    (result,) = river.scored((question, river.answer(LONG, search=["x", "p2", "p1"])))
    assert result.value("recall@1") == 0.0
    assert result.value("recall@3") == 1.0
    assert result.value("mrr") == 0.5
    assert result.value("ndcg@10") == pytest.approx(0.6309, abs=1e-4)


def test_search_takes_the_best_way(river: Any) -> None:
    question = river.gold(quotes=["42 kilometres", "nine members"], alternatives=[BERG])
    (result,) = river.scored((question, river.answer(LONG, search=["p2"])))
    assert result.value("recall@1") == 1.0


def test_search_that_finds_nothing_scores_nothing(river: Any) -> None:
    question = river.gold(quotes=["nine members"])
    (result,) = river.scored((question, river.answer(LONG, search=[])))
    assert result.value("recall@10") == 0.0
    assert result.value("mrr") == 0.0


def test_withholding(river: Any) -> None:
    unanswerable = river.gold(outcome="withheld")
    held, given = river.scored((unanswerable, river.answer()), (unanswerable, river.answer(LONG)))
    assert held.right and not given.right
    assert (held.value("withheld_when_not"), given.value("withheld_when_not")) == (1.0, 0.0)
    assert "recall@1" not in held.scores
    assert "citation_precision" not in given.scores


def test_asking_that_failed_counts_against(river: Any) -> None:
    failed = {"id": "q", "question": "?", "error": "the index is gone"}
    (result,) = river.scored((river.gold(quotes=["42 kilometres"], facts=[["42"]]), failed))
    assert not result.right
    assert result.value("completed") == 0.0
    assert result.value("recall@5") == 0.0
    assert outcome_matrix([result])["answered"]["failed"] == 1


def test_falling_back_counts_only_where_a_model_was_asked(river: Any) -> None:
    gold = river.gold(outcome="withheld")
    fallbacks = ({"fallback": {"whole": True}}, {"fallback": {"whole": False}}, {"fallback": None})
    asked = river.scored(*((gold, {**river.answer(), **fallback}) for fallback in fallbacks))
    assert [result.value("fell_back") for result in asked] == [1.0, 0.0, 0.0]
    (unasked,) = river.scored((gold, river.answer()))
    assert "fell_back" not in unasked.scores


def test_a_metric_without_data_is_none(river: Any) -> None:
    metrics = measure(river.scored((river.gold(outcome="withheld"), river.answer())))
    assert set(metrics) == set(METRICS)
    for name in ("recall@5", "fact_recall", "citation_precision", "quotes_exact", "words"):
        assert metrics[name].value is None, name
        assert metrics[name].n == 0
    assert metrics["abstention_auroc"].value is None
    assert metrics["calibration_error"].value is None
    assert metrics["withheld_when_not"].value == 1.0


def test_abstention_and_calibration(river: Any) -> None:
    answerable = river.gold(quotes=["42 kilometres"])
    results = river.scored(
        (answerable, river.answer(LONG, confidence=0.95)),
        (answerable, river.answer(BOATS, confidence=0.85)),
        (river.gold(outcome="withheld"), river.answer(confidence=0.9)),
    )
    metrics = measure(results)
    assert metrics["abstention_auroc"].value == 0.5
    # Answers given: 0.95 that cites evidence, 0.85 that does not.
    assert metrics["calibration_error"].value == pytest.approx((0.05 + 0.85) / 2)
    assert [(one.n, one.cited) for one in reliability(results)] == [(1, 0.0), (1, 1.0)]


def test_slices_by_tag_and_source(river: Any) -> None:
    who, number = river.gold(kind="who", quotes=[BERG]), river.gold(quotes=["42 kilometres"])
    found = slices(river.scored((who, river.answer(BERG)), (number, river.answer(BERG))))
    assert found["kind"]["who"]["right"].value == 1.0
    assert found["kind"]["number"]["right"].value == 0.0
    assert found["source"]["river"]["right"].n == 2


def test_kinds_of_turns(river: Any) -> None:
    turns = ("list", "point", "point", "again", None)
    told = ("list", "list", None, "point", "point")
    results = river.scored(
        *(
            (river.gold(id=f"q{i}", turn=turn), river.answer(LONG) | {"kind": kind})
            for i, (turn, kind) in enumerate(zip(turns, told, strict=True))
        )
    )
    assert [r.value("kind_told") for r in results] == [1.0, 0.0, 0.0, None, None]
    assert kind_matrix(results) == {
        "list": {"list": 1, "point": 0},
        "point": {"list": 1, "point": 0},
    }
    assert kind_matrix(results[3:]) == {}
    run = river.run((river.gold(turn="list"), river.answer(LONG) | {"kind": "point"}))
    assert "| list | 0 | 1 |" in run_markdown(run, None)
    assert "Kinds of turn: wanted (down), taken for (across)" in run_page(run, None, lambda _: LONG)
