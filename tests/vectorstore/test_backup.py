"""A home in one file, and a home made of it again."""

import contextlib
import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from soundings import main
from tests.vectorstore.conftest import Shelf
from vectorstore import Query, Store
from vectorstore.errors import BackupUnreadable, BackupUnwritable, HomeNotEmpty
from vectorstore.library import FILE_NAME, Library
from vectorstore.moving import backup, restore
from vectorstore.moving.backup import MANIFEST, STAGING
from web.identity.sessions import FILE_NAME as LOGINS


@pytest.fixture
def kept(shelf: Shelf) -> Shelf:
    """A home with sources, settings, a run, and what does not belong into a backup."""
    (shelf.home / "soundings.toml").write_text("[assistant]\n")
    for name in ("runs/1/report.md", "models/large.gguf", "incoming/a.pdf", ".hidden/x", LOGINS):
        (shelf.home / name).parent.mkdir(parents=True, exist_ok=True)
        (shelf.home / name).write_text(name)
    return shelf


@pytest.fixture
def file(kept: Shelf, tmp_path: Path) -> Path:
    backup(kept.home, tmp_path / "kept.zip")
    return tmp_path / "kept.zip"


def files_of(home: Path) -> set[str]:
    return {p.relative_to(home).as_posix() for p in home.rglob("*") if p.is_file()}


def test_a_home_that_was_restored_finds_the_same(kept: Shelf, file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    restore(file, there)
    assert Library(there / FILE_NAME).fingerprint == kept.library.fingerprint
    query = Query(text="The red boat sails at dawn.")
    before, after = (
        Store(path, Library(path / FILE_NAME), kept.encoder, print).searcher.search(query, 3).hits
        for path in (kept.home, there)
    )
    assert before == after and before
    own = {name for name in files_of(there) if not name.startswith("index/")}
    assert own == {FILE_NAME, "soundings.toml", "runs/1/report.md", "writing.lock"}


def test_only_its_owner_may_read_it(file: Path, tmp_path: Path) -> None:
    restore(file, tmp_path / "there")
    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "there" / FILE_NAME).stat().st_mode & 0o077 == 0


