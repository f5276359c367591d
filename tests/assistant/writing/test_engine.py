"""The whole path with a scripted model: search, evidence, the real gate, the command line."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.prompts import PromptTemplate

from assistant import AssistantSettings, Engine, Outcome, Turn, open_engine
from assistant.finding.shown import shown
from assistant.writing.for_llama_index import ModelLLM
from assistant.writing.opening import open_model
from vectorstore import QUOTABLE, Settings, StoreSettings, load_settings
from vectorstore.writing import remove

from .conftest import KEY, Service, refuses, reply, streams

QUESTION = "What is the triple aim?"


def settings_with(home: Path, service: Service, **more: str) -> Settings:
    return load_settings(
        {"vectorstore": StoreSettings, "assistant": AssistantSettings},
        home=str(home),
        environ={
            "SOUNDINGS_LLM": service.address,
            "SOUNDINGS_LLM_KEY": KEY,
            "SOUNDINGS_LLM_CACHE": "0",
            "SOUNDINGS_LLM_CHECK": "off",
            **{f"SOUNDINGS_{name.upper()}": value for name, value in more.items()},
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


def lines_of(service: Service) -> dict[str, int]:
    """The numbers of the lines that the last answer's prompt showed, by their texts."""
    asked = next(a for a in reversed(service.asked) if "task: answer" in str(a["messages"][0]))
    found = map(json.loads, asked["messages"][1]["content"].splitlines())
    return {line["text"]: line["n"] for line in found if "n" in line}


def cites(service: Service, make: Callable[[dict[str, int]], str]) -> None:
    """Has the service reply with what `make` makes of the lines that it was shown."""
    service.script = [streams(then=lambda: [make(lines_of(service))])]


def test_own_words_are_proved_and_wrong_numbers_refused(
    engine: Engine, starter_read: Engine, served: Service
) -> None:
    quote = starter_read.ask(QUESTION).citations[0].shown

    def make(lines: dict[str, int]) -> str:
        line = next(n for text, n in lines.items() if text in quote or quote in text)
        return reply((quote, [line]), (f"In 1731, {quote}", [line]))

    cites(served, make)
    answer = engine.ask(QUESTION)
    assert answer.engine == "llm"
    assert answer.statements[0].text == " ".join(quote.split())
    assert "1731" not in answer.answer
    assert "1731" in answer.dropped[-1].text
    assert {"search", "evidence", "first_statement", "total"} <= set(answer.timings_ms)


def test_a_library_that_fits_is_given_whole_and_in_order(engine: Engine, served: Service) -> None:
    served.script = [streams(reply(outcome="not_stated"))]
    engine.ask(QUESTION)
    library = engine.store.library
    opened = [json.loads(line) for line in served.prompt.splitlines() if '"source"' in line[:10]]
    titles = list(dict.fromkeys(each["source"] for each in opened))
    assert titles == [source.title for source in library.sources()]
    quotable = sum(
        sentence.kind in QUOTABLE
        for source in library.sources()
        for passage in library.passages_of(source.id)
        for sentence in passage.sentences
    )
    numbers = list(lines_of(served).values())
    assert numbers == sorted(numbers) and len(numbers) >= 0.95 * quotable
    assert json.loads(served.asked[-1]["messages"][1]["content"].splitlines()[-1]) == {
        "question": QUESTION
    }


@pytest.mark.parametrize(
    "question", [QUESTION, "What are these documents about?", "List the five behaviours."]
)
def test_of_a_larger_library_the_best_is_given_within_the_window(
    starter_home: Path, served: Service, question: str
) -> None:
    engine = open_engine(settings_with(starter_home, served, llm_window="4000"))
    served.script = [streams(reply(outcome="not_stated"))]
    hits = {hit.passage.id for hit in engine.unwritten().ask(question).hits}
    engine.ask(question)
    said = served.asked[-1]["messages"]
    assert sum(len(message["content"]) for message in said) < (4000 - 1000) * 3
    given = set(lines_of(served))
    passages = engine.store.library.passages(hits).values()
    found = [p for p in passages if any(shown(t) in given for t in p.sentence_texts())]
    if "these documents" in question:
        opened = [json.loads(line) for line in said[1]["content"].splitlines()]
        assert sum("outline" in line for line in opened) >= 4, "each document's outline"
    else:
        assert len(found) >= min(len(hits), 4)


def test_a_prompt_that_proves_too_long_is_sent_again_with_less(
    engine: Engine, served: Service
) -> None:
    too_long = refuses(400, "the request exceeds the available context size")
    served.script = [too_long, too_long, streams(reply(outcome="not_stated"))]
    before = len(served.asked)
    assert engine.ask(QUESTION).engine == "llm"
    sizes = [len(lines_of_one(asked)) for asked in served.asked[before:]]
    assert len(sizes) == 3 and sizes[0] > sizes[1] > sizes[2] > 0
    served.script = [refuses(400, "maximum context length is 64 tokens")]
    answer = engine.ask(QUESTION)
    assert answer.written is not None and answer.written.fallback is not None
    assert "maximum context length" in answer.written.fallback.why


