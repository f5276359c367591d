"""The index on a Chroma server: a real one, started and stopped here, and some that are none."""

import json
import shutil
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from eval.bench.servers import Chroma
from tests.conftest import settings_of
from vectorstore import Changes, IndexUnavailable, SettingsError, Store
from vectorstore.errors import IndexAway
from vectorstore.index import served
from vectorstore.index.embedded import EmbeddedIndexes
from vectorstore.index.opening import open_indexes
from vectorstore.index.served import ServedIndexes
from vectorstore.writing import commit, remove, shape_of, writing

from .conftest import TEXTS, Shelf


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chroma]:
    started = Chroma(tmp_path_factory.mktemp("chroma"))
    yield started
    started.stop()


def store_of(shelf: Shelf, indexes: ServedIndexes | None) -> Store:
    announce = shelf.announced.append
    return Store(shelf.home, shelf.library, shelf.encoder, announce, indexes=indexes)


def found(store: Store, sources: list[str] | None = None) -> list[tuple[str, float]]:
    hits = store.searcher.search("The red boat sails at dawn.", 4, sources=sources).hits
    return [(hit.passage.id, round(hit.similarity, 5)) for hit in hits]


def test_a_home_moves_to_a_server_and_back_and_finds_the_same(shelf: Shelf, server: Chroma) -> None:
    embedded = found(store_of(shelf, None))
    indexes = ServedIndexes(server.url)
    assert found(store_of(shelf, indexes)) == embedded
    assert "Making it again" in shelf.announced[0]
    assert found(store_of(shelf, indexes), ["trees"]) == [
        h for h in embedded if h[0] in passages(shelf, "trees")
    ]
    assert found(store_of(shelf, indexes), []) == []
    assert (shelf.library.meta("generation") or "") in server.names()
    assert found(store_of(shelf, None)) == embedded
    assert EmbeddedIndexes(shelf.home).holds(shelf.library.meta("generation") or "")


def passages(shelf: Shelf, source: str) -> set[str]:
    return {passage.id for passage in shelf.library.passages_of(source)}


def test_a_change_builds_another_and_takes_the_old_one_away(
    shelf: Shelf, server: Chroma, tmp_path: Path
) -> None:
    indexes, another = ServedIndexes(server.url), Shelf(tmp_path / "another")
    another.change(**TEXTS)
    store, beside = store_of(shelf, indexes), store_of(another, indexes)
    found(store), found(beside)
    first, others = shelf.library.meta("generation"), another.library.meta("generation")
    remove(shelf.home, shelf.library, "trees", indexes)
    second = shelf.library.meta("generation")
    names = server.names()
    assert second in names and others in names and first not in names
    assert {id for id, _ in found(store)} == passages(shelf, "boats")
    assert found(beside)
    with writing(shelf.home):  # nothing is left
        gone = Changes(started="2026", retire=("boats",))
        commit(shelf.home, shelf.library, gone, shape_of(shelf.library), "[]", indexes)
    assert second not in server.names() and not shelf.library.meta("generation")


