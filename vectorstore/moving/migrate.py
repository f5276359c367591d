"""A home carried to a database server, and back to a home: its library, and what people keep.

What has come is not to be found there until all of it has, and every row was compared. A run that
was stopped goes on where it was when it is begun again.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.database import Database
from vectorstore.database.embedded import EmbeddedDatabase, writing
from vectorstore.database.opening import served
from vectorstore.errors import (
    HomeNotEmpty,
    IndexAway,
    IndexUnavailable,
    LibraryUnavailable,
    NotTheSame,
    UsageError,
)
from vectorstore.index.opening import open_indexes
from vectorstore.library import FILE_NAME, Library
from vectorstore.library.opening import PART, SCRIPT, find_library, on_server
from vectorstore.library.schema import SCHEMA_VERSION
from vectorstore.moving.tables import Table, carry, differing
from vectorstore.settings import Settings
from vectorstore.writing import remake_index

if TYPE_CHECKING:
    from vectorstore.database.served import ServedDatabase

COMING = ".moving"  # the end of a file's name while it is filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Tables that belong together: a file in a home, which `make` makes, and what its tables are on
    a server."""

    name: str
    file: str
    form: int
    script: str
    make: Callable[[Path], object]
    tables: tuple[Table, ...]


def _made(path: Path) -> EmbeddedDatabase:
    database = Library.create(path).database
    assert isinstance(database, EmbeddedDatabase)
    return database


LIBRARY = Part(
    name=PART,
    file=FILE_NAME,
    form=SCHEMA_VERSION,
    script=SCRIPT,
    make=lambda path: _made(path).close(),
    tables=(
        Table(name="version", key=("key",), flag=3),
        Table(name="passage", key=("key",)),
        Table(name="alias", key=("origin",)),
        Table(name="described", key=("source",)),
        Table(name="vector", key=("digest", "encoder")),
        Table(name="ingest_run", key=("key",)),
        Table(name="meta", key=("name",)),
    ),
)


def migrate(
    source: Settings,
    target: Settings,
    parts: Sequence[Part] = (),
    announce: Callable[[str], None] = lambda _: None,
    *,
    copy: bool = False,
) -> Library:
    """Carry the library of `source` and these further parts to where the settings of `target` have
    them, and return it there. Nobody can change the library meanwhile; or, for a mere `copy`
    without an index, anybody can, and it is as things stood at one moment.

    Raises HomeNotEmpty where something is there already, NotTheSame where it did not arrive as it
    was, and LibraryUnavailable.
    """
    ours = find_library(source)
    if ours is None:
        raise LibraryUnavailable("there is no library here that could be moved.")
    whole = [LIBRARY, *parts]
    database = served(target)
    if database is served(source) and (database is not None or source.home == target.home):
        raise UsageError("that is where the library is. Name another place: --to URL")
    if database is None:
        _check_home(target.home, whole)
    else:
        _check_server(database, whole)
    still = ours.reading() if copy else ours.exclusive()
    with still, database.exclusive() if database else writing(target.home):
        for part in whole:
            from_there = _there(source, part)
            if from_there is not None:
                announce(f"Carrying {part.name} …")
                _carry(from_there, target.home if database is None else database, part)
        if database is None:
            _settle(target.home, whole)
            library = Library(target.home / FILE_NAME)
        else:
            library = on_server(database, filling=True)
            announce("Indexing words …")
            library.index_words()
        if library.fingerprint != ours.fingerprint or library.passage_ids() != ours.passage_ids():
            raise NotTheSame(f"the library arrived as '{library.fingerprint}'.")
        if not copy:
            _index(library, target, announce)
        if database is not None:
            for part in whole:
                database.filled(part.name, part.form)
    return library


def _there(settings: Settings, part: Part) -> Database | None:
    """Where a part is; None where there is nothing of it."""
    database = served(settings)
    if database is not None:
        return database if database.form(part.name) > 0 else None
    file = settings.home / part.file
    return EmbeddedDatabase(file) if file.is_file() else None


def _carry(source: Database, target: "Path | ServedDatabase", part: Part) -> None:
    """Carry a part, and begin anew where what came on an earlier day is no longer so."""
    for last in (False, True):
        if isinstance(target, Path):
            database: Database = EmbeddedDatabase(_coming(target, part))
            part.make(_coming(target, part))
        else:
            database = target
            target.prepare(part.name, -part.form, part.script)
        try:
            carry(source, database, part.tables)
            wrong = differing(source, database, part.tables)
        except LibraryUnavailable:  # what is added does not go with what came on an earlier day
            if last:
                raise
            wrong = [part.name]
        finally:
            if isinstance(database, EmbeddedDatabase):
                database.close()
        if not wrong:
            return
        if last:
            raise NotTheSame(f"{part.name}: {', '.join(wrong)} did not arrive as it was.")
        if isinstance(target, Path):
            _coming(target, part).unlink()
        else:
            target.forget(part.name, part.script)


def _check_home(home: Path, parts: Sequence[Part]) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in parts:
        if (home / part.file).exists():
            raise HomeNotEmpty(
                f"{home / part.file} is there already, and nothing was moved. Name an empty home: "
                "soundings --home DIR migrate --to embedded"
            )


def _check_server(database: "ServedDatabase", parts: Sequence[Part]) -> None:
    for part in parts:
        if database.form(part.name) > 0:
            raise HomeNotEmpty(
                f"{part.name} at {database.where} is in use, and nothing was moved. Name an empty "
                "database."
            )


def _coming(home: Path, part: Part) -> Path:
    return home / f"{part.file}{COMING}"


def _settle(home: Path, parts: Sequence[Part]) -> None:
    """Move the files to their places, the library last."""
    for part in reversed(parts):
        coming = _coming(home, part)
        if coming.exists():
            with contextlib.closing(sqlite3.connect(coming)) as last:  # all of it is in the file
                last.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            coming.replace(home / part.file)


def _index(library: Library, settings: Settings, announce: Callable[[str], None]) -> None:
    """See that the index that the library points at is one of those that the settings name."""
    indexes, name = open_indexes(settings), library.meta("generation")
    if name:
        try:
            indexes.check(name)
        except IndexAway:
            raise
        except IndexUnavailable:
            announce("Making the index …")
            remake_index(library, indexes)
