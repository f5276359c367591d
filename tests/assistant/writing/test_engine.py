"""The whole path with a scripted model: search, evidence, the real gate, the command line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.prompts import PromptTemplate

from assistant import AssistantSettings, Engine, Outcome, Turn, open_engine
from assistant.writing.for_llama_index import ModelLLM
from assistant.writing.opening import open_model
from assistant.writing.writer import by_surname
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
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    quote = starter_read.ask(QUESTION).citations[0].quote
    served.script = [streams(reply((quote, [1]), (f"In 1731, {quote}", [1])))]
    answer = engine.ask(QUESTION)
    assert answer.engine == "llm"
    form = json.dumps(served.asked[-1]["response_format"])
    markers = [c.marker for c in starter_read.ask(QUESTION).citations]
    assert f'"enum": {markers}' in form, "none but the quotes that are there can be named"
    assert answer.statements[0].text == " ".join(quote.split())
    assert "1731" not in answer.answer
    assert "1731" in answer.dropped[-1].text
    assert {"search", "evidence", "first_statement", "total"} <= set(answer.timings_ms)


def test_what_a_passage_says_is_cited_from_it_whatever_quote_was_named(
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    plain = starter_read.ask(QUESTION)
    quoted = {c.quote for c in plain.citations}
    shown = [hit.passage for hit in plain.hits[:2]]
    said, passage = next(
        (text, passage)
        for passage in shown
        for text in passage.sentence_texts()
        if text not in quoted and len(text.split()) > 8
    )
    served.script = [streams(reply((said, [1])))]
    answer = engine.ask(QUESTION)
    assert answer.statements[0].text == " ".join(said.split())
    first, *others = answer.citations
    assert (first.quote, first.passage) == (said, passage.id)
    assert [c.quote for c in others] == [c.quote for c in plain.citations], "the list is whole"
    served.script = [streams(reply((f"In 1731, {said}", [1])))]
    assert engine.ask(QUESTION).engine == "extractive"


def test_what_a_reply_adds_of_its_own_is_cut_off(engine: Engine, served: Service) -> None:
    question = "Which edition is the interview with Julie Wood from?"
    said = "It comes from the 2016 edition"
    served.script = [streams(reply((f"{said}, and it was printed in 1731.", [1])))]
    answer = engine.ask(question)
    assert [statement.text for statement in answer.statements] == [f"{said}."]
    assert [dropped.text for dropped in answer.dropped] == ["it was printed in 1731."]
    assert answer.written is not None and answer.written.fallback is not None
    assert (answer.written.fallback.whole, answer.written.fallback.left_out) == (False, 1)


def test_the_letter_of_a_passage_is_no_copy(
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    quote = starter_read.ask(QUESTION).citations[0].quote
    served.script = [streams(reply((quote, [1], "A")))]
    answer = engine.ask(QUESTION)
    assert (answer.engine, answer.dropped) == ("llm", ())


def test_a_list_is_shown_whole_whatever_the_model_leaves_out(
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    question = "List the five behaviours."
    items = [" ".join(s.text.split()) for s in starter_read.ask(question).statements]
    assert len(items) == 5
    served.script = [streams(reply((items[0], [1])))]
    answer = engine.ask(question)
    assert answer.engine == "llm"
    assert [" ".join(statement.text.split()) for statement in answer.statements] == items
    served.script = [streams(reply((items[2], [3])))]
    texts = [" ".join(s.text.split()) for s in engine.ask(question).statements]
    assert sorted(texts) == sorted(items), "none of them comes twice"


def test_a_person_goes_by_the_name_that_the_quote_has(engine: Engine, served: Service) -> None:
    question = (
        "Who would be involved so that population health management becomes part of what "
        "clinicians learn?"
    )
    said = "Wood would also involve educationalists."
    served.script = [streams(reply((f"Julie {said}", [1]), ("Julie Berg would, too.", [1])))]
    answer = engine.ask(question)
    assert [statement.text for statement in answer.statements] == [said]
    assert [dropped.text for dropped in answer.dropped] == ["Julie Berg would, too."]


@pytest.mark.parametrize(
    ("text", "quoted", "named"),
    [
        ("Ada Berg sails.", "Captain Berg sails.", "Berg sails."),
        ("Ada Berg sails.", "Ada said so to Captain Berg.", "Ada Berg sails."),
        ("Ada Berg sails.", "She sails.", "Ada Berg sails."),
        ("When Berg sails, Ada Lund waits.", "Berg and Lund", "When Berg sails, Lund waits."),
    ],
)
def test_a_first_name_goes_where_the_quote_has_only_the_surname(
    text: str, quoted: str, named: str
) -> None:
    assert by_surname(text, quoted) == named


def test_the_best_quote_takes_the_place_of_what_fell(
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    plain = starter_read.ask(QUESTION)
    second = plain.citations[1]
    served.script = [streams(reply(("In 1731 it was built.", [2]), (second.quote, [2])))]
    answer = engine.ask(QUESTION)
    assert [c.quote for c in answer.citations] == [c.quote for c in plain.citations]
    assert answer.statements[0].text == plain.statements[0].text


def test_another_language_falls_back_to_the_same_extractive_answer(
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    served.script = [streams(reply(("Die Katze schläft auf dem roten Sofa.", [1])))]
    fallen, plain = engine.ask(QUESTION), starter_read.ask(QUESTION)
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


def test_the_configured_model_is_an_llm_of_llama_index(served: Service) -> None:
    table = AssistantSettings(llm=served.address, llm_tokens=77)
    llm = ModelLLM(open_model(table), table)
    served.script = [streams("It ", "{rained}.")]
    grown = [reply.text for reply in llm.stream_complete("What was the weather?")]
    assert grown[:2] == ["It ", "It {rained}."]
    assert llm.predict(PromptTemplate("And in {month}?"), month="May") == "It {rained}."
    asked = served.asked[-1]
    assert asked["messages"] == [{"role": "user", "content": "And in May?"}]
    assert asked["max_tokens"] == llm.metadata.num_output == 77
    assert "response_format" not in asked, "plain text is asked for"
