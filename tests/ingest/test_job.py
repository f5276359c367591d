"""The ingest job: what changes, what does not, and what a run that fails leaves behind."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ingest import NothingToIngest, PruneRefused, Report, ingest
from tests.conftest import Command
from vectorstore import (
    IndexMismatch,
    IndexUnavailable,
    LibraryBusy,
    Settings,
    Store,
    open_store,
)
from vectorstore.encoder import find_model
from vectorstore.writing import writing

LEFT_OUT = ("-wal", "-shm", ".lock")  # SQLite's and the lock's own


def statuses(report: Report) -> dict[str, str]:
    return {Path(file.path).name: file.status for file in report.files}


def snapshot(home: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(file.relative_to(home)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in home.rglob("*")
        if file.is_file() and not file.name.endswith(LEFT_OUT)
    }


def test_a_first_run_adds_everything(made_desk: Path, desk: Any) -> None:
    library = desk.library
    assert [s.id for s in library.sources()] == ["boats", "owl", "trees", "wren"]
    assert library.source("trees").title == "On trees"
    assert library.source("wren").origin == str(desk.folder / "birds.jsonl") + "#wren"
    for source in library.sources():
        text = library.text(source.id)
        for passage in library.passages_of(source.id):
            assert text[passage.start : passage.end] == passage.text
            for sentence in passage.sentences:
                assert text[sentence.start : sentence.end].strip()


def test_a_second_run_writes_nothing(desk: Any) -> None:
    desk.ingest()
    before = snapshot(desk.home)
    report = desk.ingest()
    assert set(statuses(report).values()) == {"unchanged"}
    assert report.encoded == 0
    assert desk.encoder.asked == []
    assert snapshot(desk.home) == before


def test_a_folder_is_known_however_it_is_named(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.home.parent / "link").symlink_to(desk.folder)
    monkeypatch.chdir(desk.home)
    for name in ("../texts", "../home/../texts", "../link"):
        report = ingest(desk.settings(), [Path(name)])
        assert set(statuses(report).values()) == {"unchanged"}


def test_a_changed_and_a_new_file_are_taken_up_and_a_bad_one_stops_nothing(desk: Any) -> None:
    desk.write("boats.txt", "The red boat sails at dawn. The green boat sails at noon.")
    desk.write("fish.txt", "A pike waits.")
    desk.write("bad.txt", b"\x00\x01")
    desk.write("bad.jsonl", '{"id": "x"}')
    desk.write("photo.jpg", b"x")
    report = desk.ingest()
    assert statuses(report) == {
        "bad.jsonl": "failed",
        "bad.txt": "failed",
        "birds.jsonl#owl": "unchanged",
        "birds.jsonl#wren": "unchanged",
        "boats.txt": "updated",
        "fish.txt": "added",
        "photo.jpg": "skipped",
        "trees.md": "unchanged",
    }
    assert all(file.reason for file in report.files if file.status in ("failed", "skipped"))
    assert (report.counts["failed"], report.sources, report.encoded) == (2, 5, 2)
    assert sorted(desk.encoder.asked) == [
        "boats\nThe green boat sails at noon.",
        "fish\nA pike waits.",
    ]
    store = Store(desk.home, desk.library, desk.encoder, print)
    assert store.searcher.search("A pike waits.", 1).hits[0].passage.source == "fish"


def test_the_same_files_give_the_same_passages_in_another_home(desk: Any, tmp_path: Path) -> None:
    before = desk.library.passage_ids(), desk.library.fingerprint
    shutil.rmtree(desk.home)
    desk.ingest()
    assert (desk.library.passage_ids(), desk.library.fingerprint) == before


def test_prune_retires_what_is_gone(desk: Any) -> None:
    (desk.folder / "boats.txt").unlink()
    assert desk.ingest(prune=True).counts["retired"] == 1
    assert "boats" not in [source.id for source in desk.library.sources()]


@pytest.mark.parametrize("vanished", [True, False])
def test_prune_refuses_a_folder_that_is_gone_or_empty_unless_told(
    desk: Any, vanished: bool
) -> None:
    before = desk.state()
    shutil.rmtree(desk.folder)
    if not vanished:
        desk.folder.mkdir()
        desk.write("photo.jpg", b"x")
    with pytest.raises(PruneRefused, match=r"4 sources came from it.*--prune --yes"):
        desk.ingest(prune=True)
    assert desk.state() == before
    assert desk.ingest(prune=True, yes=True).counts["retired"] == 4
    assert desk.library.sources() == []
    with pytest.raises(NothingToIngest):
        desk.ingest("missing", prune=True)


def test_prune_refuses_for_one_empty_folder_among_others(desk: Any) -> None:
    desk.write("sub/fish.txt", "A pike waits.")
    desk.ingest()
    shutil.rmtree(desk.folder / "sub")
    with pytest.raises(PruneRefused, match="sub is not there"):
        desk.ingest("boats.txt", "sub", prune=True)
    assert len(desk.library.sources()) == 5


def test_prune_retires_what_left_the_starter_library(
    empty_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("ingest.plan", "ingest.job"):
        monkeypatch.setattr(f"{module}.STARTER", empty_desk.folder)
    empty_desk.write("a.md", "One.")
    empty_desk.write("b.md", "Two.")
    ingest(empty_desk.settings())
    assert [s.origin for s in empty_desk.library.sources()] == ["starter:a.md", "starter:b.md"]
    (empty_desk.folder / "a.md").unlink()
    assert statuses(ingest(empty_desk.settings(), prune=True)) == {
        "starter:a.md": "retired",
        "starter:b.md": "unchanged",
    }


def test_nothing_readable_makes_no_library(empty_desk: Any) -> None:
    empty_desk.write("bad.txt", b"")
    assert empty_desk.ingest().counts["failed"] == 1
    assert not empty_desk.home.exists()


def test_a_run_beside_another_is_refused_and_changes_nothing(desk: Any) -> None:
    desk.write("fish.txt", "A pike waits.")
    before = desk.state()
    with writing(desk.home), pytest.raises(LibraryBusy, match="process"):
        desk.ingest()
    assert desk.state() == before


class Asking:
    """Progress that asks, at each step of a run, what the library answers meanwhile."""

    def __init__(self, desk: Any) -> None:
        self.desk, self.found = desk, dict[str, list[str]]()

    def step(self, name: str, total: int | None = None) -> None:
        store = Store(self.desk.home, self.desk.library, self.desk.encoder, print)
        hits = [store.searcher.search(text, 1).hits[0] for text in ("A pike waits.", RED_BOAT)]
        self.found[name] = [hit.passage.source for hit in hits if hit.similarity > 0.99]

    def file(self, name: str, state: str) -> None:
        pass

    def advance(self, parts: int = 1) -> None:
        pass


RED_BOAT = "The red boat sails at dawn."


def test_questions_are_answered_from_the_old_version_until_the_new_one_is_whole(desk: Any) -> None:
    desk.write("boats.txt", f"{RED_BOAT} A pike waits.")
    asking = Asking(desk)
    desk.ingest(progress=asking)
    assert len(asking.found) == 4
    assert set(map(tuple, asking.found.values())) == {("boats",)}
    asking.step("afterwards")
    assert asking.found["afterwards"] == ["boats", "boats"]


def test_new_details_leave_the_index_alone(desk: Any) -> None:
    before = desk.library.meta("generation"), desk.library.fingerprint
    desk.write("sources.toml", '[[source]]\nfile = "boats.txt"\ndate = "2016-01-02"\n')
    assert statuses(desk.ingest())["boats.txt"] == "updated"
    assert desk.library.source("boats").date == "2016-01-02"
    assert desk.library.meta("generation") == before[0]
    assert desk.library.fingerprint != before[1]


def test_a_new_title_is_encoded_with_what_stands_under_it(desk: Any) -> None:
    before = desk.library.meta("generation")
    desk.encoder.asked.clear()
    desk.write("sources.toml", '[[source]]\nfile = "boats.txt"\ntitle = "Of ships"\n')
    assert statuses(desk.ingest())["boats.txt"] == "updated"
    assert desk.encoder.asked and all(t.startswith("Of ships\n") for t in desk.encoder.asked)
    assert desk.library.meta("generation") != before
    store = Store(desk.home, desk.library, desk.encoder, print)
    assert {hit.passage.title for hit in store.searcher.search("boat", 9).hits} >= {"Of ships"}


class Stopping:
    """Progress that ends the run, as Ctrl-C does, at one step or in the middle of it."""

    def __init__(self, step: str, inside: bool) -> None:
        self.wanted, self.inside, self.now = step, inside, ""

    def step(self, name: str, total: int | None = None) -> None:
        self.now = name
        if name == self.wanted and not self.inside:
            raise KeyboardInterrupt

    def file(self, name: str, state: str) -> None:
        pass

    def advance(self, parts: int = 1) -> None:
        if self.now == self.wanted:
            raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("step", "inside"),
    [
        ("Reading files", True),
        ("Cutting passages", False),
        ("Encoding sentences", True),
        ("Building the index", False),
    ],
)
def test_ctrl_c_leaves_the_library_as_it_was(desk: Any, step: str, inside: bool) -> None:
    desk.write("fish.txt", "A pike waits.")
    before = desk.state()
    with pytest.raises(KeyboardInterrupt):
        desk.ingest(progress=Stopping(step, inside))
    assert desk.state() == before
    with writing(desk.home):
        pass


def test_vectors_of_a_run_that_failed_are_not_made_again(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("fish.txt", "A pike waits.")
    before = desk.state()
    with monkeypatch.context() as patch:
        patch.setattr("vectorstore.index.generation._CHILD", "raise SystemExit('the disk is full')")
        with pytest.raises(IndexUnavailable, match="the disk is full"):
            desk.ingest()
    assert desk.state() == before
    assert desk.encoder.asked == ["fish\nA pike waits."]
    assert desk.ingest().encoded == 0
    assert desk.encoder.asked == ["fish\nA pike waits."]


def test_other_sizes_are_refused_until_the_library_is_made_again(desk: Any) -> None:
    before = desk.state()
    shorter = desk.settings(SOUNDINGS_PASSAGE_CHARACTERS="200")
    with pytest.raises(IndexMismatch, match="--rebuild"):
        ingest(shorter, [desk.folder])
    assert desk.state() == before
    ingest(shorter, rebuild=True)
    assert str(desk.library.meta("segmentation")).endswith("-200")
    assert set(desk.library.passage_ids().values()) == {"boats", "owl", "trees", "wren"}
    assert not ingest(shorter, [desk.folder]).counts["updated"]


def test_runs_are_recorded_with_their_reports(desk: Any) -> None:
    connection = sqlite3.connect(desk.library.path)
    [(report,)] = connection.execute("SELECT report FROM ingest_run").fetchall()
    connection.close()
    assert {line["status"] for line in json.loads(report)} == {"added"}


# With the real encoder


@pytest.fixture(scope="module")
def other_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built-in model with another name in its configuration: another fingerprint."""
    folder = tmp_path_factory.mktemp("models") / "other"
    shutil.copytree(find_model("builtin"), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "_name_or_path": "other"}))
    return folder


