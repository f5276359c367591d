"""What people have on a database server: every process serves everybody."""

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from assistant.errors import KeptUnavailable, NoConversation
from assistant.keeping.conversations import Conversations, Exchange
from assistant.keeping.feedback import FeedbackBook, Verdict, list_feedback
from assistant.keeping.kept import kept_at, opened
from assistant.keeping.resting import answers_resting_on, same_quotes
from assistant.models import Citation
from assistant.packs.desk import Desk, Laid
from assistant.packs.models import Pack, PackRequest, Timed
from assistant.packs.sessions import SessionBook, list_sessions
from eval.bench.servers import Postgres
from tests.served.conftest import put
from vectorstore import Library, LibraryUnavailable, Settings, UsageError
from vectorstore.database.opening import place_of
from vectorstore.database.served import ServedDatabase
from vectorstore.library.opening import make_library
from vectorstore.settings import StoreSettings
from web.audit import Sought, entries, events, open_audit
from web.identity.door import Door
from web.identity.people import Person, Role
from web.identity.sessions import Sessions
from web.identity.users import Users
from web.reach import Called
from web.settings import PageSettings

pytestmark = pytest.mark.servers
Served = Callable[..., Settings]
CALLED = Called(host="127.0.0.1", scheme="http", prefix="", client="127.0.0.1", vouched=False)


def another(settings: Settings) -> ServedDatabase:
    """The database as another process has it."""
    return ServedDatabase(settings.table(StoreSettings).library)


def test_conversations_are_there_for_every_process(served: Served) -> None:
    settings = served()
    with opened(place_of(settings)) as kept:
        assert kept is not None and list_feedback(place_of(settings)) == []
    here = Conversations(kept_at(place_of(settings)), days=30)
    there = Conversations(kept_at(another(settings)), days=30)
    id = here.begin("ada")
    here.put("ada", id, Exchange(question="Why?", stopped=True, sources=("a",)))
    here.put("ada", id, Exchange(question="Why not?", number=2))
    here.put("ada", id, Exchange(question="Why, then?", number=1))
    told = there.get("ada", id)
    assert [e.question for e in told.exchanges] == ["Why, then?", "Why not?"]
    assert there.get("ada", id, 1).exchanges[0].number == 2
    assert [each.title for each in there.listed("ada")] == ["Why, then?"]
    with pytest.raises(NoConversation):
        there.get("ben", id)
    there.delete("ada", id)
    assert here.listed("ada") == []


def test_feedback_takes_the_place_of_what_was_said_before(served: Served) -> None:
    settings = served()
    book = FeedbackBook(kept_at(place_of(settings)))
    for verdict, reason in ((Verdict.HELPFUL, "clear"), (Verdict.NOT_HELPFUL, None)):
        book.say("ada", "c", 1, verdict, reason=reason, question="Why?", answer={"answer": "So."})
    [said] = list_feedback(another(settings))
    assert (said.verdict, said.reason, said.who) == (Verdict.NOT_HELPFUL, "clear", "ada")


def pack_of(library: Library) -> Pack:
    """A pack without prompts that cites what the library's one source begins with."""
    [source] = library.sources()
    quote = library.text(source.id)[:5]
    citation = Citation(
        marker=1,
        source=source.id,
        title=source.title,
        source_sha256=source.sha256,
        passage="",
        start=0,
        end=5,
        quote=quote,
        page=None,
        heading="",
    )
    return Pack(
        request=PackRequest(topic="boats"),
        title="Boats",
        purpose="",
        warm_up=Timed(minutes=4, text="Begin."),
        closing=Timed(minutes=4, text="End."),
        prompts=(),
        citations=(citation,),
        sources=(source.id,),
        on_topic=(),
        library=library.fingerprint,
        note=None,
        drawn=(),
    )


def test_packs_are_there_for_every_process(served: Served) -> None:
    settings = served()
    library = make_library(settings)
    put(library, boats="Boats float on water.")
    here, there = Desk(kept_at(place_of(settings))), Desk(kept_at(another(settings)))
    trainer = Person(name="ada", role=Role.TRAINER, id="ada")
    id = here.lay(trainer, Laid(pack=pack_of(library)))
    changed = replace(pack_of(library), title="Boats and water")
    there.put(trainer, id, Laid(pack=changed))
    assert here.find(trainer, id).pack.title == changed.title
    here.undo(trainer, id)
    there.share(trainer, id, shared=True)
    other = Person(name="ben", role=Role.TRAINER, id="ben")
    assert there.find(other, id).pack.title == "Boats"
    [rests] = answers_resting_on(settings.home, library, "boats")
    assert rests.kind == "kept pack"
    assert same_quotes(place_of(settings), library, library).startswith("1 saved answer")
    book = SessionBook(kept_at(place_of(settings)))
    for worked in (True, False):
        book.say("ada", id, worked, "why", {"topic": "boats"})
    [said] = list_sessions(another(settings))
    assert (said.worked, said.reason) == (False, "why")
    there.delete(trainer, id)
    assert here.listed(trainer) == []


