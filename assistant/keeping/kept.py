"""Where conversations and packs are kept, and what people said of them: a file, or a server."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import KeptUnavailable
from assistant.settings import AssistantSettings
from vectorstore import Store
from vectorstore.database import Connection
from vectorstore.database.embedded import make_private
from vectorstore.database.opening import Place
from vectorstore.errors import LibraryUnavailable
from vectorstore.moving.migrate import Part
from vectorstore.moving.tables import Table
from web.identity.people import folded

if TYPE_CHECKING:
    from vectorstore.database.served import ServedDatabase

FILE_NAME = "conversations.sqlite"
PART = "conversations"
FORMAT = 3
IN_MEMORY = ":memory:"

_PACKS = """
CREATE TABLE IF NOT EXISTS pack (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, changed TEXT NOT NULL,
    request TEXT NOT NULL,  -- JSON
    shared TEXT  -- the role whose people may see it; NULL: nobody else
) STRICT;
CREATE INDEX IF NOT EXISTS pack_of ON pack (person, changed);
CREATE TABLE IF NOT EXISTS pack_state (
    pack TEXT NOT NULL REFERENCES pack (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, state TEXT NOT NULL,  -- JSON; the highest number is how it is now
    PRIMARY KEY (pack, number)
) STRICT;
CREATE TABLE IF NOT EXISTS pack_session (
    id INTEGER PRIMARY KEY, person TEXT NOT NULL, said TEXT NOT NULL, pack TEXT NOT NULL,
    worked INTEGER NOT NULL, reason TEXT NOT NULL, content TEXT NOT NULL,
    UNIQUE (person, pack)
) STRICT;
"""
SCHEMA = f"""
CREATE TABLE conversation (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, changed TEXT NOT NULL,
    sources TEXT  -- JSON list of ids; NULL: all
) STRICT;
CREATE INDEX conversation_of ON conversation (person, changed);
CREATE TABLE exchange (
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, asked TEXT NOT NULL, question TEXT NOT NULL,
    sources TEXT, answer TEXT, state TEXT NOT NULL,  -- JSON
    PRIMARY KEY (conversation, number)
) STRICT;
CREATE TABLE feedback (
    id INTEGER PRIMARY KEY, person TEXT NOT NULL, said TEXT NOT NULL,
    conversation TEXT NOT NULL, number INTEGER NOT NULL,
    verdict TEXT NOT NULL, reason TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    UNIQUE (person, conversation, number)
) STRICT;
{_PACKS}"""


class Kept:
    """The file in the home, or a place in memory that is gone with the program. Safe to use from
    several threads; other processes may read and write it at the same time."""

    def __init__(self, place: Path | str) -> None:
        """Open it, and make it where it is not there. Raises KeptUnavailable."""
        self._place = place
        self._lock = threading.RLock()
        with self._told():
            if isinstance(place, Path):
                make_private(place)
            self._connection = sqlite3.connect(
                place, isolation_level=None, timeout=10, check_same_thread=False
            )
            self._connection.execute("PRAGMA foreign_keys = ON")
            self._connection.execute("PRAGMA secure_delete = ON")  # what is deleted is gone
            self._make()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction. Raises KeptUnavailable."""
        with self._lock, self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def all(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        """The rows of a query. Raises KeptUnavailable."""
        with self._lock, self._told():
            return self._connection.execute(sql, values).fetchall()

    def forget(self, table: str, days: int) -> None:
        """Delete what of a table was not changed for so many days; 0: nothing. Raises
        KeptUnavailable."""
        if not days:
            return
        oldest = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
        with self.writing() as connection:
            connection.execute(f"DELETE FROM {table} WHERE changed < ?", (oldest,))

    def close(self) -> None:
        self._connection.close()

    def _make(self) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        wanted = {0: SCHEMA, 1: _PACKS, 2: _PACKS}.get(found, "")
        for statement in wanted.split(";\n"):
            connection.execute(statement)
        if found == 1:  # people by their names, as these were written; now by ids, or names folded
            connection.create_function("folded", 1, folded, deterministic=True)
            for table in ("conversation", "feedback"):
                connection.execute(f"UPDATE OR REPLACE {table} SET person = folded(person)")
        if wanted:
            connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
        if not wanted and found != FORMAT:
            raise KeptUnavailable(
                f"{self._place} has format {found}, this program reads format {FORMAT}. Use the "
                "program that made it, or move the file away: conversations and packs begin anew."
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors, and the disk's, as ours."""
        try:
            yield
        except (sqlite3.Error, OSError) as exc:
            raise KeptUnavailable(f"what people do cannot be kept in {self._place}: {exc}") from exc


class ServedKept(Kept):
    """The same on a database server."""

    def __init__(self, database: "ServedDatabase") -> None:
        self._database = database
        with self._told():
            database.prepare(PART, FORMAT, SCHEMA)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        with self._told(), self._database.writing() as connection:
            yield connection

    def all(self, sql: str, *values: object) -> list[tuple]:  # type: ignore[type-arg]
        with self._told():
            return self._database.all(sql, values)

    def close(self) -> None:
        """The server stays."""

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except LibraryUnavailable as exc:
            raise KeptUnavailable(f"conversations cannot be kept: {exc}") from exc


def kept_at(place: Place) -> Kept:
    """What is kept in a home, or on the server in its stead, made where it is not there."""
    return Kept(place / FILE_NAME) if isinstance(place, Path) else ServedKept(place)


@contextmanager
def opened(place: Place) -> Iterator[Kept | None]:
    """What is kept there for as long as it is looked into; None where nothing is, and none is
    made. Raises KeptUnavailable."""
    if isinstance(place, Path) and not (place / FILE_NAME).exists():
        yield None
        return
    kept = kept_at(place)
    try:
        yield kept
    finally:
        kept.close()


class Keeps(Protocol):
    """What says where things are kept, and for how long: an engine."""

    @property
    def store(self) -> Store: ...
    @property
    def settings(self) -> AssistantSettings: ...


@cache
def kept_of(engine: Keeps, *, always: bool = False) -> Kept:
    """Where an engine's page keeps things, the same for all its tabs: the file in the home, or
    the server; where the settings keep nothing, the memory, but for what is to be kept `always`.
    Raises KeptUnavailable."""
    lasts = always or engine.settings.keep_days > 0
    return kept_at(engine.store.place) if lasts else Kept(IN_MEMORY)


MOVED = Part(
    name=PART,
    file=FILE_NAME,
    form=FORMAT,
    script=SCHEMA,
    make=lambda path: Kept(path).close(),
    tables=(
        Table(name="conversation", key=("id",)),
        Table(name="exchange", key=("conversation", "number")),
        Table(name="feedback", key=("id",)),
        Table(name="pack", key=("id",)),
        Table(name="pack_state", key=("pack", "number")),
        Table(name="pack_session", key=("id",)),
    ),
)


def now() -> str:
    """The moment, in ISO 8601, so that later ones sort later."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