@pytest.fixture(scope="module")
def real_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home made with the built-in encoder. Copied, never written to."""
    place = tmp_path_factory.mktemp("real")
    (place / "texts").mkdir()
    (place / "texts" / "boats.txt").write_text("The red boat sails at dawn. Owls hoot at night.")
    ingest(settings_of(place / "home"), [place / "texts"])
    return place / "home"


def settings_of(home: Path, **environ: str) -> Settings:
    from ingest import IngestSettings
    from vectorstore import StoreSettings, load_settings

    kinds = {"vectorstore": StoreSettings, "ingest": IngestSettings}
    return load_settings(kinds, home=str(home), environ=environ)


def test_another_encoder_is_refused_until_the_library_is_made_again(
    real_home: Path, other_encoder: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(real_home, tmp_path / "home")
    other = settings_of(home, SOUNDINGS_ENCODER=str(other_encoder))
    for attempt in (lambda: open_store(other), lambda: ingest(other, [real_home.parent / "texts"])):
        with pytest.raises(IndexMismatch, match="--rebuild"):
            attempt()
    ingest(other, rebuild=True)
    best = open_store(settings_of(home)).searcher.search("A ship at sunrise", 1).hits[0]
    assert best.passage.source == "boats"  # and the library remembers which encoder that was
    home_of_other = open_store(settings_of(home)).library.meta("encoder_name")
    assert home_of_other == str(other_encoder)


def test_a_library_encoded_in_half_precision_is_the_same_library(
    real_home: Path, tmp_path: Path
) -> None:
    half = settings_of(tmp_path / "home", SOUNDINGS_ENCODER_PRECISION="half")
    ingest(half, [real_home.parent / "texts"])
    made = [open_store(settings_of(home)) for home in (real_home, tmp_path / "home")]
    one, other = (store.library.passage_ids() for store in made)
    assert one == other
    single, rough = (store.searcher.search("A ship at sunrise", 1).hits[0] for store in made)
    assert single.similarity != rough.similarity
    assert rough.similarity == pytest.approx(single.similarity, abs=0.01)
    report = ingest(settings_of(tmp_path / "home"), [real_home.parent / "texts"])
    assert [file.status for file in report.files] == ["unchanged"]


def test_a_home_encoded_in_another_way_is_made_again_by_itself(
    real_home: Path, tmp_path: Path, soundings: Command
) -> None:
    home = shutil.copytree(real_home, tmp_path / "home")
    connection = sqlite3.connect(home / "library.sqlite3")
    connection.execute("UPDATE meta SET value = 'bert-384-old' WHERE name = 'encoder'")
    connection.execute("UPDATE vector SET encoder = 'bert-384-old'")
    connection.commit()
    connection.close()
    code, out, err = soundings("--home", home, "search", "A ship at sunrise", "--json")
    assert code == 0 and json.loads(out)["hits"][0]["source"] == "boats"
    assert "made with the encoder 'bert-384-old'" in err and "Encoding sentences" in err
    code, _, err = soundings("--home", home, "search", "A ship at sunrise", "--json")
    assert code == 0 and "bert-384-old" not in err


def test_a_lost_encoder_is_named_with_the_way_out(
    real_home: Path, other_encoder: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(real_home, tmp_path / "home")
    connection = sqlite3.connect(home / "library.sqlite3")
    connection.execute(
        "UPDATE meta SET value = ? WHERE name = 'encoder_name'", (str(tmp_path / "lost"),)
    )
    connection.commit()
    connection.close()
    with pytest.raises(IndexMismatch, match=r"lost.*soundings ingest --rebuild"):
        open_store(settings_of(home))
