"""A line of people before a few places, served in the order in which they came."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.errors import Stopped

GLANCE = 0.1  # seconds between two looks at whether somebody in the line has gone


class Line:
    """So many at a time as there are places. Safe to use from several threads."""

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many have come and have no place yet."""
        return len(self._waiting)

    @contextmanager
    def place(self, stop: threading.Event | None = None) -> Iterator[None]:
        """A place, once all who came before have had theirs. Raises Stopped where `stop` is set
        before that."""
        turn = self._come()
        try:
            while not turn.wait(GLANCE):
                if stop is not None and stop.is_set():
                    raise Stopped("the question was stopped")
            yield
        finally:
            self._leave(turn)

    def _come(self) -> threading.Event:
        turn = threading.Event()
        with self._lock:
            if self._free:
                self._free -= 1
                turn.set()
            else:
                self._waiting.append(turn)
        return turn

    def _leave(self, turn: threading.Event) -> None:
        with self._lock:
            if not turn.is_set():
                self._waiting.remove(turn)
            elif self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
