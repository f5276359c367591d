"""What people keep that rests on a source, counted for the one who is about to remove it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import Answer, Engine
from assistant.keeping.conversations import Conversations, Exchange
from assistant.keeping.feedback import FeedbackBook, Verdict
from assistant.keeping.kept import FILE_NAME, Kept
from assistant.keeping.resting import answers_resting_on

CONDUCTOR = "Who likens his role to a conductor's?"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    opened = Kept(tmp_path / FILE_NAME)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def answer(starter_engine: Engine) -> Answer:
    return starter_engine.ask(CONDUCTOR)


def resting(home: Path, engine: Engine, source: str) -> list[str]:
    found = answers_resting_on(home, engine.store.library, source)
    assert not any(each.id or each.text for each in found)  # nobody else's business
    return [each.kind for each in found]


def test_a_saved_and_a_rated_answer_rest_on_what_they_quote(
    kept: Kept, tmp_path: Path, answer: Answer, starter_engine: Engine
) -> None:
    quoted = {citation.source for citation in answer.citations}
    conversations = Conversations(kept)
    id = conversations.begin("ada")
    conversations.put("ada", id, Exchange(question=CONDUCTOR, answer=answer))
    conversations.put("ada", id, Exchange(question="And now?", number=2))
    book = FeedbackBook(kept)
    book.say(
        *("ada", id, 1, Verdict.HELPFUL),
        reason="",
        question=CONDUCTOR,
        answer=answer.to_json(),
    )
    for source in starter_engine.store.library.sources():
        expected = ["saved answer", "rated answer"] if source.id in quoted else []
        assert resting(tmp_path, starter_engine, source.id) == expected


def test_an_answer_that_had_lost_its_quote_loses_nothing_more(
    kept: Kept, tmp_path: Path, answer: Answer, starter_engine: Engine
) -> None:
    said = answer.to_json()
    for citation in said["citations"]:
        citation["quote"] = "This was never said."
    FeedbackBook(kept).say(
        *("ada", "c", 1, Verdict.HELPFUL), reason="", question=CONDUCTOR, answer=said
    )
    assert resting(tmp_path, starter_engine, answer.citations[0].source) == []


def test_where_nothing_is_kept_nothing_rests_and_no_file_is_made(
    tmp_path: Path, starter_engine: Engine
) -> None:
    assert resting(tmp_path, starter_engine, "launch-note") == []
    assert list(tmp_path.iterdir()) == []
