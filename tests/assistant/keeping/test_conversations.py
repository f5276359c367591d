"""Conversations are kept for their own person: listed, opened again, deleted, forgotten in time."""

import io
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document

from assistant import Engine
from assistant.ask.chat import Asked, Chat
from assistant.errors import NoConversation
from assistant.keeping.conversations import Conversation, Conversations, Exchange
from assistant.keeping.export import conversation_markdown, evidence
from assistant.keeping.export_word import conversation_docx
from assistant.keeping.feedback import FeedbackBook, Verdict
from assistant.keeping.kept import FILE_NAME, IN_MEMORY, Kept
from assistant.keeping.verify import read_answers, verify
from assistant.models import Outcome
from assistant.turn.kinds import Kind

ADA, BEN = "ada", "ben"
CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    opened = Kept(tmp_path / FILE_NAME)
    yield opened
    opened.close()


@pytest.fixture
def chat(starter_engine: Engine, kept: Kept) -> Chat:
    return Chat(starter_engine, Conversations(kept), FeedbackBook(kept))


def asked(
    chat: Chat, question: str, id: str = "", person: str = ADA, **more: object
) -> Conversation:
    given = Asked(question=question, **more)  # type: ignore[arg-type]
    *_, (conversation, told) = chat.ask(person, id, given, threading.Event())
    assert told == ""
    return conversation


def test_it_is_opened_again_as_it_was(chat: Chat, kept: Kept) -> None:
    first = asked(chat, CONDUCTOR)
    both = asked(chat, "What else does he say?", first.id)
    second = both.exchanges[1].answer
    assert second is not None and "(after: Who likens" in second.standalone_question
    again = Conversations(kept).get(ADA, first.id)
    for live, read in zip(both.exchanges, again.exchanges, strict=True):
        assert live.answer is not None and read.answer is not None
        assert read.answer.to_json() == live.answer.to_json()
        assert replace(read, answer=None) == replace(live, answer=None)


@pytest.mark.parametrize("question", [CONDUCTOR, PENGUINS])
def test_what_is_shown_whole_is_kept_already(chat: Chat, question: str) -> None:
    for shown, _ in chat.ask(ADA, "", Asked(question=question), threading.Event()):
        if shown.exchanges[-1].answer is not None:
            break  # as when the page is closed at this moment
    [exchange] = chat.open(ADA, shown.id).exchanges
    assert exchange.answer is not None and exchange.question == question


def test_nobody_else_can_open_list_or_delete_it(chat: Chat) -> None:
    mine = asked(chat, PENGUINS)
    with pytest.raises(NoConversation):
        chat.open(BEN, mine.id)
    assert chat.kept.listed(BEN) == []
    chat.kept.delete(BEN, mine.id)
    chat.kept.delete_all(BEN)
    assert [each.title for each in chat.kept.listed(ADA)] == [PENGUINS]
    theirs = asked(chat, CONDUCTOR, mine.id, person=BEN)  # begins one of Ben's own
    assert theirs.id != mine.id and len(theirs.exchanges) == 1


def test_an_id_cannot_be_guessed(kept: Kept) -> None:
    ids = {Conversations(kept).begin(ADA) for _ in range(20)}
    assert len(ids) == 20 and min(map(len, ids)) >= 22


