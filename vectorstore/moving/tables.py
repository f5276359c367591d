"""Tables carried from one database to another, a piece at a time: what is there stays there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from vectorstore.database import Database, Row

AT_ONCE = 1_000  # rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, with the columns of its primary key, and the place of one that is true or false:
    SQLite has numbers for that."""

    name: str
    key: tuple[str, ...]
    flag: int | None = None


def carry(source: Database, target: Database, tables: Sequence[Table]) -> None:
    """Add to each table, in this order, what is not there yet: the rows after its last one.

    Nobody may write to either meanwhile. A run that is stopped leaves whole pieces.
    """
    for table in tables:
        order = ", ".join(f"{column} DESC" for column in table.key)
        last = target.all(f"SELECT {_key(table)} FROM {table.name} ORDER BY {order} LIMIT 1")
        for rows in _pieces(source, table, last[0] if last else None):
            marks = ", ".join("?" * len(rows[0]))
            with target.writing() as connection:
                connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)


def differing(source: Database, target: Database, tables: Sequence[Table]) -> list[str]:
    """The tables that do not hold the same rows."""
    return [
        table.name
        for table in tables
        if any(
            ours != theirs
            for ours, theirs in zip_longest(_pieces(source, table), _pieces(target, table))
        )
    ]


def _pieces(database: Database, table: Table, after: Row | None = None) -> Iterator[list[Row]]:
    """The rows after that of a key, in the key's order."""
    key, width = _key(table), len(table.key)
    while True:
        beyond = f"WHERE ({key}) > ({', '.join('?' * width)})" if after else ""
        rows = database.all(
            f"SELECT {key}, {table.name}.* FROM {table.name} {beyond} ORDER BY {key} "
            f"LIMIT {AT_ONCE}",
            after or (),
        )
        if not rows:
            return
        after = rows[-1][:width]
        yield [_row(table, row[width:]) for row in rows]


def _key(table: Table) -> str:
    return ", ".join(table.key)


def _row(table: Table, row: Row) -> Row:
    if table.flag is None:
        return row
    return (*row[: table.flag], bool(row[table.flag]), *row[table.flag + 1 :])
