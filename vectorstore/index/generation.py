"""The embedded Chroma index, in generations.

Embedded Chroma overwrites its files in place and breaks for good when its writer is killed
(chroma issues 7510 and 7238). So no index folder that answers depend on is ever written: a
generation is built aside by a process of its own, probed by another (a broken index may crash
whoever opens it), and renamed to its name. The library's commit then points at it.

Where processes can be forked, the builder is a fork of the one that probes, taken before either
has opened anything: chromadb is loaded once for both, which is most of what a small change costs.
"""

import contextlib
import ctypes
import functools
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.encoder import sha256_of
from vectorstore.errors import IndexUnavailable
from vectorstore.index import Vectors, probe

COLLECTION = "passages"
NAMED = "gen-"  # what every name begins with
MANIFEST = "manifest.json"
BATCH = 5_000  # Chroma takes at most 5,461 records at once
PAGE = 30_000  # records that it is asked for at once: SQLite takes at most 32,766
# Cosine space, and a search wide enough that small libraries are searched exactly, and large ones
# nearly (docs/operations.md, "How it grows"). One thread builds the graph, so that the same
# passages give the same graph. Every batch is synced: what is still in Chroma's own log is put into
# the vector files by whoever opens them.
HNSW = {
    "space": "cosine",
    "ef_construction": 400,
    "ef_search": 4_096,
    "max_neighbors": 48,
    "num_threads": 1,
    "batch_size": 2,
    "sync_threshold": 2,
}
_FORKS = sys.platform == "linux"  # elsewhere a fork of a process with threads is not safe


class Generation:
    """One finished generation, opened for search. Similarity is cosine, in [-1, 1]."""

    def __init__(self, folder: Path) -> None:
        """Open the generation in `folder` after checking it. Raises IndexUnavailable."""
        manifest = check_files(folder)
        self.name = folder.name
        self.failed = False
        with translated(f"cannot open the index in {folder}"):
            self._client = open_client(folder)
            try:
                self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
                self._check(folder, manifest)
            except BaseException:
                self._client.close()  # else Chroma hands the broken one out again
                raise
        _give_back()

    def _check(self, folder: Path, manifest: Mapping[str, Any]) -> None:
        """Compare what Chroma's SQLite file holds with what was built, and load the graph.

        Once loaded, the graph is searched in memory. A writer renames a folder before deleting
        it, so one that still has its name now was whole while it was loaded.
        """
        contents: dict[str, str] = {}
        for start in range(0, self._collection.count(), PAGE):
            page = self._collection.get(limit=PAGE, offset=start, include=["metadatas"])
            sources = (metadata.get("source") for metadata in page["metadatas"])
            contents |= zip(page["ids"], sources, strict=True)
        if contents_digest(contents) != manifest["contents"]:
            raise IndexUnavailable(
                f"the index in {folder} is damaged: it does not hold the passages it was built of."
            )
        if contents:
            first = self._collection.get(limit=1, include=["embeddings"])
            self._collection.query(query_embeddings=first["embeddings"], n_results=1, include=[])
        if not folder.is_dir():
            raise IndexUnavailable(f"the index in {folder} was removed while it was opened.")

    def search(
        self, query: Vectors, limit: int, sources: Sequence[str] | None = None
    ) -> dict[str, float]:
        """Passage id → similarity of the passages nearest to a unit vector, best first.

        `sources` narrows the search to these source ids. Raises IndexUnavailable, after which
        the generation is `failed` and to be opened again.
        """
        if sources is not None and not sources:
            return {}
        where = None if sources is None else {"source": {"$in": list(sources)}}
        try:
            with translated(f"cannot search the index {self.name}"):
                answer = self._collection.query(
                    query_embeddings=query[np.newaxis, :],
                    n_results=limit,
                    where=where,
                    include=["distances"],
                )
        except IndexUnavailable:
            self.failed = True
            raise
        distances = answer["distances"][0]
        return {
            found: 1.0 - float(distance)
            for found, distance in zip(answer["ids"][0], distances, strict=True)
        }

    def close(self) -> None:
        self._client.close()


