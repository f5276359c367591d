"""The home, opened: the library, its encoder, the index it points at, and search over them."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from vectorstore.database.embedded import EmbeddedDatabase
from vectorstore.database.opening import Place
from vectorstore.encoder import BUILTIN, Encoder, SentenceEncoder
from vectorstore.errors import (
    EncoderUnavailable,
    EncodingOutdated,
    IndexAway,
    IndexMismatch,
    IndexUnavailable,
    LibraryUnavailable,
)
from vectorstore.index import Indexes, OpenIndex
from vectorstore.index.embedded import EmbeddedIndexes
from vectorstore.index.opening import open_indexes
from vectorstore.library import Library
from vectorstore.library.opening import find_library
from vectorstore.search import Searcher
from vectorstore.search.reranker import Reranker, open_reranker
from vectorstore.settings import Settings, StoreSettings
from vectorstore.writing import remake_index

if TYPE_CHECKING:
    from vectorstore.database.served import ServedDatabase

Announce = Callable[[str], None]
EMPTY = "the library is empty. Fill it: soundings ingest (or soundings ingest FOLDER)"


class Store:
    """A home opened for questions. Follows the library: a new generation is taken up by itself."""

    def __init__(
        self,
        home: Path,
        library: Library,
        encoder: Encoder,
        announce: Announce,
        *,
        reranker: Reranker | None = None,
        indexes: Indexes | None = None,
    ) -> None:
        """`indexes` are those of the home if they are not given."""
        self.home = home
        self.place = place_with(home, library)
        self.indexes = indexes or EmbeddedIndexes(home)
        self.library = library
        self.encoder = encoder
        self.searcher = Searcher(library, encoder, self._generation, reranker=reranker)
        self._announce = announce
        self._lock = threading.Lock()
        self._open: OpenIndex | None = None

    def _generation(self) -> OpenIndex | None:
        """The generation that the library points at; None while there are no passages."""
        with self._lock:
            name = self.library.meta("generation") or ""
            known = self._open
            if known is None or known.name != name or known.failed:
                self._open = self._opened()
                if known is not None:
                    known.close()
            return self._open

    def _opened(self) -> OpenIndex | None:
        """What the library points at now, opened; made again first if it is damaged."""
        mended = False
        while name := self.library.meta("generation"):
            try:
                return self.indexes.open(name)
            except IndexAway:
                raise
            except IndexUnavailable as exc:
                if self.library.meta("generation") != name:
                    continue  # not damaged: a commit has just taken it away
                if mended:
                    raise
                self._announce(f"{exc} Making it again from the library …")
                with self.library.exclusive(timeout=60):
                    if self.library.meta("generation") == name:
                        remake_index(self.library, self.indexes)
                        self._announce("The index is whole again.")
                mended = True
        return None


def place_with(home: Path, library: Library) -> Place:
    """Where people's things are kept beside a library: its server, or else the home."""
    if isinstance(library.database, EmbeddedDatabase):
        return home
    return cast("ServedDatabase", library.database)


def open_library(settings: Settings) -> Library:
    """Open the library by itself. Raises LibraryUnavailable where there is none."""
    library = find_library(settings)
    if library is None:
        raise LibraryUnavailable(EMPTY)
    return library


def open_store(settings: Settings, announce: Announce = lambda _: None) -> Store:
    """Open the home for questions.

    Raises LibraryUnavailable where there is no library or it is empty, IndexMismatch where the
    settings ask for another encoder than the one that made it, RerankerUnavailable where they
    name a reranker that is not there.
    """
    library = open_library(settings)
    encoder = open_encoder(settings, library, announce)
    if library.passage_count() == 0:
        raise LibraryUnavailable(EMPTY)
    reranker = open_reranker(settings.table(StoreSettings).reranker, announce)
    indexes = open_indexes(settings)
    return Store(settings.home, library, encoder, announce, reranker=reranker, indexes=indexes)


def open_encoder(
    settings: Settings, library: Library, announce: Announce, *, rebuild: bool = False
) -> SentenceEncoder:
    """The encoder that made the library, unless the settings name one (or `rebuild` frees it).

    Raises IndexMismatch where the two are not interchangeable.
    """
    table = settings.table(StoreSettings)
    wanted = table.encoder
    named = "encoder" in settings.origins
    made_by = library.meta("encoder")
    name = wanted
    if made_by and not named and not rebuild:
        name = library.meta("encoder_name") or BUILTIN
    try:
        encoder = SentenceEncoder(name, announce=announce, precision=table.encoder_precision)
    except EncoderUnavailable as exc:
        if named or name == wanted:
            raise
        raise IndexMismatch(
            f"this library was made with the encoder '{name}', which is not to be had: {exc} "
            "Or make it again with the built-in encoder: soundings ingest --rebuild"
        ) from exc
    if made_by and made_by != encoder.fingerprint and not rebuild:
        raise EncodingOutdated(
            f"this library was made with the encoder '{made_by}', the settings ask for "
            f"'{encoder.fingerprint}'. Make it again: soundings ingest --rebuild"
        )
    return encoder
