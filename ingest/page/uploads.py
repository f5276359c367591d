"""Files that a browser sends: kept in a folder of the home until they are read.

A name that came with a file is a name and nothing more: the file lies under a number, with one of
the endings that are read.
"""

import contextlib
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingest.documents import one_line
from ingest.errors import UploadRefused
from ingest.plan import UPLOADED
from ingest.readers import KINDS
from ingest.settings import MEGABYTE, IngestSettings

FOLDER = "incoming"
MOST_FILES = 500
MOST_BATCHES = 8  # that are being filled at the same time
NAME_CHARACTERS = 160
STALE = 24 * 3600  # seconds after which what a crash left is swept up


@dataclass(slots=True, kw_only=True)
class Batch:
    """Some files to be read together. `names` maps where each lies to what it is called; `begun`
    counts all that were sent, also those that did not arrive."""

    token: str
    folder: Path
    names: dict[Path, str] = field(default_factory=dict)
    bytes: int = 0
    begun: int = 0

    def discard(self) -> None:
        """Take the files away."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Incoming:
    """The batches that are being filled. Use from one thread at a time."""

    def __init__(self, home: Path, settings: IngestSettings) -> None:
        self._place = home / FOLDER
        self._batches: dict[str, Batch] = {}
        self.most_bytes = settings.upload_file_bytes
        self.most_in_all = settings.upload_bytes

    def begin(self) -> Batch:
        """An empty batch. Where too many are being filled, the oldest is given up."""
        self._sweep()
        while len(self._batches) >= MOST_BATCHES:
            self.take(next(iter(self._batches))).discard()
        token = secrets.token_hex(16)
        folder = (self._place / token).resolve()
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as exc:
            raise UploadRefused(f"no place for files in {folder}: {exc.strerror or exc}") from exc
        self._batches[token] = Batch(token=token, folder=folder)
        return self._batches[token]

    def take(self, token: str) -> Batch:
        """A batch that is full, which is no longer kept here. Raises UploadRefused."""
        batch = self._batches.pop(token, None)
        if batch is None:
            raise UploadRefused("these files are no longer here. Add them again")
        return batch

    def receive(self, token: str, sent_as: str) -> "Receiving":
        """The place for one file. Raises UploadRefused for what will not be read."""
        batch = self._batches.get(token)
        if batch is None:
            raise UploadRefused("the files before this one are no longer here. Add them all again")
        name = safe_name(sent_as)
        ending = PurePosixPath(name).suffix.lower()
        if ending not in KINDS:
            raise UploadRefused(f"files of this kind are not read ({', '.join(KINDS)} are)")
        if name in batch.names.values():
            raise UploadRefused("another of these files has the same name. Rename one of them")
        if len(batch.names) >= MOST_FILES:
            raise UploadRefused(f"at most {MOST_FILES} files are taken at once. Add it afterwards")
        batch.begun += 1
        path = batch.folder / f"{batch.begun:04d}{ending}"
        batch.names[path] = name
        return Receiving(self, batch, path)

    def _sweep(self) -> None:
        """Remove what earlier runs of the program left."""
        known = {batch.folder.name for batch in self._batches.values()}
        with contextlib.suppress(OSError):
            for folder in self._place.iterdir():
                old = time.time() - folder.stat().st_mtime > STALE
                if old and folder.name not in known:
                    shutil.rmtree(folder, ignore_errors=True)


class Receiving:
    """One file on its way in. Use as a context manager; it stays only where all of it came."""

    def __init__(self, incoming: Incoming, batch: Batch, path: Path) -> None:
        self._incoming, self._batch, self._path = incoming, batch, path
        self._bytes = 0

    def __enter__(self) -> "Receiving":
        self._stream = self._path.open("xb")
        return self

    def write(self, part: bytes) -> None:
        """Some more of it. Raises UploadRefused where it is more than is taken."""
        self._bytes += len(part)
        self._batch.bytes += len(part)
        if self._bytes > self._incoming.most_bytes:
            raise UploadRefused(too_large(self._incoming.most_bytes))
        if self._batch.bytes > self._incoming.most_in_all:
            most = self._incoming.most_in_all // MEGABYTE
            raise UploadRefused(f"these files have more than {most:,} MB in all. Add fewer at once")
        self._stream.write(part)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stream.close()
        if kind is not None:
            self._batch.bytes -= self._bytes
            self._batch.names.pop(self._path, None)
            self._path.unlink(missing_ok=True)


def too_large(most_bytes: int) -> str:
    return (
        f"the file has more than {most_bytes // MEGABYTE:,} MB, which is the most a file may have"
    )


def safe_name(sent_as: str) -> str:
    """What a file is called, from whatever a browser says: one line, no folders, not too long."""
    last = sent_as.replace("\\", "/").rsplit("/", 1)[-1]
    name = PurePosixPath(one_line(last).strip(". ") or "document")
    return name.stem[: NAME_CHARACTERS - len(name.suffix)].strip() + name.suffix


def file_of(origin: str, names: Mapping[Path, str]) -> str:
    """Which of the files a line of a report is about: its name, or the origin as it is."""
    said = origin.removeprefix(UPLOADED)
    return next((n for n in names.values() if said == n or said.startswith(f"{n}#")), said)
