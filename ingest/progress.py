"""Progress for people, on standard error: a bar with the time left where someone is watching.

Elsewhere a log line a step, and in a long one a line now and then.
"""

import sys
import time
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm

BAR = "{desc}: {n_fmt} of {total_fmt} |{bar}| {remaining} left"
SILENCE = 20.0  # seconds between log lines within a step


def in_words(seconds: float) -> str:
    """A time that is left: "40 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class ConsoleProgress:
    """Shows steps as bars where someone is watching. Use as a context manager."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._bar: tqdm[Any] | None = None
        self._name, self._total, self._done = "", 0, 0
        self._began = self._told = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def step(self, name: str, total: int | None = None) -> None:
        """A new step begins, of `total` parts if that is known."""
        self._close()
        if self._watched and total:
            self._bar = tqdm(total=total, desc=name, file=sys.stderr, leave=False, bar_format=BAR)
        elif not self._watched and total is not None:
            self._name, self._total, self._done = name, total, 0
            self._began = self._told = time.monotonic()
            print(f"{name}: {total}", file=sys.stderr, flush=True)
        else:
            print(f"{name} …", file=sys.stderr, flush=True)

    def advance(self, parts: int = 1) -> None:
        """So many more parts of the step are done."""
        if self._bar is not None:
            self._bar.update(parts)
        elif not self._watched:
            self._done += parts
            self._tell()

    def file(self, name: str, state: str) -> None:
        """A file is read: the bar says how many, the report what became of each."""

    def _tell(self) -> None:
        """A log line, if the last one is some time ago and the step is not done."""
        now = time.monotonic()
        if now - self._told < SILENCE or not 0 < self._done < self._total:
            return
        self._told = now
        left = (now - self._began) / self._done * (self._total - self._done)
        line = f"{self._name}: {self._done} of {self._total}, about {in_words(left)} left"
        print(line, file=sys.stderr, flush=True)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
