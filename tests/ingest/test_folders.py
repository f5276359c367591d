"""Which files are found, in what order, and what the catalogue says of them."""

import os
from pathlib import Path

import pytest

from ingest import IngestError, NothingToIngest
from ingest.folders import find_files


def names(folder: Path) -> list[str]:
    return [c.path.relative_to(folder).as_posix() for c in find_files([folder])[0]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("b.txt", "a.md", "sub/c.jsonl", "sub/D.TXT"):
        (tmp_path / name).write_text("Text.")
    return tmp_path


def test_files_are_found_in_a_fixed_order(folder: Path) -> None:
    assert names(folder) == ["a.md", "b.txt", "sub/D.TXT", "sub/c.jsonl"]


def test_hidden_files_and_folders_are_passed_over(folder: Path) -> None:
    (folder / ".hidden.txt").write_text("Text.")
    (folder / ".git").mkdir()
    (folder / ".git" / "x.txt").write_text("Text.")
    assert len(names(folder)) == 4


def test_links_within_a_folder_are_skipped_with_a_reason(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder / "b.txt")
    (folder / "circle").symlink_to(folder)
    candidates, skipped = find_files([folder])
    assert len(candidates) == 4
    assert {(s.path.name, s.reason) for s in skipped} == {
        ("link.txt", "a link, which is not followed"),
        ("circle", "a link, which is not followed"),
    }


def test_other_kinds_are_skipped_with_a_reason(folder: Path) -> None:
    (folder / "photo.jpg").write_bytes(b"x")
    [skipped] = find_files([folder])[1]
    assert skipped.path.name == "photo.jpg"
    assert ".jsonl" in skipped.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert [s.reason for s in find_files([folder])[1]] == ["not a plain file"]
    with pytest.raises(NothingToIngest):
        find_files([folder / "pipe.txt"])


def test_a_file_named_twice_is_found_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "sub")
    found, _ = find_files([folder, folder / "b.txt", Path("../b.txt"), Path()])
    assert len(found) == 4


@pytest.mark.parametrize("name", ["missing.txt", "x" * 5000, "a\x00b", "b.txt/inside"])
def test_a_path_that_is_not_there_is_wrong_usage(folder: Path, name: str) -> None:
    with pytest.raises(NothingToIngest, match="Nothing was read"):
        find_files([folder, folder / name])


def test_a_link_that_leads_to_itself_is_wrong_usage(folder: Path) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    with pytest.raises(NothingToIngest):
        find_files([folder / "loop"])


def test_an_empty_folder_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(NothingToIngest, match="no files here"):
        find_files([tmp_path])


def test_the_catalogue_gives_files_their_details(folder: Path) -> None:
    (folder / "sources.toml").write_text(
        '[[source]]\nfile = "b.txt"\ntitle = "B"\ndate = 2016-06-13\n'
        '[[source]]\nfile = "sub/c.jsonl"\nauthor = "C"\n'
    )
    found = {c.path.name: c.details for c in find_files([folder])[0]}
    assert (found["b.txt"].title, found["b.txt"].date) == ("B", "2016-06-13")
    assert found["c.jsonl"].author == "C"
    assert found["a.md"].title is None


def test_the_nearer_catalogue_wins(folder: Path) -> None:
    for place, title in ((folder, "sub/c.jsonl"), (folder / "sub", "c.jsonl")):
        (place / "sources.toml").write_text(
            f'[[source]]\nfile = "{title}"\ntitle = "{place.name}"\n'
        )
    found = {c.path.name: c.details.title for c in find_files([folder])[0]}
    assert found["c.jsonl"] == "sub"


def test_the_catalogue_counts_for_a_single_file(folder: Path) -> None:
    (folder / "sources.toml").write_text('[[source]]\nfile = "b.txt"\ntitle = "B"\n')
    assert find_files([folder / "b.txt"])[0][0].details.title == "B"


def test_a_file_that_only_the_catalogue_knows_is_reported(folder: Path) -> None:
    (folder / "sources.toml").write_text('[[source]]\nfile = "d.txt"\ntitle = "D"\n')
    [skipped] = find_files([folder])[1]
    assert (skipped.path.name, skipped.reason) == ("d.txt", "named in sources.toml, and not there")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[[source]]\nfile = 'b.txt'\ntitel = 'B'\n", "'titel' in [[source]] number 1"),
        ("[[source]]\ntitle = 'B'\n", "does not say which file"),
        ("[source]\nfile = 'b.txt'\n", "[[source]]"),
        ("[[sources]]\nfile = 'b.txt'\n", "[[source]]"),
        ("[[source]\n", "cannot read"),
        ("x = " + "[" * 5000, "cannot read"),
    ],
)
def test_a_broken_catalogue_stops_the_run_and_is_named(
    folder: Path, content: str, named: str
) -> None:
    (folder / "sources.toml").write_text(content)
    with pytest.raises(IngestError, match=r"sources\.toml") as caught:
        find_files([folder])
    assert named in str(caught.value)