def test_what_is_deleted_is_gone_from_the_file(kept: Kept, tmp_path: Path) -> None:
    conversations = Conversations(kept)
    ids = [conversations.begin(ADA) for _ in range(3)]
    for n, id in enumerate(ids):
        conversations.put(ADA, id, Exchange(question=f"Unmistakable words {n}"))
        time.sleep(0.002)  # they are listed by the millisecond
    conversations.delete(ADA, ids[0])
    assert [each.id for each in conversations.listed(ADA)] == [ids[2], ids[1]]
    conversations.delete_all(ADA)
    assert conversations.listed(ADA) == []
    assert b"Unmistakable" not in (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(NoConversation, match="deleted meanwhile"):
        conversations.put(ADA, ids[1], Exchange(question="Late"))


def test_what_is_past_its_time_is_forgotten(kept: Kept, tmp_path: Path) -> None:
    conversations = Conversations(kept, days=30)
    old, fresh = conversations.begin(ADA), conversations.begin(ADA)
    for id in (old, fresh):
        conversations.put(ADA, id, Exchange(question="Who?"))
    with sqlite3.connect(tmp_path / FILE_NAME) as connection:
        then = (datetime.now(UTC) - timedelta(days=31)).isoformat()
        connection.execute("UPDATE conversation SET changed = ? WHERE id = ?", (then, old))
    assert [each.id for each in conversations.listed(ADA)] == [fresh]


def test_in_memory_nothing_reaches_the_disk(starter_engine: Engine, tmp_path: Path) -> None:
    memory = Kept(IN_MEMORY)
    chat = Chat(starter_engine, Conversations(memory), FeedbackBook(memory))
    first = asked(chat, PENGUINS)
    assert len(asked(chat, PENGUINS, first.id).exchanges) == 2


def test_a_question_is_asked_of_the_chosen_sources_only(chat: Chat) -> None:
    everywhere = asked(chat, CONDUCTOR).exchanges[0].answer
    assert everywhere is not None
    others = tuple(id for id in chat.sources() if id != everywhere.citations[0].source)
    narrowed = asked(chat, CONDUCTOR, sources=others)
    answer = narrowed.exchanges[0].answer
    assert answer is not None
    assert {hit.passage.source for hit in answer.hits} <= set(others)
    assert chat.open(ADA, narrowed.id).sources == others


def test_a_question_taken_otherwise_is_no_follow_up_of_itself(chat: Chat) -> None:
    first = asked(chat, CONDUCTOR)
    asked(chat, "What else does he say?", first.id)
    for question, read in [(CONDUCTOR, CONDUCTOR), ("What else does he say?", "(after: Who")]:
        [*_, last] = asked(chat, question, first.id, kind=Kind.LIST).exchanges
        assert last.answer is not None and last.answer.kind == "list"
        assert read in last.answer.standalone_question
        assert last.answer.standalone_question.count(question) == 1


def test_a_withheld_question_gets_rewordings_that_are_answered(
    chat: Chat, starter_engine: Engine
) -> None:
    exchange = asked(chat, PENGUINS).exchanges[0]
    assert exchange.answer is not None and exchange.answer.outcome is Outcome.WITHHELD
    assert 1 <= len(exchange.rewordings) <= 2
    for question in exchange.rewordings:
        assert starter_engine.ask(question).outcome is Outcome.ANSWERED


def test_every_example_is_answered(chat: Chat, starter_engine: Engine) -> None:
    for question in chat.examples():
        assert starter_engine.ask(question).outcome is Outcome.ANSWERED, question


def test_a_stopped_question_is_tried_again_in_its_own_place(chat: Chat) -> None:
    stop = threading.Event()
    stop.set()
    *_, (halted, _) = chat.ask(ADA, "", Asked(question=CONDUCTOR), stop)
    assert halted.exchanges[0].stopped and halted.exchanges[0].answer is None
    again = asked(chat, CONDUCTOR, halted.id)
    [only] = again.exchanges
    assert only.answer is not None and not only.stopped
    assert len(chat.open(ADA, halted.id).exchanges) == 1


def test_what_is_said_of_an_answer_goes_to_the_evaluators_with_it(chat: Chat) -> None:
    conversation = asked(chat, CONDUCTOR)
    chat.say(ADA, conversation.id, 1, Verdict.NOT_HELPFUL, "Too short.")
    [said] = chat.book.listed()
    assert (said.question, said.reason) == (CONDUCTOR, "Too short.")
    assert said.answer["citations"][0]["quote"]
    with pytest.raises(NoConversation):
        chat.say(BEN, conversation.id, 1, Verdict.HELPFUL, "")
    chat.kept.delete(ADA, conversation.id)  # what was said stays
    assert len(chat.book.listed()) == 1


def test_the_evidence_is_what_verify_reads(chat: Chat, tmp_path: Path) -> None:
    first = asked(chat, CONDUCTOR)
    both = asked(chat, PENGUINS, first.id)
    file = tmp_path / "evidence.jsonl"
    file.write_text(evidence(both), encoding="utf-8")
    checked = verify(read_answers(file), chat.engine.store.library)
    assert (checked.answers, checked.holds) == (2, True)
    assert len(checked.quotes) >= 1


def test_markdown_holds_questions_quotes_and_places(chat: Chat) -> None:
    conversation = asked(chat, CONDUCTOR)
    written = conversation_markdown(conversation, chat.sources())
    assert f"## {CONDUCTOR}" in written
    assert "> “John Wardell" in written and "- [1] Brief:" in written


def test_word_holds_them_too_the_same_to_the_byte(chat: Chat) -> None:
    conversation = asked(chat, CONDUCTOR)
    sources = chat.sources()
    made = conversation_docx(conversation, sources)
    assert made == conversation_docx(conversation, sources)
    paragraphs = [(p.style.name, p.text) for p in Document(io.BytesIO(made)).paragraphs]
    assert ("Heading 1", CONDUCTOR) in paragraphs
    quotes = [text for style, text in paragraphs if style == "Quote"]
    assert quotes and quotes[0].startswith("“John Wardell") and quotes[0].endswith("[1]")
    assert any(
        style == "Attribution" and text.startswith("[1] Brief:") for style, text in paragraphs
    )


def test_a_source_that_changed_since_is_told(chat: Chat) -> None:
    conversation = asked(chat, CONDUCTOR)
    assert chat.changed_since(conversation, chat.sources()) == {}
    [exchange] = conversation.exchanges
    assert exchange.answer is not None
    before = tuple(replace(c, source_sha256="0" * 64) for c in exchange.answer.citations)
    old = replace(exchange, answer=replace(exchange.answer, citations=before))
    told = chat.changed_since(replace(conversation, exchanges=(old,)), chat.sources())[1]
    assert "has changed since; quote 1 still stands in it." in told[0]
    lost = tuple(replace(c, quote="Nobody ever said this.") for c in before)
    old = replace(exchange, answer=replace(exchange.answer, citations=lost))
    told = chat.changed_since(replace(conversation, exchanges=(old,)), chat.sources())[1]
    assert "no longer says what quote 1 says" in told[0]
    both = (
        replace(exchange, answer=replace(exchange.answer, citations=before)),
        replace(old, number=2),
    )
    by_number = chat.changed_since(replace(conversation, exchanges=both), chat.sources())
    assert "still stands" in by_number[1][0] and "no longer says" in by_number[2][0]
    gone = tuple(replace(c, source="gone") for c in lost)
    old = replace(exchange, answer=replace(exchange.answer, citations=gone))
    told = chat.changed_since(replace(conversation, exchanges=(old,)), chat.sources())[1]
    assert "is no longer in the library" in told[0]


def test_of_a_long_conversation_only_the_last_fifty_are_read(chat: Chat, kept: Kept) -> None:
    id = chat.kept.begin(ADA)
    for number in range(1, 121):
        chat.kept.put(ADA, id, Exchange(question=f"Question {number}?", number=number))
    with kept.writing() as connection:  # whoever read these would fail
        connection.execute("UPDATE exchange SET state = 'none' WHERE number <= 70")
    opened = chat.open(ADA, id)
    assert [exchange.number for exchange in opened.exchanges] == list(range(71, 121))
    grown = asked(chat, CONDUCTOR, id)
    assert grown.exchanges[-1].number == 121 and grown.exchanges[-1].answer is not None


def test_a_home_from_before_people_had_ids_keeps_everybodys_conversations(
    chat: Chat, kept: Kept, tmp_path: Path
) -> None:
    """What was kept under names as they were written is found under them folded."""
    id = asked(chat, CONDUCTOR, person="Leo@Example.org").id
    chat.say("Leo@Example.org", id, 1, Verdict.HELPFUL, "clear")
    with sqlite3.connect(tmp_path / FILE_NAME) as old:
        old.execute("PRAGMA user_version = 1")
    old.close()
    again = Kept(tmp_path / FILE_NAME)
    assert [each.id for each in Conversations(again).listed("leo@example.org")] == [id]
    assert FeedbackBook(again).said("leo@example.org", id) == {1: (Verdict.HELPFUL, "clear")}
    again.close()
    Kept(tmp_path / FILE_NAME).close()
