"""Servers for these tests, and homes whose tables are on them."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eval.bench.servers import Chroma, Postgres, programs
from tests.conftest import settings_of
from tests.vectorstore.conftest import HashEncoder, version_of
from vectorstore import Changes, Library, Settings
from vectorstore.library import digest


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    installed = programs()
    if installed is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    # Not under pytest's own folder, which nobody but its owner may enter
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        started = Postgres(Path(folder), installed)
        yield started
        started.stop()


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    started = Chroma(tmp_path_factory.mktemp("chroma"))
    yield started
    started.stop()


def put(library: Library, *retire: str, **texts: str) -> None:
    """One commit, as `Shelf.change` has it, with no index: that is for others to test."""
    versions = tuple(version_of(source, text) for source, text in texts.items())
    found = [text for version in versions for p in version.passages for text in version.encoded(p)]
    meta = {"encoder": "hash-1", "encoder_name": "hash", "segmentation": "paragraphs"}
    with library.exclusive():
        if found:
            vectors = HashEncoder().encode(found)
            library.put_vectors([digest(text) for text in found], vectors, "hash-1")
        changes = Changes(started="2026-01-01", add=versions, retire=retire)
        library.commit(changes, meta=meta, report="[]")


@pytest.fixture
def served(postgres: Postgres, tmp_path: Path) -> Callable[..., Settings]:
    """The settings of a home of this name whose tables are in one database of the test's own."""
    url = postgres.empty("test")

    def of(name: str = "home", **environ: str) -> Settings:
        return settings_of(tmp_path / name, {"SOUNDINGS_LIBRARY": url, **environ})

    return of
