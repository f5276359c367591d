"""The indexes in a home: a folder each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from vectorstore.index import Vectors, generation
from vectorstore.index.generation import Generation, index_folder


class EmbeddedIndexes:
    """`Indexes` of a home, in its folder `index`."""

    copies = True

    def __init__(self, home: Path) -> None:
        self._home = home

    def holds(self, name: str) -> bool:
        return name.startswith(generation.NAMED)

    def open(self, name: str) -> Generation:
        return Generation(index_folder(self._home) / name)

    def check(self, name: str) -> str:
        generation.check_files(index_folder(self._home) / name)
        return name

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
        return generation.build(
            self._home, base=base, remove=remove, add=add, vectors=vectors, contents=contents
        )

    def sweep(self, keep: str, was: str) -> None:
        generation.sweep(self._home, keep=[keep])
