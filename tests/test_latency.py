"""Speed, as a ratio within one run: never as a time."""

import statistics
from pathlib import Path

import pytest

from assistant import Engine, open_engine
from eval.bench.speed.latency import measure
from tests.conftest import settings_of


def best_ratio(engine: Engine, enough: float) -> float:
    """How many times its encoding a question takes, by medians of 100: the best of three tries at
    most, as a busy moment of the machine must not decide."""
    ratios = []
    for _ in range(3):
        encoding, asking = measure(engine, 100)
        ratios.append(statistics.median(asking) / statistics.median(encoding))
        if ratios[-1] <= enough:
            break
    return min(ratios)


@pytest.mark.slow
def test_a_question_takes_at_most_five_times_its_encoding_by_features_alone(
    originals_home: Path,
) -> None:
    plain = open_engine(settings_of(originals_home, {"SOUNDINGS_READER": "none"}))
    assert best_ratio(plain, 5) <= 5


@pytest.mark.slow
def test_the_reader_takes_at_most_twenty_times_the_encoding(originals_home: Path) -> None:
    """A quarter of a second where a question is encoded in a hundredth."""
    reading = open_engine(settings_of(originals_home, {"SOUNDINGS_READER": "builtin"}))
    assert best_ratio(reading, 20) <= 20
