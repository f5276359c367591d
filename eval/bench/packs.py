"""Whether packs are worth running: `python -m eval.bench.packs --home DIR --topics FILE`.

Makes a pack on each topic of a file, one a line, as trainers type them; all of them are topics that
the library covers. Prints how many quotes are exact, how many points the gate lets stand, how many
bear on their question by the reader's word, how many topics were declined, and how long a warm pack
takes beside reading once what its passages say. `--out FILE` keeps what a person needs who reads
them: quotes, questions and points, without the frame.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant import Engine, open_engine
from assistant.errors import TopicNotHeld
from assistant.packs import Pack, PackMaker, PackRequest
from assistant.packs.making.judging import said_about
from assistant.packs.material.extracts import PASSAGES_READ
from eval.homes import settings_of
from eval.suite.packs.measures import PACK_METRICS, measure_pack
from eval.suite.report.summary import shown
from eval.suite.scoring.intervals import wilson

SHOWN = ("quotes_exact", "points_supported", "points_bear", "no_repeats")


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.packs", description=__doc__)
    parser.add_argument("--home", help="the library to use; the usual home if left out")
    parser.add_argument("--topics", type=Path, required=True, help="one a line")
    parser.add_argument("--out", type=Path, help="where the packs are kept for reading")
    args = parser.parse_args(argv)
    engine = open_engine(settings_of(args.home))
    topics = [line for line in args.topics.read_text(encoding="utf-8").splitlines() if line.strip()]
    packs, declined = make(engine, topics)
    measured = [measure_pack(pack, engine) for pack in packs]
    for name in SHOWN:
        score = wilson(name, [tallies[name] for tallies in measured])
        print(f"{PACK_METRICS[name].title:28} {shown(score, 3)}")
    print(f"{'Declined':28} {len(declined)} of {len(topics)} {'; '.join(declined)}")
    prompts = sum(len(pack.prompts) for pack in packs)
    print(f"{'Prompts':28} {prompts}, {sum(not p.points for k in packs for p in k.prompts)} bare")
    reading, making = times(engine, topics[:8])
    print(f"{'Making, median':28} {statistics.median(making):.2f} s")
    print(f"{'Beside reading its passages':28} {ratio(reading, making):.2f}")
    if args.out is not None:
        args.out.write_text("\n".join(line for pack in packs for line in lines_of(pack)))
    return 0


def make(engine: Engine, topics: Sequence[str]) -> tuple[list[Pack], list[str]]:
    """A pack on each topic, and the topics on which there is none."""
    maker, packs, declined = PackMaker(engine), list[Pack](), list[str]()
    for topic in topics:
        try:
            packs.append(maker.make(PackRequest(topic=topic)))
        except TopicNotHeld:
            declined.append(topic)
    return packs, declined


def times(engine: Engine, topics: Sequence[str]) -> tuple[list[float], list[float]]:
    """Seconds for reading the passages of each topic, and for making a pack on it, warm."""
    PackMaker(engine).themes()
    reading, making = list[float](), list[float]()
    for topic in topics:
        hits = engine.store.searcher.search(topic, PASSAGES_READ).hits
        began = time.perf_counter()
        engine.bearing(said_about(topic), [hit.passage.text for hit in hits])
        read = time.perf_counter()
        _, declined = make(engine, [topic])
        if not declined:
            making.append(time.perf_counter() - read)
            reading.append(read - began)
    return reading, making


def ratio(reading: Sequence[float], making: Sequence[float]) -> float:
    """How many times as long a pack takes."""
    return statistics.median(making) / statistics.median(reading)


def lines_of(pack: Pack) -> Iterator[str]:
    """What a person reads of a pack who judges it."""
    yield f"# {pack.request.topic}: {pack.title}. {pack.note or ''}"
    for number, prompt in enumerate(pack.prompts, start=1):
        yield f"{number}. “{prompt.stimulus.text}” ({prompt.stimulus.place})"
        yield f"   {prompt.question}"
        yield f"   asked: {prompt.asked}"
        yield from (f"   - “{point.text}”" for point in prompt.points)
    yield ""


if __name__ == "__main__":
    sys.exit(main())
