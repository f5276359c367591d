"""How often search finds what answers: `python -m eval.bench.search --bench DIR --sources DIR
--homes DIR`.

A passage of `covidqa` counts where it holds the whole of an answer's span, one of our own gold
where it holds part of the evidence. The paragraphs of `squad2` are sources of one to several
passages, so there the distinct sources are counted, in the order of their best passages. Beside
the whole of search stand its two halves alone, over the same candidates.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.fitting.learning_set import (
    AUTHORED,
    Span,
    authored_library,
    authored_rows,
    bench_questions,
    gold_rows,
    library_of,
)
from eval.gold.questions import GOLD
from eval.suite.scoring.intervals import Score, Tally, wilson
from vectorstore import Hit, Passage, Query, Store
from vectorstore.search import CANDIDATES

BENCHES = ("squad2", "covidqa")
OWN = ("starter", "originals")
DEPTHS = (1, 5)
ORDERS: dict[str, Callable[[Hit], float]] = {
    "search": lambda hit: hit.score,
    "full text alone": lambda hit: hit.lexical,
    "similarity alone": lambda hit: hit.similarity,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A question with the places that answer it. `group` names what must not be split."""

    set: str
    group: str
    question: Query
    spans: tuple[Span, ...]

    def found_in(self, passage: Passage) -> bool:
        """Whether this passage counts as found; see the top of the file."""
        for source, start, end in self.spans:
            if passage.source != source:
                continue
            if self.set == "squad2":
                return True
            if self.set == "covidqa" and passage.start <= start and end <= passage.end:
                return True
            if self.set in (AUTHORED, *OWN) and passage.start < end and start < passage.end:
                return True
        return False

    def rank(self, passages: Sequence[Passage]) -> int | None:
        """The rank of the first that counts, from 1; None where there is none."""
        sources: dict[str, None] = {}
        for place, passage in enumerate(passages, start=1):
            sources.setdefault(passage.source)
            if self.found_in(passage):
                return len(sources) if self.set == "squad2" else place
        return None


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    args = arguments(__doc__, "eval.bench.search").parse_args(argv)
    for name, store in stores(args.bench, args.sources, args.homes):
        cases = list(sought(name, store, args.bench, args.split))
        passages = store.library.passages(store.library.passage_ids()).values()
        length = sum(len(p.text) for p in passages) / len(passages)
        print(f"{name}: {len(passages)} passages of {length:.0f} characters on average")
        found = [store.searcher.search(c.question, 2 * CANDIDATES).hits for c in cases]
        for label, order in ORDERS.items():
            ranks = [_rank(case, hits, order) for case, hits in zip(cases, found, strict=True)]
            print(f"  {label:17}" + "".join(f"  {shown(recall(ranks, k))}" for k in DEPTHS))
    return 0


def arguments(doc: str | None, name: str) -> argparse.ArgumentParser:
    """The arguments that measuring and fitting share."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=doc)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--sources", type=Path, required=True, help="the five originals")
    parser.add_argument("--homes", type=Path, required=True, help="where their libraries are kept")
    parser.add_argument("--split", default="tune", help="which of our own gold (tune)")
    return parser


def stores(bench: Path, sources: Path, homes: Path) -> Iterator[tuple[str, Store]]:
    """Each set's name with its library, brought up to date."""
    for name in BENCHES:
        yield name, library_of(homes / name, bench / name / "corpus.jsonl")
    yield AUTHORED, authored_library(bench, homes)
    for name, paths in (("starter", ()), ("originals", (sources,))):
        yield name, library_of(homes / name, *paths)


def sought(name: str, store: Store, bench: Path, split: str) -> Iterator[Sought]:
    """The answerable questions of one set, in its order."""
    if name in BENCHES:
        rows = bench_questions(bench / name / "questions.jsonl")
    elif name == AUTHORED:
        rows = authored_rows(bench)
    else:
        rows = gold_rows(GOLD / name, store, split)
    for group, question, answerable, spans in rows:
        if answerable and spans:
            yield Sought(set=name, group=group, question=question, spans=tuple(spans))


def recall(ranks: Sequence[int | None], depth: int) -> Score:
    """The share of the questions whose rank is `depth` or better."""
    tallies = [Tally(total=float(rank is not None and rank <= depth)) for rank in ranks]
    return wilson(f"recall@{depth}", tallies)


def shown(score: Score) -> str:
    """A score with its interval and n, for people."""
    if score.value is None:
        return f"{score.metric} -"
    text = f"{score.metric} {score.value:.3f}"
    if score.low is not None and score.high is not None:
        text += f" [{score.low:.3f}, {score.high:.3f}]"
    return f"{text} n={score.n}"


def _rank(case: Sought, hits: Sequence[Hit], order: Callable[[Hit], float]) -> int | None:
    ordered = sorted(hits, key=lambda hit: (-round(order(hit), 6), hit.passage.id))
    return case.rank([hit.passage for hit in ordered])


if __name__ == "__main__":
    sys.exit(main())
