"""The library: one SQLite file that is the truth about sources, passages and vectors."""

import difflib
import hashlib
import itertools
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import LibraryUnavailable, UnknownSource
from vectorstore.library.changes import Changes, NewVersion
from vectorstore.library.lexicon import FAMILY_LETTERS
from vectorstore.library.mending import mend, searchable
from vectorstore.library.schema import SCHEMA_VERSION, migrated
from vectorstore.models import Change, Heading, Passage, Run, Sentence, Source, as_read

FILE_NAME = "library.sqlite3"
BIN_DAYS = 30  # that what was removed can be had back
V = TypeVar("V")
_MANY = 500  # values in one IN (...) list: well under SQLite's limit


def digest(text: str) -> bytes:
    """The key under which a text's vector is kept."""
    return hashlib.sha256(text.encode()).digest()[:16]


class Library:
    """Reads from any thread; writes through `put_vectors` and `commit`, one process at a time.

    Every commit is one transaction: readers see the library before it or after it.
    """

    def __init__(self, path: Path) -> None:
        """Open the library at `path`, which `create` has made. Raises LibraryUnavailable."""
        self.path = path
        self._local = threading.local()
        with _translated(path):
            found = migrated(self._connection())
        if found != SCHEMA_VERSION:
            raise LibraryUnavailable(
                f"{path} has format {found}, this program reads format {SCHEMA_VERSION}. "
                "Use the program that made it, or ingest into a new home."
            )

    @classmethod
    def create(cls, path: Path) -> "Library":
        """Open the library at `path`, making an empty one if there is none."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise LibraryUnavailable(
                f"cannot make the home {path.parent}: {exc.strerror or exc}. "
                "Name another: soundings --home DIR"
            ) from exc
        with _translated(path):
            connection = sqlite3.connect(path, isolation_level=None)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()
        return cls(path)

    # Reading

    def meta(self, name: str) -> str | None:
        """One of the library's facts about itself: `encoder`, `segmentation`, `generation`, …"""
        with _translated(self.path):
            row = (
                self._connection()
                .execute("SELECT value FROM meta WHERE name = ?", (name,))
                .fetchone()
            )
        return None if row is None else str(row[0])

    @property
    def fingerprint(self) -> str:
        """Changes with any source, encoder or segmentation; empty while the library is."""
        return self.meta("fingerprint") or ""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads inside see one and the same state of the library."""
        connection = self._connection()
        if connection.in_transaction:
            yield
            return
        with _translated(self.path):
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    def sources(self) -> list[Source]:
        """The current sources, ordered by id."""
        with self.reading():
            rows = self._all(_SOURCES + " ORDER BY v.source")
            # At once: asked for source by source, the table is gone through for each of them
            aliases = self._all("SELECT source, origin FROM alias ORDER BY source, origin")
        of = {source: list(found) for source, found in itertools.groupby(aliases, lambda a: a[0])}
        return [_source(row, of.get(row[0], ())) for row in rows]

    def source(self, source_id: str) -> Source:
        """One source. Raises UnknownSource."""
        with self.reading():
            rows = self._all(_SOURCES + " AND v.source = ?", (source_id,))
            aliases = self._all(
                "SELECT source, origin FROM alias WHERE source = ? ORDER BY origin", (source_id,)
            )
        if not rows:
            raise self._unknown(source_id)
        return _source(rows[0], aliases)

    def text(self, source_id: str) -> str:
        """A source's text, exactly as offsets count it. Raises UnknownSource."""
        return self._current(source_id, "text")

    def headings(self, source_id: str) -> tuple[Heading, ...]:
        """A source's headings in order. Raises UnknownSource."""
        return tuple(
            Heading(start=start, end=end, level=level, title=title)
            for start, end, level, title in json.loads(self._current(source_id, "headings"))
        )

    def file_digests(self) -> dict[str, str]:
        """Source id → sha256 of the bytes it was read from."""
        return dict(self._all("SELECT source, file_sha256 FROM version WHERE current"))

    def file_digest(self, source_id: str) -> str:
        """sha256 of the bytes that a source was read from. Raises UnknownSource."""
        return self._current(source_id, "file_sha256")

    def described(self) -> dict[str, dict[str, str]]:
        """Source id → what people say of it, field by field, in place of what its file says."""
        rows = self._all("SELECT source, fields FROM described")
        return {source: json.loads(fields) for source, fields in rows}

    def next_version(self, source_id: str) -> int:
        """The number that the next version of this source gets; 1 for a new one."""
        rows = self._all("SELECT max(version) FROM version WHERE source = ?", (source_id,))
        return int(rows[0][0] or 0) + 1

    def heirs(self, source_id: str, text_sha256: str | None) -> list[str]:
        """The current sources that are the same document as a source once was, ordered by id.

        Those that ever had the text of this digest, and those read from where that version (or,
        where the digest is not known, any version) of the source was read from.
        """
        return [
            row[0]
            for row in self._all(
                "WITH once AS (SELECT origin FROM version WHERE source = :source "
                "AND (:sha256 IS NULL OR text_sha256 = :sha256)) "
                "SELECT source FROM version WHERE current AND (origin IN once OR source IN "
                "(SELECT source FROM version WHERE text_sha256 = :sha256)) "
                "UNION SELECT source FROM alias WHERE origin IN once ORDER BY source",
                {"source": source_id, "sha256": text_sha256},
            )
        ]

    def removed(self, source_id: str) -> tuple[Source, str, str]:
        """A source that was removed, as it was, with its text and the digest of its file.

        Raises UnknownSource where none is in the bin.
        """
        rows = self._all(f"{_IN_BIN} AND v.source = ?", (_binned_since(), source_id))
        if not rows:
            raise UnknownSource(
                f"no source '{source_id}' was removed in the last {BIN_DAYS} days. "
                "List those that were: soundings sources bin"
            )
        source = _source(rows[0], ())  # its other places went with it
        text, file_sha256 = self._all(
            "SELECT text, file_sha256 FROM version WHERE source = ? AND version = ?",
            (source_id, source.version),
        )[0]
        return source, text, file_sha256

    def bin(self) -> list[tuple[Source, str]]:
        """The sources that were removed in the last BIN_DAYS days, as they were, and when each
        was (ISO 8601, UTC), the latest first."""
        rows = self._all(f"{_IN_BIN} ORDER BY v.retired DESC, v.source", (_binned_since(),))
        return [(_source(row, ()), row[15]) for row in rows]

    def files_wanted(self) -> set[str]:
        """The digests of the files that sources were read from, those in the bin too."""
        sql = "SELECT file_sha256 FROM version WHERE current OR retired >= ?"
        return {row[0] for row in self._all(sql, (_binned_since(),))}

    def changes_since(self, moment: str) -> list[Change]:
        """What became of the sources since a moment (ISO 8601, UTC), the latest first.

        A version that says the same as the one before it (the library was made again) is no
        change, and a source that came and went since is none either.
        """
        rows = self._all(
            "SELECT source, version, title, added, retired, current, json_array(text_sha256, "
            "title, publisher, author, date, url) FROM version WHERE source IN "
            "(SELECT source FROM version WHERE added >= :moment OR retired >= :moment) "
            "ORDER BY source, version",
            {"moment": moment},
        )
        found = (
            _change(source, list(versions), moment)
            for source, versions in itertools.groupby(rows, key=lambda row: row[0])
        )
        return sorted(filter(None, found), key=lambda c: (c.when, c.source), reverse=True)

    def runs(self, most: int) -> list[Run]:
        """The last runs that changed the library, the latest first."""
        rows = self._all(
            "SELECT started, finished, report FROM ingest_run ORDER BY key DESC LIMIT ?", (most,)
        )
        return [Run(started=started, finished=done, report=said) for started, done, said in rows]

    def problems(self) -> str:
        """What SQLite's own check finds wrong with the file; empty if nothing."""
        found = [row[0] for row in self._all("PRAGMA quick_check")]
        return "" if found == ["ok"] else "; ".join(found[:3])

    def passage_count(self) -> int:
        return int(self._all("SELECT count(*) FROM passage")[0][0])

    def sentence_count(self) -> int:
        return int(self._all("SELECT total(json_array_length(sentences)) FROM passage")[0][0])

    def passage_ids(self) -> dict[str, str]:
        """Passage id → source id, of every current passage, in the library's order."""
        return dict(
            self._all(
                "SELECT p.id, v.source FROM passage p JOIN version v ON v.key = p.version "
                "ORDER BY v.source, p.ordinal"
            )
        )

    def passages(self, ids: Iterable[str]) -> dict[str, Passage]:
        """The passages with these ids; an id that is not current is left out."""
        found = {}
        for chunk in _chunks(list(ids)):
            marks = ",".join("?" * len(chunk))
            for row in self._all(f"{_PASSAGES} WHERE p.id IN ({marks})", chunk):
                passage = _passage(row)
                found[passage.id] = passage
        return found

    def searched(self, ids: Iterable[str]) -> dict[str, str]:
        """Passage id → its text as the full-text index sees it."""
        found: dict[str, str] = {}
        for chunk in _chunks(list(ids)):
            marks = ",".join("?" * len(chunk))
            found.update(
                self._all(f"SELECT id, searched FROM passage WHERE id IN ({marks})", chunk)
            )
        return found

    def passages_of(self, source_id: str) -> list[Passage]:
        """A source's passages in order."""
        rows = self._all(f"{_PASSAGES} WHERE v.source = ? ORDER BY p.ordinal", (source_id,))
        return [_passage(row) for row in rows]

    def passage_at(self, source_id: str, position: int) -> Passage | None:
        """The passage of a source that holds a position of its text, the first if several do."""
        rows = self._all(
            f'{_PASSAGES} WHERE v.source = ? AND p.start <= ? AND p."end" > ? '
            "ORDER BY p.ordinal LIMIT 1",
            (source_id, position, position),
        )
        return _passage(rows[0]) if rows else None

    def lexical(
        self, terms: Sequence[str], limit: int, sources: Sequence[str] | None = None
    ) -> dict[str, float]:
        """Passage id → BM25 score (higher is better) of the best `limit` passages with any term.

        Terms are stems, as `lexicon.terms` gives them; a long one also finds what begins with it.
        `sources` narrows the search to these source ids.
        """
        if not terms or limit < 1:
            return {}
        query = " OR ".join(
            '"' + term.replace('"', "") + '"' + ("*" if len(term) >= FAMILY_LETTERS else "")
            for term in dict.fromkeys(terms)
        )
        only, values = "", list(sources or [])
        if sources is not None:
            only = f" AND v.source IN ({','.join('?' * len(values))})"
        rows = self._all(
            "SELECT p.id, -bm25(passage_text, 1.0, 0.5, 0.3) AS score FROM passage_text "
            "JOIN passage p ON p.key = passage_text.rowid JOIN version v ON v.key = p.version "
            f"WHERE passage_text MATCH ?{only} ORDER BY score DESC, p.id LIMIT ?",
            (query, *values, limit),
        )
        return dict(rows)

    def document_frequency(self, stems: Iterable[str]) -> dict[str, int]:
        """Stem → the number of passages that hold it, or the commonest of its family; else 0."""
        frequency = {}
        for stem in stems:
            if len(stem) < FAMILY_LETTERS:
                found = self._all("SELECT doc FROM passage_terms WHERE term = ?", (stem,))
            else:
                found = self._all(
                    "SELECT max(doc) FROM passage_terms WHERE term >= ? AND term < ?",
                    (stem, stem + "\U0010ffff"),
                )
            frequency[stem] = int(found[0][0] or 0) if found else 0
        return frequency

    def vectors(self, digests: Iterable[bytes], encoder: str) -> dict[bytes, NDArray[np.float32]]:
        """Digest → unit vector, for those that this encoder has made; others are left out."""
        found = {}
        for chunk in _chunks(list(dict.fromkeys(digests))):
            marks = ",".join("?" * len(chunk))
            rows = self._all(
                f"SELECT digest, value FROM vector WHERE encoder = ? AND digest IN ({marks})",
                (encoder, *chunk),
            )
            for key, value in rows:
                found[key] = np.frombuffer(value, dtype=np.float16).astype(np.float32)
        return found

    def known_vectors(self, digests: Iterable[bytes], encoder: str) -> set[bytes]:
        """Those of `digests` whose vectors this encoder has made already."""
        known: set[bytes] = set()
        for chunk in _chunks(list(digests)):
            marks = ",".join("?" * len(chunk))
            rows = self._all(
                f"SELECT digest FROM vector WHERE encoder = ? AND digest IN ({marks})",
                (encoder, *chunk),
            )
            known.update(row[0] for row in rows)
        return known

    # Writing

    def put_vectors(
        self, digests: Sequence[bytes], vectors: NDArray[np.float32], encoder: str
    ) -> None:
        """Keep vectors by content. They answer nothing until a commit uses them."""
        with self._writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO vector (digest, encoder, value) VALUES (?, ?, ?)",
                [
                    (key, encoder, vector.astype(np.float16).tobytes())
                    for key, vector in zip(digests, vectors, strict=True)
                ],
            )

    def commit(self, changes: Changes, *, meta: Mapping[str, str], report: str) -> str:
        """Make all of `changes` visible at once, and return the new fingerprint."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as connection:
            for source_id in [*changes.retire, *(v.source for v in changes.add)]:
                connection.execute(
                    "DELETE FROM passage WHERE version IN "
                    "(SELECT key FROM version WHERE source = ? AND current)",
                    (source_id,),
                )
                connection.execute(
                    "UPDATE version SET current = 0, retired = ? WHERE source = ? AND current",
                    (now, source_id),
                )
            for source_id in changes.retire:
                connection.execute("DELETE FROM alias WHERE source = ?", (source_id,))
                connection.execute("DELETE FROM described WHERE source = ?", (source_id,))
            connection.executemany(
                "INSERT OR REPLACE INTO described (source, fields) VALUES (?, ?)",
                [(source, json.dumps(said)) for source, said in changes.described.items()],
            )
            for version in changes.add:
                _insert(connection, version, now)
            mend(connection, [version.source for version in changes.add])
            for source_id, origin in changes.moved.items():
                connection.execute(
                    "UPDATE version SET origin = ? WHERE source = ? AND current",
                    (origin, source_id),
                )
            connection.executemany(
                "DELETE FROM alias WHERE origin = ?",
                [
                    (origin,)
                    for origin in (*(v.origin for v in changes.add), *changes.moved.values())
                ],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO alias (origin, source) VALUES (?, ?)",
                changes.aliases.items(),
            )
            values = dict(meta)
            values["fingerprint"] = _fingerprint(connection, meta)
            connection.executemany(
                "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", values.items()
            )
            connection.execute(
                "DELETE FROM vector WHERE encoder <> ?", (values.get("encoder", ""),)
            )
            connection.execute(  # of what has left the bin, that it was there is all that is kept
                "UPDATE version SET text = '', headings = '[]', pages = '[]' "
                "WHERE retired < :since AND NOT EXISTS "
                "(SELECT 1 FROM version v WHERE v.source = version.source "
                "AND (v.retired IS NULL OR v.retired >= :since))",
                {"since": _binned_since()},
            )
            connection.execute(
                "INSERT INTO ingest_run (started, finished, report) VALUES (?, ?, ?)",
                (changes.started, now, report),
            )
        return values["fingerprint"]

    def set_generation(self, generation: str) -> None:
        """Point the library at another index of the same passages: a repair, not a change."""
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO meta (name, value) VALUES ('generation', ?)", (generation,)
            )

    # Inside

    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            if not self.path.is_file():
                raise LibraryUnavailable(f"there is no library at {self.path}.")
            with _translated(self.path):
                connection = sqlite3.connect(self.path, isolation_level=None, timeout=30)
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def _all(self, sql: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with _translated(self.path):
            return self._connection().execute(sql, values).fetchall()

    def _current(self, source_id: str, column: str) -> str:
        rows = self._all(f"SELECT {column} FROM version WHERE source = ? AND current", (source_id,))
        if not rows:
            raise self._unknown(source_id)
        return str(rows[0][0])

    def _unknown(self, source_id: str) -> UnknownSource:
        """The error for an id that no source has, with the nearest that one has."""
        ids = [row[0] for row in self._all("SELECT source FROM version WHERE current")]
        near = difflib.get_close_matches(source_id, sorted(ids), n=1, cutoff=0.5)
        meant = f" Did you mean '{near[0]}'?" if near else ""
        return UnknownSource(
            f"the library has no source '{source_id}'.{meant} List them: soundings sources"
        )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        with _translated(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite itself rolls back some failures
                    connection.execute("ROLLBACK")
                raise


_VERSIONS = """
SELECT v.source, v.title, v.text_sha256, v.kind, v.origin, v.version, v.added, length(v.text),
       (SELECT count(*) FROM passage p WHERE p.version = v.key),
       v.publisher, v.author, v.date, v.url, v.pages,
       (SELECT json_extract(d.fields, '$.description') FROM described d WHERE d.source = v.source),
       v.retired
