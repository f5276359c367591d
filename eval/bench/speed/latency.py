"""How long a question takes beside the reader's own passes, and beside encoding it: `python -m
eval.bench.speed.latency --home DIR`.

All are measured in one warm process, turn by turn, so that the machine's load weighs on all alike;
the figures that count are the ratios.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant import AssistantSettings, Engine
from assistant.reading import Reader, open_reader
from assistant.reading.reader import Reading, Stretch
from eval.gold.questions import questions_alone
from eval.homes import settings_of
from vectorstore import open_store


@dataclass(kw_only=True)
class Timed:
    """A reader that counts how long it reads, in milliseconds."""

    reader: Reader
    spent: float = field(default=0.0)

    @property
    def fingerprint(self) -> str:
        return self.reader.fingerprint

    def read(self, question: str, before: str, stretches: Sequence[Stretch]) -> list[Reading]:
        began = time.perf_counter()
        try:
            return self.reader.read(question, before, stretches)
        finally:
            self.spent += (time.perf_counter() - began) * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Medians in milliseconds: of encoding a question, of reading what was found for it, and of
    answering it."""

    encoding: float
    reading: float
    asking: float


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.speed.latency", description=__doc__)
    parser.add_argument("--home", help="the library to ask; the usual home if left out")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--reader", default="builtin", help="as in SOUNDINGS_READER")
    args = parser.parse_args(argv)
    times = measure(args.home, args.reader, args.questions)
    print(f"encoding, median {times.encoding:.1f} ms")
    print(f"reading, median  {times.reading:.1f} ms")
    print(f"asking, median   {times.asking:.1f} ms")
    print(f"asking / encoding {times.asking / times.encoding:.2f}")
    if times.reading:
        print(f"asking / reading  {times.asking / times.reading:.2f}")
    return 0


def measure(home: str | None, reader: str, count: int) -> Times:
    """Medians over `count` of our own gold questions, after a warm-up."""
    settings = settings_of(home)
    opened = open_reader(reader)
    timed = Timed(reader=opened) if opened else None
    engine = Engine(open_store(settings), settings.table(AssistantSettings), reader=timed)
    gold = questions_alone("starter", "originals")
    questions = gold[:: max(1, len(gold) // count)][:count]
    for question in questions[:10]:
        engine.ask(question)
    encoding, reading, asking = [], [], []
    for question in questions:
        began = time.perf_counter()
        engine.store.encoder.encode([question])
        encoded = time.perf_counter()
        before = timed.spent if timed else 0.0
        engine.ask(question)
        asking.append((time.perf_counter() - encoded) * 1000)
        reading.append(timed.spent - before if timed else 0.0)
        encoding.append((encoded - began) * 1000)
    return Times(
        encoding=statistics.median(encoding),
        reading=statistics.median(reading),
        asking=statistics.median(asking),
    )


if __name__ == "__main__":
    sys.exit(main())
