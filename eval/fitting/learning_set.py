"""The questions that models are learnt from, with what is found for each and which of it answers.

The public sets; questions as people ask them, over documents that encoder and reader have not
learnt from; and the `tune` split of our own gold: each with its library, which the program's own
`ingest` brings up to date. The `held` split, and the split `dev` of `authored.jsonl`, are never
learnt from.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answering.parts import PASSAGES_READ
from assistant.finding.candidates import Candidate, candidates
from assistant.reading import Reader
from assistant.reading.features import Sight, sight_of
from assistant.turn.asked import ask_about
from eval.errors import EvalError
from eval.fitting.encoder.records import ours
from eval.gold.questions import GOLD, load_gold
from eval.homes import settings_of
from vectorstore import Query, Store, open_store

Span = tuple[str, int, int]
Row = tuple[str, Query, bool, list[Span]]  # what must not be split, what is asked, where it stands

AUTHORED, OURS = "authored", "ours"
EVERY = {"squad2": 3}  # of a public set, one question in so many is taken


@dataclass(kw_only=True)
class Example:
    """One question with what was found and is known of it, and which sentences answer. `row` is
    what is known of the evidence as a whole, by chances of a model that has not seen the question;
    by these, `top` says whether the sentence that came first answers, and `hit` whether one of the
    first three does."""

    set: str
    group: str
    answerable: bool
    sight: Sight
    right: NDArray[np.bool_]
    row: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    hit: bool = False
    top: bool = False

    @property
    def listed(self) -> Sequence[Candidate]:
        return self.sight.listed


def examples_of(bench: Path, sources: Path, homes: Path, reader: Reader | None) -> list[Example]:
    """The questions of all sets with their candidates, read by `reader`; without those for which
    nothing is found."""
    examples: list[Example] = []

    def add(name: str, store: Store, rows: Iterator[Row]) -> None:
        examples.extend(_examples(name, store, reader, rows))
        print(f"{name}: {sum(e.set == name for e in examples)} questions", file=sys.stderr)

    for name in EVERY:
        store = library_of(homes / name, bench / name / "corpus.jsonl")
        rows = bench_questions(bench / name / "questions.jsonl")
        add(name, store, islice(rows, 0, None, EVERY[name]))
    add(OURS, our_library(bench, homes), our_rows(bench))
    for name, paths in (("starter", ()), ("originals", (sources,))):
        store = library_of(homes / name, *paths)
        add(name, store, gold_rows(GOLD / name, store, "tune"))
    return examples


def library_of(home: Path, *paths: Path) -> Store:
    """A store over `paths` (with none, the starter library) in `home`, brought up to date by the
    program's own `ingest`. Raises EvalError where that fails."""
    command = [sys.executable, "-m", "soundings", "--home", str(home), "ingest", *map(str, paths)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise EvalError(f"could not make the library in {home}: {' '.join(command)}")
    return open_store(settings_of(str(home), environ={}))


def our_library(bench: Path, homes: Path) -> Store:
    """All documents that our own records are about."""
    file = homes / f"{OURS}.jsonl"
    homes.mkdir(parents=True, exist_ok=True)
    texts = [t for aside in (False, True) for t in ours(bench.parent, aside=aside)[1].values()]
    kept = [json.dumps({"id": t.id, "title": t.title, "text": t.text}) for t in texts]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return library_of(homes / OURS, file)


def our_rows(bench: Path) -> Iterator[Row]:
    """(document, question in its conversation, answerable, spans) of our own records over the
    documents that nothing was learnt from."""
    for record in ours(bench.parent, aside=True, silent=True)[0]:
        spans = [(record.doc, start, end) for start, end in record.evidence]
        query = Query.in_conversation(record.question, record.history)
        yield record.doc, query, bool(spans), spans


def authored_library(bench: Path, homes: Path, split: str = "train") -> Store:
    """The documents of a split of `authored.jsonl`, which lies beside the public sets."""
    docs = {record["doc"] for record in _authored(bench, split)}
    file = homes / f"{AUTHORED}-{split}.jsonl"
    homes.mkdir(parents=True, exist_ok=True)
    with (bench / "uk_docs" / "corpus.jsonl").open(encoding="utf-8") as corpus:
        kept = [line for line in corpus if json.loads(line)["id"] in docs]
    file.write_text("".join(kept), encoding="utf-8")
    return library_of(homes / f"{AUTHORED}-{split}", file)


def authored_rows(bench: Path, split: str = "train") -> Iterator[Row]:
    """(document, question in its conversation, answerable, spans) of a split, in its order."""
    with (bench / "uk_docs" / "corpus.jsonl").open(encoding="utf-8") as corpus:
        texts = {doc["id"]: doc["text"] for doc in map(json.loads, corpus)}
    for record in _authored(bench, split):
        doc = record["doc"]
        places = [(texts[doc].find(piece), len(piece)) for piece in record["evidence"]]
        spans = [(doc, start, start + length) for start, length in places if start >= 0]
        turns = [(turn["role"], turn["content"]) for turn in record["history"]]
        query = Query.in_conversation(record["question"], turns)
        yield doc, query, record["answerable"], spans


def _authored(bench: Path, split: str) -> list[dict[str, Any]]:
    file = bench.parent / "train" / "authored.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if record["split"] == split]


def bench_questions(file: Path) -> Iterator[Row]:
    """(group, question, answerable, spans) of a public set, in its order."""
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            asked_about = (record.get("meta") or {}).get("asked_about", "")
            about = (record.get("gold_doc_ids") or [asked_about])[0]
            spans = [(s["doc"], s["start"], s["end"]) for s in record.get("gold_spans") or []]
            query = Query(text=record["question"])
            yield about.rsplit("-p", 1)[0], query, record["answerable"], spans


def gold_rows(folder: Path, store: Store, split: str) -> Iterator[Row]:
    """(id, question, answerable, spans) of our gold without history and in one piece."""
    for gold in load_gold([folder]):
        if gold.split != split or gold.history or gold.outcome in ("partial", "reply"):
            continue
        spans = []
        for place in gold.evidence:
            start, end = place.locate(store.library.text(place.source))
            spans.append((place.source, start, end))
        yield gold.id, Query(text=gold.question), gold.outcome == "answered", spans


def _examples(
    name: str, store: Store, reader: Reader | None, rows: Iterable[Row]
) -> Iterator[Example]:
    for group, query, answerable, spans in rows:
        found = store.searcher.search(query, PASSAGES_READ)
        listed = candidates(found)
        if not listed:
            continue
        right = [
            any(
                c.hit.passage.source == source and c.sentence.start < end and start < c.sentence.end
                for source, start, end in spans
            )
            for c in listed
        ]
        yield Example(
            set=name,
            group=f"{name}:{group}",
            answerable=answerable,
            sight=sight_of(ask_about(query.text, store.library), found, listed, reader),
            right=np.array(right, dtype=np.bool_),
        )