FROM version v
"""
_SOURCES = f"{_VERSIONS} WHERE v.current"
_IN_BIN = f"""{_VERSIONS} WHERE NOT v.current AND v.retired >= ?
AND v.version = (SELECT max(m.version) FROM version m WHERE m.source = v.source)
"""

_PASSAGES = """
SELECT p.id, v.source, p.title, p.text, p.start, p."end", p.heading, p.page, p.sentences
FROM passage p JOIN version v ON v.key = p.version
"""


def _binned_since() -> str:
    """The moment since which what was removed is in the bin."""
    return (datetime.now(UTC) - timedelta(days=BIN_DAYS)).isoformat(timespec="seconds")


def _source(row: tuple, aliases: Iterable[tuple]) -> Source:  # type: ignore[type-arg]
    """A row of _VERSIONS as a source, with its rows of (source, origin) of the aliases."""
    return Source(
        id=row[0],
        title=row[1],
        sha256=row[2],
        kind=row[3],
        origin=row[4],
        version=row[5],
        added=row[6],
        characters=row[7],
        passages=row[8],
        publisher=row[9],
        author=row[10],
        date=row[11],
        url=row[12],
        pages=tuple(json.loads(row[13])),
        description=row[14],
        aliases=tuple(origin for _, origin in aliases),
    )


def _change(source: str, versions: list[tuple], moment: str) -> Change | None:  # type: ignore[type-arg]
    """What a source's versions, oldest first, say of it: see `Library.changes_since`."""
    before = [v for v in versions if v[3] < moment and (v[4] is None or v[4] >= moment)]
    now = [v for v in versions if v[5]]
    if not (before or now) or (before and now and before[-1][6] == now[-1][6]):
        return None
    last = (now or before)[-1]
    what = "changed" if before and now else "added" if now else "removed"
    when = last[3] if now else max(v[4] for v in versions if v[4])
    return Change(source=source, title=last[2], what=what, version=last[1], when=when)


