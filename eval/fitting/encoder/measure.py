"""What an encoder finds: `python -m eval.fitting.encoder.measure --encoder NAME --shared DIR`.

On `dev` and on our documents set aside: the best sentence among the first passages by words, and
recall@8 of passages for each unit that a library could encode (`UNITS`), alone and summed with
BM25. On the public sets, by the plain sum and by similarity alone: squad2's paragraphs, covidqa's
passages, mtrag's passages for the last turn as a person rewrote it. BM25 sees title and headings;
in the sum it counts relative to its best (as in search), and similarity as it is.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.fitting.encoder.bm25 import Bm25, Floats
from eval.fitting.encoder.records import Record, Text, authored, corpus, lines, ours
from eval.fitting.encoder.texts import Form, Part, overlaps, parts_of
from eval.suite.scoring.intervals import Tally, wilson
from vectorstore.encoder import SentenceEncoder

LESS = 0.3  # a weight of BM25 at which its scores spread about as wide as similarities do
FIRST = 8  # passages among which the best sentence is sought, and the depth of recall
UNITS: dict[str, tuple[tuple[Form, bool], ...]] = {  # (form, whether of each sentence)
    "sentences": (("alone", True),),
    "sentences in context": (("context", True),),
    "passages": (("passage", False),),
    "sentences, passages in context": (("alone", True), ("passage", False)),
    "sentences in context, passages": (("context", True), ("passage", False)),
}
SETS = ("dev", "aside", "squad2", "covidqa", "mtrag_human")

Encode = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, and which of the listed texts count as found, by number."""

    question: str
    right: frozenset[int]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print, as JSON: {set: {figure: value}}."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.encoder.measure", description=__doc__
    )
    parser.add_argument("--encoder", required=True, help="as in SOUNDINGS_ENCODER")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--sets", nargs="+", default=SETS, choices=SETS)
    parser.add_argument("--pool", type=int, help="public sets: so many texts beside what answers")
    args = parser.parse_args(argv)
    encoder = SentenceEncoder(args.encoder, precision="auto")

    def encode(texts: Sequence[str]) -> Floats:
        return encoder.encode(texts, bulk=True)

    for name in args.sets:
        if name == "dev":
            found = over_documents(encode, *authored(args.shared, "dev"))
        elif name == "aside":
            found = over_documents(encode, *ours(args.shared, aside=True))
        else:
            found = over_public(encode, args.shared / "bench" / name, name, args.pool)
        print(json.dumps({name: found}), flush=True)
    return 0


def over_documents(
    encode: Encode, records: Sequence[Record], texts: dict[str, Text]
) -> dict[str, Any]:
    """The figures over documents with evidence in place; questions as they stand alone, and
    "with history" as they were typed, with the last turns behind them."""
    parts = parts_of(texts.values())
    words = Bm25(
        [f"{part.title} {part.heading} {part.words((part.start, part.end))}" for part in parts]
    )
    cases = {
        "": [_case(record, record.standalone, parts) for record in records],
        " with history": [
            _case(record, record.with_history, parts) for record in records if record.history
        ],
    }
    vectors = _vectors(encode, parts)
    figures: dict[str, Any] = {}
    for label, listed in cases.items():
        if not listed:
            continue
        asked = encode([case.question for case in listed])
        lexical = np.stack([words.scores(case.question) for case in listed])
        kept = records if not label else [record for record in records if record.history]
        for unit in ("alone", "context"):
            figures[f"best sentence, {unit}{label}"] = _best_sentence(
                kept, listed, parts, lexical, asked, vectors[unit]
            )
        figures[f"BM25 R@8{label}"] = _recall(listed, lexical, FIRST)
        for name, forms in UNITS.items():
            near = np.mean(
                [_near(asked, vectors[form], parts, each) for form, each in forms], axis=0
            )
            figures[f"{name} R@8{label}"] = _recall(listed, near, FIRST)
            figures[f"{name} + BM25 R@8{label}"] = _recall(listed, near + lexical, FIRST)
            for depth in (1, FIRST):
                figures[f"{name} + {LESS} BM25 R@{depth}{label}"] = _recall(
                    listed, near + LESS * lexical, depth
                )
    return figures | {"n": len(records)}


