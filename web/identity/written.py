"""Where the list of users is written: a file in the home, or a row on a database server."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from filelock import FileLock

from vectorstore.errors import SettingsError

if TYPE_CHECKING:
    from vectorstore.database.served import ServedDatabase

PART, FORM = "users", 1
SERVED = """
CREATE TABLE users (
    part TEXT PRIMARY KEY,
    content TEXT NOT NULL,  -- as the file has it
    stamp INTEGER NOT NULL
);
"""


class Written(Protocol):
    """The list, as text. What fails is SettingsError or LibraryUnavailable."""

    where: str

    def stamp(self) -> object:
        """Another whenever the text is; None where there is none."""

    def read(self) -> str:
        """The text."""

    def changing(self) -> AbstractContextManager[Callable[[str], None]]:
        """Nobody else changes it inside. Gives what writes it, whole or not at all."""


class UserFile:
    """`Written` in a file that a person may edit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.where = str(path)

    def stamp(self) -> tuple[int, int, int] | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise SettingsError(f"cannot read the users in {self.where}: {exc}") from exc
        return status.st_mtime_ns, status.st_size, status.st_ino

    def read(self) -> str:
        return self.path.read_text("utf-8")

    @contextmanager
    def changing(self) -> Iterator[Callable[[str], None]]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=10, mode=0o600):
                yield self._write
        except OSError as exc:
            raise SettingsError(f"cannot write the users in {self.where}: {exc}") from exc

    def _write(self, text: str) -> None:
        aside = self.path.with_suffix(".new")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(self.path)


class UserRow:
    """`Written` in a row that every process reads."""

    def __init__(self, database: "ServedDatabase") -> None:
        self._database = database
        self.where = database.where

    def stamp(self) -> int | None:
        if self._database.form(PART) == 0:
            return None
        rows = self._database.all("SELECT stamp FROM users")
        return int(rows[0][0]) if rows else None

    def read(self) -> str:
        return str(self._database.all("SELECT content FROM users")[0][0])

    @contextmanager
    def changing(self) -> Iterator[Callable[[str], None]]:
        self._database.prepare(PART, FORM, SERVED)
        with self._database.writing() as connection:
            connection.execute("LOCK TABLE users IN EXCLUSIVE MODE")

            def write(text: str) -> None:
                connection.execute(
                    "INSERT INTO users (part, content, stamp) VALUES ('all', ?, 1) "
                    "ON CONFLICT (part) DO UPDATE SET content = excluded.content, "
                    "stamp = users.stamp + 1",
                    (text,),
                )

            yield write
