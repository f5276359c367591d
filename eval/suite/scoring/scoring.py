"""Each question's part in every metric, from its target and its answer. No model, no chance."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.proof import Checker
from eval.gold.facts import states
from eval.gold.places import Span, Target, overlaps
from eval.suite.scoring.answered import Answered, read_answer
from eval.suite.scoring.definitions import LIST_WORDS, OVERVIEW_WORDS, WORDS
from eval.suite.scoring.grounding import (
    markers_resolved,
    nothing_unstated,
    quotes_exact,
    statements_supported,
)
from eval.suite.scoring.intervals import Tally
from eval.suite.scoring.results import Result
from eval.suite.scoring.retrieval import search_scores
from vectorstore import Library


def score_answers(
    targets: Sequence[Target],
    records: Sequence[Mapping[str, Any]],
    library: Library,
    checker: Checker | None = None,
) -> list[Result]:
    """Score answers (CONTRACT's JSON with `search`, one for each target, in order).

    Without a `checker` only statements that are verbatim in their quotes count as supported.
    """
    answers = [read_answer(record) for record in records]
    found = search_scores(targets, answers)
    return [
        Result(
            target=target,
            answer=answer,
            record=record,
            scores={
                **{name: Tally(total=value) for name, value in search.items()},
                **answer_scores(target, answer, library, checker),
            },
        )
        for target, answer, record, search in zip(targets, answers, records, found, strict=True)
    ]


def answer_scores(
    target: Target, answer: Answered, library: Library, checker: Checker | None = None
) -> dict[str, Tally]:
    """Metric → this question's tally, for all but search; a metric that says nothing about the
    question is left out."""
    gold = target.gold
    given = answer.outcome in ("answered", "partial")
    most = {"list": LIST_WORDS, "overview": OVERVIEW_WORDS}
    kinds = (str(gold.tags.get(tag)) for tag in ("kind", "turn"))
    short = answer.words <= max(most.get(kind, WORDS) for kind in kinds)
    stated = [given and states(answer.said, fact) for fact in gold.facts]
    cited = evidence_cited(target, answer)
    right = answer.outcome == gold.outcome
    if target.answerable:
        right = right and all(stated) and (cited or not target.ways) and short
    scores = {
        "completed": _yes(answer.error is None),
        "right": _yes(right),
        "outcome_right": _yes(answer.outcome == gold.outcome),
        "quotes_exact": quotes_exact(answer, library),
        "statements_supported": statements_supported(answer, library, checker),
        "markers_resolved": markers_resolved(answer),
        "nothing_unstated": nothing_unstated(answer),
    }
    if (kind := target.turn) is not None and answer.error is None:
        scores["kind_told"] = _yes(answer.kind == kind)
    if answer.fell_back is not None:
        scores["fell_back"] = _yes(answer.fell_back)
    if target.answerable:
        scores["right_answerable"] = _yes(right)
        scores["given_when_answerable"] = _yes(given)
        if answer.citations:
            scores["citation_precision"] = Tally(total=citation_precision(target, answer))
        if target.ways:
            best = answer.citations[:1]
            on = any(overlaps(c.span, span) for c in best for span in target.spans)
            scores["first"] = _yes(on)
    elif gold.outcome == "withheld":
        scores["withheld_when_not"] = _yes(answer.outcome == "withheld")
    if gold.outcome == "partial":
        scores["partial_when_partial"] = _yes(answer.outcome == "partial")
    if gold.facts:
        scores["fact_recall"] = Tally(total=sum(stated) / len(stated))
    if target.ways:
        scores["evidence_cited"] = _yes(cited)
        scores["citation_recall"] = Tally(total=citation_recall(target, answer))
    if given:
        scores["concise"] = _yes(short)
        scores["words"] = Tally(total=answer.words)
    return {name: tally for name, tally in scores.items() if tally.n}


def evidence_cited(target: Target, answer: Answered) -> bool:
    """Whether a citation overlaps evidence of any way."""
    return any(_covered(span, answer) for span in target.spans)


def citation_precision(target: Target, answer: Answered) -> float:
    """The share of citations that overlap evidence of any way; the answer has citations."""
    fit = [any(overlaps(c.span, span) for span in target.spans) for c in answer.citations]
    return sum(fit) / len(fit)


def citation_recall(target: Target, answer: Answered) -> float:
    """The share of a way's evidence that is cited, for the way that is cited best."""
    return max(sum(_covered(span, answer) for span in way) / len(way) for way in target.ways)


def _covered(span: Span, answer: Answered) -> bool:
    return any(overlaps(span, citation.span) for citation in answer.citations)


def _yes(value: bool) -> Tally:
    return Tally(total=float(value))
