"""How it grows: `python -m eval.bench.scale --base HOME --folder DIR --passages 10000 100000`.

The library is made from that of `--base`, as often as it takes: each copy of a document has a third
of its longer words changed for others of the same length, so that its offsets, sentences and
headings stay true, and each sentence's vector is drawn from that of the sentence that it was, of
one in another passage and of how two others differ, at a cosine of about 0.8 to the first: chance
of any direction would be easier to draw, and is not what vectors of language are like. What
encoding would take is told apart. Everything else is the program's own: the library, its commit,
the index, in a home or, with `--served`, on a PostgreSQL and a Chroma server that are started for
this.

A process of its own makes each library, and another asks it, so that the memory of each is told.
Beside the time that passed stands the processor's, of this process alone, which a busy machine
changes less. A line of JSON a library goes to `scale.jsonl` in the folder; `--plot FILE.svg` draws
all there are.
"""

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant import open_engine
from eval.bench.growth import plotted
from eval.bench.servers import started
from eval.gold.questions import questions_alone
from eval.homes import settings_of
from vectorstore import Library, open_store
from vectorstore.database.embedded import EmbeddedDatabase
from vectorstore.index.opening import open_indexes
from vectorstore.library import FILE_NAME, digest
from vectorstore.library.changes import Changes, NewPassage, NewVersion
from vectorstore.library.opening import make_library
from vectorstore.models import Passage, Source
from vectorstore.search import Query, pool, stack
from vectorstore.search.search import unit
from vectorstore.writing import commit, shape_of

CHANGED = 0.35  # of the words of five letters and more
WORD = re.compile(r"\b[A-Za-z]{5,}\b")
LIKE, OTHER, CHANCE = 0.75, 0.4, 0.4  # what a drawn vector has of its sentence's and of others'
EXACT = "exact.f16"  # the passages' vectors, in the order of `ids.txt`
TOP = 10
RESULTS = "scale.jsonl"
Vectors = NDArray[np.float32]


def main(argv: Sequence[str] | None = None) -> int:
    """Make, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.scale", description=__doc__)
    parser.add_argument("--base", type=Path, help="a home with the documents to begin with")
    parser.add_argument("--folder", type=Path, required=True, help="for the libraries and figures")
    parser.add_argument("--passages", type=int, nargs="*", default=[], help="one library each")
    parser.add_argument("--questions", type=int, default=100, help="to search for; half are asked")
    parser.add_argument("--served", action="store_true", help="on servers rather than in homes")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    parser.add_argument("--step", choices=["make", "ask"], help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.step == "make":
        print(json.dumps(make(args.base, args.folder, args.passages[0])))
        return 0
    if args.step == "ask":
        print(json.dumps(ask(args.folder, args.questions)))
        return 0
    args.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        servers = stack.enter_context(started()) if args.served and args.passages else None
        for number in args.passages:
            environ, kept = {}, "embedded"
            if servers is not None:
                library = servers[0].empty(f"scale{number}")
                environ = {"SOUNDINGS_LIBRARY": library, "SOUNDINGS_CHROMA": servers[1].url}
                kept = "served"
            told = ["--folder", str(args.folder / f"{kept}-{number}")]
            wanted = ["--base", str(args.base), "--passages", str(number)]
            made = _step(environ, [*told, *wanted, "--step", "make"])
            asked = [*told, "--questions", str(args.questions), "--step", "ask"]
            line = json.dumps({"kept": kept, **made, **_step(environ, asked)})
            with (args.folder / RESULTS).open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
            print(line, flush=True)
    if args.plot:
        lines = (args.folder / RESULTS).read_text(encoding="utf-8").splitlines()
        args.plot.write_text(plotted([json.loads(line) for line in lines]), encoding="utf-8")
    return 0


def _step(environ: Mapping[str, str], words: Sequence[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "eval.bench.scale", *words]
    env = {**os.environ, **environ}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# Making


def make(base: Path, home: Path, most: int) -> dict[str, Any]:
    """A library of about `most` passages; what it cost."""
    settings, given = settings_of(str(home)), Library(base / FILE_NAME)
    home.mkdir(parents=True)
    library, encoder = make_library(settings), given.meta("encoder") or ""
    passages = sentences = 0
    versions: list[NewVersion] = []
    storing, committing = Spent(), Spent()
    copies = _copies(given, encoder)
    with (home / EXACT).open("wb") as exact, (home / "ids.txt").open("w") as ids:
        while passages < most:
            version, vectors = next(copies)
            versions.append(version)
            keys = [digest(t) for p in version.passages for t in version.encoded(p)]
            storing.during(partial(library.put_vectors, keys, vectors, encoder))
            vectors = stack(keys, library.vectors(keys, encoder))  # those of before are kept
            at = 0
            for passage in version.passages:
                rows = vectors[at : at + len(passage.sentences)]
                at += len(rows)
                exact.write(pool(rows).astype("f2").tobytes())
                ids.write(passage.id + "\n")
            passages += len(version.passages)
            sentences += len(keys)
    changes = Changes(started=datetime.now(UTC).isoformat(), add=tuple(versions))
    shape = shape_of(given)

    def whole() -> None:
        with library.exclusive():
            commit(home, library, changes, shape, "made", open_indexes(settings))

    committing.during(whole)
    return {
        "passages": passages,
        "sentences": sentences,
        "store": storing.told(),
        "commit": committing.told(),
        "encoding_processor_seconds": round(sentences / _sentences_a_second(base, given), 1),
        "making_peak_mb": _peak(),
        "library_mb": _size(library),
        "index_mb": _megabytes(home / "index"),
    }


class Spent:
    """Seconds that passed, and the processor's, of this process and of those it waited for."""

    def __init__(self) -> None:
        self._passed = self._processor = 0.0

    def during(self, work: Callable[[], object]) -> None:
        before, began = sum(os.times()[:4]), time.monotonic()
        work()
        self._passed += time.monotonic() - began
        self._processor += sum(os.times()[:4]) - before

    def told(self) -> dict[str, float]:
        return {"seconds": round(self._passed, 1), "processor": round(self._processor, 1)}


