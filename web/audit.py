"""The log of what was asked: who, when, what, which sources it led to, and what came of it.

One SQLite file in the home, apart from the library: entries come from the page's process while
the command reads them, and old ones go by themselves.
"""

import json
import logging
import os
import re
import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from vectorstore.errors import SettingsError, UsageError
from vectorstore.settings import Settings
from web.identity.users import Users
from web.settings import PageSettings

FILE_NAME = "audit.sqlite"
_DAY = 24 * 3600.0  # seconds
_TABLE = """
    CREATE TABLE IF NOT EXISTS entries (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, deed TEXT NOT NULL,
        text TEXT, sources TEXT NOT NULL, outcome TEXT NOT NULL
    ) STRICT
"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done. `at` is in UTC; `text` is what was asked, or None where the
    settings say that it is not kept; `sources` are the ids of those that were cited."""

    at: str
    person: str
    deed: str
    text: str | None
    sources: tuple[str, ...]
    outcome: str


class AuditLog:
    """Writes entries and forgets those that are older than `days`; 0 keeps none at all.

    A log that cannot be written is told in the program's log, and keeps nobody from an answer.
    """

    def __init__(self, home: Path, *, days: int, text: bool) -> None:
        self._path = home / FILE_NAME
        self._users = Users(home)
        self._days = days
        self._text = text
        self._lock = threading.Lock()
        self._swept = float("-inf")

    def note(self, person: str, deed: str, text: str, sources: Sequence[str], outcome: str) -> None:
        """Keep what somebody did, with each source once, in the order of first use."""
        cited = json.dumps(list(dict.fromkeys(sources)))
        at = _now().isoformat(timespec="seconds")
        person = self._users.name_of(person)  # as they are called now
        row = (at, person, deed, text if self._text else None, cited, outcome)
        try:
            with self._lock:
                if time.monotonic() - self._swept > _DAY:
                    self.sweep()
                if self._days > 0:
                    with closing(self._open()) as database, database:
                        database.execute(
                            "INSERT INTO entries (at, person, deed, text, sources, outcome)"
                            " VALUES (?, ?, ?, ?, ?, ?)",
                            row,
                        )
        except (OSError, sqlite3.Error):
            _log.exception("an entry of the audit log was not written")

    def sweep(self) -> None:
        """Forget what is too old. Raises OSError or sqlite3.Error where that cannot be done."""
        self._swept = time.monotonic()
        if not self._path.exists():
            return
        before = (_now() - timedelta(days=self._days)).isoformat(timespec="seconds")
        with closing(self._open()) as database, database:
            if self._days > 0:
                database.execute("DELETE FROM entries WHERE at < ?", (before,))
            else:
                database.execute("DELETE FROM entries")

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        database = sqlite3.connect(self._path, timeout=10)
        # What is deleted is overwritten: a retention that leaves the words in the file is none.
        database.execute("PRAGMA secure_delete = ON")
        database.execute(_TABLE)
        return database


def open_audit(settings: Settings) -> AuditLog:
    """The log of a home, as its settings have it."""
    table = settings.table(PageSettings)
    return AuditLog(settings.home, days=table.audit_days, text=table.audit_text)


def entries(home: Path, since: datetime | None = None) -> list[Entry]:
    """What is in a home's log, oldest first. Raises SettingsError for one that cannot be read."""
    path = home / FILE_NAME
    if not path.exists() or path.stat().st_size == 0:  # about to be made
        return []
    first = since.astimezone(UTC).isoformat(timespec="seconds") if since else ""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute(
                "SELECT at, person, deed, text, sources, outcome FROM entries"
                " WHERE at >= ? ORDER BY id",
                (first,),
            ).fetchall()
    except sqlite3.Error as exc:
        raise SettingsError(f"cannot read the audit log in {path}: {exc}") from exc
    return [
        Entry(
            at=at,
            person=person,
            deed=deed,
            text=text,
            sources=tuple(json.loads(sources)),
            outcome=outcome,
        )
        for at, person, deed, text, sources, outcome in rows
    ]


def moment(text: str) -> datetime:
    """The moment that --since names: a date, or so many hours or days ago (36h, 7d).

    Raises UsageError for anything else.
    """
    ago = re.fullmatch(r"(\d{1,5})([hd])", text)
    if ago:
        number = int(ago[1])
        return _now() - (timedelta(hours=number) if ago[2] == "h" else timedelta(days=number))
    try:
        day = date.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(f"'{text}' is no date: say 2026-11-03, or 7d for a week ago") from exc
    return datetime(day.year, day.month, day.day).astimezone()


def _now() -> datetime:
    return datetime.now(UTC)
