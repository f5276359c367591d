"""The runs that a home keeps: listed, read, one of them named the baseline, removed."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from eval.errors import RunError
from eval.suite.compare import Comparison, compare_runs
from eval.suite.gates import Verdict
from eval.suite.runs import GATES_FILE, METRICS_FILE, TIMINGS_FILE, Run, read_run, write_whole
from eval.suite.scoring.intervals import Score

RUNS = "runs"  # the folder in the home
BASELINE = "baseline"  # the file in it that holds the baseline's name


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """What a list says of a run. `started` is an ISO time, empty where it is not known;
    `problem` says why a folder cannot be read, and then all else is empty."""

    name: str
    started: str = ""
    gold: Mapping[str, Any] | None = None
    library: str = ""
    settings: Mapping[str, str] | None = None
    right: Score | None = None
    verdict: Verdict | None = None
    baseline: bool = False
    problem: str | None = None


class Runs:
    """The runs in `home`, each in a folder named after its date."""

    def __init__(self, home: Path) -> None:
        self.folder = home / RUNS

    def listed(self) -> list[KeptRun]:
        """Every run, the latest first."""
        baseline = self.baseline
        return [_listed(self.folder / name, name == baseline) for name in sorted(self._names())][
            ::-1
        ]

    def find(self, name: str) -> Path:
        """A run's folder. Raises RunError where there is no run of this name."""
        if name not in self._names():
            raise RunError("this run is not kept here any more. Choose another in the list of runs")
        return self.folder / name

    def read(self, name: str) -> Run:
        """A run. Raises RunError."""
        return _read(*_stamped(self.find(name)))

    def compare(self, first: str, second: str) -> Comparison:
        """Two runs, even over other gold or another library: what is unequal is in its notes.
        Raises RunError where they have no question in common."""
        return _compare(_stamped(self.find(first)), _stamped(self.find(second)))

    def verdict(self, name: str) -> Verdict | None:
        """What the gates said of a run; None where none were asked."""
        return _verdict(self.find(name))

    @property
    def baseline(self) -> str | None:
        """The run that others are set beside; None where none is named."""
        try:
            name = (self.folder / BASELINE).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            return None
        return name if name in self._names() else None

    def name_baseline(self, name: str) -> None:
        """From now on this run is the baseline. Raises RunError."""
        self.find(name)
        try:
            write_whole(self.folder / BASELINE, f"{name}\n")
        except OSError as exc:
            raise RunError(f"cannot name the baseline in {self.folder}: {exc}") from exc

    def remove(self, name: str) -> None:
        """Remove a run: gone from the list at once, from the disk after. Raises RunError."""
        folder = self.find(name)
        if self.baseline == name:
            (self.folder / BASELINE).unlink(missing_ok=True)
        aside = folder.with_name(f".{name}.removed-{os.getpid()}")
        try:
            folder.rename(aside)
        except OSError as exc:
            raise RunError(f"cannot remove {folder}: {exc}") from exc
        shutil.rmtree(aside, ignore_errors=True)

    def new_folder(self, now: datetime) -> Path:
        """Where a run that starts now is kept."""
        return self.folder / f"{now:%Y-%m-%d-%H%M%S}"

    def _names(self) -> set[str]:
        if not self.folder.is_dir():
            return set()
        return {
            folder.name
            for folder in self.folder.iterdir()
            if not folder.name.startswith(".") and (folder / METRICS_FILE).is_file()
        }


def _listed(folder: Path, baseline: bool) -> KeptRun:
    try:
        content = json.loads((folder / METRICS_FILE).read_text(encoding="utf-8"))
        timings = json.loads((folder / TIMINGS_FILE).read_text(encoding="utf-8"))
        return KeptRun(
            name=folder.name,
            started=timings.get("started", ""),
            gold=content["gold"],
            library=content["library"],
            settings=content["settings"],
            right=Score(metric="right", **content["metrics"]["right"]),
            verdict=_verdict(folder),
            baseline=baseline,
        )
    except (OSError, ValueError, KeyError, TypeError, RunError) as exc:
        return KeptRun(name=folder.name, baseline=baseline, problem=f"cannot be read: {exc}")


def _verdict(folder: Path) -> Verdict | None:
    try:
        said = json.loads((folder / GATES_FILE).read_text(encoding="utf-8"))
        return None if said is None else Verdict.from_json(said)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise RunError(f"cannot read the gates' verdict in {folder}: {exc}") from exc


# Reading and comparing take a second or so, and the page asks for the same again and again.


def _stamped(folder: Path) -> tuple[Path, int]:
    return folder, (folder / METRICS_FILE).stat().st_mtime_ns


@lru_cache(maxsize=6)
def _read(folder: Path, changed: int) -> Run:
    return read_run(folder)


@lru_cache(maxsize=6)
def _compare(first: tuple[Path, int], second: tuple[Path, int]) -> Comparison:
    return compare_runs(_read(*first), _read(*second), force=True)
