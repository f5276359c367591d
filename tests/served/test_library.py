"""A library on a PostgreSQL server: the same as in a file, and shared by several processes."""

from collections.abc import Callable

import psycopg
import pytest

from eval.bench.servers import Postgres
from tests.vectorstore.conftest import TEXTS
from vectorstore import Library, LibraryBusy, LibraryUnavailable, Settings, SettingsError
from vectorstore.database.served import ServedDatabase, spelled, statements
from vectorstore.library import digest, full_text
from vectorstore.library.lexicon import terms
from vectorstore.library.opening import find_library, make_library, on_server
from vectorstore.settings import StoreSettings, without_password

from .conftest import put

pytestmark = pytest.mark.servers
Served = Callable[..., Settings]
MORE = {
    "ships": "The ships' captains sail naïvely; a ship_yard builds ships.\n\nA café by the "
    "shipyard, and shipping shipped to shippers. Ship ship ship.",
    "torn": "It cost 3 mil ion pounds, as the mil ion voters knew.\n\nA million is a million.",
    "long": "x" * 5_000 + " ends a very long word.\n\n漢字 and Ærø: 12:05:33 said the ofﬁce.",
}
KEYS = [digest(f"Boats\n{text}") for text in TEXTS["boats"].split("\n\n")]
ASKED = [
    ["ship"],
    ["shipyard", "sail"],
    ["captain", "boat", "million"],
    ["naiv", "cafe", "漢字", "nothing"],
    ["the", "a", "ship", "grow", "slowli", "dawn"],
    ["offic", "120533", "x" * 300],
    terms("a ship_yard"),
]


@pytest.mark.parametrize("enough", [full_text.ENOUGH, 2])
def test_the_same_changes_give_the_same_library(
    served: Served, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, enough: int
) -> None:
    monkeypatch.setattr(full_text, "ENOUGH", enough)
    settings = served()
    told = []
    for library in (Library.create(settings.home / "file"), make_library(settings)):
        put(library, **TEXTS)
        put(library, **MORE)
        put(library, "trees", boats="The red boat sails at noon.\n\nThe green boat does not sail.")
        put(library, "torn")
        put(library, torn=MORE["torn"])
        told.append(
            {
                "fingerprint": library.fingerprint,
                "ids": library.passage_ids(),
                "sources": [(s.id, s.sha256, s.version, s.passages) for s in library.sources()],
                "passages": [library.passages_of(s.id) for s in library.sources()],
                "at": library.passage_at("ships", 3),
                "searched": library.searched(library.passage_ids()),
                "lexical": [list(library.lexical(asked, 3).items()) for asked in ASKED],
                "in one": [library.lexical(asked, 9, ["ships", "long"]) for asked in ASKED],
                "in none": library.lexical(ASKED[0], 9, []),
                "frequency": [library.document_frequency(asked) for asked in ASKED],
                "heirs": [library.heirs(s, None) for s in ("boats", "trees", "none")],
                "removed": library.removed("trees")[1:],
                "changes": {(c.source, c.what) for c in library.changes_since("2020")},
                "runs": len(library.runs(9)),
                "next": library.next_version("boats"),
                "counts": (library.passage_count(), library.sentence_count()),
                "problems": library.problems(),
                "known": library.known_vectors(KEYS, "hash-1"),
                "vectors": [v.tolist() for v in library.vectors(KEYS, "hash-1").values()],
            }
        )
    for name, found in told[0].items():
        assert told[1][name] == found, name
    assert any(told[0]["lexical"]) and any(told[0]["known"])
    again = on_server(ServedDatabase(settings.table(StoreSettings).library))
    assert again.fingerprint == told[0]["fingerprint"]


def test_a_reader_sees_one_state_while_another_process_commits(served: Served) -> None:
    settings = served()
    library = make_library(settings)
    put(library, **TEXTS)
    other = on_server(ServedDatabase(settings.table(StoreSettings).library))
    with other.reading():
        before = other.fingerprint, other.passage_ids(), other.lexical(["boat"], 9)
        put(library, "boats")
        assert (other.fingerprint, other.passage_ids(), other.lexical(["boat"], 9)) == before
    assert other.fingerprint == library.fingerprint != before[0]
    assert other.lexical(["boat"], 9) == {}


def test_one_writes_at_a_time_and_whoever_lost_the_right_cannot(
    served: Served, postgres: Postgres
) -> None:
    settings = served()
    library = make_library(settings)
    put(library, **TEXTS)
    url = settings.table(StoreSettings).library
    other = on_server(ServedDatabase(url))
    with library.exclusive():
        with pytest.raises(LibraryBusy, match="another run"), other.exclusive():
            pass
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
        # As after a crash, and the first does not know
        with other.exclusive(timeout=10), pytest.raises(LibraryUnavailable):
            library.set_generation("from nowhere")
    assert other.meta("generation") != "from nowhere"
    put(library, "trees")
    assert [source.id for source in other.sources()] == ["boats"]


def test_a_failed_commit_leaves_the_library_as_it_was(served: Served) -> None:
    settings = served()
    library = make_library(settings)
    put(library, **TEXTS)
    before = library.fingerprint, library.passage_ids()
    with pytest.raises(LibraryUnavailable, match="NUL"):
        put(library, "boats", bad="A text with a \0 in it.")
    assert (library.fingerprint, library.passage_ids()) == before


def test_a_server_that_was_away_is_taken_up_again(served: Served, postgres: Postgres) -> None:
    settings = served()
    library = make_library(settings)
    put(library, **TEXTS)
    postgres.stop()
    try:
        with pytest.raises(LibraryUnavailable, match=r"cannot use the database at postgresql.*"):
            library.sources()
    finally:
        postgres.start()
    assert len(library.sources()) == 2


def test_there_is_no_library_until_somebody_makes_one(served: Served) -> None:
    settings = served()
    assert find_library(settings) is None
    assert make_library(settings).fingerprint == ""
    assert isinstance(find_library(settings), Library)


def test_a_database_of_another_format_is_not_touched(served: Served) -> None:
    settings = served()
    database = make_library(settings).database
    with database.writing() as connection:
        connection.execute("UPDATE part SET form = 99 WHERE name = 'library'")
    with pytest.raises(LibraryUnavailable, match="format 99"):
        find_library(settings)


def test_an_address_is_checked_and_its_password_shown_nowhere(served: Served) -> None:
    with pytest.raises(SettingsError, match=r"postgresql\+psycopg://"):
        served(SOUNDINGS_LIBRARY="mysql://host/there")
    secret = "postgresql+psycopg://ada:se-cret@127.0.0.1:1/there"
    settings = served(SOUNDINGS_LIBRARY=secret)
    assert "se-cret" not in str(settings.in_force())
    assert without_password(f"migrate --to {secret}") == f"migrate --to {secret}".replace(
        "se-cret", "****"
    )
    with pytest.raises(LibraryUnavailable) as failed:
        find_library(settings)
    assert "127.0.0.1" in str(failed.value) and "se-cret" not in str(failed.value)


def test_statements_are_spelled_for_postgresql() -> None:
    assert spelled("SELECT ? , :name, '?%:no', a % b") == "SELECT %s , %(name)s, '?%%:no', a %% b"
    script = "CREATE TABLE a (b TEXT) STRICT; -- c; d\nCREATE FUNCTION f AS $$ BEGIN; END $$;"
    assert list(statements(script)) == [
        'CREATE TABLE a (b TEXT COLLATE "C")',
        "CREATE FUNCTION f AS $$ BEGIN; END $$",
    ]
