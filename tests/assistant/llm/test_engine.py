"""The whole path with a scripted model: search, evidence, the real gate, the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import AssistantSettings, Engine, Outcome, Turn, open_engine
from vectorstore import Settings, StoreSettings, load_settings

from .conftest import KEY, Service, refuses, reply, streams

QUESTION = "What is the triple aim?"


def settings_with(home: Path, service: Service) -> Settings:
    return load_settings(
        {"vectorstore": StoreSettings, "assistant": AssistantSettings},
        home=str(home),
        environ={
            "SOUNDINGS_LLM": service.address,
            "SOUNDINGS_LLM_KEY": KEY,
            "SOUNDINGS_LLM_CACHE": "0",
        },
    )


@pytest.fixture(scope="module")
def served() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.fixture(scope="module")
def engine(starter_home: Path, served: Service) -> Engine:
    return open_engine(settings_with(starter_home, served))


def test_own_words_pass_the_gate_and_wrong_numbers_do_not(
    engine: Engine, starter_engine: Engine, served: Service
) -> None:
    quote = starter_engine.ask(QUESTION).citations[0].quote
    served.script = [streams(reply((quote, [1]), (f"In 1731, {quote}", [1])))]
    answer = engine.ask(QUESTION)
    assert answer.engine == "llm"
    assert answer.statements[0].text == " ".join(quote.split())
    assert "1731" not in answer.answer
    assert "1731" in answer.dropped[-1].text
    assert {"search", "evidence", "first_statement", "total"} <= set(answer.timings_ms)


def test_another_language_falls_back_to_the_same_extractive_answer(
    engine: Engine, starter_engine: Engine, served: Service
) -> None:
    served.script = [streams(reply(("Die Katze schläft auf dem roten Sofa.", [1])))]
    fallen, plain = engine.ask(QUESTION), starter_engine.ask(QUESTION)
    told = fallen.to_json()
    assert told.pop("fallback")["whole"]
    assert told.pop("dropped")
    for name in ("model", "prompt", "tokens", "cached", "timings_ms"):
        told.pop(name)
    expected = {k: v for k, v in plain.to_json().items() if k not in ("timings_ms", "dropped")}
    assert told == expected


def test_no_model_is_asked_where_the_library_is_silent(engine: Engine, served: Service) -> None:
    asked = len(served.asked)
    answer = engine.ask("What is the capital of France?")
    assert answer.outcome is Outcome.WITHHELD
    assert len(served.asked) == asked


def test_a_follow_up_is_rewritten_only_from_the_turns(engine: Engine, served: Service) -> None:
    turns = [
        Turn(role="user", content=QUESTION),
        Turn(role="assistant", content="The triple aim is better care, health and cost."),
    ]
    for rewritten, taken in (
        ("Who proposed the triple aim?", "Who proposed the triple aim?"),
        ("Who proposed the triple aim in Finland?", None),
    ):
        served.script = [
            streams(json.dumps({"question": rewritten})),
            streams('{"statements": []}'),
        ]
        answer = engine.ask("Who proposed it?", turns)
        assert (answer.standalone_question == rewritten) == (taken is not None)
        assert "Finland" not in answer.standalone_question


def test_the_command_says_who_wrote_and_hides_the_key(
    soundings: Any, starter_home: Path, served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUNDINGS_LLM", served.address)
    monkeypatch.setenv("SOUNDINGS_LLM_KEY", KEY)
    served.script = [refuses(401, f"bad key {KEY}")]
    code, out, err = soundings("--home", starter_home, "ask", QUESTION)
    assert code == 0
    assert "In the sources' own words" in out
    assert "check SOUNDINGS_LLM_KEY" in out
    asked = len(served.asked)
    code, plain, _ = soundings("--home", starter_home, "ask", QUESTION, "--engine", "extractive")
    assert (code, len(served.asked)) == (0, asked)
    assert "model" not in json.loads(
        soundings("--home", starter_home, "ask", QUESTION, "--engine", "extractive", "--json")[1]
    )
    shown = soundings("--home", starter_home, "config")[1]
    assert KEY not in out + err + plain + shown
