"""Shares: so much at once for each person, so that nobody's work stands in another's way."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from anyio import CapacityLimiter, to_thread

from vectorstore.errors import SoundingsError

T = TypeVar("T")


class TooMuch(SoundingsError):
    """Somebody has as much under way as one person may have."""

    status = 429


class Shares:
    """At most `most` things at once for each person. Safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, person: str) -> Iterator[None]:
        """One more thing of this person's. Raises TooMuch."""
        with self._lock:
            if self._taken[person] >= self._most:
                raise TooMuch(
                    f"{self._most} of your requests are under way; wait until one of them is done"
                )
            self._taken[person] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[person] -= 1
                if not self._taken[person]:
                    del self._taken[person]


class Pool:
    """Threads for one kind of work, apart from those for the page, and a share for each person."""

    def __init__(self, *, threads: int, each: int) -> None:
        self._threads = CapacityLimiter(threads)
        self._shares = Shares(each)

    async def run(self, person: str, work: Callable[[], T]) -> T:
        """What `work` gives, done in a thread when its turn has come. Raises TooMuch."""
        with self._shares.taken(person):
            return await to_thread.run_sync(work, limiter=self._threads)
