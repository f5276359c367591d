"""A home filled by hand with a scripted encoder: real SQLite, real Chroma, no model."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vectorstore import Changes, Library, NewPassage, NewVersion, Sentence, Store
from vectorstore.library import FILE_NAME, digest
from vectorstore.writing import Shape, commit


class HashEncoder:
    """Equal texts get equal vectors, others nearly orthogonal ones; the line that gives a text its
    context counts for nothing."""

    fingerprint = "hash-1"

    def __init__(self) -> None:
        self.queries: list[str] = []

    def encode(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,
        progress: Callable[[int], None] | None = None,
        bulk: bool = False,
    ) -> NDArray[np.float32]:
        self.queries += texts if query else []
        words = [text.rsplit("\n", 1)[-1] for text in texts]
        seeds = [int.from_bytes(digest(each)[:8], "big") for each in words]
        rows = np.array([np.random.default_rng(seed).normal(size=64) for seed in seeds])
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit.astype(np.float32)


def version_of(source: str, text: str) -> NewVersion:
    """A version whose passages are the paragraphs of `text`, each of one sentence."""
    passages, start = [], 0
    for paragraph in text.split("\n\n"):
        end = start + len(paragraph)
        if paragraph:
            passages.append(
                NewPassage(
                    id="p" + digest(f"{text}:{start}").hex(),
                    start=start,
                    end=end,
                    heading="",
                    page=None,
                    sentences=(Sentence(start=start, end=end, kind="prose", block=len(passages)),),
                )
            )
        start = end + 2
    return NewVersion(
        source=source,
        title=source.title(),
        kind="txt",
        origin=f"/texts/{source}.txt",
        file_sha256=digest(text).hex(),
        text=text,
        headings=(),
        passages=tuple(passages),
    )


class Shelf:
    """A home that a test puts texts on and takes texts from."""

    def __init__(self, home: Path, library: Library | None = None) -> None:
        self.home = home
        self.library = library or Library.create(home / FILE_NAME)
        self.encoder = HashEncoder()
        self.announced: list[str] = []

    def change(self, *retire: str, **texts: str) -> None:
        """One commit: these sources go, these come with their texts."""
        versions = tuple(version_of(source, text) for source, text in texts.items())
        found = [text for v in versions for p in v.passages for text in v.encoded(p)]
        if found:
            self.library.put_vectors(
                [digest(text) for text in found], self.encoder.encode(found), "hash-1"
            )
        changes = Changes(
            started=datetime.now(UTC).isoformat(timespec="seconds"), add=versions, retire=retire
        )
        shape = Shape(encoder="hash-1", encoder_name="hash", segmentation="paragraphs")
        with self.library.exclusive():
            commit(self.home, self.library, changes, shape, "[]")

    def store(self) -> Store:
        return Store(self.home, self.library, self.encoder, self.announced.append)

    @property
    def generation(self) -> Path:
        return self.home / "index" / (self.library.meta("generation") or "none")


TEXTS = {
    "boats": "The red boat sails at dawn.\n\nThe blue boat sails at dusk.",
    "trees": "An oak grows slowly. 🌳\n\nA birch grows cafe\u0301 au lait bark.",
}


@pytest.fixture
def empty_shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home")


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two sources of two passages each. Copied, never written to."""
    home = tmp_path_factory.mktemp("shelf") / "home"
    Shelf(home).change(**TEXTS)
    return home


@pytest.fixture
def shelf(filled_home: Path, tmp_path: Path) -> Shelf:
    """A copy of the filled home, to be written to."""
    import shutil

    shutil.copytree(filled_home, tmp_path / "home")
    return Shelf(tmp_path / "home")


@pytest.fixture
def texts() -> dict[str, str]:
    return TEXTS
