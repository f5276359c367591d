"""What a run of the suite costs: `python -m eval.bench.speed.suite --home DIR [--home DIR ...]`.

Asks all gold questions that fit each home, scores them and writes the whole run folder, report
included; beside it, in the same process, the questions are encoded and nothing else. The figure
that counts is the ratio.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from assistant import open_engine
from eval.homes import settings_of
from eval.suite.report.pages import pages
from eval.suite.run import read_gold, run_suite, settings_of_run
from eval.suite.runs import write_run


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.speed.suite", description=__doc__)
    parser.add_argument("--home", action="append", required=True, help="a library to ask")
    args = parser.parse_args(argv)
    questions, encoding, running = 0, 0.0, 0.0
    for home in args.home:
        asked, alone, whole = measure(home)
        questions, encoding, running = questions + asked, encoding + alone, running + whole
    print(f"questions          {questions}")
    print(f"encoding them      {encoding:.1f} s")
    print(f"suite and report   {running:.1f} s")
    print(f"ratio              {running / encoding:.1f}")
    return 0


def measure(home: str) -> tuple[int, float, float]:
    """How many questions, the seconds to encode them in one batch, and those for a whole run."""
    settings = settings_of(home)
    engine = open_engine(settings)
    gold = read_gold([], engine.store.library)
    texts = [question.question for question in gold.questions]
    engine.store.encoder.encode(texts[:1])  # load it
    began = time.perf_counter()
    engine.store.encoder.encode(texts)
    encoded = time.perf_counter()
    shaped = settings_of_run(settings, None, engine.calibration.file)
    run = run_suite(engine, gold, shaped, lambda done, total: None)
    with tempfile.TemporaryDirectory() as folder:
        write_run(Path(folder) / "run", run, pages(run, None, engine.store.library.text))
    return len(texts), encoded - began, time.perf_counter() - encoded


if __name__ == "__main__":
    sys.exit(main())
