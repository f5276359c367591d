"""The plan: whatever happens to files between two runs, no text is lost, none is read twice."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import IngestSettings
from ingest.job import Quiet, read_all
from ingest.plan import Plan, make_plan
from vectorstore import Library

META = {"encoder": "none", "segmentation": "none", "generation": ""}


def run(library: Library, *folders: Path, prune: bool = False) -> Plan:
    """Read folders into a library without vectors and index."""
    files, documents = read_all(folders, Quiet()) if any_file(folders) else ([], [])
    assert not [file for file in files if file.status == "failed"]
    plan = make_plan(library, documents, prune=[str(f) for f in folders] if prune else [])
    if plan.changes_anything:
        changes = plan.changes(IngestSettings(), "2026-01-01T00:00:00+00:00")
        library.commit(changes, meta=META, report="[]")
    return plan


def any_file(folders: tuple[Path, ...]) -> bool:
    return any(p.is_file() for folder in folders for p in [folder, *folder.rglob("*")])


def held(library: Library) -> dict[str, str]:
    return {source.id: library.text(source.id) for source in library.sources()}


def statuses(plan: Plan) -> dict[str, str]:
    return {Path(file.path).name: file.status for file in plan.files}


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / "library.sqlite3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts" / "sub").mkdir(parents=True)
    return tmp_path / "texts"


def test_two_files_of_one_name_get_ids_of_their_own(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("One.")
    (folder / "sub" / "a.txt").write_text("Two.")
    run(library, folder)
    assert held(library) == {"a": "One.", "a-2": "Two."}


def test_files_that_swap_their_texts_swap_their_sources(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("One.")
    (folder / "b.txt").write_text("Two.")
    run(library, folder)
    (folder / "a.txt").write_text("Two.")
    (folder / "b.txt").write_text("One.")
    assert statuses(run(library, folder)) == {"a.txt": "updated", "b.txt": "updated"}
    assert held(library) == {"a": "Two.", "b": "One."}


@pytest.mark.parametrize("copy", ["0.txt", "b.txt"])
def test_a_copy_keeps_the_old_text_when_the_original_changes(
    library: Library, folder: Path, copy: str
) -> None:
    (folder / "a.txt").write_text("Old.")
    run(library, folder)
    (folder / "a.txt").write_text("New.")
    (folder / copy).write_text("Old.")
    run(library, folder)
    assert sorted(held(library).values()) == ["New.", "Old."]


def test_a_renamed_file_keeps_its_text_when_another_takes_its_name(
    library: Library, folder: Path
) -> None:
    (folder / "report.txt").write_text("Old.")
    run(library, folder)
    (folder / "report.txt").rename(folder / "z.txt")
    (folder / "sub" / "report.txt").write_text("New.")
    run(library, folder)
    assert held(library) == {"report": "Old.", "report-2": "New."}


def test_a_file_under_a_folder_with_a_number_sign_is_not_taken_for_gone(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    for name, text in (("x#1", "One."), ("y", "Two.")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.txt").write_text(text)
        run(library, tmp_path / name)
    assert held(library) == {"report": "One.", "report-2": "Two."}


def test_a_file_put_in_the_place_of_a_lost_one_is_its_new_version(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("Old.")
    run(library, folder)
    (folder / "a.txt").unlink()
    (folder / "sub" / "a.txt").write_text("New.")
    assert statuses(run(library, folder)) == {"a.txt": "updated"}
    assert library.source("a").version == 2


def test_a_moved_file_is_the_same_source(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("Text.")
    run(library, folder)
    (folder / "a.txt").rename(folder / "sub" / "b.txt")
    plan = run(library, folder)
    assert plan.files[0].status == "unchanged"
    assert "moved from" in str(plan.files[0].reason)
    assert library.source("a").origin == str(folder / "sub" / "b.txt")


def test_a_duplicate_is_remembered_and_inherits(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("Text.")
    (folder / "b.txt").write_text("Text.")
    assert statuses(run(library, folder)) == {"a.txt": "added", "b.txt": "duplicate"}
    assert library.source("a").aliases == (str(folder / "b.txt"),)
    (folder / "a.txt").unlink()
    run(library, folder, prune=True)
    assert held(library) == {"a": "Text."}
    assert library.source("a").origin == str(folder / "b.txt")


def test_a_file_written_over_with_anothers_text_inherits_when_that_is_gone(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("One.")
    (folder / "b.txt").write_text("Two.")
    run(library, folder)
    (folder / "b.txt").rename(folder / "a.txt")
    run(library, folder, prune=True)
    assert list(held(library).values()) == ["Two."]


def test_a_former_duplicate_with_a_text_of_its_own_is_an_alias_no_longer(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("Text.")
    (folder / "b.txt").write_text("Text.")
    run(library, folder)
    (folder / "b.txt").write_text("Its own.")
    run(library, folder)
    assert library.source("a").aliases == ()
    (folder / "a.txt").unlink()
    run(library, folder, prune=True)
    assert held(library) == {"b": "Its own."}


def test_only_prune_retires_and_only_under_its_paths(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("One.")
    (folder / "b.txt").write_text("Two.")
    (folder / "sub" / "c.txt").write_text("Three.")
    run(library, folder)
    (folder / "a.txt").unlink()
    (folder / "sub" / "c.txt").unlink()
    (folder / "sub" / "d.txt").write_text("Four.")
    run(library, folder)
    assert len(held(library)) == 4
    assert statuses(run(library, folder / "sub", prune=True))["c.txt"] == "retired"
    assert sorted(held(library)) == ["a", "b", "d"]


def test_a_record_that_left_its_file_is_retired_by_prune(library: Library, folder: Path) -> None:
    lines = ['{"id": "a", "text": "One."}', '{"id": "b", "text": "Two."}']
    (folder / "r.jsonl").write_text("\n".join(lines))
    run(library, folder)
    (folder / "r.jsonl").write_text(lines[1])
    run(library, folder, prune=True)
    assert held(library) == {"b": "Two."}


def test_a_file_that_cannot_be_read_now_is_not_retired(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("One.")
    (folder / "b.txt").write_text("Two.")
    run(library, folder)
    (folder / "a.txt").write_bytes(b"\xff\x00")
    _, documents = read_all([folder], Quiet())
    assert make_plan(library, documents, prune=[str(folder)]).retire == ()


def test_details_follow_what_is_said_now(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("Text.")
    catalogue = folder / "sources.toml"
    catalogue.write_text('[[source]]\nfile = "a.txt"\ntitle = "Title"\nauthor = "Ann"\n')
    run(library, folder)
    catalogue.write_text('[[source]]\nfile = "a.txt"\ntitle = "Better"\n')
    [file] = run(library, folder).files
    assert (file.status, file.reason) == ("updated", "its details changed")
    source = library.source("a")
    assert (source.title, source.author) == ("Better", None)
    catalogue.unlink()
    assert statuses(run(library, folder)) == {"a.txt": "updated"}
    assert library.source("a").title == "a"
    assert not run(library, folder).changes_anything


def test_a_file_moved_away_from_its_catalogue_loses_its_details_at_once(
    library: Library, folder: Path
) -> None:
    (folder / "a.txt").write_text("Text.")
    (folder / "sources.toml").write_text('[[source]]\nfile = "a.txt"\ntitle = "Title"\n')
    run(library, folder)
    (folder / "a.txt").rename(folder / "sub" / "b.txt")
    assert statuses(run(library, folder)) == {"b.txt": "updated"}
    assert (library.source("a").title, library.source("a").version) == ("a", 2)
    assert not run(library, folder).changes_anything


def test_a_heir_brings_its_own_details(library: Library, folder: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text("Text.")
    (folder / "sources.toml").write_text('[[source]]\nfile = "b.txt"\ntitle = "B"\n')
    run(library, folder)
    (folder / "a.txt").unlink()
    run(library, folder, prune=True)
    assert library.source("a").title == "B"
    assert not run(library, folder, prune=True).changes_anything


def test_an_unread_copy_keeps_the_old_text_of_a_file_read_alone(
    library: Library, folder: Path
) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        (folder / name).write_text("Old.")
    run(library, folder)
    (folder / "a.txt").write_text("New.")
    assert statuses(run(library, folder / "a.txt")) == {"a.txt": "updated", "b.txt": "added"}
    assert held(library) == {"a": "New.", "b": "Old."}
    assert library.source("b").aliases == (str(folder / "c.txt"),)
    assert library.source("a").aliases == ()
    assert not run(library, folder).changes_anything


def test_an_unread_copy_inherits_from_a_file_that_took_anothers_text(
    library: Library, folder: Path
) -> None:
    for name, text in (("a.txt", "Old."), ("b.txt", "Old."), ("c.txt", "Other.")):
        (folder / name).write_text(text)
    run(library, folder)
    (folder / "a.txt").write_text("Other.")
    run(library, folder / "a.txt")
    assert held(library) == {"a": "Old.", "c": "Other."}
    assert library.source("a").origin == str(folder / "b.txt")
    assert not run(library, folder).changes_anything


def test_texts_passed_on_in_one_run_are_held_once(library: Library, folder: Path) -> None:
    for name, text in (("a.txt", "One."), ("b.txt", "Two."), ("c.txt", "Two.")):
        (folder / name).write_text(text)
    run(library, folder)
    (folder / "a.txt").write_text("Two.")
    (folder / "b.txt").write_text("Three.")
    run(library, folder / "a.txt", folder / "b.txt")
    assert sorted(held(library).values()) == ["Three.", "Two."]
    assert not run(library, folder).changes_anything


NAMES = ["a.txt", "b.txt", "sub/a.txt", "sub/b.txt", "r.jsonl"]
STEP = st.tuples(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(["One.", "Two.", "Three.", None])),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)


PARTIAL = st.tuples(STEP.map(lambda step: step[0]), st.sets(st.sampled_from(NAMES), min_size=1))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(PARTIAL, min_size=1, max_size=5))
def test_reading_some_files_loses_nothing_that_another_still_holds(
    steps: list[tuple[list[tuple[str, str | None]], set[str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    place = tmp_path_factory.mktemp("plan")
    folder, library = place / "texts", Library.create(place / "library.sqlite3")
    (folder / "sub").mkdir(parents=True)
    known: dict[str, str] = {}  # what each file held when it was last read
    for writes, names in steps:
        for name, text in writes:
            if text is None:
                (folder / name).unlink(missing_ok=True)
            elif name.endswith(".jsonl"):
                (folder / name).write_text(f'{{"id": "a", "text": "{text}"}}')
            else:
                (folder / name).write_text(text)
        there = sorted(name for name in names if (folder / name).exists())
        if not there:
            continue
        run(library, *(folder / name for name in there))
        # A file that was gone when others were read may have become a version of one of them.
        known = {name: text for name, text in known.items() if (folder / name).exists()}
        known |= {name: (folder / name).read_text() for name in there}
        now = set(held(library).values())
        for name, text in known.items():
            if (folder / name).exists() and (folder / name).read_text() == text:
                assert (text if name.endswith(".txt") else json.loads(text)["text"]) in now
        assert not run(library, *(folder / name for name in there)).changes_anything


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=1, max_size=4))
def test_after_every_run_each_file_is_held_and_a_second_run_does_nothing(
    steps: list[tuple[list[tuple[str, str | None]], bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("plan")
    folder, library = place / "texts", Library.create(place / "library.sqlite3")
    (folder / "sub").mkdir(parents=True)
    for writes, prune in steps:
        for name, text in writes:
            if text is None:
                (folder / name).unlink(missing_ok=True)
            elif name.endswith(".jsonl"):
                (folder / name).write_text(f'{{"id": "a", "text": "{text}"}}')
            else:
                (folder / name).write_text(text)
        if not any_file((folder,)):
            continue
        plan = run(library, folder, prune=prune)
        now = held(library)
        _, documents = read_all([folder], Quiet())
        reported = {file.path: file for file in plan.files}
        for document in documents:
            source = reported[document.origin].source
            assert source is not None
            assert now[source] == document.text
        if prune:
            assert set(now.values()) == {document.text for document in documents}
        assert not run(library, folder, prune=prune).changes_anything
