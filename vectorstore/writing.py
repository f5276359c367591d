"""Writing to a library: the index that belongs to a commit, and the commit itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.database.embedded import writing
from vectorstore.errors import IndexAway, IndexUnavailable
from vectorstore.index import Indexes
from vectorstore.index.embedded import EmbeddedIndexes
from vectorstore.library import Library, digest
from vectorstore.library.changes import Changes
from vectorstore.models import Source
from vectorstore.search import pool, sentence_digests, stack

AT_ONCE = 2_000  # passages whose sentences are read together

__all__ = ["Shape", "commit", "remake_index", "remove", "shape_of", "writing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What shapes vectors and passages: remembered by the library, asked of every writer."""

    encoder: str
    encoder_name: str
    segmentation: str


def commit(
    home: Path,
    library: Library,
    changes: Changes,
    shape: Shape,
    report: str,
    indexes: Indexes | None = None,
) -> None:
    """Build the index that belongs to `changes`, then make both visible in one transaction.

    It is one of `indexes`, those of the home if they are not given. Every sentence's vector must
    be in the library. Raises IndexUnavailable or
    LibraryUnavailable, with the library as it was.
    """
    indexes = indexes or EmbeddedIndexes(home)
    was = generation = library.meta("generation") or ""
    if changes.touches_index:
        fit = library.meta("encoder") == shape.encoder and indexes.holds(was)
        base = was if fit else ""
        try:
            generation = _generation_with(indexes, library, changes, shape.encoder, base)
        except IndexAway:
            raise
        except IndexUnavailable:
            if not base:
                raise
            generation = _generation_with(indexes, library, changes, shape.encoder, "")
    meta = {
        "encoder": shape.encoder,
        "encoder_name": shape.encoder_name,
        "segmentation": shape.segmentation,
        "generation": generation,
    }
    library.commit(changes, meta=meta, report=report)
    indexes.sweep(generation, was)


def shape_of(library: Library) -> Shape:
    """What has shaped the library as it stands."""
    return Shape(
        encoder=library.meta("encoder") or "",
        encoder_name=library.meta("encoder_name") or "",
        segmentation=library.meta("segmentation") or "",
    )


def remove(home: Path, library: Library, source_id: str, indexes: Indexes | None = None) -> Source:
    """Take a source out of the library and return it as it was; the text is kept for an undo.

    Raises UnknownSource, LibraryBusy, and what `commit` raises.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with library.exclusive():
        source = library.source(source_id)
        changes = Changes(started=started, retire=(source.id,))
        commit(home, library, changes, shape_of(library), f"removed {source.id}", indexes)
    return source


def remake_index(library: Library, indexes: Indexes) -> str:
    """Build an index of all that the library holds and point at it; returns its name."""
    was, encoder = library.meta("generation") or "", library.meta("encoder") or ""
    name = _generation_with(indexes, library, Changes(started=""), encoder, "")
    library.set_generation(name)
    indexes.sweep(name, was)
    return name


def _generation_with(
    indexes: Indexes, library: Library, changes: Changes, encoder: str, base: str
) -> str:
    """A generation of the library after `changes`: `base` altered, or made from scratch."""
    current = library.passage_ids()
    touched = {*changes.retire, *(v.source for v in changes.add)}
    kept = {id: source for id, source in current.items() if source not in touched}
    added = {
        p.id: (v.source, [digest(text) for text in v.encoded(p)])
        for v in changes.add
        for p in v.passages
    }
    if not kept and not added:
        return ""
    titles = {source.id: source.title for source in library.sources()}
    retitled = {v.source for v in changes.add if titles.get(v.source, v.title) != v.title}
    fresh = {
        id: entry
        for id, entry in added.items()
        if current.get(id) != entry[0] or entry[0] in retitled  # a title is encoded, too
    }
    gone = [id for id in current if id not in kept and (id not in added or id in fresh)]
    if base and not gone and not fresh:
        return base  # only details changed: the same passages, the same vectors
    if not base or not indexes.copies or len(gone) + len(fresh) > len(kept):
        stored = library.passages(sorted(kept))
        fresh = {id: (p.source, sentence_digests(p)) for id, p in sorted(stored.items())} | added
        base, gone = "", []
    return indexes.build(
        was=library.meta("generation") or "",
        base=base or None,
        remove=gone,
        add={id: source for id, (source, _) in fresh.items()},
        vectors=_pooled(library, encoder, [keys for _, keys in fresh.values()]),
        contents=kept | {id: source for id, (source, _) in added.items()},
    )


def _pooled(library: Library, encoder: str, keys: Sequence[Sequence[bytes]]) -> NDArray[np.float32]:
    """One vector for each list of sentence digests, shape (len(keys), dimension)."""
    pooled = [np.zeros((0, 0), dtype=np.float32)] if not keys else []
    for start in range(0, len(keys), AT_ONCE):  # all at once, a million passages take gigabytes
        part = keys[start : start + AT_ONCE]
        known = library.vectors((key for listed in part for key in listed), encoder)
        if any(key not in known for listed in part for key in listed):
            raise IndexUnavailable(
                "the library lacks some vectors. Make them again: soundings ingest --rebuild"
            )
        pooled.append(np.stack([pool(stack(listed, known)) for listed in part]))
    return np.concatenate(pooled)