def _give_back() -> None:
    """Give back to the system what only opening took: a tenth of the memory that is held."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)  # other C libraries than GNU's have none


def build(
    home: Path,
    *,
    base: str | None,
    remove: Sequence[str],
    add: Mapping[str, str],
    vectors: Vectors,
    contents: Mapping[str, str],
) -> str:
    """Build, probe and name a new generation, and return its name.

    The new one is a copy of `base` (or empty) without the passages of `remove`, plus those of
    `add` (passage id → source id) with their `vectors` of shape (len(add), dimension); it must
    end with `contents` (passage id → source id) exactly. Raises IndexUnavailable, leaving
    nothing behind.
    """
    index = index_folder(home)
    try:
        index.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".building-", dir=index))
    except OSError as exc:
        raise IndexUnavailable(f"cannot make an index in {index}: {exc}") from exc
    try:
        np.save(work / "vectors.npy", np.ascontiguousarray(vectors, dtype=np.float32))
        order = {
            "add": dict(add),
            "remove": list(remove),
            "contents": contents_digest(contents),
        }
        (work / "order.json").write_text(json.dumps(order), encoding="utf-8")
        folder = work / "generation"
        if base is None:
            folder.mkdir()
        else:
            check_files(index / base)
            shutil.copytree(index / base, folder)
            (folder / MANIFEST).unlink()
        for step in ("make",) if _FORKS else ("build", "probe"):
            _run(step, work)
        name = NAMED + secrets.token_hex(6)  # never one that an open reader may know already
        folder.rename(index / name)
        _sync_folder(index)
        return name
    except OSError as exc:
        raise IndexUnavailable(f"cannot build the index in {index}: {exc}") from exc
    finally:
        shutil.rmtree(work, ignore_errors=True)


def sweep(home: Path, keep: Sequence[str]) -> None:
    """Remove generations other than `keep`, and what an interrupted build left.

    What is in the way (a reader on Windows holds its files) is left to the next sweep.
    """
    index = index_folder(home)
    with contextlib.suppress(OSError):
        for folder in sorted(index.iterdir()):
            if folder.name in keep:
                continue
            doomed = folder
            if not folder.name.startswith("."):  # see Generation._check
                with contextlib.suppress(OSError):
                    doomed = folder.rename(index / f".gone-{folder.name}")
            shutil.rmtree(doomed, ignore_errors=True)


def index_folder(home: Path) -> Path:
    return home / "index"


def check_files(folder: Path) -> dict[str, Any]:
    """Compare the vector files with the digests taken when they were built; the manifest.

    A damaged file can crash the process that opens it, so it is found before. Opening a
    generation touches Chroma's SQLite file, so what that holds is compared instead, by whoever
    opens it. Raises IndexUnavailable.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name, expected in manifest["files"].items():
            if sha256_of(folder / name) != expected:
                raise IndexUnavailable(f"the index in {folder} is damaged: {name} has changed.")
        if not (folder / "chroma.sqlite3").is_file():
            raise IndexUnavailable(f"the index in {folder} is damaged: chroma.sqlite3 is gone.")
        if not isinstance(manifest["contents"], str):
            raise IndexUnavailable(f"the index in {folder} is damaged: {MANIFEST} has changed.")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise IndexUnavailable(f"the index in {folder} is missing or damaged: {exc}") from exc
    return manifest


def contents_digest(contents: Mapping[str, str]) -> str:
    """A digest of passage id → source id, in whatever order."""
    return hashlib.sha256(json.dumps(sorted(contents.items())).encode()).hexdigest()


