"""The two logs: of what was asked, and of what was done about who may do what and what there is.

One SQLite file in the home, apart from the library, or tables on the server: entries come from
the page's process while the command reads them, and old ones go by themselves. What the second
log holds cannot be changed, and nothing of it can be taken out before its time.
"""

import json
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from vectorstore.database import Connection
from vectorstore.database.embedded import make_private
from vectorstore.database.opening import Place, place_of
from vectorstore.errors import SettingsError, SoundingsError, UsageError
from vectorstore.moving.migrate import Part
from vectorstore.moving.tables import Table
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
_EVENTS_TABLE = """
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL, deed TEXT NOT NULL,
        about TEXT NOT NULL, address TEXT NOT NULL, outcome TEXT NOT NULL
    ) STRICT;
"""
_EVENTS = f"""{_EVENTS_TABLE}
    CREATE TRIGGER IF NOT EXISTS nothing_is_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'the security log is not changed'); END;
    CREATE TRIGGER IF NOT EXISTS nothing_goes_early BEFORE DELETE ON events
        WHEN old.at > strftime('%Y-%m-%dT%H:%M:%S', 'now', '-{LEAST_DAYS} days')
        BEGIN SELECT RAISE(ABORT, 'the security log is not changed'); END;
"""
SERVED = f"""{_TABLE};{_EVENTS_TABLE}
    CREATE OR REPLACE FUNCTION no_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the security log is not changed'; END $$;
    CREATE TRIGGER nothing_is_changed BEFORE UPDATE ON events
        FOR EACH ROW EXECUTE FUNCTION no_change();
    CREATE TRIGGER nothing_goes_early BEFORE DELETE ON events FOR EACH ROW
        WHEN (old.at > to_char(now() AT TIME ZONE 'UTC' - interval '{LEAST_DAYS} days',
                               'YYYY-MM-DD"T"HH24:MI:SS'))
        EXECUTE FUNCTION no_change();
"""
PART, FORM = "audit", 1
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

    def __init__(self, place: Place, *, days: int, text: bool, security_days: int = 365) -> None:
        self.place = place
        self._users = Users(place)
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
                    with _writing(self.place) as database:
                        database.execute(sql, row)
        except (OSError, sqlite3.Error, SoundingsError):
            _log.exception("an entry of the audit log was not written")

    def sweep(self) -> None:
        """Forget what is too old. Raises OSError, sqlite3.Error or LibraryUnavailable where that
        cannot be done."""
        self._swept = time.monotonic()
        if isinstance(self.place, Path) and not (self.place / FILE_NAME).exists():
            return
        before = (_now() - timedelta(days=self._days)).isoformat(timespec="seconds")
        with _writing(self.place) as database:
            if self._days > 0:
                database.execute("DELETE FROM entries WHERE at < ?", (before,))
            else:
                database.execute("DELETE FROM entries")
            kept = max(self._security_days, LEAST_DAYS + 1)
            before = (_now() - timedelta(days=kept)).isoformat(timespec="seconds")
            database.execute("DELETE FROM events WHERE at < ?", (before,))


@contextmanager
def _writing(place: Place) -> Iterator[Connection]:
    """One transaction. Raises OSError, sqlite3.Error and LibraryUnavailable."""
    if isinstance(place, Path):
        with closing(open_file(place / FILE_NAME)) as database, database:
            yield database
        return
    place.prepare(PART, FORM, SERVED)
    with place.writing() as connection:
        yield connection


def open_file(path: Path) -> sqlite3.Connection:
    """A home's file, made where it is not there. Raises OSError and sqlite3.Error."""
    make_private(path)
    database = sqlite3.connect(path, timeout=10)
    # What is deleted is overwritten: a retention that leaves the words in the file is none.
    database.execute("PRAGMA secure_delete = ON")
    database.execute(_TABLE)
    database.executescript(_EVENTS)
    return database


def open_audit(settings: Settings) -> AuditLog:
    """The log of a home, as its settings have it."""
    table = settings.table(PageSettings)
    return AuditLog(
        place_of(settings),
        days=table.audit_days,
        text=table.audit_text,
        security_days=table.security_days,
    )


MOVED = Part(
    name=PART,
    file=FILE_NAME,
    form=FORM,
    script=SERVED,
    make=lambda path: open_file(path).close(),
    tables=(Table(name="entries", key=("id",)), Table(name="events", key=("id",))),
)


def entries(place: Place, sought: Sought = Sought()) -> list[Entry]:
    """What was asked. Raises SettingsError for a log that cannot be read."""
    rows = _rows(place, "entries", "at, person, deed, text, sources, outcome", sought)
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


def events(place: Place, sought: Sought = Sought()) -> list[Event]:
    """What the security log holds. Raises as `entries` does."""
    rows = _rows(place, "events", "at, person, deed, about, address, outcome", sought)
    return [
        Event(at=at, person=person, deed=deed, about=about, address=address, outcome=outcome)
        for at, person, deed, about, address, outcome in rows
    ]


def _rows(place: Place, table: str, columns: str, sought: Sought) -> list[tuple[Any, ...]]:
    since = sought.since.astimezone(UTC).isoformat(timespec="seconds") if sought.since else ""
    words = " || ' ' || ".join(f"coalesce({column}, '')" for column in columns.split(", "))
    wanted = f"""
        SELECT {columns} FROM {table} WHERE at >= :since
        AND :person IN ('', person) AND :deed IN ('', deed)
        AND (:words = '' OR replace(lower({words}), lower(:words), '') <> lower({words}))
        ORDER BY id {"" if sought.most is None else "DESC LIMIT :most OFFSET :skip"}
    """
    given = {
        "since": since,
        "person": sought.person,
        "deed": sought.deed,
        "words": sought.words,
        "most": sought.most,
        "skip": sought.skip,
    }
    if not isinstance(place, Path):
        return place.all(wanted, given) if place.form(PART) else []
    path = place / FILE_NAME
    if not path.exists() or path.stat().st_size == 0:  # about to be made
        return []
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
