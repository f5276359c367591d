"""What is said to a turn that wants nothing of the documents."""

import json
import re
from pathlib import Path

import pytest

from assistant import Engine, Turn
from assistant.answering.reply import Replies, Subject, choose, subject_of
from assistant.turn.language import languages_of, other_language

EXAMPLES = Path(__file__).resolve().parents[3] / "eval/fitting/examples/turns.jsonl"


@pytest.fixture(scope="module")
def replies(starter_engine: Engine) -> Replies:
    return Replies(starter_engine.store)


@pytest.mark.parametrize(
    ("turn", "subject"),
    [
        ("hello", Subject.GREETING),
        ("thanks", Subject.THANKS),
        ("bye for now", Subject.GOODBYE),
        ("what can you do?", Subject.ABILITIES),
        ("which documents have you got?", Subject.DOCUMENTS),
        ("can I trust this?", Subject.TRUST),
        ("¿Qué dicen los documentos?", Subject.LANGUAGE),
        ("write me an email to the board", Subject.WRITE),
        ("you're an idiot", Subject.TALK),
    ],
)
def test_each_is_answered_in_its_way(turn: str, subject: Subject, replies: Replies) -> None:
    reply = replies.reply_to(turn)
    assert reply.subject is subject
    assert 1 <= len(re.findall(r"[.!](?:\s|$)", reply.text)) <= 4
    assert len(reply.questions) == (0 if subject is Subject.GOODBYE else 2)
    assert all(question in str(reply) for question in reply.questions)


def test_the_documents_are_named_and_counted(replies: Replies, starter_engine: Engine) -> None:
    sources = starter_engine.store.library.sources()
    text = replies.reply_to("which documents have you got?").text
    assert f"{len(sources)} documents" in text
    named = [source.title for source in sources if source.title in text]
    assert len(named) == min(10, len(sources))


def test_the_questions_are_known_ones_where_some_are_given(replies: Replies) -> None:
    asked = ["What is the triple aim?", "Who decides?", "Why?"]
    assert replies.reply_to("hello", questions=asked).questions == tuple(asked[:2])


def test_another_language_is_told_which_the_documents_are_in(replies: Replies) -> None:
    assert replies.foreign("Wie viele Menschen haben geantwortet?")
    assert "English" in replies.reply_to("Wie viele Menschen haben geantwortet?").text


def test_what_is_said_of_proof_is_of_the_way_that_answers(starter_engine: Engine) -> None:
    quoted, written = (Replies(starter_engine.store, written=w) for w in (False, True))
    assert "word for word" in quoted.reply_to("can I trust this?").text
    assert "word for word" not in written.reply_to("can I trust this?").text


def test_what_is_about_nothing_likely_is_talk() -> None:
    assert choose({"greeting": 0.2, "write": 0.1}) is Subject.TALK


def test_documents_decide_which_language_is_another() -> None:
    german = languages_of(["Die Leitung entscheidet gemeinsam mit den Ärzten über das Geld."] * 3)
    assert german == ("de",)
    assert other_language("Wie viele Menschen haben geantwortet?", german) is None
    assert other_language("How many people have answered the survey?", german) == "en"
    assert other_language("これらの文書は何についてですか", ["en"]) == "ja"
    assert other_language("Wie viele Menschen haben geantwortet?", ()) is None


@pytest.mark.parametrize("turn", ["wat is teh p valu", "benthic = ?", "Guten Tag", "cheers", "?"])
def test_slips_names_and_few_words_are_no_language(turn: str) -> None:
    assert other_language(turn, ["en"]) is None


def test_english_turns_are_hardly_ever_taken_for_another_language() -> None:
    lines = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    english = [x["turn"] for x in lines if x.get("reply") != "language"]
    assert sum(other_language(turn, ["en"]) is not None for turn in english) <= len(english) / 200


def test_subjects_that_nothing_was_learnt_from_are_told() -> None:
    lines = map(json.loads, EXAMPLES.read_text(encoding="utf-8").splitlines())
    aside = [x for x in lines if x["aside"] and x.get("reply", "language") != "language"]
    right = sum(
        subject_of(x["turn"], [Turn(**t) for t in x["history"]]) == x["reply"] for x in aside
    )
    assert right / len(aside) >= 0.75
