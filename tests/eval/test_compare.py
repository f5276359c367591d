"""Comparing runs: what flipped, where the answers part, and what may not be compared."""

from typing import Any

import pytest

from eval.errors import RunError
from eval.suite.compare import compare_runs, parting
from eval.suite.report.comparison_page import comparison_page
from eval.suite.report.summary import comparison_lines
from eval.suite.scoring.answered import read_answer

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."
BERG = "Anna Berg leads the river board."


def two_runs(river: Any) -> tuple[Any, Any]:
    questions = [river.gold(f"q{i}", quotes=["42 kilometres"], facts=[["42"]]) for i in range(4)]
    first = river.run(*((q, river.answer(LONG)) for q in questions))
    second = river.run(
        (questions[0], river.answer(LONG)),
        (questions[1], river.answer(BOATS)),
        (questions[2], river.answer()),
        (questions[3], river.answer(LONG, search=["p2", "p1"])),
    )
    return first, second


def test_flipped_questions_with_the_step_at_which_they_part(river: Any) -> None:
    first, second = two_runs(river)
    comparison = compare_runs(first, second)
    assert [(flip.id, flip.worse, flip.step) for flip in comparison.flipped] == [
        ("q1", True, "evidence"),
        ("q2", True, "gate"),
    ]
    assert comparison.changed == 2  # the fourth has another ranking, and the same answer
    back = compare_runs(second, first)
    assert [flip.worse for flip in back.flipped] == [False, False]
    by_name = {one.metric: one for one in comparison.differences}
    assert (by_name["right"].first, by_name["right"].second) == (1.0, 0.5)
    assert by_name["recall@1"].difference == -0.25
    assert by_name["withheld_when_not"].difference is None


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({}, None),
        ({"error": "gone"}, "error"),
        ({"standalone_question": "Another?"}, "question"),
        ({"search": [], "confidence": 0.1}, "search"),
        ({"engine": "llm", "confidence": 0.1}, "model"),
        ({"confidence": 0.1}, "evidence"),
        ({"dropped": [{"text": LONG, "why": "x"}], "statements": [], "citations": []}, "gate"),
        ({"answer": "It is long."}, "gate"),
    ],
)
def test_the_first_step_at_which_answers_part(
    river: Any, change: dict[str, Any], step: str | None
) -> None:
    record = river.answer(LONG)
    assert parting(read_answer(record), read_answer({**record, **change})) == step


def test_runs_over_other_gold_are_refused_unless_forced(river: Any) -> None:
    first, _ = two_runs(river)
    q0 = river.gold("q0", quotes=["42 kilometres"], facts=[["42"]])
    fewer = river.run((q0, river.answer(BOATS)))
    with pytest.raises(RunError, match=r"the gold differs.*--force"):
        compare_runs(first, fewer)
    forced = compare_runs(first, fewer, force=True)
    assert forced.n == 1 and forced.notes
    assert "the gold differs" in "\n".join(comparison_lines(forced))
    stranger = river.run((river.gold("else", "withheld"), river.answer()))
    with pytest.raises(RunError, match="no question in common"):
        compare_runs(first, stranger, force=True)


def test_the_text_says_what_became_wrong(river: Any) -> None:
    text = "\n".join(comparison_lines(compare_runs(*two_runs(river))))
    assert "2 became wrong, 0 became right" in text
    assert "they part at: gate" in text
    assert f"second: answered: {BOATS} [1]" in text


def test_the_page_shows_both_answers_in_the_source(river: Any) -> None:
    page = comparison_page(compare_runs(*two_runs(river)), river.library.text)
    assert "2 became wrong, 0 became right" in page
    assert page.count('<details class="question wrong">') == 2
    assert f"<mark>{BOATS}</mark>" in page
    assert '<span class="gold">42 kilometres</span>' in page
