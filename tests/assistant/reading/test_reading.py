"""What a reader says of a window: chances, spans, and what is not there."""

import math

import numpy as np
import pytest

from assistant.reading.spans import Reading, reading_of

TEXT = "The board met in May. It chose a chair."
OFFSETS = [(0, 3), (4, 9), (10, 13), (14, 16), (17, 20), (20, 21), (22, 24), (25, 30), (31, 32)]
FIRST, SECOND = (0, 21), (22, 39)


def read(starts: dict[int, float], ends: dict[int, float]) -> Reading:
    """A reading of TEXT: logits by place, 0 for "not here", tokens from 1; all else is low."""
    logits = np.full((2, 1 + 4 + len(OFFSETS)), -9.0, dtype=np.float32)
    for row, places in zip(logits, (starts, ends), strict=True):
        for place, value in places.items():
            row[place + 4 if place else 0] = value
    return reading_of(logits[0], logits[1], 5, OFFSETS)


def test_chances_add_up_over_the_window_and_not_here() -> None:
    reading = read({0: 1.0, 5: 2.0}, {5: 3.0})
    assert math.isclose(np.exp(reading.starts).sum(), 1.0, abs_tol=1e-4)
    assert math.isclose(np.exp(reading.ends).sum(), 1.0, abs_tol=1e-4)
    assert len(reading.starts) == 1 + len(OFFSETS)


def test_here_is_high_where_words_answer_and_low_where_none_do() -> None:
    assert read({5: 6.0}, {5: 6.0}).here > 5
    assert read({0: 6.0}, {0: 6.0}).here < -5
    assert -15.0 <= read({0: 300.0}, {0: 300.0}).here <= 15.0


def test_the_share_of_a_sentence_is_what_starts_and_ends_in_it() -> None:
    reading = read({5: 6.0}, {5: 6.0})
    assert reading.share(*FIRST) > 0.99
    assert reading.share(*SECOND) < 0.01
    assert reading.share(39, 50) == 0.0


def test_the_best_words_are_within_the_sentence_and_in_order() -> None:
    reading = read({5: 6.0, 7: 4.0}, {5: 6.0, 8: 4.0, 2: 8.0})
    start, end, odds = reading.best(*FIRST) or (0, 0, 0.0)
    assert TEXT[start:end] == "May"
    other = reading.best(*SECOND)
    assert other is not None and TEXT[other[0] : other[1]] == "It chose"
    assert odds > other[2], "likelier words have the higher odds"
    assert reading.best(39, 50) is None


@pytest.mark.parametrize("length", [1, 60])
def test_an_answer_has_at_most_forty_tokens(length: int) -> None:
    offsets = [(2 * i, 2 * i + 1) for i in range(80)]
    logits = np.full((2, 81), -9.0, dtype=np.float32)
    logits[0, 1] = logits[1, length] = 5.0
    best = reading_of(logits[0], logits[1], 1, offsets).best(0, 160)
    assert best is not None
    assert (best[1] - best[0]) < 2 * 40
