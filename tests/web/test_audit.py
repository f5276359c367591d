"""The log of what was asked: a real file, and the real command over it."""

import io
import json
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vectorstore import UsageError
from web.audit import FILE_NAME, AuditLog, entries, events, moment

Command = Callable[..., tuple[int, str, str]]
SECRET_WORDS = "may the merger be delayed"


def ask(log: AuditLog, text: str = SECRET_WORDS) -> None:
    log.note("mary", "ask", text, ["b", "a", "b"], "answered")


def made_older(home: Path, days: int) -> None:
    at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    with sqlite3.connect(home / FILE_NAME) as database:
        database.execute("UPDATE entries SET at = ?", (at,))
    database.close()


def test_an_entry_says_who_when_what_and_which_sources(tmp_path: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    ask(AuditLog(tmp_path, days=30, text=True))
    [entry] = entries(tmp_path)
    assert (entry.person, entry.deed, entry.text) == ("mary", "ask", SECRET_WORDS)
    assert (entry.sources, entry.outcome) == (("b", "a"), "answered")
    assert before <= datetime.fromisoformat(entry.at) <= datetime.now(UTC)
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_without_text_the_words_are_nowhere_in_the_file(tmp_path: Path) -> None:
    ask(AuditLog(tmp_path, days=30, text=False))
    [entry] = entries(tmp_path)
    assert entry.text is None and entry.outcome == "answered"
    assert SECRET_WORDS.encode() not in (tmp_path / FILE_NAME).read_bytes()


def test_what_is_too_old_goes_and_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    ask(AuditLog(tmp_path, days=30, text=True))
    made_older(tmp_path, 31)
    ask(AuditLog(tmp_path, days=30, text=True), "something new")
    assert [entry.text for entry in entries(tmp_path)] == ["something new"]
    assert SECRET_WORDS.encode() not in (tmp_path / FILE_NAME).read_bytes()


def test_zero_days_keep_nothing_not_even_what_was_there(tmp_path: Path) -> None:
    none = AuditLog(tmp_path / "new", days=0, text=True)
    ask(none)
    assert not (tmp_path / "new").exists()
    ask(AuditLog(tmp_path, days=30, text=True))
    ask(AuditLog(tmp_path, days=0, text=True))
    assert entries(tmp_path) == []


def test_a_log_that_cannot_be_written_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / FILE_NAME).mkdir()
    ask(AuditLog(tmp_path, days=30, text=True))
    assert "was not written" in caplog.text


def test_the_command(soundings: Command, tmp_path: Path) -> None:
    log = AuditLog(tmp_path, days=30, text=True)
    ask(log, "the first")
    made_older(tmp_path, 3)
    ask(log, "the second")
    code, out, _ = soundings("--home", tmp_path, "audit", "--json")
    assert code == 0
    assert [(e["text"], e["sources"]) for e in json.loads(out)] == [
        ("the first", ["b", "a"]),
        ("the second", ["b", "a"]),
    ]
    code, out, _ = soundings("--home", tmp_path, "audit", "--since", "2d")
    assert "the second" in out and "the first" not in out
    assert soundings("--home", tmp_path, "audit", "--since", "soon")[0] == 2


def test_since_names_a_day_or_a_time_ago() -> None:
    assert moment("2026-11-03") == datetime(2026, 11, 3).astimezone()
    assert timedelta(hours=35) < datetime.now(UTC) - moment("36h") < timedelta(hours=37)
    for wrong in ("2026-13-03", "0000-01-01", "soon"):
        with pytest.raises(UsageError):
            moment(wrong)


# The security log


def test_an_event_says_who_what_about_what_from_where(tmp_path: Path, soundings: Command) -> None:
    log = AuditLog(tmp_path, days=0, text=False)  # which keep nothing of what was asked
    log.event("mary", "removal", about="id: boats", address="10.0.0.9", outcome="done")
    [event] = events(tmp_path)
    assert (event.person, event.deed, event.about) == ("mary", "removal", "id: boats")
    assert (event.address, event.outcome) == ("10.0.0.9", "done")
    code, out, _ = soundings("--home", tmp_path, "audit", "--security", "--json")
    assert code == 0 and [e["deed"] for e in json.loads(out)] == ["removal"]
    code, out, _ = soundings("--home", tmp_path, "audit", "--security")
    assert "10.0.0.9" in out and entries(tmp_path) == []


@pytest.mark.parametrize("sql", ["UPDATE events SET person = 'eve'", "DELETE FROM events"])
def test_the_security_log_is_added_to_and_not_changed(tmp_path: Path, sql: str) -> None:
    log = AuditLog(tmp_path, days=30, text=True)
    log.event("mary", "login", about="", address="10.0.0.9", outcome="done")
    with (
        closing(sqlite3.connect(tmp_path / FILE_NAME)) as database,
        pytest.raises(sqlite3.IntegrityError, match="not changed"),
        database,
    ):
        database.execute(sql)
    assert [event.person for event in events(tmp_path)] == ["mary"]


def test_events_go_after_their_days_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    for days in (400, 100, 0):
        monkeypatch.setattr("web.audit._now", lambda days=days: now - timedelta(days=days))
        log = AuditLog(tmp_path, days=30, text=True, security_days=365)
        log.event("mary", f"{days} days ago", about="", address="", outcome="done")
    AuditLog(tmp_path, days=30, text=True, security_days=365).sweep()
    assert [event.deed for event in events(tmp_path)] == ["100 days ago", "0 days ago"]


def test_a_log_from_before_there_were_events_is_read_and_goes_on(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as old, old:
        old.execute(
            "CREATE TABLE entries (id INTEGER PRIMARY KEY, at TEXT NOT NULL, person TEXT NOT NULL,"
            " deed TEXT NOT NULL, text TEXT, sources TEXT NOT NULL, outcome TEXT NOT NULL) STRICT"
        )
        at = datetime.now(UTC).isoformat(timespec="seconds")
        row = (at, "mary", "ask", "x", "[]", "answered")
        columns = "entries (at, person, deed, text, sources, outcome)"
        old.execute(f"INSERT INTO {columns} VALUES (?, ?, ?, ?, ?, ?)", row)
    assert events(tmp_path) == []
    log = AuditLog(tmp_path, days=30, text=True)
    log.event("mary", "login", about="", address="", outcome="done")
    assert len(events(tmp_path)) == len(entries(tmp_path)) == 1


def test_commands_that_change_who_may_do_what_are_told(
    soundings: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long enough secret\n"))
    assert soundings("--home", tmp_path, "users", "add", "mary", "--role", "leader")[0] == 0
    assert soundings("--home", tmp_path, "users", "role", "mary", "keeper")[0] == 0
    assert soundings("--home", tmp_path, "users", "list")[0] == 0
    assert soundings("--home", tmp_path, "users", "remove", "nobody")[0] == 2
    assert [event.about for event in events(tmp_path)] == [
        "users add mary --role leader",
        "users role mary keeper",
    ]
