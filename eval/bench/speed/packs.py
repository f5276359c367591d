"""What a discussion pack costs: `python -m eval.bench.speed.packs --home DIR`.

Makes packs of six prompts on the topics that ship, warm, in one process; beside each, what its
passages are made of is encoded once, and nothing else. The figure that counts is the ratio; the
median time is printed for the machine at hand.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence

from assistant import Engine, open_engine
from assistant.errors import TopicNotHeld
from assistant.packs import PackMaker, PackRequest
from assistant.packs.material.extracts import PASSAGES_READ
from eval.homes import settings_of
from eval.suite.packs.measuring import load_topics


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.speed.packs", description=__doc__)
    parser.add_argument("--home", help="the library to use; the usual home if left out")
    parser.add_argument("--topics", type=int, default=20)
    args = parser.parse_args(argv)
    engine = open_engine(settings_of(args.home))
    encoding, making = measure(engine, args.topics)
    print(f"packs                {len(making)}")
    print(f"encoding, median     {statistics.median(encoding):.2f} s")
    print(f"making, median       {statistics.median(making):.2f} s")
    print(f"ratio of the medians {statistics.median(making) / statistics.median(encoding):.2f}")
    return 0


def measure(engine: Engine, count: int) -> tuple[list[float], list[float]]:
    """Seconds for encoding the sentences of a pack's passages, and for making the pack."""
    topics = load_topics().held[:count]
    PackMaker(engine).make(PackRequest(topic=topics[0]))  # warm: encoder, index and passages
    encoding, making = [], []
    for topic in topics:
        hits = engine.store.searcher.search(topic, PASSAGES_READ).hits
        texts = [text for hit in hits for text in hit.passage.sentence_texts()]
        began = time.perf_counter()
        engine.store.encoder.encode(texts)
        encoded = time.perf_counter()
        try:
            PackMaker(engine).make(PackRequest(topic=topic))
        except TopicNotHeld:
            continue
        making.append(time.perf_counter() - encoded)
        encoding.append(encoded - began)
    return encoding, making


if __name__ == "__main__":
    sys.exit(main())
