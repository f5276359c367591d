"""What services do differently: how large a window is, which settings they take, and more."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from assistant import AssistantSettings
from assistant.writing.models import Deadline
from assistant.writing.service.http import HttpModel
from assistant.writing.service.window import OLLAMA, window_of
from vectorstore import Library

from .conftest import Service, Write, event, refuses, reply, send, streams, writer_of, written

FERRY = "The ferry made 14 crossings in May"
GOOD = reply((FERRY, [1]))


@pytest.mark.parametrize(
    ("listed", "elsewhere", "window"),
    [
        ({"id": "m", "owned_by": "vllm", "max_model_len": 16384}, {}, 16384),
        ({"id": "m", "context_length": 128000}, {}, 128000),
        ({"id": "m", "max_context_length": 32000, "loaded_context_length": 8192}, {}, 8192),
        (
            {"id": "m", "owned_by": "llamacpp", "meta": {"n_ctx_train": 131072}},
            {"/props": {"default_generation_settings": {"n_ctx": 6144}}},
            6144,
        ),
        (
            {"id": "m:7b", "owned_by": "library"},
            {"/api/ps": {"models": [{"name": "m:7b", "context_length": 24576}]}},
            24576,
        ),
        ({"id": "m:7b", "owned_by": "library"}, {"/api/ps": {"models": []}}, OLLAMA),
        ({"id": "m:7b", "owned_by": "library"}, {}, OLLAMA),
        ({"id": "m", "owned_by": "somebody", "context_length": "long"}, {}, None),
        ({}, {}, None),
    ],
)
def test_a_window_is_read_where_a_service_tells_it(
    listed: dict[str, Any], elsewhere: dict[str, Any], window: int | None
) -> None:
    assert window_of(listed, elsewhere.get) == window


def test_a_service_that_does_not_tell_is_asked_once(service: Service) -> None:
    model = HttpModel(service.address)
    assert model.window(Deadline(20)) is None
    service.close()
    assert model.window(Deadline(20)) is None


def test_a_service_that_lists_no_models_still_answers_for_one_that_is_named(
    service: Service, write: Write
) -> None:
    service.lists, service.script = False, [streams(GOOD)]
    assert write(llm_model="named").engine == "llm"
    answer = write()
    assert answer.written is not None and answer.written.fallback is not None
    assert "404" in answer.written.fallback.why


def test_a_service_is_asked_for_its_models_once_for_name_and_window(
    service: Service, write: Write
) -> None:
    service.script = [streams(GOOD)]
    write(llm_cache=0)
    write(llm_cache=0)
    assert service.listings == 1


@pytest.mark.parametrize(
    ("refusals", "absent", "told"),
    [
        (["Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'"], "max_tokens", 1000),
        (["'temperature' does not support 0 with this model"], "temperature", None),
        (["extra fields not permitted: seed", "unknown field: stream_options"], "seed", None),
    ],
)
def test_what_a_service_does_not_take_is_told_otherwise_or_not_at_all(
    service: Service, write: Write, refusals: list[str], absent: str, told: int | None
) -> None:
    service.script = [*(refuses(400, said) for said in refusals), streams(GOOD)]
    assert write().engine == "llm"
    assert absent in service.asked[0] and absent not in service.asked[-1]
    assert service.asked[-1].get("max_completion_tokens") == told
    assert service.asked[-1]["response_format"]["type"] == "json_schema", "the form is kept"


def says(*messages: dict[str, Any], whole: bool = False) -> Any:
    """A reply whose messages have these parts, streamed or whole."""

    def step(handler: BaseHTTPRequestHandler) -> None:
        if whole:
            choice = {"message": messages[0], "finish_reason": "stop"}
            send(handler, 200, {"choices": [choice]})
            return
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("connection", "close")
        handler.end_headers()
        # As Azure and OpenRouter begin: a filter's report without a choice, and a comment.
        handler.wfile.write(b'data: {"choices": [], "prompt_filter_results": []}\n\n')
        handler.wfile.write(b": OPENROUTER PROCESSING\n\n")
        for message in messages:
            chunk = {"choices": [{"delta": message, "finish_reason": None}]}
            handler.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        handler.wfile.write(event("", "stop") + b"data: [DONE]\n\n")

    return step


@pytest.mark.parametrize(
    "step",
    [
        says(
            {"role": "assistant", "content": None}, {"content": GOOD[:30]}, {"content": GOOD[30:]}
        ),
        says({"reasoning_content": "They ask how often."}, {"content": GOOD}),
        says({"reasoning": "Hm {", "content": ""}, {"content": GOOD}),
        says({"content": "<think>14? {yes}</think>"}, {"content": f"```json\n{GOOD}\n```"}),
        says({"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": GOOD}]}),
        says(
            {"tool_calls": [{"index": 0, "function": {"name": "reply", "arguments": ""}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": GOOD[:20]}}]},
            {"tool_calls": [{"index": 0, "function": {"arguments": GOOD[20:]}}]},
        ),
        says({"content": f"**{FERRY}** [1]".replace("**", "")}),
        says({"role": "assistant", "content": GOOD}, whole=True),
        says({"content": None, "tool_calls": [{"function": {"arguments": GOOD}}]}, whole=True),
    ],
    ids=[
        "azure",
        "deepseek",
        "openrouter",
        "thinks-aloud",
        "parts",
        "tool-call",
        "prose",
        "whole",
        "whole-tool-call",
    ],
)
def test_a_reply_is_found_wherever_a_service_puts_it(
    service: Service, library: Library, extractive: Any, step: Any
) -> None:
    service.script = [step]
    table = AssistantSettings(llm=service.address, llm_check="off")
    *_, answer = written(writer_of(table, library), extractive)
    assert (answer.engine, answer.answer) == ("llm", f"{FERRY} [1]")
