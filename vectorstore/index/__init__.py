"""The vector index, made from the library and pointed at by it: in the home, or on a server.

An index has a name, is whole when it gets it, and is never written to again: what changes is built
beside it, and the library's commit points there.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import IndexUnavailable

PROBES = 20
FOUND = 0.999  # a vector's similarity to itself, at least

Vectors = NDArray[np.float32]


class OpenIndex(Protocol):
    """One finished index, opened for search."""

    name: str
    failed: bool

    def search(
        self, query: Vectors, limit: int, sources: Sequence[str] | None = None
    ) -> dict[str, float]:
        """Passage id → cosine similarity of the passages nearest to a unit vector, best first;
        of these sources alone where some are named. Raises IndexUnavailable, after which this
        index is `failed` and to be opened again."""

    def close(self) -> None:
        """Nobody searches it any more."""


class Indexes(Protocol):
    """Where the indexes of one library are."""

    copies: bool  # whether a new one is a copy of the last one with a change, or made from nothing

    def holds(self, name: str) -> bool:
        """Whether an index of this name is one of this place's."""

    def open(self, name: str) -> OpenIndex:
        """Raises IndexUnavailable where it is gone or damaged, IndexAway where nobody can tell."""

    def check(self, name: str) -> str:
        """What is well with an index, in words. Raises as `open` does."""

    def build(
        self,
        *,
        was: str,
        base: str | None,
        remove: Sequence[str],
        add: Mapping[str, str],
        vectors: Vectors,
        contents: Mapping[str, str],
    ) -> str:
        """Build, probe and name a new index, and return its name.

        It is a copy of `base` (or empty) without the passages of `remove`, plus those of `add`
        (passage id → source id) with their `vectors` of shape (len(add), dimension); it must end
        with `contents` (passage id → source id) exactly. `was` is the one before it. Raises
        IndexUnavailable, leaving nothing that anybody would open.
        """

    def sweep(self, keep: str, was: str) -> None:
        """Remove this library's indexes but `keep`, and what an interrupted build left. `was` is
        the one that it pointed at before."""


def probe(index: OpenIndex, vectors: Vectors) -> None:
    """Ask a new index for some of the vectors that it must hold. Its search is approximate: among
    hundreds that are almost alike it may pass one over, but never most. Raises IndexUnavailable."""
    asked = range(0, len(vectors), max(1, len(vectors) // PROBES))
    similar = [index.search(np.array(vectors[place]), 10).values() for place in asked]
    if sum(max(found, default=0.0) >= FOUND for found in similar) < len(asked) / 2:
        raise IndexUnavailable("vectors that were stored are not found")
