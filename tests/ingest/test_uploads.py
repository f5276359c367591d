"""Files that are handed over: known by their names, kept apart, and never lost by one another."""

import json
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ingest import IngestSettings
from ingest.errors import AlreadyAdding, AlreadyThere, UploadRefused
from ingest.job import Quiet, read_all
from ingest.page.adding import Adding, FileLine, Standing
from ingest.page.adding_view import standing_view
from ingest.page.uploads import FOLDER, MOST_BATCHES, STALE, Batch, Incoming, safe_name
from ingest.plan import Plan, make_plan
from ingest.report import FileReport
from ingest.restore import restore
from vectorstore import Library, LibraryBusy, UnknownSource
from vectorstore.writing import remove, writing

META = {"encoder": "none", "segmentation": "none", "generation": ""}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / "library.sqlite3")


@pytest.fixture
def incoming(tmp_path: Path) -> Incoming:
    return Incoming(tmp_path / "home", IngestSettings(upload_file_megabytes=1, upload_megabytes=2))


def put(library: Library, paths: Sequence[Path], names: dict[Path, str]) -> Plan:
    """Read files into a library without vectors and index."""
    files, documents = read_all(paths, Quiet(), names=names)
    assert files == []
    plan = make_plan(library, documents)
    if plan.changes_anything:
        changes = plan.changes(IngestSettings(), "2026-01-01T00:00:00+00:00")
        library.commit(changes, meta=META, report="[]")
    return plan


def upload(library: Library, place: Path, **texts: str) -> dict[str, str]:
    """Hand files over (`a` is called a.txt), take them away again, and tell what became of them."""
    names = {}
    place.mkdir(exist_ok=True)
    for number, (name, text) in enumerate(texts.items()):
        path = place / f"{number}.txt"
        path.write_text(text)
        names[path] = f"{name}.txt"
    plan = put(library, list(names), names)
    for path in names:
        path.unlink()
    return {f.path.removeprefix("uploaded:"): f.status for f in plan.files}


def held(library: Library) -> dict[str, tuple[str, int]]:
    return {s.id: (library.text(s.id), s.version) for s in library.sources()}


def test_a_file_handed_over_again_is_unchanged_or_the_next_version(
    library: Library, tmp_path: Path
) -> None:
    place = tmp_path / "handed"
    assert upload(library, place, a="One.", b="Two.") == {"a.txt": "added", "b.txt": "added"}
    assert upload(library, place, b="Two.", a="Three.") == {
        "a.txt": "updated",
        "b.txt": "unchanged",
    }
    assert held(library) == {"a": ("Three.", 2), "b": ("Two.", 1)}


def test_the_same_text_under_another_name_is_a_duplicate_and_takes_nothing(
    library: Library, tmp_path: Path
) -> None:
    place = tmp_path / "handed"
    upload(library, place, a="One.", b="Two.")
    assert upload(library, place, c="One.", b="One.") == {
        "c.txt": "duplicate",
        "b.txt": "duplicate",
    }
    assert held(library) == {"a": ("One.", 1), "b": ("Two.", 1)}


def test_a_text_that_gives_way_is_kept_by_another_file_that_has_it(
    library: Library, tmp_path: Path
) -> None:
    place = tmp_path / "handed"
    upload(library, place, a="One.")
    assert upload(library, place, a="New.", b="One.") == {"a.txt": "updated", "b.txt": "added"}
    assert held(library) == {"a": ("New.", 2), "b": ("One.", 1)}


def test_the_name_of_a_source_from_a_folder_makes_its_next_version_and_the_old_file_waits(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("Old.")
    put(library, [folder], {})
    assert upload(library, tmp_path / "handed", a="New.") == {"a.txt": "updated"}
    again = put(library, [folder], {})
    assert [(f.status, f.source) for f in again.files] == [("unchanged", "a")]
    assert "newer version" in (again.files[0].reason or "")
    assert held(library) == {"a": ("New.", 2)}


def test_a_file_of_a_folder_never_takes_over_what_was_handed_over(
    library: Library, tmp_path: Path
) -> None:
    upload(library, tmp_path / "handed", a="By hand.")
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("Something else.")
    put(library, [folder], {})
    assert held(library) == {"a": ("By hand.", 1), "a-2": ("Something else.", 1)}


def test_two_files_of_one_stem_do_not_overwrite_each_other(
    library: Library, tmp_path: Path
) -> None:
    paths = [tmp_path / "0.txt", tmp_path / "1.md"]
    names = {paths[0]: "a.txt", paths[1]: "a.md"}
    for texts in (("One.", "Two."), ("Three.", "Four.")):
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        put(library, paths, names)
        assert sorted(text for text, _ in held(library).values()) == sorted(texts)


def test_records_of_a_file_are_known_by_their_ids(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "0.jsonl"
    path.write_text('{"id": "wren", "text": "It sings."}\n{"id": "owl", "text": "It hoots."}\n')
    plan = put(library, [path], {path: "birds.jsonl"})
    assert {f.path: f.source for f in plan.files} == {
        "uploaded:birds.jsonl#wren": "wren",
        "uploaded:birds.jsonl#owl": "owl",
    }


# On their way in


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a.txt", "a.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\Report 1.docx", "Report 1.docx"),
        ("..", "document"),
        ("a\n\u202eb\u200b.md", "a b.md"),
        ("x" * 400 + ".pdf", "x" * 156 + ".pdf"),
    ],
)
def test_a_name_is_a_name_and_no_path(sent: str, name: str) -> None:
    assert safe_name(sent) == name


