"""What goes to a language model and what comes back. Tokens are counted by the service."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.errors import Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a prompt; `role` is "system", "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a request cost."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a reply as it streams. `finish` says why it ended ("stop", "length"), on the
    piece that ends it; `tokens` come last where the service counts them."""

    text: str = ""
    finish: str | None = None
    tokens: Tokens | None = None


class Deadline:
    """A moment until which all of an answer's requests must be done; `stop` may end it sooner."""

    def __init__(self, seconds: float, stop: threading.Event | None = None):
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._stop = stop or threading.Event()

    def left(self) -> float:
        """Seconds left; never below 0. Raises Stopped where nobody waits any longer."""
        if self._stop.is_set():
            raise Stopped("the question was stopped")
        return max(0.0, self._end - time.monotonic())

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than somebody waits for the answer. Raises Stopped."""
        self._stop.wait(seconds)
        self.left()


class Model(Protocol):
    """A language model, wherever it runs. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """What the answer calls it."""

    def prepare(self) -> None:
        """Do once what takes long and is no part of an answer. Raises ModelError."""

    def window(self, deadline: Deadline) -> int | None:
        """How many tokens it reads at once, reply included; None where nobody tells. Raises
        ModelError."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None,
        tokens: int,
        deadline: Deadline,
    ) -> Iterator[Piece]:
        """The reply, piece by piece: JSON of this schema, if the service can promise that; plain
        text where it is None.

        Raises ModelError, also in the middle of a reply.
        """

    def hush(self, text: str) -> str:
        """The text without the key, should a service ever echo it."""
