"""A home in one ZIP file, and a home made of it again.

Databases are copied by SQLite's own backup, so that each is whole though others write to it.
The vector index is left out: it is made again from the vectors that the library keeps.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from pydantic import TypeAdapter

from vectorstore.database.embedded import LOCK_NAME, writing
from vectorstore.encoder import sha256_of
from vectorstore.errors import BackupUnreadable, BackupUnwritable, HomeNotEmpty, LibraryUnavailable
from vectorstore.index.embedded import EmbeddedIndexes
from vectorstore.index.generation import index_folder
from vectorstore.library import FILE_NAME, Library
from vectorstore.writing import remake_index

MANIFEST = "backup.json"
FORM = 1  # of the file; raise it where an older program could not restore it
DATABASES = (".sqlite", ".sqlite3")
PASSING = ("-wal", "-shm", "-journal")  # what SQLite keeps beside a database while it is open
# Left out, as is what is hidden. A session that has ended meanwhile must not come back.
LEFT = ("incoming", "models", "sessions.sqlite", LOCK_NAME, LOCK_NAME + ".holder")
MOST_TOLD = 64 << 20  # bytes of the list of what a backup holds
STAGING = ".restoring"
PIECE = 1 << 20  # bytes
UNZIPPING = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)  # what a damaged file raises


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds. `files` are the sha256 digests of its files by their path in the home,
    `library` the fingerprint of its library, None where the home had none."""

    form: int = FORM
    made: str
    library: str | None
    files: Mapping[str, str]


def backup(home: Path, file: Path) -> Contents:
    """Write what `home` keeps into `file`, which only its owner may read.

    Others may read and write the home meanwhile. Raises BackupUnwritable, with nothing of the
    file left behind.
    """
    file, home = file.absolute(), home.absolute()
    if not home.is_dir() or not any(home.iterdir()):
        raise BackupUnwritable(f"{home} holds nothing to back up. Name the home: --home DIR")
    if file.is_relative_to(home):
        raise BackupUnwritable(f"{file} lies in the home itself. Name a file elsewhere.")
    if file.exists():
        raise BackupUnwritable(f"{file} is there already. Name another file, or move it away.")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{file.name}-", dir=file.parent) as place:
            contents = _write(home, Path(place))
            (Path(place) / "whole").replace(file)
    except (OSError, sqlite3.Error) as exc:
        raise BackupUnwritable(f"cannot write {file}: {exc}. The home is as it was.") from exc
    return contents


def restore(file: Path, home: Path) -> Contents:
    """Make `home`, which must be empty, what it was when `file` was written.

    Everything is checked before anything of it is to be seen, and the library comes last: a run
    that was stopped is begun again by the same command. Raises BackupUnreadable and HomeNotEmpty.
    """
    staging = home / STAGING
    if home.exists() and not _may_be_filled(home):
        raise HomeNotEmpty(
            f"{home} is in use, and nothing was restored. Name an empty one: "
            "soundings --home DIR restore FILE"
        )
    try:
        contents = _opened(file)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with writing(home):
            shutil.rmtree(staging, ignore_errors=True)
            staging.mkdir(mode=0o700)
            try:
                _unpack(file, contents, staging)
                _check_library(staging, contents.library)
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
            _settle(staging, home)
    except OSError as exc:
        raise BackupUnreadable(f"cannot restore {file} to {home}: {exc}") from exc
    return contents


def kept_files(home: Path) -> Iterator[tuple[str, Path]]:
    """What is backed up of a home: paths in it, and where each lies."""
    for path in sorted(home.rglob("*")):
        name = path.relative_to(home).as_posix()
        if _is_kept(name) and path.is_file() and not path.is_symlink():
            yield name, path


def _is_kept(name: str) -> bool:
    """Whether a path in a home is one of what is backed up."""
    parts = PurePosixPath(name).parts
    left = {index_folder(Path()).name, *LEFT}
    hidden = any(part.startswith(".") for part in parts)
    return bool(parts) and parts[0] not in left and not hidden and not name.endswith(PASSING)


