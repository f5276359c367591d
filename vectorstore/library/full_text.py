"""Finding passages by their words: what it takes, and how SQLite's FTS5 does it."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol

from vectorstore.database import Connection, Database
from vectorstore.library.lexicon import FAMILY_LETTERS
from vectorstore.library.mending import Holding

# What a word counts in a passage, in the headings above it, and in its source's title.
WEIGHTS = (1.0, 0.5, 0.3)
# BM25 is counted for passages with one of the rarest words asked for: of so many words, the rarest
# first, that so many passages are counted at least. Who holds the commonest alone is none of the
# best: over 100,000 passages, the best ten are the same, and 0.9986 of the best fifty.
ENOUGH = 10_000
_TERMS = "SELECT term, doc FROM passage_terms"
TOKENIZER = "porter unicode61 remove_diacritics 2"


class FullText(Protocol):
    """The words of a library's passages. BM25 and its statistics are of all of them."""

    def lexical(
        self, terms: Sequence[str], limit: int, sources: Sequence[str] | None
    ) -> list[tuple[str, float]]:
        """As `Library.lexical`; terms are there, and `limit` is at least 1."""

    def document_frequency(self, stem: str) -> int:
        """The number of passages that hold a stem, or, of a long one, the commonest of its
        family."""

    def added(self, connection: Connection, keys: Sequence[int]) -> None:
        """These passages have come, or others that they are searched by have."""

    def complete(self) -> None:
        """See to passages that came in another way than by a commit."""

    def holding(self, connection: Connection) -> Holding:
        """Tells how many passages hold a stem, as things stand within a transaction."""


class Indexed:
    """`FullText` of SQLite: its triggers keep the index, so that nobody need tell it anything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lexical(
        self, terms: Sequence[str], limit: int, sources: Sequence[str] | None
    ) -> list[tuple[str, float]]:
        found = [hit for query in self._queries(terms) for hit in self._best(query, limit, sources)]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:limit]

    def _queries(self, terms: Sequence[str]) -> list[str]:
        """What finds the passages with these terms, each of them by one of the queries; in a large
        library those alone that hold a word of the rarer ones, as `ENOUGH` has it."""
        words = [
            '"' + term.replace('"', "") + '"' + ("*" if len(term) >= FAMILY_LETTERS else "")
            for term in dict.fromkeys(terms)
        ]
        every = " OR ".join(words)
        if self._database.all("SELECT count(*) FROM passage")[0][0] <= ENOUGH:
            return [every]
        holding = {word: self._count(word) for word in words}
        ranked = sorted(words, key=holding.__getitem__)
        counted = accumulate((holding[word] for word in ranked), initial=0)
        before = dict(zip(ranked, counted, strict=False))
        first = " OR ".join(word for word in words if before[word] < ENOUGH)
        rest = " OR ".join(word for word in words if before[word] >= ENOUGH)
        return [f"({first}) AND ({rest})", f"({first}) NOT ({rest})"] if rest else [every]

    def _count(self, query: str) -> int:
        statement = "SELECT count(*) FROM passage_text WHERE passage_text MATCH ?"
        return int(self._database.all(statement, (query,))[0][0])

    def _best(
        self, query: str, limit: int, sources: Sequence[str] | None
    ) -> list[tuple[str, float]]:
        # The plus: by a list of rows, FTS5 would look for each of them by itself
        only, values = among_sources("+rowid", sources)
        # The best are found among words alone: to fetch a row for each match takes longer than
        # all the rest. Of equal ones, as many are fetched as it takes to go by their ids.
        statement = (
            f"SELECT p.id, score FROM (SELECT rowid AS key, -bm25(passage_text, "
            f"{', '.join(map(str, WEIGHTS))}) AS score FROM passage_text "
            f"WHERE passage_text MATCH ?{only} ORDER BY score DESC LIMIT ?) AS best "
            "CROSS JOIN passage p ON p.key = best.key ORDER BY score DESC, p.id"
        )
        most = limit
        while True:
            most *= 2
            found = self._database.all(statement, (query, *values, most))
            if len(found) < most or found[-1][1] < found[limit - 1][1]:
                return found[:limit]

    def document_frequency(self, stem: str) -> int:
        if len(stem) < FAMILY_LETTERS:
            found = self._database.all("SELECT doc FROM passage_terms WHERE term = ?", (stem,))
        else:
            found = self._database.all(
                "SELECT max(doc) FROM passage_terms WHERE term >= ? AND term < ?", family(stem)
            )
        return int(found[0][0] or 0) if found else 0

    def added(self, connection: Connection, keys: Iterable[int]) -> None:
        pass

    def complete(self) -> None:
        pass

    def holding(self, connection: Connection) -> Holding:
        return holding_in(connection)


def holding_in(connection: Connection) -> Holding:
    """`Indexed.holding`. All are read at once, 2 microseconds a passage: to look for each of the
    fifty that a new passage may ask for takes 30."""
    found = {term: int(count) for term, count in connection.execute(_TERMS)}
    return lambda stem: found.get(stem, 0)


def among_sources(key: str, sources: Sequence[str] | None) -> tuple[str, list[str]]:
    """A condition on a passage's `key`, where sources are named, with its values."""
    if sources is None:
        return "", []
    condition = (
        f" AND {key} IN (SELECT p.key FROM passage p JOIN version v ON v.key = p.version "
        f"WHERE v.source IN ({','.join('?' * len(sources)) or 'NULL'}))"
    )
    return condition, list(sources)


def family(stem: str) -> tuple[str, str]:
    """The first of the words that begin with a stem, and the first after them."""
    return stem, stem + "\U0010ffff"
