"""Waiting no longer than somebody waits: work in a thread of its own, its results one by one."""

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

from assistant.writing.errors import ModelTimeout
from assistant.writing.models import Deadline

GLANCE = 0.1  # seconds after which it is looked whether somebody still waits
_END = object()

Put = Callable[[object], None]


def in_time(deadline: Deadline, work: Callable[[Put], None], who: str) -> Iterator[Any]:
    """What `work` puts, until the deadline for a reply of `who`. A client limits the time between
    two bytes, and a service that sends one now and then would never end.

    Raises what `work` raises, Stopped where nobody waits any longer, and ModelTimeout.
    """
    items: queue.SimpleQueue[object] = queue.SimpleQueue()
    gone = threading.Event()

    def put(item: object) -> None:
        if gone.is_set() or not deadline.left():
            raise ModelTimeout("nobody waits any longer")
        items.put(item)

    def run() -> None:
        try:
            work(put)
            items.put(_END)
        except BaseException as exc:
            items.put(exc)

    threading.Thread(target=run, daemon=True, name="language model").start()
    try:
        while True:
            try:
                item = items.get(timeout=min(deadline.left(), GLANCE))
            except queue.Empty:
                if deadline.left():
                    continue
                raise late(deadline, who) from None
            if item is _END:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        gone.set()


def late(deadline: Deadline, who: str) -> ModelTimeout:
    """What is raised where `who` did not reply in time."""
    return ModelTimeout(
        f"{who} did not reply within {deadline.seconds:g} s (SOUNDINGS_LLM_SECONDS)"
    )