def test_files_lie_under_numbers_until_they_are_taken_away(incoming: Incoming) -> None:
    batch = incoming.begin("anna")
    with incoming.receive(batch.token, "../../Über.txt") as sink:
        sink.write(b"text")
    assert {p.name: n for p, n in batch.names.items()} == {"0001.txt": "Über.txt"}
    assert incoming.take(batch.token) is batch
    with pytest.raises(UploadRefused, match="no longer here"):
        incoming.take(batch.token)
    batch.discard()
    assert not batch.folder.exists()


@pytest.mark.parametrize(("name", "why"), [("a.exe", "of this kind"), ("b.txt", "same name")])
def test_what_will_not_be_read_is_refused(incoming: Incoming, name: str, why: str) -> None:
    batch = incoming.begin("anna")
    with incoming.receive(batch.token, "b.txt") as sink:
        sink.write(b"text")
    with pytest.raises(UploadRefused, match=why):
        incoming.receive(batch.token, name)


def test_a_file_that_is_too_large_leaves_nothing_and_the_next_one_fits(incoming: Incoming) -> None:
    batch = incoming.begin("anna")
    with (
        pytest.raises(UploadRefused, match="more than 1 MB"),
        incoming.receive(batch.token, "big.txt") as sink,
    ):
        for _ in range(3):
            sink.write(b"x" * 400_000)
    assert list(batch.folder.iterdir()) == []
    with incoming.receive(batch.token, "big.txt") as sink:
        sink.write(b"small")
    assert list(batch.names.values()) == ["big.txt"]


def test_all_files_together_are_limited(incoming: Incoming) -> None:
    batch = incoming.begin("anna")
    for name in ("a.txt", "b.txt"):
        with incoming.receive(batch.token, name) as sink:
            sink.write(b"x" * 900_000)
    with (
        pytest.raises(UploadRefused, match="2 MB in all"),
        incoming.receive(batch.token, "c.txt") as sink,
    ):
        sink.write(b"x" * 900_000)
    assert len(batch.names) == 2


def test_what_a_crash_left_is_swept_up(incoming: Incoming, tmp_path: Path) -> None:
    left = tmp_path / "home" / FOLDER / "left"
    left.mkdir(parents=True)
    then = time.time() - STALE - 60
    os.utime(left, (then, then))
    mine = incoming.begin("anna")
    assert [folder.name for folder in (tmp_path / "home" / FOLDER).iterdir()] == [mine.token]


def test_a_file_is_read_only_where_all_of_it_came_before(incoming: Incoming) -> None:
    batch = incoming.begin("anna")
    with incoming.receive(batch.token, "whole.txt") as sink:
        sink.write(b"text")
    with (
        pytest.raises(UploadRefused, match="no longer here"),
        incoming.receive(batch.token, "late.txt") as late,
    ):
        late.write(b"half of it")
        with pytest.raises(UploadRefused, match="same name"):
            incoming.receive(batch.token, "late.txt")
        assert list(incoming.take(batch.token).names.values()) == ["whole.txt"]
    assert [p.name for p in batch.folder.iterdir()] == ["0001.txt"]
    assert list(batch.names.values()) == ["whole.txt"]


def test_who_begins_without_end_gives_up_files_of_their_own_alone(
    incoming: Incoming, tmp_path: Path
) -> None:
    others = incoming.begin("ben")
    with incoming.receive(others.token, "kept.txt") as sink:
        sink.write(b"text")
    with (
        pytest.raises(UploadRefused, match="no longer here"),
        incoming.receive(incoming.begin("anna").token, "first.txt") as first,
    ):
        for _ in range(200):
            with incoming.receive(incoming.begin("anna").token, "a.txt") as sink:
                sink.write(b"text")
        first.write(b"nobody wants it any longer")
    assert len(list((tmp_path / "home" / FOLDER).iterdir())) == MOST_BATCHES + 1
    assert list(incoming.take(others.token).names.values()) == ["kept.txt"]


# Read by the job, in a thread of the program's own


def waited(adding: Adding) -> None:
    deadline = time.monotonic() + 120
    while adding.standing.running:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def filled(desk: Any, **texts: bytes) -> tuple[Adding, Batch]:
    """A batch of files (`a_txt` is called a.txt), and what reads it."""
    settings = desk.settings()
    incoming = Incoming(settings.home, settings.table(IngestSettings))
    batch = incoming.begin("anna")
    for name, content in texts.items():
        with incoming.receive(batch.token, name.replace("_", ".")) as sink:
            sink.write(content)
    return Adding(settings, lambda _: None), incoming.take(batch.token)


