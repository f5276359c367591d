"""Who is logged in: a file in the home, or a table on the server, so that a login outlives a
restart, counts for every process that serves the library, and can be listed and ended by its owner
or by a command."""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.database import Connection
from vectorstore.database.embedded import make_private
from vectorstore.database.opening import Place
from vectorstore.errors import SettingsError
from web.identity.passwords import digest

FILE_NAME = "sessions.sqlite"
EACH = 50  # of one person; beyond, those that were seen longest ago end
BROWSER = 200  # characters of what a browser says it is
PART, FORM = "logins", 1
_NOTED = 60.0  # seconds, within which being seen again is not written
_TABLE = """
    CREATE TABLE IF NOT EXISTS sessions (
        cookie TEXT PRIMARY KEY, person TEXT NOT NULL, password TEXT NOT NULL,
        began REAL NOT NULL, seen REAL NOT NULL, until REAL NOT NULL,
        address TEXT NOT NULL, browser TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
"""
_COLUMNS = "cookie, person, password, began, seen, until, address, browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A login: its cookie's digest, whose it is (their id), a digest of the hash of the password
    that it was made with, and from where and with what browser. Times are seconds of the epoch."""

    cookie: str
    person: str
    password: str
    began: float
    seen: float
    until: float
    address: str
    browser: str

    @property
    def id(self) -> str:
        """What names it to people; nobody gets in with that."""
        return self.cookie[:12]


class Sessions:
    """The sessions of a home, or of the server in its stead. Safe for several threads and
    processes. All methods raise SettingsError where the file fails, LibraryUnavailable where the
    server does."""

    def __init__(self, place: Place, clock: Callable[[], float] = time.time) -> None:
        self._place = place
        self._clock = clock
        self._lock = threading.Lock()
        self._file: sqlite3.Connection | None = None

    def begin(
        self, person: str, password: str | None, seconds: float, *, address: str, browser: str
    ) -> str:
        """A new session's cookie; `password` is the hash that it holds good with."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        row = (digest(cookie), person, digest(password or ""), now, now, now + seconds, address)
        with self._open() as database:
            database.execute("DELETE FROM sessions WHERE until <= ?", (now,))
            database.execute(
                f"INSERT INTO sessions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, browser[:BROWSER]),
            )
            database.execute(
                "DELETE FROM sessions WHERE person = ? AND cookie NOT IN (SELECT cookie FROM "
                "sessions WHERE person = ? ORDER BY seen DESC, began DESC LIMIT ?)",
                (person, person, EACH),
            )
        return cookie

    def of(self, cookie: str) -> Session | None:
        """The session of a cookie, as long as it lasts."""
        now = self._clock()
        with self._open() as database:
            found = database.execute(
                f"SELECT {_COLUMNS} FROM sessions WHERE cookie = ? AND until > ?",
                (digest(cookie), now),
            ).fetchone()
            session = _session(found) if found else None
            if session and now - session.seen > _NOTED:
                database.execute(
                    "UPDATE sessions SET seen = ? WHERE cookie = ?", (now, session.cookie)
                )
        return session

    def listed(self, person: str | None = None) -> list[Session]:
        """Those that last, the one that was seen last first; of one person where named."""
        with self._open() as database:
            rows = database.execute(
                f"SELECT {_COLUMNS} FROM sessions WHERE until > ? AND person = coalesce(?, person) "
                "ORDER BY seen DESC, began DESC",
                (self._clock(), person),
            ).fetchall()
        return [_session(row) for row in rows]

    def end(self, person: str, id: str | None = None, *, but: str = "") -> int:
        """End a person's session with this id, or all but that of a cookie; how many there were."""
        with self._open() as database:
            done = database.execute(
                "DELETE FROM sessions WHERE person = ? AND substr(cookie, 1, 12) = "
                "coalesce(?, substr(cookie, 1, 12)) AND cookie <> ?",
                (person, id, digest(but)),
            )
            return done.rowcount

    def leave(self, cookie: str) -> bool:
        """End the session of a cookie; whether there was one."""
        with self._open() as database:
            gone = database.execute("DELETE FROM sessions WHERE cookie = ?", (digest(cookie),))
            return gone.rowcount > 0

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        """The file or the table, in a transaction."""
        if not isinstance(self._place, Path):
            self._place.prepare(PART, FORM, f"{_TABLE};")
            with self._place.writing() as connection:
                yield connection
            return
        path = self._place / FILE_NAME
        try:
            with self._lock:
                self._file = self._file or _made(path)
                with self._file as database:
                    yield database
        except (OSError, sqlite3.Error) as exc:
            raise SettingsError(f"cannot use the sessions in {path}: {exc}") from exc


def _made(path: Path) -> sqlite3.Connection:
    make_private(path)
    database = sqlite3.connect(path, timeout=5, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")  # so that readers wait for nobody
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA secure_delete = ON")
    database.execute(_TABLE)
    return database


def moment_of(at: float) -> str:
    """A time of the epoch as people read it, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")


def _session(row: tuple[str, str, str, float, float, float, str, str]) -> Session:
    cookie, person, password, began, seen, until, address, browser = row
    return Session(
        cookie=cookie,
        person=person,
        password=password,
        began=began,
        seen=seen,
        until=until,
        address=address,
        browser=browser,
    )
