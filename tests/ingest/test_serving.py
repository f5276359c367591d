"""The addresses of the Library tab: for keepers alone, and what they say of what is there."""

import logging
import re
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from ingest.page.serving import PREFIX, Desk, library_routes
from tests.made import As
from tests.serving import serving
from vectorstore import Store
from vectorstore.dependants import Dependant
from web.by_role import front
from web.guard import Guard
from web.identity.people import Role

READ = (
    "sources",
    "changes",
    "bin",
    "search?q=boat",
    "adding",
    "removal?id=boats",
    "editing?id=boats",
)
POST = (
    "begin",
    "file?batch=x&name=a.txt",
    "read?batch=x",
    "remove?id=boats",
    "restore?id=boats",
    "edit?id=boats",
    "cancel",
    "dismiss",
)

POSTED = {f"{PREFIX}/begin": 0, f"{PREFIX}/file": 10**6}


@pytest.fixture
def served(desk: Any) -> Callable[[Role | None], TestClient]:
    """The addresses over a home, for whichever role: `served(Role.KEEPER).get(...)`."""
    store = Store(desk.home, desk.library, desk.encoder, lambda _: None)

    def rests(home: object, library: object, source: str) -> list[Dependant]:
        return [Dependant(kind="gold question", id="q1", text="?")] if source == "boats" else []

    app = front({})
    app.include_router(library_routes(Desk(desk.settings(), store, [rests], lambda _: None)))
    return lambda role: TestClient(As(app, role), base_url=f"http://test{PREFIX}/")


@pytest.mark.parametrize("role", [Role.LEADER, Role.TRAINER, None])
def test_who_is_no_keeper_reads_and_changes_nothing(served: Any, desk: Any, role: Any) -> None:
    client, before = served(role), desk.state()
    assert {path: client.get(path).status_code for path in READ} == dict.fromkeys(READ, 403)
    assert {path: client.post(path).status_code for path in POST} == dict.fromkeys(POST, 403)
    assert desk.state() == before
    assert not (desk.home / "incoming").exists()


def test_a_keeper_is_told_what_rests_on_a_source(served: Any) -> None:
    keeper = served(Role.KEEPER)
    assert "1 gold question would lose its evidence: q1" in keeper.get("removal?id=boats").text
    assert "Nothing that is kept rests on it" in keeper.get("removal?id=trees").text
    assert keeper.get("removal?id=nothing").status_code == 404


def test_what_a_document_says_of_itself_is_text(served: Any, desk: Any) -> None:
    title = "<img src=x onerror=alert(1)>"
    desk.write(
        "evil.md", f"---\ntitle: '{title}'\n---\n# Evil\n\nA boat & <script>alert(2)</script>"
    )
    desk.ingest()
    keeper = served(Role.KEEPER)
    for path in ("sources", "changes", "search?q=boat", "removal?id=evil"):
        shown = keeper.get(path).text
        assert "&lt;img" in shown
        assert "<img" not in shown
        assert "<script" not in shown


def test_a_file_that_is_not_taken_is_told_and_the_others_are_read(served: Any, desk: Any) -> None:
    keeper = served(Role.KEEPER)
    batch = keeper.post("begin").text
    assert keeper.post(f"file?batch={batch}&name=kestrel.txt", content=b"It hovers.").text == ""
    assert "of this kind" in keeper.post(f"file?batch={batch}&name=a.exe", content=b"x").text
    assert "no longer here" in keeper.post("file?batch=none&name=a.txt", content=b"x").text
    assert keeper.post("read?batch=none").status_code == 422
    assert keeper.post(f"read?batch={batch}").status_code == 200
    while "data-running" in keeper.get("adding").text:
        time.sleep(0.05)
    assert "added as “kestrel”" in keeper.get("adding").text
    assert desk.library.text("kestrel") == "It hovers."


