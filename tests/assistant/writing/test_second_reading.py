"""The second reading and the repair: what a model says of its own statements, and puts right."""

import json
from typing import Any

import pytest

from assistant import AssistantSettings
from assistant.models import Answer, Outcome
from assistant.writing.writer import weights_of
from vectorstore import Library

from .conftest import Service, Write, refuses, reply, streams, verdicts, writer_of

FERRY = "The ferry made 14 crossings in May"
OFTEN = "There were 14 ferry crossings that May."
FOG = "Fog was what kept the ferry in port."


def tasks(service: Service) -> list[str]:
    """What each request asked for, by the first line of its first message."""
    return [asked["messages"][0]["content"].splitlines()[0] for asked in service.asked]


def test_what_it_confirms_is_proved_and_what_it_does_not_is_marked(
    service: Service, write: Write
) -> None:
    service.script = [
        streams(reply((FERRY, [1]), (OFTEN, [1]), (FOG, [2]))),
        streams(verdicts(s0=True, s1=True, s2=False)),
        streams(reply()),
    ]
    answer = write(llm_check="on")
    assert tasks(service) == ["task: answer", "task: check", "task: answer"]
    told = json.loads(service.asked[1]["messages"][1]["content"])["statements"]
    assert [each["text"] for each in told] == [FERRY, OFTEN, FOG]
    assert "two fewer than in April." in told[0]["evidence"][-1]
    assert "You answer questions" not in json.dumps(service.asked[1]), "apart from the first prompt"
    assert [(s.text, s.status) for s in answer.statements] == [
        (FERRY, "proved"),
        (OFTEN, "proved"),
    ]
    assert answer.written is not None and answer.written.checked
    assert "took it back" in answer.dropped[-1].why
    assert {"second_reading", "repair", "model"} <= set(answer.timings_ms)


def test_a_statement_is_put_right_once(service: Service, write: Write) -> None:
    service.script = [
        streams(reply((FOG, [2]), (FERRY, [1]))),
        streams(verdicts(s0=False, s1=True)),
        streams(reply(("We won’t sail in fog – never.", [2]))),
        streams(verdicts(s0=True)),
    ]
    answer = write(llm_check="on")
    asked = service.asked[2]["messages"]
    assert [m["role"] for m in asked] == ["system", "user", "assistant", "user"]
    fault, question = map(json.loads, asked[-1]["content"].splitlines()[-2:])
    assert (fault["statement"], fault["fault"]) == (FOG, "it says more")
    assert question == {"question": "How often did the ferry cross?"}
    assert [s.text for s in answer.statements] == ["We won’t sail in fog – never.", FERRY]
    assert answer.written is not None and answer.written.fallback is not None
    assert answer.written.fallback.replaced == 1
    assert len(service.asked) == 4


def test_what_is_said_again_stays_as_it_was_judged(service: Service, write: Write) -> None:
    service.script = [
        streams(reply((FOG, [2]))),
        streams(verdicts(s0=False)),
        streams(reply((FOG, [2]))),
    ]
    answer = write(llm_check="on")
    assert [(s.text, s.status) for s in answer.statements] == [(FOG, "unconfirmed")]
    assert answer.statements[0].support < 0.1


@pytest.mark.parametrize("step", [refuses(500, "boom"), streams("I cannot say.")])
def test_without_a_second_reading_what_was_judged_before_it_stands(
    service: Service, write: Write, step: Any
) -> None:
    service.script = [streams(reply((FERRY, [1]))), step]
    answer = write(llm_check="on")
    assert [(s.text, s.status) for s in answer.statements] == [(FERRY, "proved")]
    assert answer.written is not None
    assert (answer.written.checked, answer.written.fallback) == (False, None)


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("gpt-large", True),
        ("qwen2.5:7b", True),
        ("Mixtral-8x7B-Instruct", True),
        ("Qwen2.5-Coder-1.5B-Instruct-Q4_K_M", False),
        ("smollm:360m", False),
    ],
)
def test_a_small_model_is_no_judge_unless_told(
    library: Library, service: Service, name: str, reads: bool
) -> None:
    table = AssistantSettings(llm=service.address, llm_model=name)
    assert writer_of(table, library).reads_again == reads
    for told in ("on", "off"):
        asked = writer_of(table.model_copy(update={"llm_check": told}), library)
        assert asked.reads_again == (told == "on")


def test_the_weights_of_a_model_are_in_its_name() -> None:
    assert weights_of("llama-3.1-70b") == 70e9
    assert weights_of("b52") == float("inf")


def test_a_small_model_takes_no_quotes_away(
    service: Service, write: Write, extractive: Answer
) -> None:
    service.script = [streams(reply(outcome="not_stated"))]
    assert write(llm_model="large").outcome is Outcome.WITHHELD
    for said in ([], [(FERRY, [1])]):
        service.script = [streams(reply(*said, outcome="not_stated"))]
        answer = write(llm_model="tiny-1.5b", llm_cache=0)
        assert (answer.engine, answer.statements) == ("extractive", extractive.statements)
        assert answer.written is not None and answer.written.fallback is not None
        assert "small model" in answer.written.fallback.why


def test_of_a_small_model_what_is_proved_is_shown(service: Service, write: Write) -> None:
    service.script = [streams(reply((FERRY, [1]), (FOG, [2]))), streams("no")]
    assert [s.status for s in write(llm_model="large").statements] == ["proved", "unconfirmed"]
    service.script = [streams(reply((FERRY, [1]), (FOG, [2]))), streams("no")]
    answer = write(llm_model="tiny-1.5b")
    assert [(s.text, s.status) for s in answer.statements] == [(FERRY, "proved")]
    assert [each.text for each in answer.dropped] == [FOG]
