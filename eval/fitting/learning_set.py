"""The questions that models are learnt from, with what is found for each and which of it answers.

The public sets and our own gold, each with its library, which the program's own `ingest` brings up
to date.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering.parts import PASSAGES_READ
from assistant.finding.candidates import Candidate
from assistant.reading.features import candidates
from assistant.reading.read_features import Look
from assistant.turn.asked import Asked, ask_about
from eval.errors import EvalError
from eval.gold.questions import GOLD, load_gold
from eval.homes import settings_of
from vectorstore import Found, Store, open_store

Span = tuple[str, int, int]

HELD = "-held"  # ends the names of sets that nothing is learnt from
CONVERSATIONS = "mtrag_human"


@dataclass(kw_only=True)
class Example:
    """One question with its candidates, and which of them answer. `first` are their scores by a
    model that has not seen it, `rows` what the second model sees, `row` what the last one does;
    `best` is the place of the sentence that came first."""

    set: str
    group: str
    answerable: bool
    asked: Asked
    found: Found
    listed: list[Candidate]
    right: NDArray[np.bool_]
    first: list[float] = field(default_factory=list)
    rows: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.float32))
    seen: dict[int, Look] = field(default_factory=dict)
    row: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    hit: bool = False
    top: bool = False
    best: int = 0


def examples_of(bench: Path, sources: Path, homes: Path, *, held: bool = False) -> list[Example]:
    """The questions of all sets with their candidates; what nothing is learnt from only where it is
    asked for, in sets of their own: our gold's `held` split ("starter-held"), and the last turns of
    the public conversations."""
    examples: list[Example] = []

    def add(name: str, store: Store, rows: Iterator[tuple[str, str, bool, list[Span]]]) -> None:
        examples.extend(_example(name, store, *row) for row in rows)
        print(f"{name}: {sum(e.set == name for e in examples)} questions", file=sys.stderr)

    for name in ("squad2", "covidqa"):
        store = library_of(homes / name, bench / name / "corpus.jsonl")
        add(name, store, bench_questions(bench / name / "questions.jsonl"))
    for name, paths in (("starter", ()), ("originals", (sources,))):
        store = library_of(homes / name, *paths)
        add(name, store, gold_rows(GOLD / name, store, "tune"))
        if held:
            add(f"{name}{HELD}", store, gold_rows(GOLD / name, store, "held"))
    if held:
        store = library_of(homes / CONVERSATIONS, bench / CONVERSATIONS / "corpus.jsonl")
        add(f"{CONVERSATIONS}{HELD}", store, last_turns(bench / CONVERSATIONS / "questions.jsonl"))
    return examples


def library_of(home: Path, *paths: Path) -> Store:
    """A store over `paths` (with none, the starter library) in `home`, brought up to date by the
    program's own `ingest`. Raises EvalError where that fails."""
    command = [sys.executable, "-m", "soundings", "--home", str(home), "ingest", *map(str, paths)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise EvalError(f"could not make the library in {home}: {' '.join(command)}")
    return open_store(settings_of(str(home), environ={}))


def bench_questions(file: Path) -> Iterator[tuple[str, str, bool, list[Span]]]:
    """(group, question, answerable, spans) of a public set, in its order."""
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            asked_about = (record.get("meta") or {}).get("asked_about", "")
            about = (record.get("gold_doc_ids") or [asked_about])[0]
            spans = [(s["doc"], s["start"], s["end"]) for s in record.get("gold_spans") or []]
            yield about.rsplit("-p", 1)[0], record["question"], record["answerable"], spans


def last_turns(file: Path) -> Iterator[tuple[str, str, bool, list[Span]]]:
    """(id, question, answerable, spans) of the last turns of conversations, as a person rewrote
    them to stand alone; those that are answered in part are left out. Where the answer stands
    within a source is not told: its span is the whole of it."""
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            meta = record["meta"]
            if meta["answerability"] == "PARTIAL":
                continue
            spans = [(source, 0, sys.maxsize) for source in record["gold_doc_ids"]]
            question = meta["rewrite"] or record["question"]
            yield record["id"], question, record["answerable"], spans


def gold_rows(
    folder: Path, store: Store, split: str
) -> Iterator[tuple[str, str, bool, list[Span]]]:
    """(id, question, answerable, spans) of our gold without history and in one piece."""
    for gold in load_gold([folder]):
        if gold.split != split or gold.history or gold.outcome == "partial":
            continue
        spans = []
        for place in gold.evidence:
            start, end = place.locate(store.library.text(place.source))
            spans.append((place.source, start, end))
        yield gold.id, gold.question, gold.outcome == "answered", spans


def _example(
    name: str, store: Store, group: str, question: str, answerable: bool, spans: list[Span]
) -> Example:
    found = store.searcher.search(question, PASSAGES_READ)
    asked = ask_about(question, store.library)
    listed = candidates(asked, found, store.library)
    right = np.array(
        [
            any(
                c.hit.passage.source == source and c.sentence.start < end and start < c.sentence.end
                for source, start, end in spans
            )
            for c in listed
        ],
        dtype=np.bool_,
    )
    return Example(
        set=name,
        group=f"{name}:{group}",
        answerable=answerable,
        asked=asked,
        found=found,
        listed=listed,
        right=right,
    )
