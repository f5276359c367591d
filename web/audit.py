"""The two logs: of what was asked, and of what was done about who may do what and what there is.

One SQLite file in the home, apart from the library: entries come from the page's process while
the command reads them, and old ones go by themselves. What the second log holds cannot be changed,
and nothing of it can be taken out before its time.
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
from typing import Any

from vectorstore.errors import SettingsError, UsageError
from vectorstore.settings import Settings
from web.identity.users import Users
from web.settings import PageSettings

FILE_NAME = "audit.sqlite"
ABOUT = 300  # characters of what an event is about
_DAY = 24 * 3600.0  # seconds
_TABLE = """
    CREATE TABLE IF NOT EXISTS entries (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, deed TEXT NOT NULL,
        text TEXT, sources TEXT NOT NULL, outcome TEXT NOT NULL
    ) STRICT
"""
LEAST_DAYS = 30  # for which nobody can take anything out of the security log
_EVENTS = f"""
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, deed TEXT NOT NULL,
        about TEXT NOT NULL, address TEXT NOT NULL, outcome TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER IF NOT EXISTS nothing_is_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'the security log is not changed'); END;
    CREATE TRIGGER IF NOT EXISTS nothing_goes_early BEFORE DELETE ON events
        WHEN old.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{LEAST_DAYS} days')
        BEGIN SELECT RAISE(ABORT, 'the security log is not changed'); END;
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that was done, or tried, about people, documents, runs or what was taken out: by
    whom, from which address. `at` is in UTC."""

    at: str
    person: str
    deed: str
    about: str
    address: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for in a log: since when, by whom, which deed, with which words anywhere;
    `most` of it, the latest first, after the first `skip`. All, oldest first, where that is None.
    """

    since: datetime | None = None
    person: str = ""
    deed: str = ""
    words: str = ""
    skip: int = 0
    most: int | None = None


class AuditLog:
    """Writes entries and forgets those that are older than `days`; 0 keeps none at all. Events
    are kept for `security_days`.

    A log that cannot be written is told in the program's log, and keeps nobody from an answer.
    """

    def __init__(self, home: Path, *, days: int, text: bool, security_days: int = 365) -> None:
        self.home = home
        self._path = home / FILE_NAME
        self._users = Users(home)
        self._days = days
        self._text = text
        self._security_days = security_days
        self._lock = threading.Lock()
        self._swept = float("-inf")

    def note(self, person: str, deed: str, text: str, sources: Sequence[str], outcome: str) -> None:
        """Keep what somebody did, with each source once, in the order of first use."""
        cited = json.dumps(list(dict.fromkeys(sources)))
        at = _now().isoformat(timespec="seconds")
        person = self._users.name_of(person)  # as they are called now
        row = (at, person, deed, text if self._text else None, cited, outcome)
        if self._days > 0:
            columns = "entries (at, person, deed, text, sources, outcome)"
            self._put(f"INSERT INTO {columns} VALUES (?, ?, ?, ?, ?, ?)", row)
        else:
            self._put("", ())

    def event(self, person: str, deed: str, *, about: str, address: str, outcome: str) -> None:
        """Keep what somebody did, or tried."""
        at = _now().isoformat(timespec="seconds")
        row = (at, self._users.name_of(person), deed, about[:ABOUT], address, outcome)
        columns = "events (at, person, deed, about, address, outcome)"
        self._put(f"INSERT INTO {columns} VALUES (?, ?, ?, ?, ?, ?)", row)

    def _put(self, sql: str, row: Sequence[object]) -> None:
        try:
            with self._lock:
                if time.monotonic() - self._swept > _DAY:
                    self.sweep()
                if sql:
                    with closing(self._open()) as database, database:
                        database.execute(sql, row)
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
            kept = max(self._security_days, LEAST_DAYS + 1)
            before = (_now() - timedelta(days=kept)).isoformat(timespec="seconds")
            database.execute("DELETE FROM events WHERE at < ?", (before,))

    def _open(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        database = sqlite3.connect(self._path, timeout=10)
        # What is deleted is overwritten: a retention that leaves the words in the file is none.
        database.execute("PRAGMA secure_delete = ON")
        database.execute(_TABLE)
        database.executescript(_EVENTS)
        return database


def open_audit(settings: Settings) -> AuditLog:
    """The log of a home, as its settings have it."""
    table = settings.table(PageSettings)
    return AuditLog(
        settings.home,
        days=table.audit_days,
        text=table.audit_text,
        security_days=table.security_days,
    )


def entries(home: Path, sought: Sought = Sought()) -> list[Entry]:
    """What was asked. Raises SettingsError for a log that cannot be read."""
    rows = _rows(home, "entries", "at, person, deed, text, sources, outcome", sought)
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


def events(home: Path, sought: Sought = Sought()) -> list[Event]:
    """What the security log holds. Raises as `entries` does."""
    rows = _rows(home, "events", "at, person, deed, about, address, outcome", sought)
    return [
        Event(at=at, person=person, deed=deed, about=about, address=address, outcome=outcome)
        for at, person, deed, about, address, outcome in rows
    ]


def _rows(home: Path, table: str, columns: str, sought: Sought) -> list[tuple[Any, ...]]:
    path = home / FILE_NAME
    if not path.exists() or path.stat().st_size == 0:  # about to be made
        return []
    since = sought.since.astimezone(UTC).isoformat(timespec="seconds") if sought.since else ""
    words = " || ' ' || ".join(f"ifnull({column}, '')" for column in columns.split(", "))
    wanted = f"""
        SELECT {columns} FROM {table} WHERE at >= :since
        AND :person IN ('', person) AND :deed IN ('', deed)
        AND instr(lower({words}), lower(:words))
        ORDER BY id {"" if sought.most is None else "DESC"} LIMIT :most OFFSET :skip
    """
    given = {
        "since": since,
        "person": sought.person,
        "deed": sought.deed,
        "words": sought.words,
        "most": -1 if sought.most is None else sought.most,
        "skip": sought.skip,
    }
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            if not database.execute(
                "SELECT 1 FROM sqlite_master WHERE name = ?", (table,)
            ).fetchone():
                return []  # made before there was such a log
            return database.execute(wanted, given).fetchall()
    except sqlite3.Error as exc:
        raise SettingsError(f"cannot read the audit log in {path}: {exc}") from exc


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
        return datetime(day.year, day.month, day.day).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise UsageError(f"'{text}' is no date: say 2026-11-03, or 7d for a week ago") from exc


def _now() -> datetime:
    return datetime.now(UTC)