def test_users_are_there_for_every_process(served: Served) -> None:
    settings = served()
    here, there = Users(place_of(settings)), Users(another(settings))
    assert here.all() == there.all() == []
    here.add("Ada", Role.LEADER, None)
    there.add("Ben", Role.KEEPER, None)
    assert [user.name for user in here.all()] == ["Ada", "Ben"]
    with pytest.raises(UsageError):
        there.add("ada", Role.LEADER, None)
    token = here.make_token("Ben")
    person = there.with_token(token)
    assert person is not None and person.name == "Ben"
    there.remove("Ben")
    assert here.with_token(token) is None
    assert not (settings.home / "users.toml").exists()


def test_logs_are_there_for_every_process_and_events_stay_as_they_are(served: Served) -> None:
    settings = served()
    log = open_audit(settings)
    assert entries(another(settings)) == []
    log.note("ada", "ask", "Why?", ["b", "a", "b"], "answered")
    log.event("ada", "login", about="", address="127.0.0.1", outcome="done")
    [entry], [event] = entries(another(settings)), events(another(settings))
    assert (entry.text, entry.sources, event.deed) == ("Why?", ("b", "a"), "login")
    assert events(another(settings), Sought(since=datetime.now(UTC) + timedelta(days=1))) == []
    for change in ("UPDATE events SET person = 'eve'", "DELETE FROM events"):
        with (
            pytest.raises(LibraryUnavailable, match="not changed"),
            another(settings).writing() as connection,
        ):
            connection.execute(change)
    with another(settings).writing() as connection:
        connection.execute(
            "INSERT INTO events (at, person, deed, about, address, outcome) "
            "VALUES ('2020-01-01T00:00:00+00:00', 'old', '', '', '', '')"
        )
    log.sweep()
    assert [event.person for event in events(another(settings))] == ["ada"]


def test_what_cannot_be_kept_is_told(served: Served, postgres: Postgres) -> None:
    settings = served()
    conversations = Conversations(kept_at(place_of(settings)))
    postgres.stop()
    try:
        with pytest.raises(KeptUnavailable, match="conversations cannot be kept"):
            conversations.begin("ada")
        open_audit(settings).note("ada", "ask", "Why?", [], "answered")  # keeps nobody waiting
    finally:
        postgres.start()
    assert conversations.begin("ada")


def test_a_login_counts_for_every_process(served: Served) -> None:
    settings = served()
    users = Users(place_of(settings))
    users.add("ada", Role.LEADER, "a password of ada's")
    here, there = (Door(each, PageSettings()) for each in (users, Users(another(settings))))
    cookies = [here.enter("ada", "a password of ada's", "127.0.0.1", "Firefox") for _ in range(3)]
    headers = {b"cookie": [f"soundings={cookies[0]}"]}
    found = there.who("/", headers, CALLED)
    assert found is not None and found.name == "ada"
    [key] = {session.person for session in there.sessions.listed()}
    assert len(there.sessions.listed(key)) == 3
    assert there.sessions.end(key, but=str(cookies[0])) == 2
    assert there.sessions.leave(str(cookies[0])) and here.who("/", headers, CALLED) is None
    assert here.sessions.listed(key) == [] and not list(settings.home.glob("sessions*"))


def test_one_person_has_so_many_logins_and_no_more(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.identity.sessions.EACH", 2)
    sessions = Sessions(place_of(served()), clock=lambda: next(ticks))
    ticks = iter(float(second) for second in range(100))
    for name in ("first", "second", "third"):
        sessions.begin("ada", None, 60, address="", browser=name)
    assert [session.browser for session in sessions.listed("ada")] == ["third", "second"]


def test_a_server_that_hangs_is_waited_for_and_no_longer(
    served: Served, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vectorstore.database.served.SILENCE", 1.0)
    place = another(served())
    assert place.all("SELECT pg_sleep(0.2), 1") == [("", 1)]
    postgres.signal(signal.SIGSTOP)
    try:
        with pytest.raises(LibraryUnavailable, match="cannot use the database"):
            place.all("SELECT 1")
    finally:
        postgres.signal(signal.SIGCONT)
    assert place.all("SELECT 1") == [(1,)]
