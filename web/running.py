"""The work that is under way for the people at the page, so that they can end it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class HasSession(Protocol):
    """A request of gradio's, as far as this knows: it tells one open page from another."""

    session_hash: str | None


class Running:
    """What is being done for each open page. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: dict[str, list[threading.Event]] = {}

    @contextmanager
    def begun(self, request: HasSession) -> Iterator[threading.Event]:
        """Work for this page; it is to end soon after the event is set."""
        page, stop = str(request.session_hash), threading.Event()
        with self._lock:
            self._stops.setdefault(page, []).append(stop)
        try:
            yield stop
        finally:
            with self._lock:
                self._stops[page].remove(stop)
                if not self._stops[page]:
                    del self._stops[page]

    def stop(self, request: HasSession) -> None:
        """End all that is done for this page, if there is anything."""
        with self._lock:
            for stop in self._stops.get(str(request.session_hash), ()):
                stop.set()
