"""One run of the suite: gold questions through the engine, scored over its library."""

import hashlib
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from assistant import Engine, Turn
from assistant.turn.followup import query_of
from eval.errors import GoldError, RunError
from eval.gold.places import Target, locate
from eval.gold.questions import (
    GOLD,
    GoldQuestion,
    gold_digest,
    gold_files,
    known,
    load_gold,
    shipped_sets,
    sources_of,
)
from eval.suite.runs import Run
from eval.suite.scoring.intervals import DECIMALS, Tally, bootstrap
from eval.suite.scoring.metrics import measure, outcome_matrix, reliability, slices
from eval.suite.scoring.results import Result
from eval.suite.scoring.retrieval import DEPTH
from eval.suite.scoring.scoring import score_answers
from vectorstore import Library, Settings, SoundingsError

PACKAGES = (
    "soundings-assistant",
    "chromadb",
    "ir-measures",
    "numpy",
    "sentence-transformers",
    "torch",
)
FOLDERS = ("assistant", "ingest", "prompts", "vectorstore")
UNMEASURED = ("home", "llm_key")  # says where or who, not how

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """The gold questions of a run and the files they are from."""

    files: tuple[Path, ...]
    questions: tuple[GoldQuestion, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "files": [f"{file.parent.name}/{file.name}" for file in self.files],
            "n": len(self.questions),
            "digest": gold_digest(self.questions),
        }


def read_gold(paths: Sequence[Path], library: Library) -> Gold:
    """The gold in `paths`; with none, every set that ships whose sources the library all has.

    Raises GoldError where there is none.
    """
    if not paths:
        have = {source.id for source in library.sources()}
        paths = [folder for folder in shipped_sets() if sources_of(known(folder)) <= have]
        if not paths:
            raise GoldError(
                "no gold set that ships fits this library. Name one (--gold FILE), write one "
                f"({GOLD / 'README.md'}; soundings eval propose drafts it), or bring in the "
                "starter library: soundings ingest"
            )
    files = gold_files(paths)
    questions = load_gold(files)
    if not questions:
        raise GoldError(f"there is no question in {', '.join(str(p) for p in paths)}")
    return Gold(files=tuple(files), questions=tuple(questions))


def gold_or_none(paths: Sequence[Path], library: Library) -> tuple[GoldQuestion, ...]:
    """As `read_gold`, but a library that no gold set fits has no questions yet: no error."""
    try:
        return read_gold(paths, library).questions
    except GoldError:
        if paths:
            raise
        return ()


def run_suite(
    engine: Engine,
    gold: Gold,
    settings: Mapping[str, str],
    progress: Progress = lambda done, total: None,
) -> Run:
    """Ask every question, in order, each by itself, and score the answers.

    A question whose asking fails is a result with its error, and the rest go on. Raises
    GoldError where the gold does not fit the library, RunError where the library changes
    meanwhile.
    """
    library = engine.store.library
    fingerprint = library.fingerprint
    targets = locate(gold.questions, library)
    started, began = datetime.now(UTC), time.perf_counter()
    records, times = [], {}
    for done, target in enumerate(targets):
        progress(done, len(targets))
        record, timings = ask(engine, target)
        records.append(record)
        times[target.gold.id] = timings
    progress(len(targets), len(targets))
    if library.fingerprint != fingerprint:
        raise RunError("the library was changed while the run was under way. Run it again")
    results = score_answers(targets, records, library, engine.checker)
    return run_of(
        results,
        gold=gold.to_json(),
        library=library,
        settings=settings,
        timings={
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - began, 3),
            "metrics": _time_scores(times),
            "questions": times,
        },
    )


def run_of(
    results: Sequence[Result],
    *,
    gold: Mapping[str, Any],
    library: Library,
    settings: Mapping[str, str],
    timings: Mapping[str, Any],
) -> Run:
    """The figures of results that are there already."""
    return Run(
        gold=gold,
        library=library.fingerprint,
        sources={source.id: source.title for source in library.sources()},
        settings=settings,
        versions=versions(),
        metrics=measure(results),
        outcomes=outcome_matrix(results),
        reliability=reliability(results),
        slices=slices(results),
        results=results,
        timings=timings,
    )


def ask(engine: Engine, target: Target) -> tuple[dict[str, Any], dict[str, float]]:
    """One question's answer as JSON, with its `search`, and apart from it the times in ms."""
    gold = target.gold
    history = [Turn(role=role, content=content) for role, content in gold.history]
    began = time.perf_counter()
    try:
        answer = engine.ask(gold.question, history).to_json()
        timings = answer.pop("timings_ms")
        found = engine.store.searcher.search(query_of(gold.question, history), DEPTH)
    except SoundingsError as exc:
        spent = (time.perf_counter() - began) * 1000
        return {"id": gold.id, "question": gold.question, "error": str(exc)}, {"total": spent}
    search = [
        {
            "rank": hit.rank,
            "score": round(hit.score, DECIMALS),
            "source": hit.passage.source,
            "passage": hit.passage.id,
            "start": hit.passage.start,
            "end": hit.passage.end,
        }
        for hit in found.hits
    ]
    return {"id": gold.id, **answer, "search": search}, timings


def _time_scores(times: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Milliseconds a question, by step: mean with its interval, as every metric."""
    steps = sorted({step for timings in times.values() for step in timings})
    scores = {}
    for step in steps:
        tallies = [Tally(total=t[step]) for t in times.values() if step in t]
        scores[f"ms_{step}"] = bootstrap(f"ms_{step}", tallies).to_json()
    return scores


def settings_of_run(settings: Settings, engine: str | None, calibration: Path) -> dict[str, str]:
    """What shaped the answers: the settings in force, the engine, the calibration's digest."""
    shown = {v.name: v.value for v in settings.in_force() if v.name not in UNMEASURED}
    return {
        **shown,
        "engine": engine or "as configured",
        "calibration": hashlib.sha256(calibration.read_bytes()).hexdigest()[:16],
    }


def versions() -> dict[str, str]:
    """The versions of what takes part in an answer or its scoring; `program` is a digest of the
    code and prompts that answer, which changes between releases too."""
    found = {"python": platform.python_version(), "program": _program_digest()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def _program_digest() -> str:
    found = hashlib.sha256()
    root = Path(__file__).parents[2]
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".py", ".txt", ".json"):
                found.update(file.relative_to(root).as_posix().encode())
                found.update(file.read_bytes())
    return found.hexdigest()[:16]
