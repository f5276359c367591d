"""A run of the suite as values, and its folder: written whole or not at all, read back alike."""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.errors import RunError
from eval.suite.scoring.intervals import Score
from eval.suite.scoring.metrics import Bin
from eval.suite.scoring.results import Result, read_result
from vectorstore import UsageError

METRICS_FILE = "metrics.json"
ANSWERS_FILE = "answers.jsonl"
TIMINGS_FILE = "timings.json"
GATES_FILE = "gates.json"
FORMAT = 1

Slices = Mapping[str, Mapping[str, Mapping[str, Score]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was asked of what, what came of it, and the figures.

    `gold` has `files`, `n` and `digest`; `library` is the library's fingerprint; `sources` maps
    id to title. `timings` are kept apart, since they alone differ from run to run.
    """

    gold: Mapping[str, Any]
    library: str
    sources: Mapping[str, str]
    settings: Mapping[str, str]
    versions: Mapping[str, str]
    metrics: Mapping[str, Score]
    outcomes: Mapping[str, Mapping[str, int]]
    reliability: Sequence[Bin]
    slices: Slices
    results: Sequence[Result]
    timings: Mapping[str, Any]
    folder: Path | None = None

    def result(self, id: str) -> Result | None:
        """The question with this id; None where the run did not ask it."""
        return next((r for r in self.results if r.id == id), None)


def metrics_json(run: Run) -> dict[str, Any]:
    """The content of `metrics.json`: nothing in it depends on when or where the run was made."""
    return {
        "format": FORMAT,
        "gold": dict(run.gold),
        "library": run.library,
        "sources": dict(run.sources),
        "settings": dict(run.settings),
        "versions": dict(run.versions),
        "metrics": {name: score.to_json() for name, score in run.metrics.items()},
        "outcomes": run.outcomes,
        "reliability": [asdict(one) for one in run.reliability],
        "slices": {
            group: {
                value: {name: score.to_json() for name, score in scores.items()}
                for value, scores in values.items()
            }
            for group, values in run.slices.items()
        },
    }


def check_target(folder: Path) -> None:
    """Raises UsageError where `folder` holds something that is not an earlier run."""
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / METRICS_FILE).is_file()):
        raise UsageError(f"{folder} is there and is not a run's folder. Name another: --out DIR")


def write_run(folder: Path, run: Run, pages: Mapping[str, str]) -> None:
    """Write a run and its `pages` (file name → text) under a name of their own, then rename.

    An earlier run in `folder` is replaced. Raises RunError where the disk refuses.
    """
    check_target(folder)
    part = folder.with_name(f".{folder.name}.part-{os.getpid()}")
    old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    files = {
        METRICS_FILE: _pretty(metrics_json(run)),
        ANSWERS_FILE: "".join(_line(result.to_json()) for result in run.results),
        TIMINGS_FILE: _pretty(run.timings),
        **pages,
    }
    try:
        part.mkdir(parents=True)
        for name, text in files.items():
            (part / name).write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
    except OSError as exc:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise RunError(f"cannot write the run to {folder}: {exc}") from exc
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_whole(file: Path, text: str) -> None:
    """Write a file of a home whole or not at all. Raises OSError."""
    part = file.with_name(f".{file.name}.part-{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def read_run(folder: Path) -> Run:
    """Read a run's folder. Raises RunError where it is not one, or of another format."""
    content = _read(folder / METRICS_FILE, json.loads)
    if content.get("format") != FORMAT:
        raise RunError(
            f"{folder} has format {content.get('format')}, this program reads {FORMAT}. "
            "Run it again: soundings eval run"
        )
    try:
        return Run(
            gold=content["gold"],
            library=content["library"],
            sources=content["sources"],
            settings=content["settings"],
            versions=content["versions"],
            metrics={n: Score(metric=n, **s) for n, s in content["metrics"].items()},
            outcomes=content["outcomes"],
            reliability=[Bin(**one) for one in content["reliability"]],
            slices={
                group: {
                    value: {n: Score(metric=n, **s) for n, s in scores.items()}
                    for value, scores in values.items()
                }
                for group, values in content["slices"].items()
            },
            results=[read_result(line) for line in _read(folder / ANSWERS_FILE, _lines)],
            timings=_read(folder / TIMINGS_FILE, json.loads),
            folder=folder,
        )
    except (KeyError, TypeError) as exc:
        raise RunError(f"{folder} is not a whole run: {exc!r}") from exc


def _read(file: Path, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(file.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise RunError(
            f"{file.parent} is not a run's folder: there is no {file.name}. "
            "Make one: soundings eval run --out DIR"
        ) from exc
    except (OSError, ValueError) as exc:
        raise RunError(f"cannot read {file}: {exc}") from exc


def _lines(text: str) -> list[Any]:
    # By "\n" alone: a text may hold other characters that splitlines takes for line ends.
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _line(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"