def _sentences_a_second(base: Path, library: Library) -> float:
    """How many sentences are encoded in a second of a processor here."""
    encoder = open_store(settings_of(str(base), {})).encoder
    source = library.sources()[0].id
    texts = [text for p in library.passages_of(source)[:40] for text in p.sentence_texts()]
    encoder.encode(texts[:8])
    began = time.process_time()
    encoder.encode(texts)
    return len(texts) / (time.process_time() - began)


def _copies(library: Library, encoder: str) -> Iterator[tuple[NewVersion, Vectors]]:
    """The documents as they are, then changed copies of them without end, each with the vectors of
    its sentences."""
    sources = [source for source in library.sources() if source.passages]
    texts = {source.id: library.text(source.id) for source in sources}
    words: dict[int, list[str]] = {}
    for text in texts.values():
        for word in WORD.findall(text):
            words.setdefault(len(word), []).append(word.lower())
    draw, numbers = random.Random(1), np.random.default_rng(1)
    firsts: list[Vectors] = []
    for source in sources:
        version = _version(source, 0, texts[source.id], library.passages_of(source.id))
        keys = [digest(t) for p in version.passages for t in version.encoded(p)]
        firsts.append(stack(keys, library.vectors(keys, encoder)))
        yield version, firsts[-1]
    others = np.concatenate(firsts)
    copy = 0
    while True:
        copy += 1
        for source, vectors in zip(sources, firsts, strict=True):
            text = _changed(texts[source.id], words, draw)
            version = _version(source, copy, text, library.passages_of(source.id))
            sizes = [len(passage.sentences) for passage in version.passages]
            yield version, _drawn(vectors, sizes, others, numbers)


def _changed(text: str, words: Mapping[int, Sequence[str]], draw: random.Random) -> str:
    def other(found: re.Match[str]) -> str:
        if draw.random() > CHANGED:
            return found[0]
        word = draw.choice(words[len(found[0])])
        return word.capitalize() if found[0][0].isupper() else word

    return WORD.sub(other, text)


