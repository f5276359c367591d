"""Finding passages by their words on PostgreSQL, with SQLite's words and SQLite's BM25.

PostgreSQL cuts, stems and ranks otherwise than FTS5 does (`ts_rank` knows no rarity), and the same
question must find the same passages on both. So SQLite cuts the words here too, and they are kept
as an ordinary table, out of which BM25 is counted as FTS5 counts it (its `fts5_aux.c`).
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache

from vectorstore.database import Connection, Row
from vectorstore.database.served import ServedDatabase, Spoken
from vectorstore.library import full_text
from vectorstore.library.full_text import TOKENIZER, WEIGHTS, among_sources, family
from vectorstore.library.lexicon import FAMILY_LETTERS
from vectorstore.library.mending import Holding

TERM = 200  # characters of a word that tell it from others: an index takes no endless ones
AT_ONCE = 500  # passages
K1, B = 1.2, 0.75  # FTS5's
_FOUND = """
WITH hit AS (
    SELECT asked.place, p.passage, sum(p.weight) AS weight
    FROM unnest(CAST(? AS text[]), CAST(? AS text[])) WITH ORDINALITY AS asked (low, high, place)
    JOIN posting p ON p.term >= asked.low AND p.term < asked.high
    GROUP BY asked.place, p.passage
), size AS (
    SELECT CAST(count(*) AS double precision) AS n,
           CAST(sum(words) AS double precision) / count(*) AS words FROM passage_length
), rare AS (
    SELECT place, ln(greatest(1, (size.n - count(*) + 0.5) / (count(*) + 0.5))) AS idf,
           sum(count(*)) OVER (ORDER BY count(*), place) - count(*) AS before
    FROM hit, size GROUP BY place, size.n
), best AS (
    SELECT hit.passage, sum(
        (CASE WHEN rare.idf > 0 THEN rare.idf ELSE 1e-6 END) * ((hit.weight * ({k1} + 1)) /
        (hit.weight + {k1} * (1 - {b} + {b} * l.words / size.words)))
        ORDER BY size.n > {enough} AND rare.before >= {enough}, hit.place
    ) AS score
    FROM hit JOIN rare ON rare.place = hit.place
    JOIN passage_length l ON l.passage = hit.passage CROSS JOIN size
    WHERE (size.n <= {enough} OR hit.passage IN (
        SELECT h.passage FROM hit h JOIN rare r ON r.place = h.place WHERE r.before < {enough}
    )){only}
    GROUP BY hit.passage ORDER BY score DESC FETCH FIRST ? ROWS WITH TIES
)
SELECT p.id, score FROM best JOIN passage p ON p.key = best.passage
ORDER BY score DESC, p.id LIMIT ?
"""


class Postings:
    """`FullText` of PostgreSQL."""

    def __init__(self, database: ServedDatabase) -> None:
        self._database = database

    def lexical(
        self, terms: Sequence[str], limit: int, sources: Sequence[str] | None
    ) -> list[tuple[str, float]]:
        asked = [
            family(word) if len(term) >= FAMILY_LETTERS else (word, word + "\x01")
            for term in dict.fromkeys(terms)
            for word in words_of(term)
        ]
        only, values = among_sources("hit.passage", sources)
        numbers = {"k1": f"CAST({K1} AS double precision)", "b": f"CAST({B} AS double precision)"}
        return self._database.all(
            _FOUND.format(only=only, enough=full_text.ENOUGH, **numbers),
            ([low for low, _ in asked], [high for _, high in asked], *values, limit, limit),
        )

    def document_frequency(self, stem: str) -> int:
        stem, long = stem[:TERM], len(stem) >= FAMILY_LETTERS
        low, high = family(stem) if long else (stem, stem + "\x01")
        return int(
            self._database.all(
                "SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM posting "
                "WHERE term >= ? AND term < ? GROUP BY term) AS counted",
                (low, high),
            )[0][0]
        )

    def added(self, connection: Connection, keys: Sequence[int]) -> None:
        assert isinstance(connection, Spoken)
        for start in range(0, len(keys), AT_ONCE):
            part = list(keys[start : start + AT_ONCE])
            for table in ("posting", "passage_length"):
                connection.execute(f"DELETE FROM {table} WHERE passage = ANY (?)", (part,))
            rows = connection.execute(
                "SELECT key, searched, heading, title FROM passage WHERE key = ANY (?)", (part,)
            ).fetchall()
            postings, lengths = counted(rows)
            connection.copy("posting (term, passage, weight)", postings)
            connection.copy("passage_length (passage, words)", lengths)

    def complete(self) -> None:
        rows = self._database.all(
            "SELECT key FROM passage WHERE key NOT IN (SELECT passage FROM passage_length) "
            "ORDER BY key"
        )
        for start in range(0, len(rows), AT_ONCE):
            with self._database.writing() as connection:
                self.added(connection, [row[0] for row in rows[start : start + AT_ONCE]])

    def holding(self, connection: Connection) -> Holding:
        rows = connection.execute("SELECT term, count(*) FROM posting GROUP BY term")
        found = {term: int(count) for term, count in rows}
        return lambda stem: found.get(stem, 0)


def counted(
    passages: Iterable[Row],
) -> tuple[Iterator[tuple[str, int, float]], list[tuple[int, int]]]:
    """The words of passages (key, searched, heading, title): (word, key, what it counts there),
    and (key, how many there are)."""
    weights: dict[tuple[str, int], float] = defaultdict(float)
    lengths: dict[int, int] = defaultdict(int)
    of_column = dict(zip("012", WEIGHTS, strict=True))
    rows = [tuple(row) for row in passages]
    for word, key, column in _cut(rows):
        weights[word[:TERM], key] += of_column[column]
        lengths[key] += 1
    postings = ((word, key, weight) for (word, key), weight in weights.items())
    return postings, [(row[0], lengths[row[0]]) for row in rows]


@lru_cache(maxsize=65536)
def words_of(term: str) -> tuple[str, ...]:
    """The words that SQLite makes of a stem in a query: most often itself, or its own stem."""
    return tuple(word[:TERM] for word, _, _ in _cut([(1, term, "", "")]))


def _cut(rows: Iterable[Row]) -> list[tuple[str, int, str]]:
    """Each word of (key, three texts) with its key and the number of its text, in their order."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            'CREATE VIRTUAL TABLE text USING fts5 ("0", "1", "2", content=\'\', '
            f"tokenize='{TOKENIZER}')"
        )
        connection.execute("CREATE VIRTUAL TABLE word USING fts5vocab (text, 'instance')")
        connection.executemany('INSERT INTO text (rowid, "0", "1", "2") VALUES (?, ?, ?, ?)', rows)
        return connection.execute("SELECT term, doc, col FROM word").fetchall()
