"""What was done for somebody, told to whoever listens: the counters, the log, the traces."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was asked for and has ended: `name` is ask, search or pack, `outcome` what
    came of it in a word, `text` what was asked, which no log may hold that was not told to."""

    name: str
    outcome: str
    seconds: float
    text: str


_listeners: dict[str, Callable[[Deed], None]] = {}


def listen(name: str, listener: Callable[[Deed], None]) -> None:
    """Have `listener` told of every deed from now on, in the place of another of its name. It is
    called in the deed's own thread, and does not raise."""
    _listeners[name] = listener


def tell(deed: Deed) -> None:
    """Tell of a deed that has ended."""
    for listener in [*_listeners.values()]:
        listener(deed)
