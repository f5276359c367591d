"""The library's tables, as SQL.

`version` keeps every text that a source ever had; one version of each source is current.
`passage` and its full-text index hold the current versions alone. `vector` keeps each sentence's
vector by content, for as long as its encoder is the library's, so that nothing is encoded twice.
A passage's text is a slice of its source's to the letter; the full-text index is made of
`searched`, which is that text as a person would type it (see `mending`).
`pages` is a JSON list of offsets, or `{"starts": …, "recognized": …}` where a machine read some.
"""

import sqlite3
from collections.abc import Iterator

from vectorstore.database.embedded import EmbeddedDatabase
from vectorstore.errors import LibraryUnavailable
from vectorstore.library.full_text import TOKENIZER, holding_in
from vectorstore.library.mending import mend, searchable

SCHEMA_VERSION = 3

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE version (
    key INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    current INTEGER NOT NULL,
    title TEXT NOT NULL,
    publisher TEXT, author TEXT, date TEXT, url TEXT,
    kind TEXT NOT NULL,
    origin TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    headings TEXT NOT NULL,
    pages TEXT NOT NULL,
    added TEXT NOT NULL,
    retired TEXT,
    UNIQUE (source, version)
);
CREATE UNIQUE INDEX version_current ON version (source) WHERE current;
CREATE INDEX version_text ON version (text_sha256) WHERE current;
CREATE INDEX version_origin ON version (origin) WHERE current;

CREATE TABLE alias (
    origin TEXT PRIMARY KEY,
    source TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE passage (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL REFERENCES version (key),
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    title TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    sentences TEXT NOT NULL,
    searched TEXT NOT NULL
);
CREATE INDEX passage_version ON passage (version, ordinal);

CREATE TABLE vector (
    digest BLOB NOT NULL,
    encoder TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (digest, encoder)
) WITHOUT ROWID;

CREATE TABLE ingest_run (
    key INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT NOT NULL,
    report TEXT NOT NULL
);
"""

# What people say of a source, field by field, where it is not what its file says of itself.
DESCRIBED = """
CREATE TABLE IF NOT EXISTS described (source TEXT PRIMARY KEY, fields TEXT NOT NULL) WITHOUT ROWID;
"""

FULL_TEXT = f"""
CREATE VIRTUAL TABLE passage_text USING fts5 (
    searched, heading, title,
    content='passage', content_rowid='key',
    tokenize='{TOKENIZER}'
);
CREATE VIRTUAL TABLE passage_terms USING fts5vocab (passage_text, 'row');
CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN
    INSERT INTO passage_text (rowid, searched, heading, title)
    VALUES (new.key, new.searched, new.heading, new.title);
END;
CREATE TRIGGER passage_gone AFTER DELETE ON passage BEGIN
    INSERT INTO passage_text (passage_text, rowid, searched, heading, title)
    VALUES ('delete', old.key, old.searched, old.heading, old.title);
END;
CREATE TRIGGER passage_mended AFTER UPDATE OF searched ON passage BEGIN
    INSERT INTO passage_text (passage_text, rowid, searched, heading, title)
    VALUES ('delete', old.key, old.searched, old.heading, old.title);
    INSERT INTO passage_text (rowid, searched, heading, title)
    VALUES (new.key, new.searched, new.heading, new.title);
END;
"""

# A server has no FTS5: see `postings`.
POSTINGS = """
CREATE TABLE posting (
    term TEXT NOT NULL,
    passage INTEGER NOT NULL REFERENCES passage (key) ON DELETE CASCADE,
    weight DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (term, passage)
);
CREATE INDEX posting_passage ON posting (passage);
CREATE TABLE passage_length (
    passage INTEGER NOT NULL PRIMARY KEY REFERENCES passage (key) ON DELETE CASCADE,
    words INTEGER NOT NULL
);
"""

# From format 1, whose index was made of the text as it stands; `searchable` is the library's own.
FROM_1 = f"""
DROP TRIGGER passage_added;
DROP TRIGGER passage_gone;
DROP TABLE passage_terms;
DROP TABLE passage_text;
ALTER TABLE passage ADD COLUMN searched TEXT NOT NULL DEFAULT '';
UPDATE passage SET searched = searchable(text);
{FULL_TEXT}
INSERT INTO passage_text (passage_text) VALUES ('rebuild');
"""


def make_current(database: EmbeddedDatabase) -> None:
    """Bring a library to this format. Raises LibraryUnavailable for one that has another."""
    with database.translated():
        found = _migrated(database.connection())
    if found != SCHEMA_VERSION:
        raise LibraryUnavailable(
            f"{database.path} has format {found}, this program reads format {SCHEMA_VERSION}. "
            "Use the program that made it, or ingest into a new home."
        )


def _migrated(connection: sqlite3.Connection) -> int:
    """The format of a library, which is brought from an earlier one to this one first; so is one
    that has nothing in it yet, be it new or left by whoever was killed while making it."""
    form = "PRAGMA user_version"
    if connection.execute(form).fetchone()[0] in (0, 1, 2):
        connection.create_function("searchable", 1, searchable)
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done it by now
            found = connection.execute(form).fetchone()[0]
            bare = found == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
            if bare:
                run(connection, SCHEMA + DESCRIBED + FULL_TEXT)
            if found == 1:
                run(connection, FROM_1)
                rows = connection.execute("SELECT source FROM version WHERE current").fetchall()
                mend(connection, [row[0] for row in rows], holding_in(connection))
            if found in (1, 2):
                run(connection, DESCRIBED)
            if bare or found in (1, 2):
                connection.execute(f"{form} = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return int(connection.execute(form).fetchone()[0])


def run(connection: sqlite3.Connection, script: str) -> None:
    for statement in _statements(script):
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