def _passage(row: tuple) -> Passage:  # type: ignore[type-arg]
    return Passage(
        id=row[0],
        source=row[1],
        title=row[2],
        text=row[3],
        start=row[4],
        end=row[5],
        heading=row[6],
        page=row[7],
        sentences=tuple(
            Sentence(start=start, end=end, kind=kind, block=block, read_as="".join(read_as))
            for start, end, kind, block, *read_as in json.loads(row[8])
        ),
    )


def _insert(connection: sqlite3.Connection, new: NewVersion, now: str) -> None:
    row = connection.execute(
        "SELECT coalesce(max(version), 0) + 1 FROM version WHERE source = ?", (new.source,)
    ).fetchone()
    headings = [(h.start, h.end, h.level, h.title) for h in new.headings]
    cursor = connection.execute(
        "INSERT INTO version (source, version, current, title, publisher, author, date, url, kind, "
        "origin, file_sha256, text_sha256, text, headings, pages, added) "
        "VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(
                new.source,
                row[0],
                new.title,
                new.publisher,
                new.author,
                new.date,
                new.url,
                new.kind,
            ),
            *(new.origin, new.file_sha256, new.text_sha256, new.text),
            *(json.dumps(headings), json.dumps(new.pages), now),
        ),
    )
    for ordinal, p in enumerate(new.passages):
        sentences = [
            (s.start, s.end, s.kind, s.block, *([s.read_as] if s.read_as else []))
            for s in p.sentences
        ]
        connection.execute(
            'INSERT INTO passage (id, version, ordinal, start, "end", page, title, heading, text, '
            "sentences, searched) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(p.id, cursor.lastrowid, ordinal, p.start, p.end, p.page, new.title, p.heading),
                *(new.text[p.start : p.end], json.dumps(sentences)),
                searchable(as_read(new.text[p.start : p.end], p.start, p.sentences)),
            ),
        )


def _fingerprint(connection: sqlite3.Connection, meta: Mapping[str, str]) -> str:
    """What the library holds and what shaped it, as sixteen hexadecimal digits."""
    rows = connection.execute(
        "SELECT source, text_sha256, title, publisher, author, date, url FROM version "
        "WHERE current ORDER BY source"
    ).fetchall()
    shaped = [meta.get("encoder", ""), meta.get("segmentation", "")]
    return hashlib.sha256(json.dumps([shaped, rows]).encode()).hexdigest()[:16]


def _chunks(values: list[V]) -> Iterator[list[V]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """SQLite's errors become ours, with the file that they are about."""
    try:
        yield
    except sqlite3.Error as exc:
        raise LibraryUnavailable(f"cannot use the library at {path}: {exc}.") from exc
