"""Whose each of gradio's page sessions is: nobody else may listen to it or act in it."""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from urllib.parse import parse_qs

HEARTBEAT = "/gradio_api/heartbeat/"
LISTEN = "/gradio_api/queue/data"
ACT = frozenset(f"/gradio_api/{name}" for name in ("queue/join", "cancel", "reset"))
MOST = 2_000  # of one person; beyond, those that they named longest ago are anybody's again


class Bindings:
    """A page session belongs to the first who names it. The browser makes its name up, so that
    a name seen in somebody's log or over a shoulder would open their conversation to others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owners: dict[str, str] = {}
        self._theirs: dict[str, OrderedDict[str, None]] = {}

    def is_theirs(self, session: str, name: str) -> bool:
        """Whether a page session is this person's, or becomes theirs by being named first."""
        with self._lock:
            if self._owners.setdefault(session, name) != name:
                return False
            theirs = self._theirs.setdefault(name, OrderedDict())
            theirs[session] = None
            theirs.move_to_end(session)
            if len(theirs) > MOST:
                del self._owners[theirs.popitem(last=False)[0]]
        return True


def session_named(path: str, query: bytes) -> str | None:
    """The page session that an address speaks of, if it speaks of one."""
    if path.startswith(HEARTBEAT):
        return path.removeprefix(HEARTBEAT)
    if path == LISTEN:
        return parse_qs(query.decode("latin-1")).get("session_hash", [""])[-1]
    return None


def session_in(body: bytes) -> str | None:
    """The page session that a posted body speaks of; None for a body that cannot be read."""
    try:
        read = json.loads(body)
    except ValueError:
        return None
    found = read.get("session_hash") if isinstance(read, Mapping) else None
    return found if isinstance(found, str) else None
