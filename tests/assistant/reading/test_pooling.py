"""Two opinions of one sentence, made one."""

import pytest

from assistant.reading.read_features import pool


def test_two_that_agree_stay_as_they_are() -> None:
    assert pool([0.2, 0.9], [0.2, 0.9]) == pytest.approx([0.2, 0.9])


def test_two_that_contradict_each_other_cancel_out() -> None:
    assert pool([0.1, 0.999], [0.9, 0.001]) == pytest.approx([0.5, 0.5])


def test_the_surer_one_weighs_more() -> None:
    (chance,) = pool([0.4], [0.99])
    assert 0.7 < chance < 0.99


def test_certainty_is_kept_apart_and_never_overflows() -> None:
    low, high, higher = pool([0.0, 1 - 1e-6, 1 - 1e-7], [0.0, 1 - 1e-6, 1 - 1e-7])
    assert 0.0 <= low < 1e-6
    assert high < higher <= 1.0
