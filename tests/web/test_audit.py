"""The log of what was asked: a real file, and the real command over it."""

import json
import sqlite3
import stat
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vectorstore import UsageError
from web.audit import FILE_NAME, AuditLog, entries, moment

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
    with pytest.raises(UsageError):
        moment("2026-13-03")
