"""Shares: so much at once for each person, so that nobody's work stands in another's way."""

import asyncio
import functools
import inspect
import threading
import time
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request

from vectorstore.errors import SoundingsError
from web.identity.people import person_of

T = TypeVar("T")
LONGEST = 60  # seconds after which somebody may ask again, however much is under way


class TooMuch(SoundingsError):
    """Somebody has as much under way as one person may have; `seconds` until it is worth asking
    again."""

    status = 429

    def __init__(self, message: str, seconds: int = 1) -> None:
        super().__init__(message)
        self.seconds = seconds


class Gone(SoundingsError):
    """Nobody waits for the answer any longer."""

    status = 499  # the caller has closed the connection: nobody reads this


class Shares:
    """At most `most` things at once for each person, called `things` where one is refused. Safe to
    use from several threads."""

    def __init__(self, most: int, things: str = "requests") -> None:
        self._most = most
        self._things = things
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, person: str, seconds: float = 0) -> Iterator[None]:
        """One more thing of this person's. Raises TooMuch, which says that one takes about so many
        `seconds`."""
        with self._lock:
            if self._taken[person] >= self._most:
                raise TooMuch(
                    f"{self._most} of your {self._things} are under way; wait until one of them is "
                    "done",
                    min(LONGEST, max(1, ceil(seconds))),
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

    def __init__(self, name: str, *, threads: int, each: int) -> None:
        """`name` says what is done here, in the plural: questions."""
        self._threads = CapacityLimiter(threads)
        self._shares = Shares(each, name)
        self._seconds = 1.0  # that one takes, as the last ones did
        _pools[name] = self

    @property
    def waiting(self) -> int:
        return self._threads.statistics().tasks_waiting

    @property
    def under_way(self) -> int:
        return self._threads.statistics().borrowed_tokens

    async def run(self, request: Request, work: Callable[[threading.Event], T]) -> T:
        """What `work` gives, done in a thread when its turn has come; its event is set once the
        caller has hung up. Raises TooMuch, what `work` raises, and Gone instead of beginning it
        for nobody."""
        stop = threading.Event()

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            stop.set()

        def begun() -> T:
            if stop.is_set():
                raise Gone("the caller is gone")
            began = time.monotonic()
            try:
                return work(stop)
            finally:
                self._seconds += (time.monotonic() - began - self._seconds) / 8

        with self._shares.taken(person_of(request).key, self._seconds):
            watching = asyncio.create_task(watch())
            try:
                return await to_thread.run_sync(begun, limiter=self._threads)
            finally:
                stop.set()  # where the server ends, nobody waits any longer either
                watching.cancel()


_pools: "weakref.WeakValueDictionary[str, Pool]" = weakref.WeakValueDictionary()


def pools() -> Mapping[str, Pool]:
    """The pools there are, by their names."""
    return dict(_pools)


def pooled(pool: Pool) -> Callable[[Callable[..., T]], Callable[..., Awaitable[T]]]:
    """A route's function done in `pool`, for whoever asks; it takes its `request`. One that takes a
    `stop`, too, gets the event that tells when nobody waits any longer."""

    def made(route: Callable[..., T]) -> Callable[..., Awaitable[T]]:
        signature = inspect.signature(route, eval_str=True)
        parts = [part for name, part in signature.parameters.items() if name != "stop"]

        @functools.wraps(route)
        async def done(request: Request, **given: Any) -> T:
            def work(stop: threading.Event) -> T:
                more = {"stop": stop} if "stop" in signature.parameters else {}
                return route(request=request, **given, **more)

            return await pool.run(request, work)

        done.__signature__ = signature.replace(parameters=parts)  # type: ignore[attr-defined]
        del done.__wrapped__  # by which FastAPI would take it for a function of no coroutine
        return done

    return made
