"""The library: the truth about sources, passages and vectors, in a SQLite file or on a server."""

import difflib
import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.database import Connection, Database
from vectorstore.database.embedded import EmbeddedDatabase
from vectorstore.errors import UnknownSource
from vectorstore.library.changes import Changes, NewPassage, NewVersion
from vectorstore.library.full_text import FullText, Indexed
from vectorstore.library.mending import mend, searchable
from vectorstore.library.schema import make_current
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

    def __init__(self, place: Path | Database, words: FullText | None = None) -> None:
        """Open the library in the file at `place`, which `create` has made, or in a database, with
        the full text that belongs to it. Raises LibraryUnavailable."""
        if isinstance(place, Path):
            place = EmbeddedDatabase(place)
            make_current(place)
        self.database = place
        self._all, self.reading, self._writing = place.all, place.reading, place.writing
        self.exclusive, self.problems = place.exclusive, place.problems
        self._words = words or Indexed(place)

    @classmethod
    def create(cls, path: Path) -> "Library":
        """Open the library at `path`, making an empty one if there is none."""
        EmbeddedDatabase(path).create()
        return cls(path)

    @property
    def path(self) -> Path:
        """The file of a library that is one."""
        assert isinstance(self.database, EmbeddedDatabase)
        return self.database.path

    # Reading

    def meta(self, name: str) -> str | None:
        """One of the library's facts about itself: `encoder`, `segmentation`, `generation`, …"""
        rows = self._all("SELECT value FROM meta WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    @property
    def fingerprint(self) -> str:
        """Changes with any source, encoder or segmentation; empty while the library is."""
        return self.meta("fingerprint") or ""

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
        """Source id → what people say of it, field by field, in place of what its file says; of
        the sources in the bin, too."""
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
                "AND (CAST(:sha256 AS TEXT) IS NULL OR text_sha256 = :sha256)) "
                "SELECT source FROM version WHERE current "
                "AND (origin IN (SELECT origin FROM once) OR source IN "
                "(SELECT source FROM version WHERE text_sha256 = :sha256)) "
                "UNION SELECT source FROM alias WHERE origin IN (SELECT origin FROM once) "
                "ORDER BY source",
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
            "SELECT source, version, title, added, retired, current, "
            "text_sha256, title, publisher, author, date, url FROM version WHERE source IN "
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

    def passage_count(self) -> int:
        return int(self._all("SELECT count(*) FROM passage")[0][0])

    def sentence_count(self) -> int:
        return sum(len(json.loads(row[0])) for row in self._all("SELECT sentences FROM passage"))

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
        return dict(self._words.lexical(terms, limit, sources))

    def document_frequency(self, stems: Iterable[str]) -> dict[str, int]:
        """Stem → the number of passages that hold it, or the commonest of its family; else 0."""
        return {stem: self._words.document_frequency(stem) for stem in stems}

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
                "INSERT INTO vector (digest, encoder, value) VALUES (?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                [
                    (key, encoder, vector.astype(np.float16).tobytes())
                    for key, vector in zip(digests, vectors, strict=True)
                ],
            )

    def commit(self, changes: Changes, *, meta: Mapping[str, str], report: str) -> str:
        """Make all of `changes` visible at once, and return the new fingerprint."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as connection:
            connection.executemany(  # a new document may have the name of one in the bin
                "DELETE FROM described WHERE source = ? AND NOT EXISTS "
                "(SELECT 1 FROM version v WHERE v.source = described.source AND v.current)",
                [(v.source,) for v in changes.add],
            )
            for source_id in [*changes.retire, *(v.source for v in changes.add)]:
                connection.execute(
                    "DELETE FROM passage WHERE version IN "
                    "(SELECT key FROM version WHERE source = ? AND current)",
                    (source_id,),
                )
                connection.execute(
                    "UPDATE version SET current = false, retired = ? WHERE source = ? AND current",
                    (now, source_id),
                )
            for source_id in changes.retire:
                connection.execute("DELETE FROM alias WHERE source = ?", (source_id,))
            connection.executemany(
                "INSERT INTO described (source, fields) VALUES (?, ?) "
                "ON CONFLICT (source) DO UPDATE SET fields = excluded.fields",
                [(source, json.dumps(said)) for source, said in changes.described.items()],
            )
            added = [key for version in changes.add for key in _insert(connection, version, now)]
            if added:
                self._words.added(connection, added)
                sources = [version.source for version in changes.add]
                mended = mend(connection, sources, self._words.holding(connection))
                self._words.added(connection, mended)
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
                "INSERT INTO alias (origin, source) VALUES (?, ?) "
                "ON CONFLICT (origin) DO UPDATE SET source = excluded.source",
                changes.aliases.items(),
            )
            values = dict(meta)
            values["fingerprint"] = _fingerprint(connection, meta)
            connection.executemany(_META, values.items())
            connection.execute(
                "DELETE FROM vector WHERE encoder <> ?", (values.get("encoder", ""),)
            )
            # Of what has left the bin, that it was there is all that is kept
            for forget, gone in (
                ("UPDATE version SET text = '', headings = '[]', pages = '[]' WHERE", "version"),
                ("DELETE FROM described WHERE", "described"),
            ):
                connection.execute(
                    f"{forget} NOT EXISTS (SELECT 1 FROM version v WHERE v.source = {gone}.source "
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
            connection.execute(_META, ("generation", generation))

    def index_words(self) -> None:
        """Have the passages found by their words that were not put here by `commit`."""
        self._words.complete()

    # Inside

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


_META = (
    "INSERT INTO meta (name, value) VALUES (?, ?) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)

_VERSIONS = """
SELECT v.source, v.title, v.text_sha256, v.kind, v.origin, v.version, v.added, length(v.text),
       (SELECT count(*) FROM passage p WHERE p.version = v.key),
       v.publisher, v.author, v.date, v.url, v.pages,
       (SELECT d.fields FROM described d WHERE d.source = v.source),
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


