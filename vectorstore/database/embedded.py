"""A SQLite file in the home, and the lock for whoever writes to the home."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from vectorstore.database import Connection, Row, Values
from vectorstore.errors import LibraryBusy, LibraryUnavailable

LOCK_NAME = "writing.lock"


def make_private(path: Path) -> None:
    """Make an empty file that nobody but its owner may read, with its folder, where there is none.
    Raises OSError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)


class EmbeddedDatabase:
    """`Database` in a file. Every thread has a connection of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)
        self._local = threading.local()

    def connection(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            if not self.path.is_file():
                raise LibraryUnavailable(f"there is no library at {self.path}.")
            with self.translated():
                connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def close(self) -> None:
        """Let go of this thread's connection; another is made when it is needed."""
        if connection := getattr(self._local, "connection", None):
            connection.close()
            self._local.connection = None

    def create(self) -> None:
        """Make the file, with nothing in it, if there is none."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise LibraryUnavailable(
                f"cannot make the home {self.path.parent}: {exc.strerror or exc}. "
                "Name another: soundings --home DIR"
            ) from exc
        with self.translated():
            connection = sqlite3.connect(self.path, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()

    def all(self, sql: str, values: Values = ()) -> list[Row]:
        with self.translated():
            return self.connection().execute(sql, values).fetchall()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        connection = self.connection()
        if connection.in_transaction:
            yield
            return
        with self.translated():
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        connection = self.connection()
        with self.translated():
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back some failures
                    connection.execute("ROLLBACK")
                raise

    def exclusive(self, timeout: float = 0) -> contextlib.AbstractContextManager[None]:
        return writing(self.path.parent, timeout)

    def problems(self) -> str:
        found = [row[0] for row in self.all("PRAGMA quick_check")]
        return "" if found == ["ok"] else "; ".join(found[:3])

    @contextlib.contextmanager
    def translated(self) -> Iterator[None]:
        """SQLite's errors become ours, with the file that they are about."""
        try:
            yield
        except sqlite3.Error as exc:
            raise LibraryUnavailable(f"cannot use the library at {self.path}: {exc}.") from exc


@contextlib.contextmanager
def writing(home: Path, timeout: float = 0) -> Iterator[None]:
    """Hold the right to write to this home. Raises LibraryBusy after `timeout` seconds."""
    holder = home / (LOCK_NAME + ".holder")
    lock = FileLock(home / LOCK_NAME, timeout=timeout)
    try:
        lock.acquire()
        holder.write_text(str(os.getpid()))
    except Timeout as exc:
        raise LibraryBusy(
            f"another run{_named(holder)} is writing to this library. "
            "Wait for it to end and try again."
        ) from exc
    except OSError as exc:
        lock.release()
        raise LibraryUnavailable(
            f"cannot write to the home {home}: {exc.strerror or exc}. Mend its permissions, or "
            "name another home: soundings --home DIR"
        ) from exc
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _named(holder: Path) -> str:
    try:
        return f" (process {holder.read_text()})"
    except OSError:  # it has just begun, or just ended
        return ""
