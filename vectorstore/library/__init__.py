"""The library: the truth about sources, passages and vectors, in a SQLite file or on a server.

`library.py` reads and commits, `opening.py` finds it, `schema.py` has its tables, `full_text.py`
finds by words in the file and `postings.py` on a server. `changes.py` says what a run of ingest
hands in, `lexicon.py` what a word is to the full-text index, `mending.py` how a person would
type a text, `invisible.py` which characters nobody sees.
"""

from vectorstore.library.changes import Changes, NewPassage, NewVersion
from vectorstore.library.library import FILE_NAME, Library, digest

__all__ = ["FILE_NAME", "Changes", "Library", "NewPassage", "NewVersion", "digest"]
