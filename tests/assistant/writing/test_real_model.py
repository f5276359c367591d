"""A real model in a file, over the same path as every other: slow, and only where there is one."""

import os
from pathlib import Path

import pytest

from assistant import Answer, AssistantSettings
from assistant.models import Turn
from assistant.writing import ModelWriter
from assistant.writing.models import Deadline
from assistant.writing.opening import open_model
from assistant.writing.parse import read_field
from assistant.writing.prompt import followup_prompt
from assistant.writing.rewrite import QUESTION, REPLY_TOKENS
from vectorstore import Library

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
    model = open_model(table)
    grown = list(ModelWriter(model, library, table, None).begin().write(extractive))
    text = library.text("harbour")
    for answer in grown:
        assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert grown[-1].written is not None
    assert (grown[-1].written.completion_tokens or 0) > 0
    messages = followup_prompt("Who built it?", [Turn(role="user", content="Where is the pier?")])
    pieces = model.stream(
        messages, schema=QUESTION, tokens=REPLY_TOKENS, deadline=Deadline(table.llm_seconds)
    )
    said = [piece.text for piece in pieces]
    assert len([text for text in said if text]) > 1, "it streams"
    assert read_field("".join(said), "question"), "the form is kept"
