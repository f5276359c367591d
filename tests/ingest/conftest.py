"""What the ingest tests share: a folder of small texts, and homes made from it once."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest import IngestSettings, Report, ingest
from vectorstore import Library, Settings, StoreSettings, load_settings
from vectorstore.library import FILE_NAME, digest

TEXTS = {
    "boats.txt": "The red boat sails at dawn. The blue boat sails at dusk.",
    "trees.md": "---\ntitle: On trees\n---\n# Trees\n\nAn oak grows slowly. A birch grows fast.\n",
    "birds.jsonl": '{"id": "wren", "title": "Wrens", "text": "A wren sings loudly."}\n'
    '{"id": "owl", "text": "An owl hoots at night."}\n',
}


class HashEncoder:
    """Equal texts get equal vectors, whatever line of context stands before them; what it was asked
    to encode is in `asked`."""

    fingerprint = "hash-1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,
        progress: Callable[[int], None] | None = None,
        bulk: bool = False,
    ) -> NDArray[np.float32]:
        self.asked += texts
        words = [text.rsplit("\n", 1)[-1] for text in texts]
        seeds = [int.from_bytes(digest(each)[:8], "big") for each in words]
        rows = np.array([np.random.default_rng(seed).normal(size=32) for seed in seeds])
        if progress is not None:
            progress(len(texts))
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit.astype(np.float32)


class Desk:
    """A home and a folder of documents, with a scripted encoder unless asked otherwise."""

    def __init__(self, place: Path) -> None:
        self.home = place / "home"
        self.folder = place / "texts"
        self.encoder = HashEncoder()

    def settings(self, **environ: str) -> Settings:
        kinds = {"vectorstore": StoreSettings, "ingest": IngestSettings}
        return load_settings(kinds, home=str(self.home), environ=environ)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def ingest(self, *names: str, **options: object) -> Report:
        paths = [self.folder / name for name in names] or [self.folder]
        return ingest(self.settings(), paths, **options)  # type: ignore[arg-type]

    @property
    def library(self) -> Library:
        return Library(self.home / FILE_NAME)

    def state(self) -> dict[str, object]:
        """All that a commit could change."""
        library = self.library
        held = {s.id: (s, library.text(s.id), library.passages_of(s.id)) for s in library.sources()}
        index = sorted(f.name for f in (self.home / "index").iterdir())
        return {"fingerprint": library.fingerprint, "index": index, "held": held}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> HashEncoder:
    """The job gets a scripted encoder in place of the real one."""
    encoder = HashEncoder()
    for where in ("job", "restore"):
        monkeypatch.setattr(f"ingest.{where}.open_encoder", lambda *_, **__: encoder)
    return encoder


@pytest.fixture(scope="session")
def made_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home and its folder, ingested once. Copied, never written to."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    for name, text in TEXTS.items():
        desk.write(name, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.job.open_encoder", lambda *_, **__: desk.encoder)
        desk.ingest()
    return desk.home.parent


@pytest.fixture
def desk(made_desk: Path, tmp_path: Path, scripted: HashEncoder) -> Desk:
    """A home that was filled from the folder as it stands, to be changed at will.

    It stands where the first one stood, as far as the library is concerned.
    """
    place = tmp_path / "desk"
    shutil.copytree(made_desk, place)
    desk = Desk(place)
    desk.encoder = scripted
    import sqlite3

    connection = sqlite3.connect(desk.home / FILE_NAME)
    connection.execute(
        "UPDATE version SET origin = replace(origin, ?, ?)", (str(made_desk), str(place))
    )
    connection.commit()
    connection.close()
    return desk


@pytest.fixture
def empty_desk(tmp_path: Path, scripted: HashEncoder) -> Desk:
    """Nothing ingested yet."""
    desk = Desk(tmp_path)
    desk.encoder = scripted
    desk.folder.mkdir()
    return desk
