"""Engines side by side: `python -m eval.bench.models --home HOME --gguf FILE --out FILE`.

Asks a sample of gold questions of the extractive engine, of the same with a language model, and of
the same model through LlamaIndex's `CitationQueryEngine` as it comes, over the same search, and
prints the measures of the suite beside each other, with n and 95 % intervals. Beside each answer
of the model's, its very prompt is asked of the bare model, read and checked by nobody.

Each answer is written to the file as soon as it is there. What it holds already is not asked again,
so that a run that was stopped goes on, and `--questions 0` prints what there is.

The sample is drawn with a seed from questions without turns before them, each kind in its turn: two
that the library answers, wholly or partly, then one that it does not. Each beginning of it is such
a sample.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from assistant import AssistantSettings, Engine, open_engine
from assistant.errors import AssistantError
from assistant.reading import open_reader
from assistant.writing import ModelWriter
from assistant.writing.embedded import EmbeddedModel
from assistant.writing.for_llama_index import ModelLLM
from assistant.writing.models import Deadline, Message, Model, Piece
from assistant.writing.prompt import load_prompt
from eval.bench.citing import answer_of, citing_engine
from eval.bench.models_table import lines_of
from eval.errors import RunError
from eval.gold.places import locate
from eval.gold.questions import GoldQuestion
from eval.homes import settings_of
from eval.suite.run import read_gold

ENGINES = ("extractive", "model", "citation")
BARE = "bare"
PATIENCE = 1800.0  # seconds; how long it takes is measured, not limited


def main(argv: Sequence[str] | None = None) -> int:
    """Ask, keep, and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.models", description=__doc__)
    parser.add_argument("--home", help="the library to ask; the usual home if left out")
    parser.add_argument("--gold", type=Path, action="append", default=[])
    parser.add_argument("--gguf", type=Path, required=True, help="the model")
    parser.add_argument(
        "--out", type=Path, required=True, help="where answers are kept, JSON Lines"
    )
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--split", choices=("held", "tune"), default="held")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="ask these alone")
    parser.add_argument("--bare", type=int, default=1000, help="ask the bare model so many, too")
    parser.add_argument("--minutes", type=float, default=1e6, help="stop asking after so many")
    parser.add_argument("--threads", type=int, help="of the model; one a processor if left out")
    args = parser.parse_args(argv)
    settings = settings_of(args.home, {"SOUNDINGS_LLM_SECONDS": str(PATIENCE)})
    table = settings.table(AssistantSettings)
    quoting = open_engine(settings, engine="extractive")
    gold = read_gold(args.gold, quoting.store.library).questions
    targets = locate(sample(gold, args.split, args.seed), quoting.store.library)
    about = {"model": args.gguf.name, "split": args.split, "seed": args.seed}
    kept = Kept(args.out, {**about, "library": quoting.store.library.fingerprint})
    model = EmbeddedModel(args.gguf, window=table.llm_window, threads=args.threads)
    bench = Bench(quoting, model, table)
    asked = args.engine or ENGINES
    until = time.monotonic() + args.minutes * 60
    for number, target in enumerate(targets[: args.questions]):
        for name in (*asked, BARE) if number < args.bare else asked:
            if time.monotonic() < until and not kept.has(target.gold.id, name):
                kept.add(bench.ask(name, target.gold, kept))
    for line in lines_of(targets, kept.records, quoting):
        print(line)
    return 0


def sample(gold: Sequence[GoldQuestion], split: str, seed: int) -> list[GoldQuestion]:
    """The questions of a split in the order in which they are asked."""
    drawn = [q for q in gold if q.split == split and not q.history]
    random.Random(seed).shuffle(drawn)
    there = _by_kind([q for q in drawn if q.outcome != "withheld"])
    silent = _by_kind([q for q in drawn if q.outcome == "withheld"])
    groups = zip_longest(there[::2], there[1::2], silent)
    return [question for group in groups for question in group if question is not None]


def _by_kind(questions: Sequence[GoldQuestion]) -> list[GoldQuestion]:
    kinds: dict[str, list[GoldQuestion]] = {}
    for question in questions:
        partial = " partial" if question.outcome == "partial" else ""
        kinds.setdefault(f"{question.tags.get('kind')}{partial}", []).append(question)
    rounds = zip_longest(*(kinds[kind] for kind in sorted(kinds)))
    return [question for one in rounds for question in one if question is not None]


