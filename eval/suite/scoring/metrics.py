"""From each question's part to the run's figures: every metric with n and its interval."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from eval.gold.questions import OUTCOMES
from eval.suite.scoring.definitions import BINS, METRICS, OVER_ALL
from eval.suite.scoring.intervals import Floats, Indices, Score, bootstrap, bootstrap_of, wilson
from eval.suite.scoring.results import Result

SLICED = ("right", "fact_recall", "recall@5", "citation_recall")
TAGS = ("kind", "turn", "audience", "difficulty", "near_miss")
FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Answers given whose confidence lies in `[low, high)` (the last bin holds 1.0 as well)."""

    low: float
    high: float
    n: int
    confidence: float
    cited: float


def measure(results: Sequence[Result]) -> dict[str, Score]:
    """Every metric over these results, in the order of `METRICS`."""
    return {name: measure_one(name, results) for name in METRICS}


def measure_one(name: str, results: Sequence[Result]) -> Score:
    """One metric. Its value is None where no question says anything about it."""
    if name in OVER_ALL:
        used = [r for r in results if counts_in(name, r)]
        rows = [(float(r.answer.confidence or 0.0), event(name, r)) for r in used]
        score = STATISTICS[name]
        confidence = np.array([row[0] for row in rows], dtype=np.float64)
        happened = np.array([row[1] for row in rows], dtype=np.float64)
        return bootstrap_of(name, len(used), len(used), lambda i: score(confidence[i], happened[i]))
    tallies = [r.scores[name] for r in results if name in r.scores]
    return (wilson if METRICS[name].interval == "wilson" else bootstrap)(name, tallies)


def counts_in(name: str, result: Result) -> bool:
    """Whether a result counts in a metric over all questions."""
    if result.answer.confidence is None:
        return False
    return name == "abstention_auroc" or result.answer.outcome in ("answered", "partial")


def event(name: str, result: Result) -> float:
    """What the confidence foretells: that the question is answerable, or that the answer
    given cites evidence."""
    if name == "abstention_auroc":
        return float(result.target.answerable)
    return float(result.value("evidence_cited") or 0.0)


def auroc(confidence: Floats, answerable: Floats) -> float | None:
    """Area under the ROC curve as the Mann-Whitney statistic (Hanley and McNeil, 1982)."""
    above, below = confidence[answerable > 0], np.sort(confidence[answerable == 0])
    if not len(above) or not len(below):
        return None
    under = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(under.mean() / 2 / len(below))


def calibration_error(confidence: Floats, happened: Floats) -> float | None:
    """Expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015), equal-width bins."""
    if not len(confidence):
        return None
    place = _bin(confidence)
    size = np.bincount(place, minlength=BINS)
    gap = np.abs(
        np.bincount(place, weights=confidence, minlength=BINS)
        - np.bincount(place, weights=happened, minlength=BINS)
    )
    return float(gap.sum() / size.sum())


STATISTICS: dict[str, Callable[[Floats, Floats], float | None]] = {
    "abstention_auroc": auroc,
    "calibration_error": calibration_error,
}


def _bin(confidence: Floats) -> Indices:
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def reliability(results: Sequence[Result]) -> list[Bin]:
    """The bins of the calibration error that hold anything, lowest first."""
    used = [r for r in results if counts_in("calibration_error", r)]
    if not used:
        return []
    confidence = np.array([r.answer.confidence for r in used], dtype=np.float64)
    happened = np.array([event("calibration_error", r) for r in used], dtype=np.float64)
    place = _bin(confidence)
    return [
        Bin(
            low=round(b / BINS, 6),
            high=round((b + 1) / BINS, 6),
            n=int((place == b).sum()),
            confidence=round(float(confidence[place == b].mean()), 6),
            cited=round(float(happened[place == b].mean()), 6),
        )
        for b in range(BINS)
        if (place == b).any()
    ]


def outcome_matrix(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """Outcome wanted → outcome given → number of questions; `failed` where asking failed."""
    counts = Counter((r.target.gold.outcome, r.answer.outcome or FAILED) for r in results)
    return {
        wanted: {given: counts[wanted, given] for given in (*OUTCOMES, FAILED)}
        for wanted in OUTCOMES
    }


def kind_matrix(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """Kind of turn wanted → kind it was taken for → number of questions; empty where the gold says
    of none what kind it is."""
    pairs = [(r.target.turn, r.answer.kind) for r in results]
    counts = Counter((wanted, told) for wanted, told in pairs if wanted and told)
    kinds = sorted({kind for pair in counts for kind in pair})
    wanted = {kind for kind, _ in counts}
    return {one: {other: counts[one, other] for other in kinds} for one in kinds if one in wanted}


def slices(results: Sequence[Result]) -> dict[str, dict[str, dict[str, Score]]]:
    """By tag, split and source of the evidence: value → metric → score, for the few in `SLICED`."""
    groups: dict[str, dict[str, list[Result]]] = {}
    for result in results:
        gold = result.target.gold
        for tag in TAGS:
            if tag in gold.tags:
                value = str(gold.tags[tag]).lower()
                groups.setdefault(tag, {}).setdefault(value, []).append(result)
        groups.setdefault("split", {}).setdefault(gold.split, []).append(result)
        for source in result.target.sources:
            groups.setdefault("source", {}).setdefault(source, []).append(result)
    return {
        group: {
            value: {name: measure_one(name, members) for name in SLICED}
            for value, members in sorted(values.items())
        }
        for group, values in sorted(groups.items())
    }