def over_public(encode: Encode, folder: Path, name: str, pool: int | None) -> dict[str, Any]:
    """The figures of a public set. With `pool`, its texts are those that answer and the first
    `pool` of each question by words: quicker, and to be compared with itself alone."""
    texts = corpus(folder / "corpus.jsonl")
    if name == "covidqa":
        parts = parts_of(texts.values())
        shown = [part.words((part.start, part.end)) for part in parts]
    else:
        parts, shown = [], [text.text for text in texts.values()]
    number = {id: i for i, id in enumerate(texts)}
    cases = []
    for row in lines(folder / "questions.jsonl"):
        if not row["answerable"]:
            continue
        if name == "covidqa":
            right = frozenset(
                i
                for i, part in enumerate(parts)
                for s in row["gold_spans"]
                if part.doc == s["doc"] and part.start <= s["start"] and s["end"] <= part.end
            )
        else:
            right = frozenset(number[id] for id in row["gold_doc_ids"] if id in number)
        question = (row.get("meta") or {}).get("rewrite") or row["question"]
        cases.append(Case(question=question, right=right))
    words = Bm25(shown)
    lexical = np.stack([words.scores(case.question) for case in cases])
    kept = list(range(len(shown)))
    if pool:
        best = {int(i) for row in lexical for i in np.argsort(-row, kind="stable")[:pool]}
        kept = sorted(best.union(*(case.right for case in cases)))
        back = {i: place for place, i in enumerate(kept)}
        cases = [
            Case(question=case.question, right=frozenset(back[i] for i in case.right))
            for case in cases
        ]
        lexical = lexical[:, kept]
    near = encode([case.question for case in cases]) @ encode([shown[i] for i in kept]).T
    figures: dict[str, Any] = {}
    orders = {"similarity": near, "sum": near + lexical, f"sum with {LESS}": near + LESS * lexical}
    for label, scores in orders.items():
        for depth in (1, 5):
            figures[f"{label} R@{depth}"] = _recall(cases, scores, depth)
        if name == "mtrag_human":
            figures[f"{label} nDCG@10"] = _ndcg(cases, scores)
    return figures | {"n": len(cases), "texts": len(kept)}


def _case(record: Record, question: str, parts: Sequence[Part]) -> Case:
    right = frozenset(
        i
        for i, part in enumerate(parts)
        if part.doc == record.doc and overlaps((part.start, part.end), record.evidence)
    )
    return Case(question=question, right=right)


def _vectors(encode: Encode, parts: Sequence[Part]) -> dict[str, Floats]:
    """Of each sentence, alone and in context, and of each passage in context."""
    sentences = [(part, number) for part in parts for number in range(len(part.sentences))]
    found: dict[str, Floats] = {"passage": encode([part.shown(0, "passage") for part in parts])}
    forms: tuple[Form, ...] = ("alone", "context")
    for form in forms:
        found[form] = encode([part.shown(n, form) for part, n in sentences])
    return found


def _near(asked: Floats, vectors: Floats, parts: Sequence[Part], each: bool) -> Floats:
    """The similarity of every question and passage: with `each`, of its best sentence."""
    near = asked @ vectors.T
    if not each:
        return near
    starts = np.cumsum([0, *(len(part.sentences) for part in parts)][:-1])
    return np.maximum.reduceat(near, starts, axis=1)


def _best_sentence(
    records: Sequence[Record],
    cases: Sequence[Case],
    parts: Sequence[Part],
    lexical: Floats,
    asked: Floats,
    vectors: Floats,
) -> float | None:
    """How often the sentence nearest to the question is evidence, among those of the first passages
    by words and of the passages with evidence."""
    starts = np.cumsum([0, *(len(part.sentences) for part in parts)])
    hits = []
    for record, case, row, vector in zip(records, cases, lexical, asked, strict=True):
        listed = {int(i) for i in np.argsort(-row, kind="stable")[:FIRST]} | case.right
        places = [(i, n) for i in sorted(listed) for n in range(len(parts[i].sentences))]
        near = [float(vectors[starts[i] + n] @ vector) for i, n in places]
        i, n = places[int(np.argmax(near))]
        hits.append(parts[i].doc == record.doc and overlaps(parts[i].sentences[n], record.evidence))
    return _share(hits)


def _recall(cases: Sequence[Case], scores: Floats, depth: int) -> float | None:
    return _share(
        [
            bool(case.right & {int(i) for i in np.argsort(-row, kind="stable")[:depth]})
            for case, row in zip(cases, scores, strict=True)
        ]
    )


def _ndcg(cases: Sequence[Case], scores: Floats, depth: int = 10) -> float | None:
    gains = 1 / np.log2(np.arange(2, depth + 2))
    found = []
    for case, row in zip(cases, scores, strict=True):
        if case.right:
            order = np.argsort(-row, kind="stable")[:depth]
            got = sum(g for i, g in zip(order, gains, strict=False) if int(i) in case.right)
            found.append(got / gains[: len(case.right)].sum())
    return round(float(np.mean(found)), 4) if found else None


def _share(hits: Sequence[bool]) -> float | None:
    return wilson("share", [Tally(total=float(hit)) for hit in hits]).value


if __name__ == "__main__":
    sys.exit(main())
