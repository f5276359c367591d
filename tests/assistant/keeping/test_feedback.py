"""What people say of answers is kept for evaluators."""

import sqlite3
from pathlib import Path

import pytest

from assistant.errors import KeptUnavailable
from assistant.keeping.feedback import REASON_CHARACTERS, FeedbackBook, Verdict, list_feedback
from assistant.keeping.kept import FILE_NAME, Kept

ANSWER = {"answer": "Forty. [1]", "citations": [{"marker": 1, "quote": "Forty."}]}


def say(book: FeedbackBook, verdict: Verdict, reason: str = "", number: int = 1) -> None:
    book.say("ada", "c", number, verdict, reason=reason, question="How many?", answer=ANSWER)


def test_it_is_listed_newest_first_with_its_answer(tmp_path: Path) -> None:
    kept = Kept(tmp_path / FILE_NAME)
    book = FeedbackBook(kept)
    say(book, Verdict.HELPFUL)
    say(book, Verdict.NOT_HELPFUL, " It names the wrong year. ", number=2)
    kept.close()
    newest, first = list_feedback(tmp_path)
    assert (newest.verdict, newest.reason) == (Verdict.NOT_HELPFUL, "It names the wrong year.")
    assert (newest.question, newest.answer, newest.who) == ("How many?", ANSWER, "ada")
    assert newest.when >= first.when
    assert newest.to_json()["verdict"] == "not helpful"


def test_a_second_word_takes_the_place_of_the_first(tmp_path: Path) -> None:
    book = FeedbackBook(Kept(tmp_path / FILE_NAME))
    say(book, Verdict.NOT_HELPFUL, "No.")
    say(book, Verdict.HELPFUL, "x" * (REASON_CHARACTERS + 1))
    [only] = book.listed()
    assert (only.verdict, len(only.reason)) == (Verdict.HELPFUL, REASON_CHARACTERS)
    assert book.said("ada", "c") == {1: (Verdict.HELPFUL, only.reason)}
    assert book.said("ben", "c") == {}


def test_a_home_without_any_has_none(tmp_path: Path) -> None:
    assert list_feedback(tmp_path) == []
    assert not (tmp_path / FILE_NAME).exists()


def test_a_file_that_is_none_of_ours_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database " * 100)
    with pytest.raises(KeptUnavailable, match="cannot be kept"):
        list_feedback(tmp_path)


def test_a_later_format_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(KeptUnavailable, match="format 99"):
        list_feedback(tmp_path)


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    Kept(tmp_path / FILE_NAME)
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0
