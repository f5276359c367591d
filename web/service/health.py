"""Whether the program can answer: looked at now and then, told to whoever asks."""

import logging
import threading
import time
from collections.abc import Callable, Mapping

from vectorstore.errors import SoundingsError

FRESH = 5.0  # seconds for which a look counts
PATIENCE = 2.0  # seconds that somebody who asks waits for one
_log = logging.getLogger(__name__)


class Health:
    """Looks at each part by using it; a part is ready when its look raises nothing.

    Looks are made in a thread of their own, one at a time and as often as somebody asks: a part
    that hangs keeps nobody waiting, and is not ready. Safe to use from several threads.
    """

    def __init__(
        self,
        parts: Mapping[str, Callable[[], object]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts = parts
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, bool] = {}  # by the look that is under way, or the last one
        self._why: dict[str, str] = {}
        self._looked = float("-inf")
        self._looking: threading.Event | None = None

    def parts(self) -> dict[str, bool]:
        """Part → whether it is ready. Why one is not is in the program's log, and nowhere else."""
        with self._lock:
            looking = self._looking
            if looking is None and self._clock() - self._looked >= FRESH:
                looking = self._looking = threading.Event()
                self._found = {}
                threading.Thread(target=self._look, args=[looking], daemon=True).start()
        if looking is not None:
            looking.wait(PATIENCE)
        with self._lock:
            return {name: self._found.get(name, False) for name in self._parts}

    def _look(self, looking: threading.Event) -> None:
        for name, look in self._parts.items():
            why = ""
            try:
                look()
            except SoundingsError as exc:
                why = str(exc)
            except Exception:
                why = "a fault of ours"
                _log.exception("%s could not be looked at", name)
            with self._lock:
                self._found[name] = not why
            self._tell(name, why)
        with self._lock:
            self._looked, self._looking = self._clock(), None
        looking.set()

    def _tell(self, name: str, why: str) -> None:
        """Only what has changed, since somebody asks every few seconds."""
        before = self._why.get(name, "")
        self._why[name] = why
        if why and why != before:
            _log.error("not ready: %s: %s", name, why)
        elif before and not why:
            _log.warning("ready again: %s", name)
