"""How long a question takes beside encoding it: `python -m eval.bench.speed.latency --home DIR`.

Both are measured in one warm process, turn by turn, so that the machine's load weighs on both
alike; the figure that counts is their ratio.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence

from assistant import Engine, open_engine
from eval.gold.questions import GOLD, load_gold
from eval.homes import settings_of


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.speed.latency", description=__doc__)
    parser.add_argument("--home", help="the library to ask; the usual home if left out")
    parser.add_argument("--questions", type=int, default=100)
    args = parser.parse_args(argv)
    engine = open_engine(settings_of(args.home))
    encoding, asking = measure(engine, args.questions)
    print(f"questions            {len(asking)}")
    print(f"encoding, median     {statistics.median(encoding):.1f} ms")
    print(f"asking, median       {statistics.median(asking):.1f} ms")
    print(f"ratio of the medians {statistics.median(asking) / statistics.median(encoding):.2f}")
    return 0


def measure(engine: Engine, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds for encoding each question, and for answering it, after a warm-up."""
    gold = [g.question for g in load_gold([GOLD / "starter", GOLD / "originals"]) if not g.history]
    questions = gold[:: max(1, len(gold) // count)][:count]
    for question in questions[:10]:
        engine.ask(question)
    encoding, asking = [], []
    for question in questions:
        began = time.perf_counter()
        engine.store.encoder.encode([question])
        encoded = time.perf_counter()
        engine.ask(question)
        asking.append((time.perf_counter() - encoded) * 1000)
        encoding.append((encoded - began) * 1000)
    return encoding, asking


if __name__ == "__main__":
    sys.exit(main())
