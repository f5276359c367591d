"""What is fitted: probabilities that say how often it happens."""

import numpy as np
import pytest

from eval.fitting.fit import platt


def test_confidences_pulled_to_the_middle_are_stretched_again() -> None:
    random = np.random.default_rng(1)
    odds = random.normal(0.5, 2.0, 20_000)
    happened = random.random(odds.size) < 1 / (1 + np.exp(-odds))
    timid = 1 / (1 + np.exp(-(odds / 2 - 0.4)))
    slope, shift = platt(timid, happened)
    assert slope == pytest.approx(2.0, rel=0.1)
    assert shift == pytest.approx(0.8, rel=0.15)


def test_confidences_that_are_right_are_left_alone() -> None:
    random = np.random.default_rng(2)
    chance = random.random(20_000)
    slope, shift = platt(chance, random.random(chance.size) < chance)
    assert (slope, shift) == pytest.approx((1.0, 0.0), abs=0.06)
