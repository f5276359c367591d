"""Intervals and tests, against values worked out elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.suite.scoring.intervals import (
    Difference,
    Score,
    Tally,
    bootstrap,
    paired,
    paired_means,
    wilson,
)
from eval.suite.scoring.metrics import auroc, calibration_error


def test_no_data_is_none_and_not_zero() -> None:
    for interval in (wilson, bootstrap):
        assert interval("m", []) == Score(metric="m", value=None, n=0, low=None, high=None)


def test_wilson_gives_the_published_interval() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20.
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
    ):
        score = wilson("m", [Tally(total=hits, n=n)])
        assert score.low == pytest.approx(low, abs=5e-5)
        assert score.high == pytest.approx(high, abs=5e-5)


def test_bootstrap_is_the_same_every_time_and_near_the_normal_interval() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.2, 200)
    tallies = [Tally(total=float(v)) for v in values]
    score = bootstrap("m", tallies)
    half = 1.96 * values.std() / 200**0.5
    assert score == bootstrap("m", tallies)
    assert score.low == pytest.approx(values.mean() - half, abs=0.004)
    assert score.high == pytest.approx(values.mean() + half, abs=0.004)


def test_bootstrap_takes_whole_questions() -> None:
    one_question = [Tally(total=5, n=10)]
    assert bootstrap("m", one_question).low is None
    few = bootstrap("m", [Tally(total=10, n=10), Tally(total=0, n=10)])
    assert (few.n, few.low, few.high) == (20, 0.0, 1.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    above = [c for c, yes in rows if yes]
    below = [c for c, yes in rows if not yes]
    found = auroc(np.array([c for c, _ in rows]), np.array([float(y) for _, y in rows]))
    if not above or not below:
        assert found is None
        return
    pairs = [(a > b) + (a == b) / 2 for a in above for b in below]
    assert found == pytest.approx(sum(pairs) / len(pairs))


def test_calibration_error_of_known_bins() -> None:
    confidence = np.array([0.95, 0.95, 0.15, 0.15])
    happened = np.array([1.0, 0.0, 0.0, 0.0])
    # Bins 9 and 1: gaps 0.45 and 0.15, half of the answers each.
    assert calibration_error(confidence, happened) == pytest.approx(0.30)
    assert calibration_error(confidence[:0], happened[:0]) is None


def difference(first: list[float], second: list[float]) -> Difference:
    both = np.array([first, second])
    found = paired_means("m", both, np.ones_like(both))
    # The general way must find the same, on as many permutations.
    general = paired(
        "m", len(first), len(first), lambda rows, s: float(both[s[rows].astype(int), rows].mean())
    )
    assert found == general
    return found


def test_a_real_difference_is_told_from_noise() -> None:
    better = difference([0.0] * 40, [1.0] * 12 + [0.0] * 28)
    assert better.difference == pytest.approx(0.3)
    assert better.p is not None and better.p < 0.001
    assert better.low is not None and better.low > 0.1
    noise = difference([0.0, 1.0] * 20, [1.0, 0.0] * 20)
    assert noise.difference == 0.0
    assert noise.p == 1.0


def test_the_permutation_test_is_the_sign_test_for_flips() -> None:
    # Five flips one way out of five: two-sided 2 / 2**5.
    flips = difference([0.0] * 30, [1.0] * 5 + [0.0] * 25)
    assert flips.p == pytest.approx(2 / 2**5, abs=0.01)
