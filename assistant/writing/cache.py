"""Replies that were given before: the same prompt to the same model is not asked twice.

What is kept is the reply, not the answer: its statements pass the gate anew each time. The prompt
holds the question and its evidence, so that a changed library is asked anew by itself.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.writing.models import Message, Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A whole reply, and what it cost when it was asked for. `cut` tells of one that ended at the
    token limit, `cached` of one that was given before."""

    text: str
    tokens: Tokens | None
    cut: bool = False
    cached: bool = False


class ReplyCache:
    """The last `size` whole replies, in memory. 0 keeps none. Safe to use from several threads."""

    def __init__(self, size: int):
        self._size = size
        self._kept: OrderedDict[str, Reply] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Reply | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: str, reply: Reply) -> None:
        with self._lock:
            self._kept[key] = reply
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def key_of(messages: Sequence[Message], tokens: int) -> str:
    """A digest of all that shapes the reply of a model."""
    told = [tokens, *([m.role, m.content] for m in messages)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