def test_a_file_that_breaks_off_leaves_nothing_and_is_no_fault(
    served: Any, desk: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(Guard(served(Role.KEEPER).app, also_post=POSTED)) as address:
        host, port = address.removeprefix("http://").split(":")
        begun = httpx.post(f"{address}{PREFIX}/begin", trust_env=False).text
        path = f"{PREFIX}/file?batch={begun}&name=kestrel.txt"
        with socket.create_connection((host, int(port))) as caller:
            head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 900000\r\n\r\n"
            caller.sendall(head.encode() + b"It hovers" * 1_000)
            while not list(desk.home.glob("incoming/*/*")):
                time.sleep(0.01)
        while list(desk.home.glob("incoming/*/*")):
            time.sleep(0.01)
        again = httpx.post(f"{address}{path}", content=b"It hovers.", trust_env=False)
        assert again.text == ""
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []


def test_a_batch_that_nobody_comes_back_for_is_taken_away(
    served: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.page.serving.KEPT", 0.5)
    with serving(Guard(served(Role.KEEPER).app, also_post=POSTED)) as address:
        begun = httpx.post(f"{address}{PREFIX}/begin", trust_env=False).text
        assert len(begun) == 32  # a batch's name, and no error
        while list(desk.home.glob("incoming/*")):
            time.sleep(0.05)


def test_a_batch_that_is_cancelled_changes_nothing(
    served: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, before = served(Role.KEEPER), desk.state()
    cancelled, encode = threading.Event(), desk.encoder.encode

    def slow(texts: Any, **options: Any) -> Any:
        cancelled.wait()
        return encode(texts, **options)

    monkeypatch.setattr(desk.encoder, "encode", slow)
    batch = keeper.post("begin").text
    keeper.post(f"file?batch={batch}&name=kestrel.txt", content=b"It hovers.")
    keeper.post(f"read?batch={batch}")
    assert keeper.post("cancel").text == "Stopping …"
    cancelled.set()
    while "data-running" in keeper.get("adding").text:
        time.sleep(0.05)
    assert "The library is as it was." in keeper.get("adding").text
    assert desk.state() == before
    assert keeper.post("cancel").text == "Nothing is being read."


def test_what_is_found_is_marked_under_its_source(served: Any) -> None:
    keeper = served(Role.KEEPER)
    shown = keeper.get("search?q=boats").text
    assert "<mark>boat</mark>" in shown and shown.count("<h4>boats</h4>") == 1


# Saying what a source is

FILLED = {
    "title": "Boats", "author": "", "date": "2016", "publisher": "", "url": "", "description": "",
}  # fmt: skip


def test_the_form_holds_what_is_known_and_is_text(served: Any) -> None:
    keeper = served(Role.KEEPER)
    said = '"><script>alert(1)</script>'
    assert keeper.post("edit?id=boats", json=FILLED | {"description": said}).status_code == 200
    form = keeper.get("editing?id=boats").text
    assert 'value="2016"' in form and 'value="Boats"' in form
    assert "&lt;script&gt;" in form and "<script" not in form
    labels = re.findall(r'<label[^>]* for="([^"]+)"', form)
    assert sorted(labels) == sorted(re.findall(r'<(?:input|textarea)[^>]* id="([^"]+)"', form))
    assert len(labels) == 6
    assert keeper.get("editing?id=nothing").status_code == 404


def test_a_keeper_says_what_a_source_is_and_takes_it_back(served: Any, desk: Any) -> None:
    keeper = served(Role.KEEPER)
    assert "are saved" in keeper.post("edit?id=boats", json=FILLED).text
    source = desk.library.source("boats")
    assert (source.title, source.date, source.author) == ("Boats", "2016", None)
    assert desk.library.described()["boats"].keys() == {"title", "date"} - (
        {"title"} if source.title == "boats" else set()
    )
    version = source.version
    assert "Nothing of “Boats” was changed" in keeper.post("edit?id=boats", json=FILLED).text
    assert desk.library.source("boats").version == version
    keeper.post("edit?id=boats", json=FILLED | {"date": " "})
    assert desk.library.source("boats").date is None


@pytest.mark.parametrize("wrong", [{"id": "trees"}, {"title": "x" * 401}, {"title": None}])
def test_what_is_no_field_of_a_source_is_refused(served: Any, desk: Any, wrong: Any) -> None:
    before = desk.state()
    assert served(Role.KEEPER).post("edit?id=boats", json=FILLED | wrong).status_code == 422
    assert desk.state() == before


def test_each_row_opens_its_form(served: Any) -> None:
    rows = served(Role.KEEPER).get("sources").text
    assert re.search(r'class="plain source-details"[^>]* data-id="boats"', rows)
