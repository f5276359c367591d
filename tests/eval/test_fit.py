"""What is fitted: probabilities that say how often it happens, and two models made one."""

import numpy as np
import pytest

from assistant.reading.calibration import Logistic
from eval.fitting.fit import mean_of, platt


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


def test_two_models_of_different_features_become_one_of_their_mean_log_odds() -> None:
    def model(names: str, bias: float) -> Logistic:
        values = np.arange(1.0, len(names) + 1)
        return Logistic(
            features=tuple(names), mean=values, scale=2 * values, weights=values, bias=bias
        )

    first, second = model("ac", 0.5), model("bd", -2.0)
    both = mean_of("abcd", ([0, 2], first), ([1, 3], second))
    rows = np.random.default_rng(3).normal(size=(50, 4)).astype(np.float32)

    def odds(model: Logistic, columns: list[int]) -> np.ndarray:
        chance = model.probability(rows[:, columns])
        return np.log(chance / (1 - chance))

    wanted = (odds(first, [0, 2]) + odds(second, [1, 3])) / 2
    assert odds(both, [0, 1, 2, 3]) == pytest.approx(wanted, abs=1e-6)
    assert both.features == ("a", "b", "c", "d")
