"""Speed, as a ratio within one run: never as a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from eval.bench.speed.latency import Times, measure
from tests.made import least


def best(home: Path, reader: str, ratio: Callable[[Times], float], enough: float) -> float:
    return least(lambda: ratio(measure(str(home), reader, 60)), enough)


@pytest.mark.slow
def test_a_question_takes_at_most_eight_times_its_encoding_without_a_reader(
    originals_home: Path,
) -> None:
    assert best(originals_home, "none", lambda t: t.asking / t.encoding, 8) <= 8


@pytest.mark.slow
def test_all_of_a_question_takes_little_more_than_reading_what_was_found(
    originals_home: Path,
) -> None:
    assert best(originals_home, "builtin", lambda t: t.asking / t.reading, 1.3) <= 1.3
