"""A home carried to a server, and back: everything is the same there, or nothing is there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.keeping.conversations import Conversations, Exchange
from assistant.keeping.kept import MOVED as CONVERSATIONS
from assistant.keeping.kept import kept_at
from assistant.keeping.resting import same_quotes
from eval.bench.servers import Chroma
from tests.conftest import settings_of
from tests.vectorstore.conftest import TEXTS, Shelf
from vectorstore import Library, LibraryUnavailable, Settings, UsageError
from vectorstore.database.opening import place_of
from vectorstore.errors import HomeNotEmpty, NotTheSame
from vectorstore.library import FILE_NAME
from vectorstore.library.opening import find_library
from vectorstore.moving.migrate import migrate
from vectorstore.settings import StoreSettings, changed
from web.audit import MOVED as LOGS
from web.audit import events, open_audit
from web.identity.people import Role
from web.identity.users import Users, carry

from .conftest import put

pytestmark = pytest.mark.servers
Served = Callable[..., Settings]
PARTS = (CONVERSATIONS, LOGS)


class Stopped(Exception):
    """The command was stopped."""


def filled(home: Path, *, indexed: bool = False) -> Settings:
    """A home with a library, a conversation about it, a log and a user."""
    put(Library.create(home / FILE_NAME), **{**TEXTS, "boats": "A boat."})
    if indexed:
        Shelf(home).change(**TEXTS)
    settings = settings_of(home)
    conversations = Conversations(kept_at(home))
    conversations.put(
        "ada", conversations.begin("ada"), Exchange(question="Which boat sails?", stopped=True)
    )
    open_audit(settings).event("ada", "login", about="", address="", outcome="done")
    Users(home).add("Ada", Role.LEADER, None)
    return settings


def hits(settings: Settings, library: Library) -> list[tuple[str, float]]:
    found = Shelf(settings.home, library).store().searcher.search("Does a blue boat sail?", 4).hits
    return [(hit.passage.id, hit.score) for hit in found]


def rows(place: Any) -> list[Any]:
    listed = Conversations(kept_at(place)).listed("ada")
    return [listed, events(place), [(u.name, u.id) for u in Users(place).all()]]


def test_a_home_moves_to_a_server_and_back(served: Served, tmp_path: Path) -> None:
    home, there = filled(tmp_path / "home", indexed=True), served("home")
    before = Library(home.home / FILE_NAME)
    library = migrate(home, there, PARTS)
    carry(place_of(home), place_of(there))
    assert hits(there, library) == hits(home, before)
    assert rows(place_of(there)) == rows(home.home)
    assert "0 saved answers" in same_quotes(home.home, before, library)
    back = settings_of(tmp_path / "back")
    again = migrate(there, back, PARTS)
    carry(place_of(there), back.home)
    assert again.fingerprint == library.fingerprint
    assert hits(back, again) == hits(there, library)
    assert rows(back.home) == rows(home.home)
    assert not list(back.home.glob("*.moving*"))
    put(library, more="A third boat.")  # what comes next has a number of its own
    assert len(library.sources()) == 3


def test_a_stopped_run_goes_on_and_nobody_finds_half_a_library(
    served: Served, tmp_path: Path
) -> None:
    home, there = filled(tmp_path / "home"), served("home")

    def stop(said: str) -> None:
        if said.startswith("Indexing"):
            raise Stopped

    with pytest.raises(Stopped):
        migrate(home, there, PARTS, stop)
    with pytest.raises(LibraryUnavailable, match="being filled"):
        find_library(there)
    put(
        Library(home.home / FILE_NAME), "trees", boats="The red boat has sunk."
    )  # and things go on at home
    library = migrate(home, there, PARTS)
    assert [source.id for source in library.sources()] == ["boats"]
    assert find_library(there) is not None and library.lexical(["sunk"], 3)


def test_nothing_is_moved_to_where_something_is(served: Served, tmp_path: Path) -> None:
    home, there = filled(tmp_path / "home"), served("home")
    migrate(home, there, PARTS)
    with pytest.raises(HomeNotEmpty, match="in use"):
        migrate(home, there, PARTS)
    with pytest.raises(HomeNotEmpty, match="there already"):
        migrate(there, home, PARTS)
    with pytest.raises(UsageError, match="Name another place"):
        migrate(there, there, PARTS)


def test_the_index_moves_to_a_chroma_server_too(
    served: Served, chroma: Chroma, tmp_path: Path
) -> None:
    home = filled(tmp_path / "home", indexed=True)
    there = changed(served("elsewhere"), StoreSettings, chroma=chroma.url)
    library = migrate(home, there, PARTS)
    assert library.meta("generation") in chroma.names()
    assert Library(home.home / FILE_NAME).meta("generation") not in chroma.names()


def test_a_quote_that_stands_elsewhere_is_told(tmp_path: Path) -> None:
    before, after = (Library.create(tmp_path / name / FILE_NAME) for name in ("one", "other"))
    put(before, **TEXTS)
    put(after, boats="Now " + TEXTS["boats"])
    quote = {"source": "boats", "quote": "The red boat", "start": 0, "end": 12}
    kept = kept_at(tmp_path / "one")
    with kept.writing() as connection:
        connection.execute(
            "INSERT INTO feedback (person, said, conversation, number, verdict, reason, question, "
            "answer) VALUES ('a', '', 'c', 1, '', '', '', ?)",
            (json.dumps({"citations": [quote]}),),
        )
    same = same_quotes(tmp_path / "one", before, before)
    assert same == "1 saved answer: 1 of 1 quote stand in the library, as before"
    with pytest.raises(NotTheSame):
        same_quotes(tmp_path / "one", before, after)


def test_the_commands(
    served: Served, soundings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, there = filled(tmp_path / "home"), served("home")
    url = there.table(StoreSettings).library
    code, out, _ = soundings("--home", home.home, "migrate", "--to", url)
    assert code == 0 and "every row the same" in out
    monkeypatch.setenv("SOUNDINGS_LIBRARY", url)
    code, out, _ = soundings("--home", home.home, "sources", "--json")
    assert code == 0 and [s["id"] for s in json.loads(out)] == ["boats", "trees"]
    code, out, err = soundings("--home", home.home, "backup", tmp_path / "file.zip")
    assert code == 0, err
    monkeypatch.delenv("SOUNDINGS_LIBRARY")
    code, out, _ = soundings("--home", tmp_path / "new", "restore", tmp_path / "file.zip")
    library = find_library(there)
    assert code == 0 and library is not None and library.fingerprint in out
    assert [user.name for user in Users(tmp_path / "new").all()] == ["Ada"]
    assert [e.person for e in events(tmp_path / "new")][:1] == ["ada"]
