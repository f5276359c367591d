"""The index: whatever happens to it, the library makes it whole again, and says so."""

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vectorstore import IndexUnavailable, LibraryBusy
from vectorstore.index import generation, probe
from vectorstore.index.generation import Generation, build, sweep
from vectorstore.writing import writing


def vector_file(folder: Path) -> Path:
    return next(folder.glob("*/data_level0.bin"))


def flip_a_byte(folder: Path) -> None:
    file = vector_file(folder)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def truncate(folder: Path) -> None:
    file = vector_file(folder)
    file.write_bytes(file.read_bytes()[:100])


def halve_the_manifest(folder: Path) -> None:
    file = folder / "manifest.json"
    file.write_text(file.read_text()[:40])


def spoil_the_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"no database" * 1000)


def truncate_the_database(folder: Path) -> None:
    file = folder / "chroma.sqlite3"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def rename_a_passage_in_the_database(folder: Path) -> None:
    connection = sqlite3.connect(folder / "chroma.sqlite3")
    connection.execute(
        "UPDATE embeddings SET embedding_id = 'other' WHERE id = (SELECT min(id) FROM embeddings)"
    )
    connection.commit()
    connection.close()


def write_a_manifest_of_another_kind(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"files": []}')


DAMAGES: list[Callable[[Path], object]] = [
    flip_a_byte,
    truncate,
    lambda folder: vector_file(folder).unlink(),
    lambda folder: shutil.rmtree(vector_file(folder).parent),
    lambda folder: (folder / "chroma.sqlite3").unlink(),
    shutil.rmtree,
    lambda folder: shutil.rmtree(folder.parent),
    halve_the_manifest,
    write_a_manifest_of_another_kind,
    spoil_the_database,
    truncate_the_database,
    rename_a_passage_in_the_database,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_found_when_it_is_opened(
    shelf: Any, damage: Callable[[Path], object]
) -> None:
    damage(shelf.generation)
    with pytest.raises(IndexUnavailable):
        Generation(shelf.generation)


@pytest.mark.parametrize("damage", [flip_a_byte, shutil.rmtree, rename_a_passage_in_the_database])
def test_the_next_question_makes_a_damaged_index_again(
    shelf: Any, damage: Callable[[Path], object]
) -> None:
    before = shelf.library.fingerprint
    damage(shelf.generation)
    best = shelf.store().searcher.search("The red boat sails at dawn.", 1).hits[0]
    assert best.passage.text == "The red boat sails at dawn."
    assert shelf.announced[0].endswith("Making it again from the library …")
    assert shelf.announced[-1] == "The index is whole again."
    assert shelf.library.fingerprint == before
    assert [folder.name for folder in shelf.generation.parent.iterdir()] == [shelf.generation.name]


def test_an_index_that_only_went_out_of_date_is_not_made_again(shelf: Any) -> None:
    store = shelf.store()
    name = shelf.generation.name
    opened = Generation(shelf.generation)
    opened.close()
    shelf.change(whales="A whale sings.")
    assert shelf.generation.name != name
    assert store.searcher.search("A whale sings.", 1).hits[0].similarity > 0.99
    assert shelf.announced == []


def test_a_damaged_index_is_not_the_base_of_the_next(shelf: Any) -> None:
    flip_a_byte(shelf.generation)
    shelf.change(whales="A whale sings.")
    assert shelf.store().searcher.search("The red boat sails at dawn.", 1).hits[0].similarity > 0.99
    assert shelf.announced == []


def test_a_name_is_never_used_twice(shelf: Any) -> None:
    first = shelf.generation.name
    shelf.change("boats", "trees")
    assert shelf.library.meta("generation") == ""
    assert list((shelf.home / "index").iterdir()) == []
    shelf.change(whales="A whale sings.")
    assert shelf.generation.name != first


def test_neither_an_env_file_nor_the_environment_reaches_chroma(
    shelf: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=from.a.file\nALLOW_RESET=TRUE\n")
    monkeypatch.setenv("CHROMA_SERVER_HOST", "chroma.example.org")
    monkeypatch.chdir(tmp_path)
    opened = Generation(shelf.generation)
    in_force = opened._client.get_settings()
    assert in_force.chroma_api_impl != "from.a.file"
    assert not in_force.allow_reset
    assert in_force.chroma_server_host is None
    assert not in_force.anonymized_telemetry
    opened.close()


@pytest.mark.parametrize(
    ("crash", "named"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import os; os._exit(3)", "exit status 3"),
        ("raise ValueError('no room')", "no room"),
    ],
)
def test_a_crash_of_the_builder_is_a_clear_error_that_changes_nothing(
    shelf: Any, monkeypatch: pytest.MonkeyPatch, crash: str, named: str
) -> None:
    if named == "SIGSEGV" and not hasattr(signal, "SIGSEGV"):
        pytest.skip("no such signal here")
    before, current = shelf.library.fingerprint, shelf.generation.name
    monkeypatch.setattr(generation, "_CHILD", crash)
    with pytest.raises(IndexUnavailable, match=named):
        shelf.change(whales="A whale sings.")
    assert shelf.library.fingerprint == before
    assert [f.name for f in (shelf.home / "index").iterdir()] == [current]


@pytest.mark.parametrize("forks", [True, False])
def test_a_builder_that_dies_at_its_work_is_a_clear_error_that_changes_nothing(
    shelf: Any, monkeypatch: pytest.MonkeyPatch, forks: bool
) -> None:
    if forks and not generation._FORKS:
        pytest.skip("nothing is forked here")
    before, current = shelf.library.fingerprint, shelf.generation.name
    monkeypatch.setattr(generation, "_FORKS", forks)
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    dying = f"from vectorstore.index import generation\ndef die(*_):\n    {killed}\n"
    monkeypatch.setattr(
        generation,
        "_CHILD",
        generation._CHILD.replace(
            "from vectorstore.index.generation import child",
            f"{dying}generation._build = die\nfrom vectorstore.index.generation import child",
        ),
    )
    with pytest.raises(IndexUnavailable, match="SIGTERM"):
        shelf.change(whales="A whale sings.")
    assert shelf.library.fingerprint == before
    assert [f.name for f in (shelf.home / "index").iterdir()] == [current]


def test_the_builder_writes_what_is_whole_without_forking(
    shelf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "_FORKS", False)
    shelf.change(whales="A whale sings.")
    hit = shelf.store().searcher.search("A whale sings.", 1).hits[0]
    assert hit.passage.source == "whales"


def test_a_generation_that_lacks_a_passage_is_not_taken_up(tmp_path: Path) -> None:
    vectors = np.eye(2, dtype=np.float32)
    with pytest.raises(IndexUnavailable, match="does not hold the passages"):
        build(
            tmp_path,
            base=None,
            remove=[],
            add={"p1": "a", "p2": "a"},
            vectors=vectors,
            contents={"p1": "a", "p2": "a", "p3": "a"},
        )
    assert list((tmp_path / "index").iterdir()) == []


@pytest.mark.parametrize("missed", [0, 1, 4])
def test_an_index_may_pass_over_a_vector_but_not_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missed: int
) -> None:
    vectors = np.eye(6, dtype=np.float32)
    contents = {f"p{number}": "a" for number in range(6)}
    name = build(tmp_path, base=None, remove=[], add=contents, vectors=vectors, contents=contents)
    opened = Generation(tmp_path / "index" / name)
    searched, left = opened.search, [{}] * missed
    monkeypatch.setattr(opened, "search", lambda *given: left.pop() if left else searched(*given))
    with pytest.raises(IndexUnavailable, match="not found") if missed > 3 else nullcontext():
        probe(opened, vectors)
    opened.close()


@pytest.mark.slow
def test_more_passages_than_a_statement_of_sqlite_takes_values(tmp_path: Path) -> None:
    count = 33_000  # 32,766 are the most
    vectors = np.random.default_rng(1).standard_normal((count, 4)).astype(np.float32)
    contents = {f"p{number}": "a" for number in range(count)}
    name = build(tmp_path, base=None, remove=[], add=contents, vectors=vectors, contents=contents)
    opened = Generation(tmp_path / "index" / name)
    assert len(opened.search(vectors[7] / np.linalg.norm(vectors[7]), 5)) == 5
    opened.close()


def test_a_copy_of_an_index_is_searched_as_widely_as_a_new_one(shelf: Any) -> None:
    before = shelf.generation
    client = generation.open_client(before)
    narrow = {"hnsw": {"ef_search": 10}}
    client.get_collection(generation.COLLECTION, embedding_function=None).modify(
        configuration=narrow
    )
    client.close()
    shelf.change(whales="A whale sings.")
    assert shelf.generation != before
    client = generation.open_client(shelf.generation)
    found = client.get_collection(generation.COLLECTION, embedding_function=None).configuration
    client.close()
    assert found["hnsw"]["ef_search"] == generation.HNSW["ef_search"]


def test_sweeping_keeps_what_it_is_told_and_nothing_else(shelf: Any) -> None:
    index = shelf.home / "index"
    (index / ".building-x").mkdir()
    (index / "gen-left-over").mkdir()
    sweep(shelf.home, keep=[shelf.generation.name])
    assert [folder.name for folder in index.iterdir()] == [shelf.generation.name]


@pytest.mark.parametrize("count", [1, 3])
def test_an_index_of_few_passages_stays_whole(empty_shelf: Any, count: int) -> None:
    empty_shelf.change(few="\n\n".join(f"Passage {number}." for number in range(count)))
    for _ in range(2):
        stores = [empty_shelf.store(), empty_shelf.store()]
        for store in stores:
            assert store.searcher.search("Passage 0.", 5).hits[0].passage.text == "Passage 0."
        for store in stores:
            store._open.close()
    assert empty_shelf.announced == []


def test_the_manifest_holds_no_path_of_the_machine(shelf: Any) -> None:
    manifest = json.loads((shelf.generation / "manifest.json").read_text())
    assert all(not Path(name).is_absolute() for name in manifest["files"])


def test_a_second_writer_is_told_who_is_writing(shelf: Any) -> None:
    import os

    with (
        writing(shelf.home),
        pytest.raises(LibraryBusy, match=rf"process {os.getpid()}\b"),
        writing(shelf.home),
    ):
        pass
    with writing(shelf.home):
        pass