@contextlib.contextmanager
def pairs_written(database: Path) -> Iterator[list[int]]:
    """Somebody writes two rows at a time, again and again; yields the count of pairs."""
    done, stop = [0], threading.Event()
    with contextlib.closing(sqlite3.connect(database)) as made:
        made.execute("CREATE TABLE pairs (number INTEGER, filling TEXT)")

    def write() -> None:
        with contextlib.closing(sqlite3.connect(database, timeout=30)) as connection:
            while not stop.is_set():
                with connection:
                    for _ in range(2):
                        connection.execute("INSERT INTO pairs VALUES (?, ?)", (done[0], "x" * 5000))
                done[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield done
    finally:
        stop.set()
        writer.join()


def test_what_is_being_written_is_backed_up_whole(kept: Shelf, tmp_path: Path) -> None:
    with pairs_written(kept.home / "conversations.sqlite") as done:
        for number in range(2):
            while done[0] < 20 * (number + 1):
                pass
            backup(kept.home, tmp_path / f"{number}.zip")
    for number in range(2):
        there = tmp_path / f"there-{number}"
        restore(tmp_path / f"{number}.zip", there)
        with contextlib.closing(sqlite3.connect(there / "conversations.sqlite")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            counts = copy.execute("SELECT count(*) FROM pairs GROUP BY number").fetchall()
        assert len(counts) >= 20 * (number + 1) and set(counts) == {(2,)}


def test_a_home_in_use_is_left_alone(kept: Shelf, file: Path) -> None:
    before = files_of(kept.home)
    with pytest.raises(HomeNotEmpty, match="--home DIR restore"):
        restore(file, kept.home)
    assert files_of(kept.home) == before


def test_a_restore_that_was_stopped_halfway_is_begun_again(file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    (there / STAGING / "runs").mkdir(parents=True)
    (there / "runs" / "of another").mkdir(parents=True)
    (there / "soundings.toml").write_text("[half")
    restore(file, there)
    assert (there / "soundings.toml").read_text() == "[assistant]\n"
    assert not (there / STAGING).exists() and not (there / "runs" / "of another").exists()


def changed(file: Path, **contents: bytes | None) -> Path:
    """The backup with a file of it changed, added, or (None) left out."""
    other = file.with_name("changed.zip")
    given = {name.replace("__", "/"): value for name, value in contents.items()}
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in {*old.namelist(), *given}:
            value = given[name] if name in given else old.read(name)
            if value is not None:
                new.writestr(name, value)
    return other


def test_what_is_no_whole_backup_restores_nothing(file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    damaged = bytearray(whole)
    damaged[200] ^= 1
    manifest = zipfile.ZipFile(file).read(MANIFEST)
    outside = manifest.replace(b"runs/1/report.md", b"../1/report.md..")
    cases = {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "another": b"no backup at all",
        "damaged": bytes(damaged),
        "file": changed(file, runs__1__report=b"x").read_bytes(),
        "less": changed(file, **{"soundings.toml": None}).read_bytes(),
        "other": changed(file, **{"soundings.toml": b"other"}).read_bytes(),
        "list": changed(file, **{MANIFEST: b"[]"}).read_bytes(),
        "outside": changed(file, **{MANIFEST: outside}).read_bytes(),
        "newer": changed(
            file, **{MANIFEST: manifest.replace(b'"form": 1', b'"form": 2')}
        ).read_bytes(),
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BackupUnreadable, match=name if name != "newer" else "newer version"):
            restore(tmp_path / name, tmp_path / "there")
        left = files_of(tmp_path / "there") if (tmp_path / "there").exists() else set()
        assert left <= {"writing.lock"}, name
    with pytest.raises(BackupUnreadable, match="no file"):
        restore(tmp_path / "nowhere", tmp_path / "there")


@pytest.mark.parametrize(
    "name",
    ["index/current", ".restoring/x", "writing.lock", "sessions.sqlite", "a-wal", "models/x"],
)
def test_what_no_backup_holds_is_not_restored(file: Path, tmp_path: Path, name: str) -> None:
    """An index from elsewhere would be opened, and a session would let somebody in."""
    told = json.loads(zipfile.ZipFile(file).read(MANIFEST))
    told["files"][name] = hashlib.sha256(b"theirs").hexdigest()
    poisoned = changed(file, **{name: b"theirs", MANIFEST: json.dumps(told).encode()})
    with pytest.raises(BackupUnreadable, match="no whole file"):
        restore(poisoned, tmp_path / "there")
    assert not (tmp_path / "there").exists()


def test_a_library_that_is_not_told_of_is_not_restored(file: Path, tmp_path: Path) -> None:
    """Nothing would look at it."""
    told = json.loads(zipfile.ZipFile(file).read(MANIFEST)) | {"library": None}
    with pytest.raises(BackupUnreadable, match="no whole file"):
        restore(changed(file, **{MANIFEST: json.dumps(told).encode()}), tmp_path / "there")


@pytest.mark.parametrize(
    ("name", "why"), [("runs/1/report.md", "there is room for"), (MANIFEST, "no whole file")]
)
def test_an_archive_that_would_fill_the_disk_or_the_memory_is_not_unpacked(
    file: Path, tmp_path: Path, name: str, why: str
) -> None:
    with zipfile.ZipFile(file, "a") as archive:
        archive.getinfo(name).file_size = 1 << 60  # as it would say
        archive.comment = b"written again"
    with pytest.raises(BackupUnreadable, match=why):
        restore(file, tmp_path / "there")


def test_nothing_is_written_over(kept: Shelf, file: Path, tmp_path: Path) -> None:
    whole = file.read_bytes()
    with pytest.raises(BackupUnwritable, match="there already"):
        backup(kept.home, file)
    assert file.read_bytes() == whole
    with pytest.raises(BackupUnwritable, match="in the home itself"):
        backup(kept.home, kept.home / "kept.zip")
    with pytest.raises(BackupUnwritable, match="nothing to back up"):
        backup(tmp_path / "nowhere", tmp_path / "none.zip")
    assert not (tmp_path / "none.zip").exists()


def test_a_backup_that_fails_leaves_nothing(kept: Shelf, tmp_path: Path) -> None:
    (kept.home / "audit.sqlite").write_bytes(b"no database " * 100)
    before = set(tmp_path.iterdir())
    with pytest.raises(BackupUnwritable, match="The home is as it was"):
        backup(kept.home, tmp_path / "kept.zip")
    assert set(tmp_path.iterdir()) == before


def test_a_killed_restore_leaves_a_home_that_can_be_restored(file: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    program = (
        "import os, sys; from pathlib import Path; from vectorstore.moving import restore\n"
        "moved, move = [], Path.replace\n"
        "def dying(path, target):\n"
        "    moved.append(target)\n"
        "    return os._exit(9) if len(moved) == 3 else move(path, target)\n"
        "Path.replace = dying\n"
        "restore(Path(sys.argv[1]), Path(sys.argv[2]))\n"
    )
    command = [sys.executable, "-c", program, str(file), str(there)]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": "."}).returncode == 9
    assert not (there / FILE_NAME).exists()
    restore(file, there)
    assert (there / FILE_NAME).is_file() and (there / "soundings.toml").is_file()


def test_from_the_command_line(
    starter_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, there = str(tmp_path / "kept.zip"), str(tmp_path / "there")
    assert main(["--home", str(starter_home), "backup", file]) == 0
    assert main(["--home", there, "restore", file]) == 0
    told = capsys.readouterr()
    assert "5 sources, 64 passages" in told.out and "soundings config" in told.err
    answers = []
    for home in (str(starter_home), there):
        assert main(["--home", home, "search", "the triple aim", "--json"]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1] and "triple aim" in answers[0]
