"""Where tables are kept: SQLite files in the home, or one PostgreSQL database for everything.

Both take the same statements, which are written in what the two have in common: `?` and `:name`
for values, `ON CONFLICT`, `RETURNING`, and `true` and `false`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

Values = Sequence[object] | Mapping[str, object]
Row = tuple[Any, ...]


class Rows(Protocol):
    """What a statement gave."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...

    @property
    def rowcount(self) -> int: ...


class Connection(Protocol):
    """What statements are given to, within one transaction."""

    def execute(self, sql: str, values: Values = ..., /) -> Rows: ...

    def executemany(self, sql: str, rows: Iterable[Any], /) -> object: ...


class Database(Protocol):
    """The tables of one library. Safe to use from several threads. What goes wrong with it is
    LibraryUnavailable."""

    where: str  # for people

    def all(self, sql: str, values: Values = ()) -> list[Row]:
        """The rows of a query."""

    def reading(self) -> AbstractContextManager[None]:
        """All that this thread reads inside is of one and the same state."""

    def writing(self) -> AbstractContextManager[Connection]:
        """One transaction: all of it is to be seen, or nothing."""

    def exclusive(self, timeout: float = 0) -> AbstractContextManager[None]:
        """The right to change the library, which one process has at a time. Raises LibraryBusy
        after `timeout` seconds."""

    def problems(self) -> str:
        """What a check of it finds wrong; empty if nothing."""
