"""Scores with their 95 % intervals, and whether two runs differ by more than chance.

Everything random is drawn from one fixed seed, so that the same values give the same bytes.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20160907
RESAMPLES = 2_000
PERMUTATIONS = 5_000
Z = 1.959963984540054  # the normal distribution's 97.5th percentile
DECIMALS = 6

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A metric's value over `n` items, with its 95 % interval. No data is None, never 0."""

    metric: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, Any]:
        return {"value": self.value, "n": self.n, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one question adds to a metric: a total over `n` items (an item is the question
    itself, or one of its statements or citations)."""

    total: float
    n: int = 1


def wilson(metric: str, tallies: Sequence[Tally]) -> Score:
    """A proportion with the score interval of Wilson (1927), as in Brown, Cai and DasGupta,
    Interval Estimation for a Binomial Proportion, Statistical Science 16 (2001), section 3.1.1."""
    n = sum(tally.n for tally in tallies)
    if n == 0:
        return Score(metric=metric, value=None, n=0)
    p = sum(tally.total for tally in tallies) / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    return _score(metric, p, n, max(middle - half, 0.0), min(middle + half, 1.0))


def bootstrap(metric: str, tallies: Sequence[Tally]) -> Score:
    """A mean with the percentile interval of the bootstrap, whole questions resampled
    (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13)."""
    n = sum(tally.n for tally in tallies)
    if n == 0:
        return Score(metric=metric, value=None, n=0)
    totals = np.array([tally.total for tally in tallies], dtype=np.float64)
    counts = np.array([tally.n for tally in tallies], dtype=np.float64)

    low = high = None
    if len(tallies) > 1:
        drawn = _drawn(len(tallies))
        low, high = _between(_shares(totals[drawn].sum(axis=1), counts[drawn].sum(axis=1)))
    return _score(metric, float(totals.sum() / n), n, low, high)


def bootstrap_of(
    metric: str, questions: int, n: int, statistic: Callable[[Indices], float | None]
) -> Score:
    """Any statistic of rows (its argument holds row numbers, some of them repeated), likewise.

    A statistic that a sample leaves undefined is None there, and such samples are left out.
    """
    value = statistic(np.arange(questions)) if questions else None
    if value is None:
        return Score(metric=metric, value=None, n=0)
    low, high = _percentiles(statistic, questions)
    return _score(metric, value, n, low, high)


def _percentiles(
    statistic: Callable[[Indices], float | None], questions: int
) -> tuple[float | None, float | None]:
    if questions < 2:
        return None, None
    found = [value for rows in _drawn(questions) if (value := statistic(rows)) is not None]
    return _between(np.array(found))


def _drawn(questions: int) -> Indices:
    """Row numbers of the resamples, shape (RESAMPLES, questions)."""
    return np.random.default_rng(SEED).integers(0, questions, (RESAMPLES, questions))


def _shares(totals: Floats, counts: Floats) -> Floats:
    """Totals over counts, without the samples in which there was nothing to count."""
    return totals[counts > 0] / counts[counts > 0]


def _between(found: Floats) -> tuple[float | None, float | None]:
    if not len(found):
        return None, None
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Second run less first, over the questions that both have, with its 95 % interval and the
    probability of one as large by chance (two-sided)."""

    metric: str
    first: float | None
    second: float | None
    difference: float | None
    n: int
    low: float | None = None
    high: float | None = None
    p: float | None = None

    def to_json(self) -> dict[str, Any]:
        names = ("first", "second", "difference", "n", "low", "high", "p")
        return {name: getattr(self, name) for name in names}


def paired(
    metric: str,
    questions: int,
    n: int,
    statistic: Callable[[Indices, NDArray[np.bool_]], float | None],
    permutations: int = PERMUTATIONS,
) -> Difference:
    """How two runs differ. `statistic(rows, swapped)` gives a statistic of the first run over
    these rows, with the second run's values in the rows that `swapped` marks.

    The interval is a bootstrap over questions; p is a permutation test that swaps the runs'
    values of whole questions (Noreen, Computer-Intensive Methods, 1989; the +1 after Phipson and
    Smyth, Permutation P-values Should Never Be Zero, 2010).
    """
    every = np.arange(questions)
    none, all_of = np.zeros(questions, dtype=bool), np.ones(questions, dtype=bool)
    first = statistic(every, none) if questions else None
    second = statistic(every, all_of) if questions else None
    if first is None or second is None:
        return Difference(metric=metric, first=first, second=second, difference=None, n=0)

    def gap(rows: Indices) -> float | None:
        one, other = statistic(rows, none), statistic(rows, all_of)
        return None if one is None or other is None else other - one

    low, high = _percentiles(gap, questions)
    gaps = [
        other - one
        for flip in _flips(permutations, questions)
        if (one := statistic(every, flip)) is not None
        and (other := statistic(every, ~flip)) is not None
    ]
    return _difference(metric, first, second, n, low, high, np.array(gaps))


def paired_means(metric: str, totals: Floats, counts: Floats) -> Difference:
    """The same for a mean: `totals` and `counts` have shape (2, questions), a row for each run."""
    questions = totals.shape[1]
    sums, sizes = totals.sum(axis=1), counts.sum(axis=1)
    if not questions or not sizes.all():
        return Difference(metric=metric, first=None, second=None, difference=None, n=0)
    drawn = _drawn(questions)
    size = counts[:, drawn].sum(axis=2)
    whole = (size > 0).all(axis=0)
    resampled = totals[:, drawn].sum(axis=2)[:, whole] / size[:, whole]
    low, high = _between(resampled[1] - resampled[0]) if questions > 1 else (None, None)
    flips = _flips(PERMUTATIONS, questions).astype(np.float64)
    moved, resized = flips @ (totals[1] - totals[0]), flips @ (counts[1] - counts[0])
    one, other = sizes[0] + resized, sizes[1] - resized
    kept = (one > 0) & (other > 0)
    gaps = (sums[1] - moved)[kept] / other[kept] - (sums[0] + moved)[kept] / one[kept]
    first, second = float(sums[0] / sizes[0]), float(sums[1] / sizes[1])
    return _difference(metric, first, second, questions, low, high, gaps)


def _flips(permutations: int, questions: int) -> NDArray[np.bool_]:
    return np.random.default_rng(SEED).random((permutations, questions)) < 0.5


def _difference(
    metric: str,
    first: float,
    second: float,
    n: int,
    low: float | None,
    high: float | None,
    by_chance: Floats,
) -> Difference:
    larger = int((np.abs(by_chance) >= abs(second - first) - 1e-9).sum())
    return Difference(
        metric=metric,
        first=_round(first),
        second=_round(second),
        difference=_round(second - first),
        n=n,
        low=_round(low),
        high=_round(high),
        p=_round((larger + 1) / (len(by_chance) + 1)),
    )


def _score(metric: str, value: float, n: int, low: float | None, high: float | None) -> Score:
    return Score(metric=metric, value=_round(value), n=n, low=_round(low), high=_round(high))


def _round(value: float | None) -> float | None:
    """Six decimals, so that the last bits of the arithmetic decide nothing; no minus zero."""
    return None if value is None else round(float(value), DECIMALS) + 0.0
