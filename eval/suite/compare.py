"""Two runs over the same questions: how they differ, whether by more than chance, and where."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.errors import RunError
from eval.suite.runs import Run
from eval.suite.scoring.answered import Answered
from eval.suite.scoring.definitions import METRICS, OVER_ALL
from eval.suite.scoring.intervals import Difference, Floats, Indices, paired, paired_means
from eval.suite.scoring.metrics import STATISTICS, counts_in, event
from eval.suite.scoring.results import Result

CHANCE = 0.05  # where a difference as large came of chance less often, it is taken for real
FEWER = 1_000  # permutations for the metrics that take longer
STEPS = {
    "error": "asking failed in one of them",
    "question": "the follow-up was read as another standalone question",
    "search": "other passages were found, or in another order",
    "model": "another engine or model answered",
    "evidence": "the same passages were read otherwise: other sentences, or another confidence",
    "gate": "the same evidence was let through in one and held back in the other",
}

Swapped = NDArray[np.bool_]


class Change(StrEnum):
    """What a difference is taken for; the same rule holds wherever one is spoken of."""

    WORSE = "worse"
    BETTER = "better"
    OTHER = "differs"  # of a metric that has no better
    CHANCE = "may be chance"
    NONE = "as before"


def change_of(difference: Difference, p: float = CHANCE) -> Change | None:
    """What a difference is taken for; None where there is no data."""
    if difference.difference is None or difference.p is None:
        return None
    if not difference.difference:
        return Change.NONE
    better = METRICS[difference.metric].better
    if difference.p >= p:
        return Change.CHANCE
    if better == "neither":
        return Change.OTHER
    return Change.WORSE if (difference.difference < 0) == (better == "higher") else Change.BETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A question that was right in one run and not in the other; `step` is where they part."""

    id: str
    first: Result
    second: Result
    step: str

    @property
    def worse(self) -> bool:
        return self.first.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`changed` counts the questions whose answers a reader would see differ; `settings` those that
    differ: name → (first, second); `notes` say what makes the comparison unequal."""

    first: Run
    second: Run
    n: int
    differences: tuple[Difference, ...]
    flipped: tuple[Flip, ...]
    changed: int
    settings: dict[str, tuple[str, str]]
    notes: tuple[str, ...]

    @property
    def worse(self) -> list[str]:
        """The metrics that are worse in the second run, by more than chance explains."""
        return [d.metric for d in self.differences if change_of(d) is Change.WORSE]

    def to_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "changed": self.changed,
            "notes": list(self.notes),
            "settings": {name: list(pair) for name, pair in self.settings.items()},
            "differences": {d.metric: d.to_json() for d in self.differences},
            "flipped": [
                {
                    "id": flip.id,
                    "question": flip.first.target.gold.question,
                    "step": flip.step,
                    "became": "wrong" if flip.worse else "right",
                    "first": _shown(flip.first.answer),
                    "second": _shown(flip.second.answer),
                }
                for flip in self.flipped
            ],
        }


def compare_runs(first: Run, second: Run, *, force: bool = False) -> Comparison:
    """Compare over the questions that both have.

    Raises RunError where the runs are over other gold or another library, unless `force`: then
    what is unequal is in `notes`.
    """
    notes = _unequal(first, second)
    if notes and not force:
        raise RunError(
            f"these runs do not compare: {'; '.join(notes)}. To compare the questions that both "
            "have all the same: --force"
        )
    there = {result.id: result for result in second.results}
    pairs = [(one, there[one.id]) for one in first.results if one.id in there]
    if not pairs:
        raise RunError("these runs have no question in common")
    flipped = [
        Flip(id=one.id, first=one, second=other, step=parting(one.answer, other.answer) or "gate")
        for one, other in pairs
        if one.right != other.right
    ]
    settings = {
        name: (a, b)
        for name in sorted({*first.settings, *second.settings, *first.versions, *second.versions})
        if (a := _setting(first, name)) != (b := _setting(second, name))
    }
    return Comparison(
        first=first,
        second=second,
        n=len(pairs),
        differences=tuple(difference(name, pairs) for name in METRICS),
        flipped=tuple(sorted(flipped, key=lambda f: (not f.worse, f.id))),
        changed=sum(seen(one.answer) != seen(other.answer) for one, other in pairs),
        settings=settings,
        notes=tuple(notes),
    )


def _unequal(first: Run, second: Run) -> list[str]:
    notes = []
    if first.gold["digest"] != second.gold["digest"]:
        notes.append(
            f"the gold differs ({first.gold['n']} questions, {first.gold['digest']}; "
            f"{second.gold['n']}, {second.gold['digest']})"
        )
    if first.library != second.library:
        notes.append(f"the library differs ({first.library[:12]}; {second.library[:12]})")
    return notes


def _setting(run: Run, name: str) -> str:
    return str(run.settings.get(name, run.versions.get(name, "")))


def parting(one: Answered, other: Answered) -> str | None:
    """The first step at which two answers to a question part (a key of STEPS); None if none."""
    if one.error != other.error:
        return "error"
    if one.standalone_question != other.standalone_question:
        return "question"
    if _passages(one) != _passages(other):
        return "search"
    if one.engine != other.engine:
        return "model"
    if one.confidence != other.confidence or _chosen(one) - _chosen(other):
        # Where the evidence was held back, what was chosen is not all there to see.
        if one.confidence == other.confidence and "withheld" in (one.outcome, other.outcome):
            return "gate"
        return "evidence"
    if _chosen(one) != _chosen(other) and "withheld" not in (one.outcome, other.outcome):
        return "evidence"
    if (one.outcome, one.dropped, one.said) != (other.outcome, other.dropped, other.said):
        return "gate"
    if one.text != other.text or one.citations != other.citations:
        return "gate"
    return None


def seen(answer: Answered) -> tuple[object, ...]:
    """What a reader sees of an answer."""
    return answer.error, answer.outcome, answer.text, answer.citations, answer.missing


def _passages(answer: Answered) -> tuple[list[str], list[str]]:
    return [h.passage for h in answer.hits], [h.passage for h in answer.search]


def _chosen(answer: Answered) -> set[str]:
    """What the reader took: the quotes that are cited, and those that the gate dropped."""
    return {c.quote for c in answer.citations} | {text for text, _ in answer.dropped}


def difference(metric: str, pairs: Sequence[tuple[Result, Result]]) -> Difference:
    """How a metric differs over paired questions: those about which both runs say something."""
    if metric in OVER_ALL:
        used = [p for p in pairs if all(counts_in(metric, result) for result in p)]
        confidence = _both(used, lambda r: float(r.answer.confidence or 0.0))
        happened = _both(used, lambda r: event(metric, r))
        score = STATISTICS[metric]

        def over_all(rows: Indices, swapped: Swapped) -> float | None:
            column = swapped[rows].astype(np.int64)
            return score(confidence[column, rows], happened[column, rows])

        return paired(metric, len(used), len(used), over_all, FEWER)
    used = [p for p in pairs if all(metric in result.scores for result in p)]
    totals = _both(used, lambda r: r.scores[metric].total)
    counts = _both(used, lambda r: float(r.scores[metric].n))
    return paired_means(metric, totals, counts)


def _both(pairs: Sequence[tuple[Result, Result]], value: Callable[[Result], float]) -> Floats:
    """Shape (2, questions): the first run's values, then the second's."""
    return np.array([[value(p[i]) for p in pairs] for i in (0, 1)], dtype=np.float64)


def _shown(answer: Answered) -> dict[str, Any]:
    return {
        "outcome": answer.outcome,
        "confidence": answer.confidence,
        "answer": answer.text,
        "error": answer.error,
    }