def test_a_build_that_fails_leaves_nothing_and_changes_nothing(
    shelf: Shelf, server: Chroma, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = ServedIndexes(server.url)
    before, names = found(store_of(shelf, indexes)), server.names()
    monkeypatch.setattr(served.ServedIndex, "search", lambda *_: {})
    with pytest.raises(IndexUnavailable, match="are not found"):
        remove(shelf.home, shelf.library, "trees", indexes)
    monkeypatch.undo()
    assert server.names() == names and found(store_of(shelf, indexes)) == before


def test_a_server_that_went_away_is_told_and_taken_up_again(shelf: Shelf, tmp_path: Path) -> None:
    server = Chroma(tmp_path / "its own")
    try:
        store = store_of(shelf, ServedIndexes(server.url))
        before = found(store)
        shelf.announced.clear()
        server.stop()
        with pytest.raises(IndexAway, match="Start it, or name another: SOUNDINGS_CHROMA"):
            found(store)
        with pytest.raises(IndexAway):
            remove(shelf.home, shelf.library, "trees", store.indexes)
        assert len(shelf.library.sources()) == 2
        server.start()
        assert found(store) == before and not shelf.announced
    finally:
        server.stop()


def test_a_server_that_hangs_is_not_waited_for_without_end(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "SECONDS", 0.5)
    server = Chroma(tmp_path / "its own")
    try:
        store = store_of(shelf, ServedIndexes(server.url))
        before = found(store)
        server.signal(signal.SIGSTOP)
        with pytest.raises(IndexAway, match="does not answer"):
            found(store)
        server.signal(signal.SIGCONT)
        assert found(store) == before
    finally:
        server.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_server_lost_in_the_middle_of_a_build_loses_nothing(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    """After the vectors were sent and before anybody has looked whether they are there."""
    monkeypatch.setattr(served, "SECONDS", 5.0 if how is signal.SIGSTOP else 60.0)
    server = Chroma(tmp_path / "its own")
    probe = served.probe

    def lost(*given: Any) -> None:
        server.signal(how)
        probe(*given)

    try:
        store = store_of(shelf, ServedIndexes(server.url))
        before = found(store)
        fingerprint, index = shelf.library.fingerprint, shelf.library.meta("generation")
        monkeypatch.setattr(served, "probe", lost)
        with pytest.raises(IndexAway, match="does not answer"):
            remove(shelf.home, shelf.library, "trees", store.indexes)
        monkeypatch.setattr(served, "probe", probe)
        assert (shelf.library.fingerprint, shelf.library.meta("generation")) == (fingerprint, index)
        if how is signal.SIGKILL:
            server.stop()
            server.start()
        else:
            server.signal(signal.SIGCONT)
        assert found(store) == before  # the same store, which nobody has opened anew
        remove(shelf.home, shelf.library, "trees", store.indexes)
        assert {id for id, _ in found(store)} == passages(shelf, "boats")
        assert server.names() == {shelf.library.meta("generation")}  # the half one is swept
    finally:
        server.stop()


def test_a_server_that_comes_back_empty_is_filled_from_the_library(
    shelf: Shelf, tmp_path: Path
) -> None:
    server = Chroma(tmp_path / "its own")
    try:
        store = store_of(shelf, ServedIndexes(server.url))
        before = found(store)
        shelf.announced.clear()
        server.stop()
        shutil.rmtree(tmp_path / "its own")
        server.start()
        assert found(store) == before
        assert "Making it again" in shelf.announced[0]
    finally:
        server.stop()


@pytest.fixture
def told() -> Iterator[tuple[str, list[Any], list[Any]]]:
    """A server that is none: its address, what it will answer (status, body), what it was sent."""
    answers: list[Any] = []
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            asked.append(dict(self.headers))
            status, body = answers[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}", answers, asked
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (404, b"", "is it a Chroma server"),
        (401, b"", "SOUNDINGS_CHROMA_HEADERS"),
        (200, b"<html>", "is no Chroma server"),
        (200, json.dumps("99.1.0").encode(), "version 99.1.0"),
    ],
)
def test_what_is_no_server_of_ours_is_told(
    shelf: Shelf, told: tuple[str, list[Any], list[Any]], status: int, body: bytes, said: str
) -> None:
    url, answers, asked = told
    answers.append((status, body))
    environ = {"SOUNDINGS_CHROMA": url, "SOUNDINGS_CHROMA_HEADERS": "X-Chroma-Token: a secret"}
    with pytest.raises(IndexUnavailable, match=said):
        open_indexes(settings_of(shelf.home, environ)).open("soundings-1-2")
    assert asked[0]["X-Chroma-Token"] == "a secret"


@pytest.mark.parametrize(
    "value", ["ftp://host", "localhost:8000", "http://", "http://me:secret@host", "http://h/path"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match="http://host:port"):
        settings_of(tmp_path, {"SOUNDINGS_CHROMA": value})


def test_headers_are_lines_of_name_and_value(tmp_path: Path) -> None:
    environ = {"SOUNDINGS_CHROMA": "http://host:1", "SOUNDINGS_CHROMA_HEADERS": "Bearer secret"}
    with pytest.raises(SettingsError, match="Name: value") as raised:
        open_indexes(settings_of(tmp_path, environ))
    assert "Bearer secret" not in str(raised.value)