def test_a_batch_ends_with_a_line_a_file_and_its_folder_gone(desk: Any) -> None:
    good, bad = b"A kestrel hovers.", b"\x00\x01"
    adding, batch = filled(desk, kestrel_txt=good, bad_pdf=bad, boats_txt=b"A new boat.")
    adding.start(batch, "anna")
    waited(adding)
    standing = adding.standing
    said = {f.name: [r.status for r in f.reports] for f in standing.files}
    assert said == {"kestrel.txt": ["added"], "bad.pdf": ["failed"], "boats.txt": ["updated"]}
    assert standing.failure is None
    assert not batch.folder.exists()
    assert desk.library.source("boats").version == 2
    told = standing_view(standing, {})
    assert "<summary>3 files read: 1 added, 1 changed, 1 failed · <time" in told
    assert "<details open>" in told  # one failed
    adding.dismiss()
    assert "<li" not in standing_view(adding.standing, {})
    assert json.loads(desk.library.runs(1)[0].report)  # which still tells it


def test_a_long_report_is_one_line_until_it_is_opened() -> None:
    added = FileReport(path="uploaded:a.txt", status="added", source="a")
    files = tuple(FileLine(name=f"{i}.txt", state="done", reports=(added,)) for i in range(4))
    many, few = Standing(files=files), Standing(files=files[:3])
    assert "<details>" in standing_view(many, {}) and "<details open>" in standing_view(few, {})


def test_a_second_batch_is_told_that_one_is_running(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    adding, batch = filled(desk, kestrel_txt=b"A kestrel hovers.")
    go_on, encode = threading.Event(), desk.encoder.encode

    def encoded(texts: Sequence[str], **options: Any) -> Any:
        assert go_on.wait(60)
        return encode(texts, **options)

    monkeypatch.setattr(desk.encoder, "encode", encoded)
    adding.start(batch, "anna")
    try:
        _, second = filled(desk, robin_txt=b"A robin stays.")
        with pytest.raises(AlreadyAdding, match="from anna"):
            adding.start(second, "ben")
    finally:
        go_on.set()
    waited(adding)
    assert "kestrel" in [s.id for s in desk.library.sources()]


def test_a_batch_that_meets_a_removal_waits_for_it(desk: Any) -> None:
    adding, batch = filled(desk, kestrel_txt=b"A kestrel hovers.")
    with writing(desk.home):
        adding.start(batch, "")
        began = time.monotonic()
        while adding.standing.files[0].state != "read" and time.monotonic() - began < 60:
            time.sleep(0.02)
        time.sleep(0.2)
        assert adding.standing.running
    waited(adding)
    assert adding.standing.failure is None
    assert "kestrel" in [s.id for s in desk.library.sources()]


def test_a_home_that_another_run_writes_to_for_long_is_told_and_nothing_is_added(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.page.adding.WAIT", 0.1)
    adding, batch = filled(desk, kestrel_txt=b"A kestrel hovers.")
    with writing(desk.home):
        adding.start(batch, "")
        waited(adding)
    assert "is writing to this library" in (adding.standing.failure or "")
    assert adding.standing.files == (FileLine(name="kestrel.txt", state="done"),)


def test_a_removed_source_is_put_back_from_the_text_that_the_library_keeps(desk: Any) -> None:
    was, asked = desk.library.source("wren"), len(desk.encoder.asked)
    remove(desk.home, desk.library, "wren")
    back = restore(desk.settings(), "wren")
    assert (back.title, back.sha256, back.version) == (was.title, was.sha256, was.version + 1)
    assert desk.library.passages_of("wren")
    assert len(desk.encoder.asked) == asked  # its vectors were kept too
    with pytest.raises(UnknownSource):
        restore(desk.settings(), "wren")


def test_a_text_that_came_back_by_itself_is_not_put_back_twice(desk: Any) -> None:
    text = desk.library.text("boats")
    remove(desk.home, desk.library, "boats")
    desk.write("ships.txt", text)
    desk.ingest("ships.txt")
    with pytest.raises(AlreadyThere, match="'ships'"):
        restore(desk.settings(), "boats")
    assert AlreadyThere.status == 409  # the keeper's to mend: no fault that the log tells of


def test_nothing_is_put_back_over_what_has_its_name_now(desk: Any) -> None:
    remove(desk.home, desk.library, "boats")
    desk.write("boats.txt", "The ferry to Noss goes on Fridays.")
    desk.ingest("boats.txt")
    with pytest.raises(UnknownSource):
        restore(desk.settings(), "boats")
    assert desk.library.text("boats") == "The ferry to Noss goes on Fridays."
    assert desk.library.bin() == []


def test_of_several_who_put_it_back_at_once_one_does(desk: Any) -> None:
    version = desk.library.source("wren").version
    remove(desk.home, desk.library, "wren")

    def put_back(_: int) -> bool:
        try:
            return restore(desk.settings(), "wren").id == "wren"
        except (LibraryBusy, UnknownSource):
            return False

    with ThreadPoolExecutor(4) as several:
        assert sum(several.map(put_back, range(8))) == 1
    assert desk.library.source("wren").version == version + 1
    assert desk.library.bin() == []