def _version(source: Source, copy: int, text: str, passages: Sequence[Passage]) -> NewVersion:
    end = f"-{copy}" if copy else ""
    return NewVersion(
        source=source.id + end,
        title=source.title,
        kind=source.kind,
        origin=f"made:{source.id}{end}",
        file_sha256=digest(text).hex() * 2,
        text=text,
        headings=(),
        passages=tuple(
            NewPassage(
                id=p.id + end,
                start=p.start,
                end=p.end,
                heading=p.heading,
                page=None,
                sentences=p.sentences,
            )
            for p in passages
        ),
    )


def _drawn(
    vectors: Vectors, sizes: Sequence[int], others: Vectors, numbers: np.random.Generator
) -> Vectors:
    """Vectors of changed sentences, of unit length. Those of a passage change together: were each
    drawn for itself, their mean would hardly move, and all copies of a passage be one."""
    one, two, other = (others[numbers.integers(len(others), size=len(sizes))] for _ in range(3))
    moved = OTHER * other + CHANCE * (one - two) / np.sqrt(2)
    mixed = LIKE * vectors + np.repeat(moved, sizes, axis=0)
    drawn: Vectors = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
    return drawn


# Asking


def ask(home: Path, count: int) -> dict[str, Any]:
    """How long searching and answering take, in this process; its memory; and what is found."""
    settings = settings_of(str(home))
    gold = questions_alone("starter", "originals")
    questions = gold[:: max(1, len(gold) // count)][:count]
    engine = open_engine(settings)
    store = engine.store
    store.encoder.encode(["Loaded."])
    loaded, opening = _resident(), Spent()
    opening.during(store._generation)
    opened, index = _resident(), store._generation()
    assert index is not None
    for question in questions[:10]:
        store.searcher.search(question, 6)
    vectors = [unit(store.encoder.encode([q], query=True)[0]) for q in questions]
    dense, near = _timed(lambda vector: list(index.search(vector, TOP)), vectors)
    lexical, _ = _timed(lambda q: store.searcher.full_text(Query(text=q)), questions)
    search, _ = _timed(lambda q: store.searcher.search(q, 6), questions)
    asked, _ = _timed(engine.ask, questions[: max(1, count // 2)])
    exact = _nearest(home, vectors)
    hits = [len(set(a) & set(b)) / TOP for a, b in zip(near, exact, strict=True)]
    return {
        "opening": opening.told(),
        "dense_ms": dense,
        "full_text_ms": lexical,
        "search_ms": search,
        "ask_ms": asked,
        "recall_at_10": round(float(np.mean(hits)), 4),
        "memory_mb": {"models": loaded, "index": opened, "asked": _resident()},
    }


def _timed(work: Callable[[Any], Any], given: Sequence[Any]) -> tuple[dict[str, float], list[Any]]:
    """Median and 95th percentile in milliseconds, of what passed and of the processor's; and what
    came of each."""
    passed, processor, found = [], [], []
    for each in given:
        before, began = time.process_time(), time.perf_counter()
        found.append(work(each))
        passed.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - before) * 1000)
    told = {}
    for name, times in (("", passed), ("processor_", processor)):
        for share in (50, 95):
            told[f"{name}p{share}"] = round(float(np.percentile(times, share)), 1)
    return told, found


def _nearest(home: Path, vectors: Sequence[Vectors]) -> list[list[str]]:
    """The ids of the TOP passages nearest to each vector, by comparing it with all."""
    ids = (home / "ids.txt").read_text().split()
    held = np.memmap(home / EXACT, dtype=np.float16, mode="r").reshape(len(ids), -1)
    found = []
    for vector in vectors:
        near = np.concatenate([held[i : i + 50_000] @ vector for i in range(0, len(ids), 50_000)])
        found.append([ids[i] for i in np.argsort(-near, kind="stable")[:TOP]])
    return found


def _resident() -> float:
    """The memory that this process has now, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1e6, 1)


def _peak() -> float:
    """The most that this process or one of its children had, in megabytes."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return round(max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1e3, 1)


def _size(library: Library) -> float:
    if isinstance(library.database, EmbeddedDatabase):
        return _megabytes(library.path)
    size = library.database.all("SELECT pg_database_size(current_database())")
    return round(int(size[0][0]) / 1e6, 1)


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]
    return round(sum(file.stat().st_size for file in files) / 1e6, 1)


if __name__ == "__main__":
    sys.exit(main())
