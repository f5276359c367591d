"""Killed at any moment, nothing is lost: `python -m eval.bench.faults [--cases 100] [--seed 1]`.

Runs commands of the program (a first ingest, one of new and changed files, one that prunes, a
rebuild, a removal) and kills each at a moment of its own: two thirds at random ones, a third as a
file of the vector index changes, which is what breaks a plain Chroma store. After each it asks:

- does the library open as it was before the command, or as it is after it, and as nothing else;
- do the answers saved before still verify, and are questions answered without a repair;
- does the same command, run again, reach what an undisturbed run reaches, id for id?

In the same run a plain Chroma store is filled and killed as its files change, and opened again.

One process has everything imported and forks a child for each command, so that no case waits for
the imports; the two processes that build and probe an index are forked likewise rather than
started. All else is the program as it is, its encoder included. Needs a system that can fork.
"""

import argparse
import contextlib
import functools
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant import read_answers
from assistant.keeping.verify import verify
from vectorstore import (
    IndexUnavailable,
    Library,
    Store,
    StoreSettings,
    load_settings,
    open_store,
)
from vectorstore import encoder as encoders
from vectorstore.index import generation
from vectorstore.library import FILE_NAME

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
PATIENCE = 600.0  # seconds until a child counts as hanging
PLAIN_DIMENSION = 384
LENGTHS = "length.bin"  # of Chroma's vector index, written in place
DOCUMENTS = 12
# A command that ended before it could be killed is begun anew, and killed earlier.
ATTEMPTS, HASTE = 6, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command that is disturbed: its words, the home before it, and how long it takes.

    `states` has what the home holds "before" and "after" it, as `_found` tells.
    """

    name: str
    words: tuple[str, ...]
    home: Path
    states: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case: what was killed and when, and what was found wrong (nothing, one hopes)."""

    command: str
    signal: str
    moment: str
    struck: bool
    committed: bool
    faults: tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases and print what became of them; 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.faults", description=__doc__)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--plain", type=int, default=12, help="plain Chroma stores to kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    began = time.monotonic()
    _import_everything()
    memory = Path("/dev/shm")  # what a kill leaves is the same there, and it waits for no disk
    where = memory if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=where) as place:
        outcomes = list(disturb(Path(place), args.cases, random.Random(args.seed), _say))
        plain = [_plain_store_breaks(Path(place) / f"plain-{n}", n) for n in range(args.plain)]
    lost = [outcome for outcome in outcomes if outcome.faults]
    broken = [what for what in plain if what]
    if args.json:
        print(
            json.dumps(
                {
                    "cases": len(outcomes),
                    "struck": sum(outcome.struck for outcome in outcomes),
                    "aimed": sum(o.moment != "random" for o in outcomes),
                    "committed": sum(outcome.committed for outcome in outcomes),
                    "lost": [[o.command, o.signal, o.moment, *o.faults] for o in lost],
                    "plain": len(plain),
                    "plain_broken": len(broken),
                    "seconds": round(time.monotonic() - began, 1),
                }
            )
        )
        return 1 if lost else 0
    struck = Counter(o.command for o in outcomes if o.struck)
    aimed = sum(o.moment != "random" for o in outcomes)
    print(f"cases                {len(outcomes)}, {aimed} of them as an index file changed")
    print(f"killed in time       {sum(struck.values())} ({dict(struck)})")
    print(f"after their commit   {sum(o.committed and o.struck for o in outcomes)}")
    print(f"anything lost        {len(lost)}")
    for outcome in lost:
        print(f"  {outcome.command}, {outcome.signal}, {outcome.moment}: {outcome.faults}")
    print(f"plain Chroma stores  {len(broken)} of {len(plain)} broken: {dict(Counter(broken))}")
    print(f"took                 {time.monotonic() - began:.0f} s")
    return 1 if lost else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _import_everything() -> None:
    """What children would import: here once. No thread may be running when they are forked."""
    for module in ("chromadb", "sentence_transformers", "soundings", "ingest.job"):
        importlib.import_module(module)
    model = encoders._sentence_transformer(str(encoders.find_model(encoders.BUILTIN)))
    encoders._sentence_transformer = lambda folder: model
    encoders.sha256_of = functools.cache(encoders.sha256_of)
    encoders.SentenceEncoder()
    generation._run = _run_forked


