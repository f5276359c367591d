"""A run of the suite beside the page: in a process of its own, which gives way to people who ask.

One at a time. The process is the program's own `eval run --aside`, so that a run started here and
one started in a terminal are the same; what is kept appears whole or not at all.
"""

import atexit
import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.errors import RunError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10  # seconds in which a stopped process must end by itself
HELD = 3  # the exit code of a run that was made and that a gate holds

_ASKED = re.compile(r"Asked (\d+) of (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to ask and to hold it against; `folder` is where the run is to be kept."""

    gold: tuple[Path, ...]
    folder: Path
    gates: Path | None = None
    baseline: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is. `phase` is idle, opening, asking, scoring, stopping, done, stopped or
    failed (`message` says why); `left` is in seconds, None while nothing can be said; `number`
    counts the runs that were started, so that two of them are told apart."""

    phase: str = "idle"
    number: int = 0
    done: int = 0
    total: int = 0
    left: float | None = None
    run: str | None = None
    message: str = ""

    @property
    def under_way(self) -> bool:
        return self.phase in ("opening", "asking", "scoring", "stopping")


class Aside:
    """Starts, watches and stops runs over the library in `home`. Safe to use from any thread."""

    def __init__(self, home: Path, environ: Mapping[str, str] | None = None) -> None:
        self._home = home
        self._environ = dict(os.environ if environ is None else environ)
        self._lock = threading.Lock()
        self._progress = Progress()
        self._process: subprocess.Popen[str] | None = None
        self._watcher: threading.Thread | None = None
        self._began: float | None = None
        atexit.register(self._end)

    def progress(self) -> Progress:
        """How far the run is now, or how the last one ended."""
        with self._lock:
            now = self._progress
            if now.phase != "asking" or self._began is None or not now.done:
                return now
            spent = time.monotonic() - self._began
            return replace(now, left=spent / now.done * (now.total - now.done))

    def start(self, order: Order) -> None:
        """Begin a run. Raises RunError where one is under way, or no process can be started."""
        with self._lock:
            if self._progress.under_way:
                raise RunError("a run is under way. Wait for its end, or stop it first")
            try:
                process = subprocess.Popen(
                    self._command(order),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env={**self._environ, "PYTHONPATH": self._path()},
                )
            except OSError as exc:
                raise RunError(f"the run could not be started: {exc}") from exc
            number = self._progress.number + 1
            self._progress = Progress(phase="opening", number=number, run=order.folder.name)
            self._process, self._began = process, None
            self._watcher = threading.Thread(
                target=self._watch, args=[process, order.folder], daemon=True
            )
            self._watcher.start()

    def stop(self) -> None:
        """End the run that is under way and wait for its end; nothing of it is kept."""
        with self._lock:
            process, watcher = self._process, self._watcher
            if process is None or watcher is None or not self._progress.under_way:
                return
            self._progress = replace(self._progress, phase="stopping")
        process.terminate()
        watcher.join(PATIENCE)
        if watcher.is_alive():
            process.kill()
            watcher.join(PATIENCE)

    def _command(self, order: Order) -> Sequence[str]:
        # -P: nothing that lies in the folder the page was started from takes a module's place
        command = [sys.executable, "-P", "-m", "soundings", "--home", str(self._home)]
        command += ["eval", "run", "--aside", "--out", str(order.folder)]
        if order.gates is not None:
            command += ["--gate", str(order.gates)]
            if order.baseline is not None:
                command += ["--baseline", str(order.baseline)]
        return [*command, "--gold", *map(str, order.gold)]

    def _path(self) -> str:
        return os.pathsep.join(filter(None, [str(ROOT), self._environ.get("PYTHONPATH")]))

    def _watch(self, process: subprocess.Popen[str], folder: Path) -> None:
        said = ""
        assert process.stderr is not None
        with process.stderr as lines:
            for line in lines:
                counted = _ASKED.match(line)
                if counted is not None:
                    self._count(int(counted[1]), int(counted[2]))
                elif line.startswith("soundings: "):
                    said = line.removeprefix("soundings: ").strip()
        code = process.wait()
        for part in folder.parent.glob(f".{folder.name}.*-{process.pid}"):
            shutil.rmtree(part, ignore_errors=True)
        with self._lock:
            if code in (0, HELD) and folder.is_dir():
                ended = replace(self._progress, phase="done", message="")
            elif self._progress.phase == "stopping":
                ended = replace(self._progress, phase="stopped", run=None)
            else:
                why = said or f"the process ended with code {code}"
                ended = replace(self._progress, phase="failed", run=None, message=why)
            self._progress, self._process = ended, None

    def _count(self, done: int, total: int) -> None:
        with self._lock:
            if self._began is None:
                self._began = time.monotonic()
            if self._progress.phase in ("opening", "asking"):
                phase = "scoring" if done == total else "asking"
                self._progress = replace(self._progress, phase=phase, done=done, total=total)

    def _end(self) -> None:
        process = self._process
        if process is not None:
            with contextlib.suppress(OSError):
                process.terminate()
