"""Speed, as a ratio within one run: never as a time."""

import statistics

from assistant import Engine
from eval.bench.latency import measure


def test_a_question_takes_at_most_six_times_its_encoding(originals_engine: Engine) -> None:
    ratios = []
    for _ in range(3):  # a busy moment of the machine must not decide
        encoding, asking = measure(originals_engine, 100)
        ratios.append(statistics.median(asking) / statistics.median(encoding))
        if ratios[-1] <= 6:
            return
    raise AssertionError(f"asking takes {min(ratios):.1f} times as long as encoding")