class Kept:
    """The records in a file, by question and engine. Raises RunError where it is of another run."""

    def __init__(self, file: Path, about: Mapping[str, Any]):
        self._file = file
        self.records: dict[tuple[str, str], dict[str, Any]] = {}
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(about) + "\n", encoding="utf-8")
            return
        lines = file.read_text(encoding="utf-8").splitlines()
        if not lines or json.loads(lines[0]) != about:
            raise RunError(f"{file} holds another run's answers. Name another file: --out FILE")
        for line in lines[1:]:
            self._take(json.loads(line))

    def has(self, question: str, engine: str) -> bool:
        return (question, engine) in self.records

    def add(self, record: dict[str, Any]) -> None:
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._take(record)

    def _take(self, record: dict[str, Any]) -> None:
        self.records[record["id"], record["engine"]] = record


class Listening:
    """A model that remembers what it was asked last, so that it can be asked again."""

    def __init__(self, model: Model):
        self._model = model
        self.name, self.hush, self.prepare = model.name, model.hush, model.prepare
        self.asked: dict[str, Any] | None = None

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None,
        tokens: int,
        deadline: Deadline,
    ) -> Iterator[Piece]:
        self.asked = {"messages": messages, "schema": schema, "tokens": tokens}
        yield from self._model.stream(messages, schema=schema, tokens=tokens, deadline=deadline)


class Bench:
    """The engines over one library and one model."""

    def __init__(self, quoting: Engine, model: Model, table: AssistantSettings):
        self._model = Listening(model)
        self._quoting = quoting
        self._writing = Engine(
            quoting.store,
            table,
            spans=open_reader(table.reader),
            checker=quoting.checker,
            writer=lambda library, checker: ModelWriter(self._model, library, table, checker),
        )
        self._citing = citing_engine(quoting.store, ModelLLM(model, table))
        self._quoting.ask("What is asked first, to warm the encoder and the index?")

    def ask(self, name: str, gold: GoldQuestion, kept: Kept) -> dict[str, Any]:
        """One engine's record of a question: its answer, and the seconds that it took."""
        record: dict[str, Any] = {"id": gold.id, "engine": name}
        if name == BARE:
            return {**record, **self._bare(kept.records[gold.id, "model"])}
        self._settle()
        began = time.perf_counter()
        first = None
        try:
            if name == "citation":
                answer = answer_of(self._citing, self._quoting.store, gold.question)
            else:
                engine = self._writing if name == "model" else self._quoting
                self._model.asked = None
                answers = engine.stream(gold.question)
                answer = next(answers).to_json()
                first = time.perf_counter() - began
                for grown in answers:
                    answer = grown.to_json()
                answer.pop("hits")
        except AssistantError as exc:
            answer = {"question": gold.question, "error": str(exc)}
        seconds = {"first": first, "whole": time.perf_counter() - began}
        return {**record, "seconds": seconds, "answer": {"id": gold.id, **answer}}

    def _bare(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """The prompt that was just asked for an answer, asked of the bare model; nothing where
        none was asked, or in an earlier run."""
        asked, self._model.asked = self._model.asked, None
        if asked is None or not written["answer"].get("tokens"):
            return {"seconds": None}
        self._settle()
        began, tokens = time.perf_counter(), None
        for piece in self._model.stream(**asked, deadline=Deadline(PATIENCE)):
            tokens = piece.tokens or tokens
        seconds = {"whole": time.perf_counter() - began}
        return {"seconds": seconds, "tokens": tokens and tokens.completion}

    def _settle(self) -> None:
        """Leave the model with its instructions read and no evidence, as between two questions of
        a running program: a prompt that it has just read would cost nothing a second time."""
        self._model.prepare()
        system, _ = load_prompt("answer").fill(evidence="", question="")
        messages = [system, Message(role="user", content="Hello.")]
        asked = self._model.asked
        for _ in self._model.stream(messages, schema=None, tokens=1, deadline=Deadline(PATIENCE)):
            pass
        self._model.asked = asked


if __name__ == "__main__":
    sys.exit(main())