def _run_forked(step: str, work: Path) -> None:
    """As `generation._run`, with a forked process in place of a started one."""
    ended = _wait(_fork(lambda: generation.child(step, work), group=False))
    if ended != 0:
        raise IndexUnavailable(f"the index could not be made ({step}): {ended}")


# The cases


def disturb(
    place: Path, cases: int, chance: random.Random, say: Callable[[str], None]
) -> Iterator[Outcome]:
    """Prepare the commands, then kill each in turn, `cases` times in all."""
    commands = _commands(place)
    say(f"{len(commands)} commands, of {', '.join(f'{c.seconds:.1f}' for c in commands)} s")
    for number in range(cases):
        command = commands[number % len(commands)]
        aimed = number // len(commands) % 3 == 0
        home = place / "home"
        outcome = _case(command, home, aimed, chance)
        shutil.rmtree(home)
        if outcome.faults:
            say(f"case {number}: {outcome}")
        elif number % 10 == 9:
            say(f"{number + 1} cases …")
        yield outcome


def _commands(place: Path) -> list[Command]:
    """The commands, each run once undisturbed, over documents that are written for them."""
    texts = place / "texts"
    texts.mkdir()
    empty, first = place / "empty", place / "first"
    empty.mkdir()
    words = ("ingest", str(texts))
    _write_documents(texts, range(DOCUMENTS // 2))
    _undisturbed("", words, empty, first)
    questions = place / "questions.jsonl"
    questions.write_text("".join(json.dumps(q) + "\n" for q in _questions()), encoding="utf-8")
    _answers(first, questions)
    # From here on the folder holds what later runs read: new, changed, copied, and one gone.
    _write_documents(texts, range(DOCUMENTS // 2, DOCUMENTS))
    _write_documents(texts, [0, 1], edition=2)
    (texts / "doc-3.txt").unlink()
    shutil.copy(texts / "doc-4.txt", texts / "copy.txt")
    return [
        _undisturbed("first ingest", words, empty, place / "whole"),
        _undisturbed("re-ingest", words, first, place / "again"),
        _undisturbed("prune", (*words, "--prune"), first, place / "pruned"),
        _undisturbed("rebuild", ("ingest", "--rebuild"), first, place / "rebuilt"),
        _undisturbed("remove", ("sources", "remove", "doc-2"), first, place / "removed"),
    ]


def _write_documents(folder: Path, numbers: Sequence[int] | range, edition: int = 1) -> None:
    for number in numbers:
        lines = [f"The story of the harbour at {_town(number)}, edition {edition}.", ""]
        for ship in range(8):
            barrels = 100 * edition + 10 * number + ship
            lines += [f"The ship {_ship(number, ship)} carries {barrels} barrels of cod.", ""]
        (folder / f"doc-{number}.txt").write_text("\n".join(lines), encoding="utf-8")


def _town(number: int) -> str:
    return f"{'ABCDEFGHIJKL'[number]}rborough"


def _ship(number: int, ship: int) -> str:
    names = ("Wren", "Heron", "Otter", "Badger", "Falcon", "Marten", "Plover", "Curlew")
    return f"{names[ship]} of {_town(number)}"


def _questions() -> list[dict[str, str]]:
    return [
        {"id": f"{n}-{s}", "question": f"How many barrels of cod does the {_ship(n, s)} carry?"}
        for n in range(DOCUMENTS // 2)
        for s in range(0, 8, 3)
    ]


def _answers(home: Path, questions: Path) -> None:
    """Ask the first library; the answers lie beside it, to be verified after every fault."""
    out = home.parent / "answers.jsonl"
    _succeed(("--home", str(home), "ask", "--batch", str(questions), "--out", str(out)))
    saved = read_answers(out)
    cited = {citation["source"] for answer in saved for citation in answer["citations"]}
    if len(cited) < DOCUMENTS // 2:
        raise SystemExit(f"too few answers to hold the library to: they cite {sorted(cited)} only")


def _undisturbed(name: str, words: tuple[str, ...], before: Path, after: Path) -> Command:
    shutil.copytree(before, after)
    began = time.monotonic()
    _succeed(("--home", str(after), *words))
    seconds = time.monotonic() - began
    saved = after.parent / "answers.jsonl"
    states = {
        "before": _ask_child(functools.partial(_found, before, saved)),
        "after": _ask_child(functools.partial(_found, after, saved)),
    }
    if not all(isinstance(state, dict) for state in states.values()):
        raise SystemExit(f"an undisturbed run cannot be read: {states}")
    return Command(name=name, words=words, home=before, states=states, seconds=seconds)


def _succeed(words: Sequence[str]) -> None:
    ended = _wait(_fork(lambda: _program(words)))
    if ended != 0:
        raise SystemExit(f"an undisturbed run failed ({ended}): {' '.join(words)}")


def _program(words: Sequence[str]) -> None:
    """The command line, in this process."""
    code = importlib.import_module("soundings").main(list(words))
    if code != 0:
        raise SystemExit(code)


def _case(command: Command, home: Path, aimed: bool, chance: random.Random) -> Outcome:
    words = ("--home", str(home), *command.words)
    number = chance.choice(SIGNALS)
    for attempt in range(ATTEMPTS):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(command.home, home)
        child = _fork(lambda: _program(words))
        if aimed:
            change = chance.choice((1, 1, 2, 3))
            moment = f"index file change {change}"
            _await_change(child, home / "index", change)
        else:
            moment = "random"
            _sleep(child, chance.uniform(0, command.seconds * HASTE**attempt))
        struck = _kill(child, number)
        if struck:
            break
    saved = home.parent / "answers.jsonl"
    faults, committed = [], False
    found = _ask_child(lambda: _found(home, saved))
    expected = command.states
    if found not in expected.values():
        faults.append(f"neither as before nor as after: {_differences(found, expected)}")
    committed = found == expected["after"] != expected["before"]
    again = _wait(_fork(lambda: _program(words)))
    gone = command.name == "remove" and committed and again == 1  # it says so: nothing to remove
    if again != 0 and not gone:
        faults.append(f"the same command again ends with {again}")
    reached = _ask_child(lambda: _found(home, saved))
    if reached != expected["after"]:
        faults.append(f"a re-run reaches something else: {_differences(reached, expected)}")
    left = [] if gone else _left_over(home)  # the next run that writes sweeps up
    if left:
        faults.append(f"left over: {left}")
    return Outcome(
        command=command.name,
        signal=signal.Signals(number).name,
        moment=moment,
        struck=struck,
        committed=committed,
        faults=tuple(faults),
    )


def _found(home: Path, saved: Path) -> dict[str, Any]:
    """All that a library holds and answers, as JSON; {} where there is none yet."""
    if not (home / FILE_NAME).is_file():
        return {}
    library = Library(home / FILE_NAME)
    if not library.sources():
        return {}
    said: list[str] = []
    settings = load_settings({"vectorstore": StoreSettings}, home=str(home), environ={})
    store = open_store(settings, said.append)
    standings = verify(read_answers(saved), library) if saved.is_file() else None
    held = {
        source.id: [source.sha256, source.origin, *source.aliases, library.text(source.id)]
        for source in library.sources()
    }
    current = library.meta("generation") or ""
    manifest = generation.check_files(home / "index" / current)
    return {
        "fingerprint": library.fingerprint,
        "held": held,
        "passages": sorted(library.passage_ids()),
        "index": manifest["contents"] == generation.contents_digest(library.passage_ids()),
        "standings": [str(q.standing) for q in standings.quotes] if standings else [],
        "hits": [_hits(store, question["question"]) for question in _questions()[::4]],
        "repairs": said,
        "problems": library.problems(),
    }


def _hits(store: Store, question: str) -> list[list[Any]]:
    found = store.searcher.search(question, 5)
    return [[hit.passage.id, round(hit.score, 5)] for hit in found.hits]


def _differences(found: Any, expected: Mapping[str, Any]) -> list[str]:
    """Which parts differ from the state that is nearest."""
    if not isinstance(found, dict):
        return [str(found)]
    lists = [
        [f"{name}: {part}" for part in {**state, **found} if state.get(part) != found.get(part)]
        for name, state in expected.items()
    ]
    return min(lists, key=len)


def _left_over(home: Path) -> list[str]:
    current = Library(home / FILE_NAME).meta("generation")
    names = sorted(folder.name for folder in (home / "index").iterdir())
    return [name for name in names if name != current]


def _await_change(child: int, index: Path, change: int) -> None:
    """Until files of an index that is being built have changed so many times, or the run ends."""
    seen: dict[str, tuple[int, int]] = {}
    changes = 0
    while changes < change and not _has_ended(child):
        now = _vector_files(index)
        changes += now != seen
        seen = now
        time.sleep(0.0003)


def _vector_files(index: Path) -> dict[str, tuple[int, int]]:
    found = {}
    with contextlib.suppress(OSError):
        for file in (*index.glob(".building-*/generation/*/*"), *index.glob("*-*-*/*.bin")):
            facts = file.stat()
            found[str(file)] = (facts.st_size, facts.st_mtime_ns)
    return found


# A plain store


def _plain_store_breaks(folder: Path, seed: int) -> str:
    """Kill the writer of a plain store in the middle of a save: what breaks, "" if nothing does.

    A save writes the vectors and then, for some milliseconds, LENGTHS: the moment from its first
    change on, at which a kill broke every store that was looked at. One at the first change of
    the vectors broke none.
    """
    folder.mkdir()
    child = _fork(lambda: _fill_plain(folder, start=0, stop=1_000))
    if _wait(child) != 0:
        raise SystemExit("a plain store could not be filled")
    child = _fork(lambda: _fill_plain(folder, start=1_000, stop=10_000))
    _await_lengths(child, folder, 1 + seed % 3)
    _kill(child, signal.SIGKILL)
    found = _ask_child(lambda: _use_plain(folder))
    shutil.rmtree(folder, ignore_errors=True)
    return found if isinstance(found, str) else str(found)


def _await_lengths(child: int, folder: Path, change: int) -> None:
    """Until LENGTHS of a plain store has changed so many times, or its writer has ended."""
    seen, changes = _lengths(folder), 0
    while changes < change and not _has_ended(child):
        now = _lengths(folder)
        changes += now != seen
        seen = now


def _lengths(folder: Path) -> list[tuple[int, int]]:
    return [facts for file, facts in _vector_files(folder).items() if Path(file).name == LENGTHS]


def _plain_vectors(start: int, stop: int) -> Any:
    rows = [np.random.default_rng(n).normal(size=PLAIN_DIMENSION) for n in range(start, stop)]
    return np.array(rows, dtype=np.float32)


def _plain_collection(folder: Path) -> Any:
    return generation.open_client(folder).get_or_create_collection(
        "plain", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )


def _fill_plain(folder: Path, start: int, stop: int) -> None:
    collection = _plain_collection(folder)
    for first in range(start, stop, 500):
        ids = [str(n) for n in range(first, first + 500)]
        collection.add(ids=ids, embeddings=_plain_vectors(first, first + 500))


def _use_plain(folder: Path) -> str:
    """Open a store again, ask it for what it says that it holds, and write to it."""
    collection = _plain_collection(folder)
    known = sorted(map(int, collection.get(include=[])["ids"]))
    for n in known[:: max(1, len(known) // 50)]:
        nearest = collection.query(query_embeddings=_plain_vectors(n, n + 1), n_results=1)
        if nearest["ids"][0] != [str(n)]:
            return "wrong answers"
    _fill_plain(folder, start=200_000, stop=202_000)
    return ""


# Processes


def _fork(work: Callable[[], None], *, group: bool = True) -> int:
    """A child that does `work` and ends, quietly; its id. In a group of its own to be killed."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        if group:
            with contextlib.suppress(OSError):
                os.setpgid(child, child)
        return child
    code = 1
    try:
        if group:
            os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        work()
        code = 0
    except SystemExit as exc:
        code = exc.code if isinstance(exc.code, int) else 1
    finally:
        os._exit(code)


def _ask_child(work: Callable[[], Any]) -> Any:
    """What `work` returns in a child; a line that says how the child failed."""
    reading, writing = os.pipe()

    def tell() -> None:
        os.close(reading)
        try:
            found = work()
        except Exception as exc:
            found = f"{type(exc).__name__}: {exc}"
        with os.fdopen(writing, "w", encoding="utf-8") as stream:
            json.dump(found, stream)

    child = _fork(tell)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        said = stream.read()
    ended = _wait(child)
    return json.loads(said) if said and ended == 0 else f"the process ended with {ended}"


def _wait(child: int) -> int | str:
    """The exit code of a child, or the name of the signal that ended it."""
    patience = time.monotonic() + PATIENCE
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else signal.Signals(-code).name
        if time.monotonic() > patience:
            os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "hung"
        time.sleep(0.005)


def _has_ended(child: int) -> bool:
    """Whether a child has ended; it is not waited for, so that its id stays its own."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _sleep(child: int, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not _has_ended(child):
        time.sleep(0.002)


def _kill(child: int, number: int) -> bool:
    """Signal a child and all that it started; whether it was still running."""
    running = not _has_ended(child)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, number)
    _wait(child)
    return running


if __name__ == "__main__":
    sys.exit(main())