def _pages_as_stored(new: NewVersion) -> str:
    starts = list(new.pages)
    read = list(new.recognized)
    return json.dumps({"starts": starts, "recognized": read} if read else starts)


def _binned_since() -> str:
    """The moment since which what was removed is in the bin."""
    return (datetime.now(UTC) - timedelta(days=BIN_DAYS)).isoformat(timespec="seconds")


def _source(row: tuple, aliases: Iterable[tuple]) -> Source:  # type: ignore[type-arg]
    """A row of _VERSIONS as a source, with its rows of (source, origin) of the aliases."""
    pages = json.loads(row[13])
    starts, read = (pages, ()) if isinstance(pages, list) else pages.values()
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
        pages=tuple(starts),
        recognized=tuple(read),
        description=json.loads(row[14] or "{}").get("description"),
        aliases=tuple(origin for _, origin in aliases),
    )


def _change(source: str, versions: list[tuple], moment: str) -> Change | None:  # type: ignore[type-arg]
    """What a source's versions, oldest first, say of it: see `Library.changes_since`."""
    before = [v for v in versions if v[3] < moment and (v[4] is None or v[4] >= moment)]
    now = [v for v in versions if v[5]]
    if not (before or now) or (before and now and before[-1][6:] == now[-1][6:]):
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


def _insert(connection: Connection, new: NewVersion, now: str) -> list[int]:
    """Add a version and its passages; the passages' keys."""
    row = connection.execute(
        "SELECT coalesce(max(version), 0) + 1 FROM version WHERE source = ?", (new.source,)
    ).fetchone()
    headings = [(h.start, h.end, h.level, h.title) for h in new.headings]
    connection.execute(
        "INSERT INTO version (source, version, current, title, publisher, author, date, url, kind, "
        "origin, file_sha256, text_sha256, text, headings, pages, added) "
        "VALUES (?, ?, true, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            *(json.dumps(headings), _pages_as_stored(new), now),
        ),
    )
    key = connection.execute(
        "SELECT key FROM version WHERE source = ? AND current", (new.source,)
    ).fetchone()[0]
    connection.executemany(
        'INSERT INTO passage (id, version, ordinal, start, "end", page, title, heading, text, '
        "sentences, searched) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(p.id, key, ordinal, p.start, p.end, p.page, new.title, p.heading),
                *(new.text[p.start : p.end], json.dumps(_sentences(p))),
                searchable(as_read(new.text[p.start : p.end], p.start, p.sentences)),
            )
            for ordinal, p in enumerate(new.passages)
        ],
    )
    rows = connection.execute("SELECT key FROM passage WHERE version = ? ORDER BY key", (key,))
    return [row[0] for row in rows]


def _sentences(passage: NewPassage) -> list[tuple[int | str, ...]]:
    return [
        (s.start, s.end, s.kind, s.block, *([s.read_as] if s.read_as else []))
        for s in passage.sentences
    ]


def _fingerprint(connection: Connection, meta: Mapping[str, str]) -> str:
    """What the library holds and what shaped it, as sixteen hexadecimal digits."""
    rows = connection.execute(
        "SELECT source, text_sha256, title, publisher, author, date, url FROM version "
        "WHERE current ORDER BY source"
    )
    shaped = [meta.get("encoder", ""), meta.get("segmentation", "")]
    return hashlib.sha256(json.dumps([shaped, [list(row) for row in rows]]).encode()).hexdigest()[
        :16
    ]


def _chunks(values: list[V]) -> Iterator[list[V]]:
    for start in range(0, len(values), _MANY):
        yield values[start : start + _MANY]