def lines_of_one(asked: dict[str, Any]) -> list[str]:
    return [line for line in asked["messages"][1]["content"].splitlines() if '"n"' in line[:5]]


def test_a_line_that_leads_to_a_list_brings_it(engine: Engine, served: Service) -> None:
    def make(lines: dict[str, int]) -> str:
        lead = next(n for text, n in lines.items() if "triple aim" in text and text.endswith(":"))
        return reply(("It has three parts.", [lead]))

    cites(served, make)
    (citation,) = engine.ask(QUESTION).citations
    assert len(citation.quote.splitlines()) >= 3, citation.quote


def test_another_language_is_not_confirmed_and_so_marked(engine: Engine, served: Service) -> None:
    served.script = [streams(reply(("Die Katze schläft auf dem roten Sofa.", [1])))]
    (statement,) = engine.ask(QUESTION).statements
    assert statement.status == "unconfirmed"


def test_a_model_is_asked_where_the_library_seems_silent(engine: Engine, served: Service) -> None:
    asked = len(served.asked)
    served.script = [streams(reply(outcome="not_stated"))]
    answer = engine.ask("What is the capital of France?")
    assert (answer.outcome, answer.reason) == (Outcome.WITHHELD, "not stated")
    assert len(served.asked) == asked + 1


def test_a_greeting_costs_no_request(engine: Engine, served: Service) -> None:
    asked = len(served.asked)
    assert engine.ask("hello").outcome is Outcome.REPLY
    assert len(served.asked) == asked


def test_what_may_be_no_question_is_replied_to_where_the_model_finds_no_answer(
    engine: Engine, served: Service
) -> None:
    letter = "please write me an email to my team about the triple aim"
    served.script = [streams(reply(outcome="not_stated"))]
    assert engine.ask(letter).outcome is Outcome.REPLY
    cites(served, lambda lines: reply(("Dear team, we mean better care.", [3])))
    answer = engine.ask(letter)
    assert (answer.outcome, answer.engine) == (Outcome.ANSWERED, "llm")


def test_a_question_in_another_language_is_searched_in_the_documents(
    engine: Engine, served: Service
) -> None:
    served.script = [
        streams(json.dumps({"question": QUESTION})),
        streams(reply(outcome="not_stated")),
    ]
    german = "Was ist mit dem dreifachen Ziel gemeint, und wer hat es vorgeschlagen?"
    answer = engine.ask(german)
    rewrite, asked = (each["messages"] for each in served.asked[-2:])
    assert json.loads(rewrite[-1]["content"])["language"] == "English"
    assert answer.standalone_question == QUESTION
    assert json.loads(asked[-1]["content"].splitlines()[-1])["question"] == german


TURNS = [
    Turn(role="user", content=QUESTION),
    Turn(role="assistant", content="The triple aim is better care, health and cost."),
]


def test_a_follow_up_is_rewritten_only_from_the_turns(engine: Engine, served: Service) -> None:
    for rewritten, taken in (
        ("Who proposed the triple aim?", "Who proposed the triple aim?"),
        ("Who proposed the triple aim in Finland?", None),
    ):
        served.script = [
            streams(json.dumps({"question": rewritten})),
            streams(reply(outcome="not_stated")),
        ]
        answer = engine.ask("Who proposed it?", TURNS)
        assert (answer.standalone_question == rewritten) == (taken is not None)
        assert "Finland" not in answer.standalone_question


def test_the_last_answer_in_another_form_is_the_models(engine: Engine, served: Service) -> None:
    wanted = "In one line, what is the triple aim?"
    served.script = [
        streams(json.dumps({"question": wanted})),
        streams(reply(("Better health and care for what it costs.", [1]))),
    ]
    answer = engine.ask("can you say that in one line?", TURNS)
    asked = served.asked[-1]["messages"]
    assert [m["role"] for m in asked][:2] == ["system", "user"]
    assert wanted in asked[1]["content"].splitlines()[-1]
    assert answer.engine == "llm"


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


def test_a_source_removed_while_the_model_writes_is_not_cited(
    starter_home: Path, served: Service, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(starter_home, home)
    engine = open_engine(settings_with(home, served))
    library = engine.store.library
    gone = list[str]()

    def removed() -> list[str]:
        if not gone:
            found = engine.unwritten().ask(QUESTION).citations[0].source
            gone.append(remove(home, library, found).id)
        return [reply((next(iter(lines_of(served))), [1]))]

    served.script = [streams(then=removed)]
    answer = engine.ask(QUESTION)
    assert gone[0] not in {c.source for c in answer.citations}
    for citation in answer.citations:
        assert library.text(citation.source)[citation.start : citation.end] == citation.quote
