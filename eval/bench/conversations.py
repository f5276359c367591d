"""How well a follow-up is searched: `python -m eval.bench.conversations --bench DIR --homes DIR`.

nDCG@10 on `mtrag_human` of the last turn alone, of it with the questions before glued on, of our
query, and of the question as a person rewrote it; each by full-text search alone (BM25 over our
passages, a source ranked by its best) and by the whole of search. The ratio that counts is ours
to BM25 on the human rewrite. The conversations fall into two halves, one to choose on (0) and one
to check on (1); intervals resample conversations.
"""

import argparse
import json
import math
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.models import Turn
from assistant.turn.followup import query_of
from eval.bench.search import shown
from eval.fitting.learning_set import library_of
from eval.suite.scoring.intervals import Indices, Score, bootstrap_of
from vectorstore import Query, Store
from vectorstore.search import CANDIDATES

SET = "mtrag_human"
DEPTH = 10
REFERENCE = ("human rewrite", "full text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The last question of a conversation, with the sources that answer it."""

    conversation: str
    question: str
    rewrite: str
    history: tuple[Turn, ...]
    gold: frozenset[str]

    @property
    def half(self) -> int:
        return zlib.crc32(self.conversation.encode()) % 2


WAYS: dict[str, Callable[[Asked], Query]] = {
    "last turn alone": lambda asked: Query(text=asked.question),
    "questions glued on": lambda asked: Query(
        text=" ".join([*(t.content for t in asked.history if t.role == "user"), asked.question])
    ),
    "ours": lambda asked: query_of(asked.question, asked.history),
    "human rewrite": lambda asked: Query(text=asked.rewrite),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.conversations", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--homes", type=Path, required=True, help="where their libraries are kept")
    args = parser.parse_args(argv)
    store = library_of(args.homes / SET, args.bench / SET / "corpus.jsonl")
    asked = questions(args.bench / SET / "questions.jsonl")
    values = measure(store, asked)
    reference = values[REFERENCE]
    for (way, search), found in values.items():
        for part in (None, 0, 1):
            rows = [i for i, one in enumerate(asked) if part in (None, one.half)]
            label = "all" if part is None else f"half {part}"
            ratio = ratio_of(asked, found, reference, rows)
            mean = sum(found[i] for i in rows) / len(rows)
            print(f"{way:19} {search:10} {label:7} nDCG@{DEPTH} {mean:.3f}  {shown(ratio)}")
    return 0


def questions(file: Path) -> list[Asked]:
    """The questions that some source answers, at least in part, in the file's order."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        record: dict[str, Any] = json.loads(line)
        if not record["gold_doc_ids"]:
            continue
        meta = record["meta"]
        found.append(
            Asked(
                conversation=f"{meta['domain']}:{meta['conversation']}",
                question=record["question"],
                rewrite=meta["rewrite"] or record["question"],
                history=tuple(Turn(**turn) for turn in record["history"]),
                gold=frozenset(record["gold_doc_ids"]),
            )
        )
    return found


def measure(store: Store, asked: Sequence[Asked]) -> dict[tuple[str, str], list[float]]:
    """(way, search) → nDCG of each question."""
    source = store.library.passage_ids()
    values: dict[tuple[str, str], list[float]] = {}
    for way, query in WAYS.items():
        for one in asked:
            bm25 = store.searcher.full_text(query(one))
            ranked = sorted(bm25, key=lambda key: (-round(bm25[key], 6), key))
            gain = ndcg([source[id] for id in ranked], one.gold)
            values.setdefault((way, "full text"), []).append(gain)
            hits = store.searcher.search(query(one), 2 * CANDIDATES).hits
            gain = ndcg([hit.passage.source for hit in hits], one.gold)
            values.setdefault((way, "search"), []).append(gain)
    return values


def ndcg(ranked: Iterable[str], gold: frozenset[str]) -> float:
    """nDCG@10 of sources, each at its first place (Järvelin and Kekäläinen 2002, binary)."""
    order = list(dict.fromkeys(ranked))[:DEPTH]
    gain = sum(1 / math.log2(i + 2) for i, source in enumerate(order) if source in gold)
    return gain / sum(1 / math.log2(i + 2) for i in range(min(DEPTH, len(gold))))


def ratio_of(
    asked: Sequence[Asked], found: Sequence[float], reference: Sequence[float], rows: Sequence[int]
) -> Score:
    """The ratio of the two means over `rows`; the interval resamples whole conversations."""
    groups: dict[str, list[int]] = {}
    for i in rows:
        groups.setdefault(asked[i].conversation, []).append(i)
    ours = np.array([sum(found[i] for i in group) for group in groups.values()])
    theirs = np.array([sum(reference[i] for i in group) for group in groups.values()])

    def ratio(drawn: Indices) -> float | None:
        below = float(theirs[drawn].sum())
        return float(ours[drawn].sum()) / below if below > 0 else None

    return bootstrap_of("ratio", len(groups), len(rows), ratio)


if __name__ == "__main__":
    sys.exit(main())
