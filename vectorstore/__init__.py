"""The ground floor: what is stored, and how it is found.

The library (one SQLite file) holds sources, their versions and texts, passages, the full-text
index and the vectors; Chroma holds an index made from it; the encoder turns sentences into
vectors; search fuses the two ways of finding. Everything above stands on this package, and it
imports nothing of theirs.
"""

from vectorstore.encoder import Encoder, SentenceEncoder
from vectorstore.errors import (
    EncoderUnavailable,
    IndexMismatch,
    IndexUnavailable,
    LibraryBusy,
    LibraryUnavailable,
    NotAllowed,
    RerankerUnavailable,
    SettingsError,
    SoundingsError,
    StoreError,
    UnknownSource,
    UsageError,
)
from vectorstore.library import Library
from vectorstore.library.changes import Changes, NewPassage, NewVersion
from vectorstore.library.invisible import count_invisible, visible
from vectorstore.models import QUOTABLE, Heading, Hit, Passage, Sentence, Source
from vectorstore.search import Found, Query, Searcher
from vectorstore.search.reranker import Reranker
from vectorstore.settings import Settings, StoreSettings, Table, load_settings
from vectorstore.store import Store, open_encoder, open_library, open_store

__all__ = [
    "QUOTABLE",
    "Changes",
    "Encoder",
    "EncoderUnavailable",
    "Found",
    "Heading",
    "Hit",
    "IndexMismatch",
    "IndexUnavailable",
    "Library",
    "LibraryBusy",
    "LibraryUnavailable",
    "NewPassage",
    "NewVersion",
    "NotAllowed",
    "Passage",
    "Query",
    "Reranker",
    "RerankerUnavailable",
    "Searcher",
    "Sentence",
    "SentenceEncoder",
    "Settings",
    "SettingsError",
    "SoundingsError",
    "Source",
    "Store",
    "StoreError",
    "StoreSettings",
    "Table",
    "UnknownSource",
    "UsageError",
    "count_invisible",
    "load_settings",
    "open_encoder",
    "open_library",
    "open_store",
    "visible",
]
