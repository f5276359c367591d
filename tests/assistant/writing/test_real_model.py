"""A real model in a file, over the same path as every other: slow, and only where there is one."""

import os
from pathlib import Path

import pytest

from assistant import Answer, AssistantSettings
from assistant.models import Turn
from assistant.writing.models import Deadline
from assistant.writing.parse import VERDICTS, read_field, read_verdicts
from assistant.writing.prompt import check_prompt, rewrite_prompt
from assistant.writing.rewrite import QUESTION
from vectorstore import Library

from .conftest import writer_of, written

FILE = os.environ.get("GGUF_MODEL", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(FILE).is_file(), reason="GGUF_MODEL names no model in a file"),
]


@pytest.fixture(scope="module")
def table() -> AssistantSettings:
    return AssistantSettings(llm=f"gguf:{FILE}", llm_seconds=600)


def test_a_real_model_is_proved_like_any_other(
    table: AssistantSettings, library: Library, extractive: Answer
) -> None:
    writer = writer_of(table, library)
    grown = list(written(writer, extractive))
    text = library.text("harbour")
    for answer in grown:
        assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert grown[-1].written is not None
    assert (grown[-1].written.completion_tokens or 0) > 0
    messages = rewrite_prompt("Who built it?", [Turn(role="user", content="Where is the pier?")])
    pieces = writer.model.stream(
        messages, schema=QUESTION, tokens=table.llm_tokens, deadline=Deadline(table.llm_seconds)
    )
    said = [piece.text for piece in pieces]
    assert len([text for text in said if text]) > 1, "it streams"
    assert read_field("".join(said), "question"), "the form is kept"
    told = check_prompt({1: ("The pier is green.", ["The pier was painted green in 1987."])})
    verdicts = read_verdicts(writer.reply(told, VERDICTS).text)
    assert set(verdicts) == {1}, "the second reading's form is kept"
