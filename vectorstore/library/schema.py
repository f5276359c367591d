"""The library's tables, as SQL.

`version` keeps every text that a source ever had; one version of each source is current.
`passage` and its full-text index hold the current versions alone. `vector` keeps each sentence's
vector by content, for as long as its encoder is the library's, so that nothing is encoded twice.
The full-text index is made of what can be seen: `visible` is the library's own function.
"""

SCHEMA_VERSION = 1

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
    sentences TEXT NOT NULL
);
CREATE INDEX passage_version ON passage (version, ordinal);

CREATE VIRTUAL TABLE passage_text USING fts5 (
    text, heading, title,
    content='passage', content_rowid='key',
    tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passage_terms USING fts5vocab (passage_text, 'row');
CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN
    INSERT INTO passage_text (rowid, text, heading, title)
    VALUES (new.key, visible(new.text), new.heading, new.title);
END;
CREATE TRIGGER passage_gone AFTER DELETE ON passage BEGIN
    INSERT INTO passage_text (passage_text, rowid, text, heading, title)
    VALUES ('delete', old.key, visible(old.text), old.heading, old.title);
END;

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