def _write(home: Path, place: Path) -> Contents:
    """Make the file `whole` in `place`."""
    digests, fingerprint = {}, None
    whole = place / "whole"
    whole.touch(mode=0o600)
    with (
        whole.open("wb") as stream,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name, path in kept_files(home):
            copy = place / "copy"
            copy.unlink(missing_ok=True)
            try:
                (_copy_database if path.suffix in DATABASES else shutil.copyfile)(path, copy)
            except FileNotFoundError:  # it was there a moment ago
                continue
            if name == FILE_NAME:
                fingerprint = Library(copy).fingerprint
            digests[name] = sha256_of(copy)
            archive.write(copy, name)
        contents = Contents(
            made=datetime.now(UTC).isoformat(timespec="seconds"),
            library=fingerprint,
            files=digests,
        )
        archive.writestr(MANIFEST, json.dumps(asdict(contents), indent=1))
        archive.close()
        stream.flush()
        os.fsync(stream.fileno())
    return contents


def _copy_database(path: Path, copy: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(path.as_uri() + "?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, whatever the original has


def _may_be_filled(home: Path) -> bool:
    """Whether nobody uses this home: it is empty, or its restoring was stopped halfway."""
    if not home.is_dir():
        return False
    names = {path.name for path in home.iterdir()} - set(LEFT)
    return not names or (STAGING in names and FILE_NAME not in names)


def _opened(file: Path) -> Contents:
    """What a backup says that it holds. Raises BackupUnreadable."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > MOST_TOLD:
                raise ValueError("its list is too long")
            contents = TypeAdapter(Contents).validate_json(archive.read(MANIFEST))
            names = {*contents.files, MANIFEST}
            if contents.form > FORM:
                raise BackupUnreadable(
                    f"{file} was made by a newer version of this program. Restore it with that one."
                )
            if names != set(archive.namelist()) or not all(map(_is_restored, names)):
                raise ValueError("it does not hold the files that it names")
            if (FILE_NAME in names) != (contents.library is not None):
                raise ValueError("it does not say which library it holds")
            return contents
    except FileNotFoundError as exc:
        raise BackupUnreadable(f"there is no file {file}") from exc
    except (*UNZIPPING, KeyError, ValueError) as exc:
        raise BackupUnreadable(
            f"{file} is no whole file of `soundings backup`. Nothing was restored."
        ) from exc


def _is_restored(name: str) -> bool:
    """Whether a path of the archive leads to a place in the home, and to one that a backup has: an
    index from elsewhere, for one, is opened by nobody."""
    return _is_kept(name) and not PurePosixPath(name).is_absolute() and not {*name} & {"\\", ":"}


def _unpack(file: Path, contents: Contents, staging: Path) -> None:
    """Write the archive's files, each compared with its digest. Raises BackupUnreadable."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check_room(file, archive, staging)
            for name, digest in contents.files.items():
                target = staging / name
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                found = hashlib.sha256()
                target.touch(mode=0o600, exist_ok=False)
                with archive.open(name) as packed, target.open("wb") as stream:
                    while piece := packed.read(PIECE):
                        found.update(piece)
                        stream.write(piece)
                    os.fsync(stream.fileno())
                if found.hexdigest() != digest:
                    raise ValueError(f"{name} is not what was backed up")
    except (*UNZIPPING, ValueError) as exc:
        raise BackupUnreadable(f"{file} is damaged: {exc}. Nothing was restored.") from exc


def _check_room(file: Path, archive: zipfile.ZipFile, staging: Path) -> None:
    """A few bytes of an archive may be terabytes of a file. Raises BackupUnreadable."""
    most, room = sum(i.file_size for i in archive.infolist()), shutil.disk_usage(staging).free
    if most > room:
        raise BackupUnreadable(
            f"{file} holds {most / 1e6:,.0f} MB, and there is room for {room / 1e6:,.0f} MB. "
            "Nothing was restored."
        )


def _check_library(staging: Path, fingerprint: str | None) -> None:
    """The library as it was, if there was one, with an index made anew. Raises
    BackupUnreadable."""
    if fingerprint is None:
        return
    try:
        library = Library(staging / FILE_NAME)
        remake_index(library, EmbeddedIndexes(staging))
        found = library.fingerprint
    except LibraryUnavailable as exc:
        raise BackupUnreadable(f"the library of this backup cannot be opened: {exc}") from exc
    if found != fingerprint:
        raise BackupUnreadable(
            f"the library of this backup is '{found}' and should be '{fingerprint}'. "
            "Nothing was restored."
        )


def _settle(staging: Path, home: Path) -> None:
    """Move everything to its place, the library last."""
    for path in sorted(staging.iterdir(), key=lambda path: path.name == FILE_NAME):
        target = home / path.name
        if target.is_dir():
            shutil.rmtree(target)
        path.replace(target)
    staging.rmdir()
