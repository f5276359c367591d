"""Progress for people: a bar on a terminal, a log line a step elsewhere. On standard error."""

import sys
from types import TracebackType
from typing import Any, Self

from tqdm import tqdm


class ConsoleProgress:
    """Shows steps as bars where someone is watching. Use as a context manager."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._bar: tqdm[Any] | None = None

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
            self._bar = tqdm(total=total, desc=name, file=sys.stderr, leave=False, unit="")
        elif not self._watched and total is not None:
            print(f"{name}: {total}", file=sys.stderr, flush=True)
        else:
            print(f"{name} …", file=sys.stderr, flush=True)

    def advance(self, parts: int = 1) -> None:
        """So many more parts of the step are done."""
        if self._bar is not None:
            self._bar.update(parts)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
