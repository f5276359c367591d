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
MOST_BATCHES = 4  # that one person fills at the same time
KEPT = 6 * 3600.0  # seconds after which a batch that nobody has read is given up
NAME_CHARACTERS = 160
STALE = 24 * 3600  # seconds after which what a crash left is swept up


@dataclass(slots=True, kw_only=True)
class Batch:
    """Some files of a person's to be read together. `names` maps where each that is whole lies to
    what it is called, `coming` are the names of the others; `begun` counts all that were sent."""

    token: str
    folder: Path
    person: str
    names: dict[Path, str] = field(default_factory=dict)
    coming: set[str] = field(default_factory=set)
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

    def begin(self, person: str) -> Batch:
        """An empty batch. Where somebody fills too many, their oldest is given up."""
        self._sweep()
        theirs = [batch.token for batch in self._batches.values() if batch.person == person]
        for token in theirs[: 1 - MOST_BATCHES]:
            self.give_up(token)
        token = secrets.token_hex(16)
        folder = (self._place / token).resolve()
        try:
            folder.mkdir(parents=True, mode=0o700)
        except OSError as exc:
            raise UploadRefused(f"no place for files in {folder}: {exc.strerror or exc}") from exc
        self._batches[token] = Batch(token=token, folder=folder, person=person)
        return self._batches[token]

    def give_up(self, token: str) -> None:
        """Take away what there is of a batch that nobody has read."""
        if batch := self._batches.pop(token, None):
            batch.discard()

    def has(self, batch: Batch) -> bool:
        """Whether a batch is still being filled."""
        return batch.token in self._batches

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
        if name in batch.names.values() or name in batch.coming:
            raise UploadRefused("another of these files has the same name. Rename one of them")
        if len(batch.names) + len(batch.coming) >= MOST_FILES:
            raise UploadRefused(f"at most {MOST_FILES} files are taken at once. Add it afterwards")
        batch.begun += 1
        return Receiving(self, batch, batch.folder / f"{batch.begun:04d}{ending}", name)

    def _sweep(self) -> None:
        """Remove what earlier runs of the program left."""
        known = {batch.folder.name for batch in self._batches.values()}
        with contextlib.suppress(OSError):
            for folder in self._place.iterdir():
                old = time.time() - folder.stat().st_mtime > STALE
                if old and folder.name not in known:
                    shutil.rmtree(folder, ignore_errors=True)


class Receiving:
    """One file on its way in. Use as a context manager; it is one of its batch's only once all of
    it came, and before that batch is read."""

    def __init__(self, incoming: Incoming, batch: Batch, path: Path, name: str) -> None:
        self._incoming, self._batch, self._path, self._name = incoming, batch, path, name
        self._bytes = 0

    def __enter__(self) -> "Receiving":
        self._stream = self._path.open("xb")
        self._batch.coming.add(self._name)
        return self

    def write(self, part: bytes) -> None:
        """Some more of it. Raises UploadRefused where it is more than is taken."""
        self._bytes += len(part)
        self._batch.bytes += len(part)
        self._check_wanted()
        if self._bytes > self._incoming.most_bytes:
            raise UploadRefused(too_large(self._incoming.most_bytes))
        if self._batch.bytes > self._incoming.most_in_all:
            most = self._incoming.most_in_all // MEGABYTE
            raise UploadRefused(f"these files have more than {most:,} MB in all. Add fewer at once")
        self._stream.write(part)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._stream.close()
        self._batch.coming.discard(self._name)
        if kind is None and self._incoming.has(self._batch):
            self._batch.names[self._path] = self._name
            return
        self._batch.bytes -= self._bytes
        self._path.unlink(missing_ok=True)
        if kind is None:
            self._check_wanted()

    def _check_wanted(self) -> None:
        if not self._incoming.has(self._batch):
            raise UploadRefused("the files before this one are no longer here. Add them all again")


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
