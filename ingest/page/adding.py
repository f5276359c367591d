"""Reading uploaded files into the library, one batch at a time, for whoever watches.

The reading goes on in a thread of this program's own: the page that asked for it may be closed.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import AlreadyAdding
from ingest.job import ingest
from ingest.near import NearDuplicate
from ingest.page.uploads import Batch, file_of
from ingest.plan import UPLOADED
from ingest.report import FileReport, Report
from vectorstore import Settings, SoundingsError

WAIT = 600.0  # seconds that files which are read wait for somebody else's change to the library
_FAULT = (
    "Something went wrong on our side; the library is as it was. Add the files again. If it goes "
    "wrong again, the person who runs this page finds the reason in its log."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One file of a batch. `state` is "waiting", "reading", "read", "failed" or "done";
    `reports` are the lines of the report that are about it, once there are any."""

    name: str
    state: str = "waiting"
    reports: tuple[FileReport, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the adding stands: the batch that is being read, or the last one.

    `who` added the files, where somebody is known by a name. `step` is what is done now with all
    files that were read, `done` of `total` parts of it; `total` is None where nobody knows.
    `failure` says why the whole batch came to nothing.
    """

    running: bool = False
    who: str = ""
    since: str = ""
    step: str = ""
    done: int = 0
    total: int | None = None
    files: tuple[FileLine, ...] = ()
    near_duplicates: tuple[NearDuplicate, ...] = ()
    failure: str | None = None


class Adding:
    """Reads batches, one after the other, and tells how it goes. Safe from several threads."""

    def __init__(self, settings: Settings, announce: Callable[[str], None]) -> None:
        self._settings = settings
        self._announce = announce
        self._lock = threading.Lock()
        self._standing = Standing()
        self._stop = threading.Event()

    @property
    def standing(self) -> Standing:
        with self._lock:
            return self._standing

    def check_free(self) -> None:
        """Raises AlreadyAdding where a batch is being read."""
        _check_free(self.standing)

    def start(self, batch: Batch, who: str) -> None:
        """Begin to read a batch, whose files are taken away afterwards. Raises AlreadyAdding."""
        lines = [FileLine(name=name) for name in batch.names.values()]
        with self._lock:
            _check_free(self._standing)
            self._standing = Standing(
                running=True,
                who=who,
                since=datetime.now(UTC).isoformat(timespec="milliseconds"),
                files=tuple(lines),
            )
            self._stop = threading.Event()
        threading.Thread(target=self._read, args=[batch], daemon=True).start()

    def cancel(self) -> str:
        """Stop the batch that is being read, unless its commit has begun; what is said of it."""
        with self._lock:
            self._stop.set()
            running = self._standing.running
        return "Stopping …" if running else "Nothing is being read."

    def dismiss(self) -> str:
        """Forget what the last batch came to; the library's last runs still tell it."""
        with self._lock:
            if not self._standing.running:
                self._standing = Standing()
        return "The report is put away."

    def _read(self, batch: Batch) -> None:
        report: Report | None = None
        failure: str | None = None
        try:
            report = ingest(
                self._settings,
                list(batch.names),
                names=batch.names,
                wait=WAIT,
                progress=_Watching(self._change),
                stop=self._stop,
                announce=self._announce,
            )
        except SoundingsError as exc:
            failure = str(exc)
        except Exception:
            _log.exception("files were not added")
            failure = _FAULT
        finally:
            batch.discard()
            self._change(lambda standing: _ended(standing, batch.names, report, failure))

    def _change(self, change: Callable[[Standing], Standing]) -> None:
        with self._lock:
            self._standing = change(self._standing)


def _check_free(standing: Standing) -> None:
    if standing.running:
        by = f" (from {standing.who})" if standing.who else ""
        raise AlreadyAdding(
            f"other files{by} are being read just now, and one run goes on at a time. Nothing "
            "of yours was taken; try again when they are done."
        )


class _Watching:
    """Puts what the job tells into the standing."""

    def __init__(self, change: Callable[[Callable[[Standing], Standing]], None]) -> None:
        self._change = change

    def step(self, name: str, total: int | None = None) -> None:
        self._change(lambda standing: replace(standing, step=name, done=0, total=total))

    def advance(self, parts: int = 1) -> None:
        self._change(lambda standing: replace(standing, done=standing.done + parts))

    def file(self, name: str, state: str) -> None:
        called = name.removeprefix(UPLOADED)
        self._change(
            lambda standing: replace(
                standing,
                files=tuple(
                    replace(f, state=state) if f.name == called else f for f in standing.files
                ),
            )
        )


def _ended(
    standing: Standing, names: Mapping[Path, str], report: Report | None, failure: str | None
) -> Standing:
    said: dict[str, list[FileReport]] = {}
    for each in report.files if report else ():
        said.setdefault(file_of(each.path, names), []).append(each)
    return replace(
        standing,
        running=False,
        step="",
        done=0,
        total=None,
        files=tuple(
            replace(f, state="done", reports=tuple(said.get(f.name, ()))) for f in standing.files
        ),
        near_duplicates=report.near_duplicates if report else (),
        failure=failure,
    )