def _write_manifest(folder: Path, contents: str) -> None:
    # Without this file (a single passage) Chroma reads its log alone and rewrites the others.
    synced = [file.parent for file in folder.glob("*/index_metadata.pickle")]
    files = {
        file.relative_to(folder).as_posix(): sha256_of(file)
        for file in sorted(folder.glob("*/*"))
        if file.is_file() and file.parent in synced
    }
    with (folder / MANIFEST).open("w", encoding="utf-8") as stream:
        json.dump({"files": files, "contents": contents}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _run(step: str, work: Path) -> None:
    """Run one step of a build in a process of its own; its crash is our error."""
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-c", _CHILD, root, step, str(work)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # which closes when this process ends, however it does
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        cwd=work,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        code = process.wait()
    if code != 0:
        lines = said.strip().splitlines() or [f"exit status {code}"]
        if code < 0:
            lines.append(f"killed by {signal.Signals(-code).name}")
        raise IndexUnavailable(f"the index could not be made ({step}): {lines[-1]}")


_CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from vectorstore.index.generation import child, end_with_the_starter
end_with_the_starter()
child(sys.argv[2], Path(sys.argv[3]))
"""


def child(step: str, work: Path) -> None:
    """The body of the processes that `build` starts."""
    order = json.loads((work / "order.json").read_text(encoding="utf-8"))
    vectors = np.load(work / "vectors.npy", mmap_mode="r")
    folder = work / "generation"
    if step == "make":
        import chromadb  # noqa: F401  # once, for the fork too

        _in_a_fork(lambda: _build(folder, order, vectors))
    if step == "build":
        _build(folder, order, vectors)
    else:
        opened = Generation(folder)
        probe(opened, vectors)
        opened.close()


def end_with_the_starter() -> None:
    """End this process and its forks when the one that ordered the build is no more, so that a
    killed run's builder does not go on writing into a folder that the next run sweeps away."""

    def watch() -> None:
        os.read(0, 1)  # nothing is ever sent: it returns when the other end is closed
        os._exit(1)

    def begin() -> None:
        threading.Thread(target=watch, daemon=True).start()

    begin()
    if _FORKS:
        os.register_at_fork(after_in_child=begin)


def _in_a_fork(work: Callable[[], None]) -> None:
    """Do the work in a copy of this process. Where that fails, so does this one, as it did."""
    copy = os.fork()
    if copy == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1])
    if code < 0:
        raise SystemExit(f"the builder was killed by {signal.Signals(-code).name}")
    if code > 0:  # it has said why
        os._exit(code)


def _build(folder: Path, order: Mapping[str, Any], vectors: Vectors) -> None:
    client = open_client(folder)
    collection = client.get_or_create_collection(
        COLLECTION, embedding_function=None, configuration={"hnsw": HNSW}
    )
    # A copy has what it was made with
    collection.modify(configuration={"hnsw": {"ef_search": HNSW["ef_search"]}})
    for start in range(0, len(order["remove"]), BATCH):
        collection.delete(ids=order["remove"][start : start + BATCH])
    ids, sources = list(order["add"]), list(order["add"].values())
    for start in range(0, len(ids), BATCH):
        stop = start + BATCH
        collection.upsert(
            ids=ids[start:stop],
            embeddings=np.array(vectors[start:stop]),
            metadatas=[{"source": source} for source in sources[start:stop]],
        )
    client.close()
    _sync(folder)
    _write_manifest(folder, order["contents"])


def open_client(folder: Path) -> Any:
    """An embedded Chroma client that sends nothing, whatever `.env` or the environment says."""
    import chromadb

    settings = settings_class()(
        anonymized_telemetry=False,
        is_persistent=True,
        persist_directory=str(folder),
    )
    return chromadb.PersistentClient(path=str(folder), settings=settings)


@functools.cache  # two clients of one folder must agree on their settings, class included
def settings_class() -> Any:
    """Chroma's settings, read from nothing but what is given."""
    from chromadb.config import Settings

    class GivenSettings(Settings):  # type: ignore[misc, unused-ignore]
        @classmethod
        def settings_customise_sources(cls, _: Any, init_settings: Any, **__: Any) -> Any:
            return (init_settings,)

    return GivenSettings


@contextlib.contextmanager
def translated(what: str) -> Iterator[None]:
    """Chroma raises its own, SQLite's and bare Rust errors: all become ours, cause kept."""
    try:
        yield
    except IndexUnavailable:
        raise
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as exc:  # a panic of the Rust half is not an Exception
        raise IndexUnavailable(f"{what}: {exc}") from exc
