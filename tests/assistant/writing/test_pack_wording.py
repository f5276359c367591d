"""Packs in a language model's words: a scripted service, real quotes, the real gate."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from assistant import Engine, open_engine
from assistant.keeping.kept import IN_MEMORY, Kept
from assistant.packs import Pack, PackMaker, PackRequest
from assistant.packs.desk import Desk
from assistant.packs.files.document import to_docx
from assistant.packs.files.markdown import to_markdown
from assistant.packs.making.quality import claims_in, fault_of, is_open
from assistant.packs.making.writer import writer_of
from assistant.packs.models import MODEL, RULES, Drawn, Wording
from assistant.packs.sessions import SessionBook
from assistant.packs.workshop import Workshop
from web.identity.people import LOCAL

from .conftest import Service, refuses, streams
from .test_engine import settings_with

REQUEST = PackRequest(topic="clinicians as leaders", prompts=2)
WHY = "It lets people say what they would do before anybody tells them."
PROBES = ["What would you ask first?", "Who would see it another way, and why?"]
QUIET = "Ask who has met something like this at work."
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def engine(starter_home: Path, service: Service) -> Engine:
    return open_engine(settings_with(starter_home, service))


@pytest.fixture(scope="session")
def plain(starter_read: Engine) -> Pack:
    return PackMaker(starter_read).make(REQUEST)


def quotes_of(service: Service) -> list[str]:
    """The quotes that the last request showed."""
    found = re.findall(r'^\{"quote": .*\}$', service.prompt, re.MULTILINE)
    return [json.loads(line)["text"] for line in found]


def fitting(service: Service) -> dict[str, Any]:
    """A reply that keeps the rules: it asks about the first quote, and its notes are quotes."""
    first, *others = quotes_of(service)
    about = " ".join(re.sub(r"[^\w\s’'-]", "", first).split()[:9])
    return {
        "question": f"Think of your own work. What would you ask someone who says: {about}?",
        "why": WHY,
        "probes": PROBES,
        "notes": [
            {"text": others[0], "quotes": [2]},
            {"text": f"In 1731, {others[0]}", "quotes": [2]},
            {"text": others[0], "quotes": [99]},
        ],
        "steps": [f"Read it aloud {how}." for how in ("slowly", "again", "in turn", "together")],
        "quiet": QUIET,
        "loud": "Thank them, and turn to a pair that has not spoken.",
    }


def replies(service: Service, make: Callable[[Service], Any]) -> None:
    """Has the service reply to each request with what `make` makes of it."""
    service.script = [streams(then=lambda: [json.dumps(make(service))])]


def word(engine: Engine, service: Service, plain: Pack, **changes: object) -> Drawn:
    """One prompt worded by a fitting reply with these changes."""
    replies(service, lambda s: {**fitting(s), **changes})
    writer = writer_of(engine)
    assert writer is not None
    return writer.word(REQUEST, plain.drawn[0], [])


def test_a_model_words_a_pack_and_the_gate_proves_its_notes(
    engine: Engine, service: Service, plain: Pack
) -> None:
    replies(service, fitting)
    pack = PackMaker(engine).make(REQUEST)
    made = pack.to_json()
    sources = {s.id: s for s in engine.store.library.sources()}
    content = to_docx(pack, sources)
    assert [p.text for p in Document(io.BytesIO(content)).paragraphs].count("In short") == 2
    assert to_markdown(pack, sources).count("\nIn short:\n") == 2
    assert made["engine"] == "llm"
    assert made["model"].endswith(", pack-2")
    assert len(service.asked) == 2
    places = {c["marker"]: c["quote"] for c in made["citations"]}
    for prompt, was in zip(made["prompts"], plain.prompts, strict=True):
        assert (prompt["worded_by"], prompt["fallback"]) == (MODEL, None)
        assert (prompt["run_by"], prompt["quiet"]) == (MODEL, QUIET)
        assert [step["minutes"] for step in prompt["steps"]] == [s.minutes for s in was.steps]
        assert all(step["text"].startswith("Read it aloud") for step in prompt["steps"])
        assert prompt["question"].startswith("Think of your own work.")
        assert prompt["stimulus"]["text"] == was.stimulus.text
        (note,) = prompt["notes"]
        assert note["text"] == " ".join(places[note["citations"][0]].split())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"question": "Should clinicians lead more than they do now?"}, "yes, no or a figure"),
        ({"question": "What is the point, and is it true of clinicians?"}, "yes, no or a figure"),
        ({"question": "How many clinicians lead where you work now?"}, "yes, no or a figure"),
        ({"question": "What would Florence Nightingale say of this?"}, "no quote names"),
        ({"question": "What do the 83 leaders in it have in common?"}, "no quote names 83"),
        ({"question": "Why is it obviously good that clinicians lead?"}, "takes a side"),
        ({"question": "All managers hate clinicians. What would you do?"}, "it claims"),
        ({"question": "What does [this](http://x.example) say to you?"}, "markup"),
        ({"question": "How would you boil an egg in the morning at sea?"}, "not about its quote"),
        ({"why": "Clinicians are better leaders than managers are."}, "is no reason"),
        ({"probes": []}, "too few"),
        ({"probes": ["What else is there?", "Is that so where you work?"]}, "yes, no or a figure"),
    ],
)
def test_what_breaks_a_rule_is_left_in_the_words_of_the_rules(
    engine: Engine, service: Service, plain: Pack, changes: dict[str, Any], why: str
) -> None:
    one = word(engine, service, plain, **changes)
    was = plain.drawn[0]
    assert one.fallback is not None and why in one.fallback
    assert one.worded_by == RULES
    assert (one.question, one.why, one.probes) == (was.question, was.why, was.probes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"steps": ["Read the quote aloud."]}, "1 steps are not the 4"),
        ({"quiet": "Tell them that clinicians never lead anybody."}, "it claims"),
        ({"loud": "Clinicians are never heard in any room."}, "it claims"),
        ({"quiet": "Ask what Florence Nightingale would do."}, "no quote names"),
        ({"loud": "Thank them, and [go on](http://x.example)."}, "markup"),
    ],
)
def test_steps_that_break_a_rule_stay_as_they_were(
    engine: Engine, service: Service, plain: Pack, changes: dict[str, Any], why: str
) -> None:
    one = word(engine, service, plain, **changes)
    assert one.worded_by == MODEL
    assert one.run is None
    assert one.fallback is not None and why in one.fallback


def test_a_model_that_is_told_a_fault_puts_it_right(
    engine: Engine, service: Service, plain: Pack
) -> None:
    wrong = {"question": "Should clinicians lead more than they do now?"}
    service.script = [
        streams(then=lambda: [json.dumps({**fitting(service), **wrong})]),
        streams(then=lambda: [json.dumps(fitting(service))]),
    ]
    writer = writer_of(engine)
    assert writer is not None
    one = writer.word(REQUEST, plain.drawn[0], [])
    assert (one.worded_by, one.fallback) == (MODEL, None)
    assert len(service.asked) == 2
    assert "yes, no or a figure" in service.prompt


def test_a_question_that_the_pack_has_already_is_not_taken(
    engine: Engine, service: Service, plain: Pack
) -> None:
    first = word(engine, service, plain)
    writer = writer_of(engine)
    assert writer is not None
    again = writer.word(REQUEST, plain.drawn[0], [first.question])
    assert again.fallback == "the pack has this question already"


@pytest.mark.parametrize(
    "said", ["I would rather not.", "{}", '{"question": 7}', '{"question": ""}']
)
def test_a_reply_of_another_form_changes_nothing(
    engine: Engine, service: Service, plain: Pack, said: str
) -> None:
    service.script = [streams(said)]
    writer = writer_of(engine)
    assert writer is not None
    one = writer.word(REQUEST, plain.drawn[0], [])
    assert (one.worded_by, one.question) == (RULES, plain.drawn[0].question)
    assert one.fallback


def test_a_service_that_is_down_is_asked_once_and_the_pack_is_made(
    engine: Engine, service: Service, plain: Pack
) -> None:
    service.script = [refuses(401, "no")]
    made = PackMaker(engine).make(REQUEST)
    assert len(service.asked) == 1
    assert made.to_json()["engine"] == "extractive"
    assert [p.question for p in made.prompts] == [p.question for p in plain.prompts]
    assert all("SOUNDINGS_LLM_KEY" in str(p.fallback) for p in made.prompts)


def test_who_does_not_want_the_model_gets_the_rules(
    engine: Engine, service: Service, plain: Pack
) -> None:
    kept = Kept(IN_MEMORY)
    workshop = Workshop(engine, Desk(kept), SessionBook(kept))
    assert workshop.has_model
    asked = workshop.request_of(REQUEST.topic, REQUEST.audience, REQUEST.minutes, REQUEST.prompts)
    list(workshop.make(LOCAL, asked, by_model=False))
    assert service.asked == []
    [made] = workshop.desk.listed(LOCAL)
    pack = workshop.desk.find(LOCAL, made.id).pack
    assert pack.to_json()["prompts"] == plain.to_json()["prompts"]


def test_the_command_needs_a_model_to_ask_one(soundings: Command, starter_home: Path) -> None:
    home = ("--home", starter_home, "pack", "trust")
    code, out, err = soundings(*home, "--engine", "llm")
    assert (code, out) == (1, "")
    assert "no language model is configured" in err


# The rules by themselves


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("What would you do first, and why?", True),
        ("When it comes to trust, what do you think lies behind the difficulty?", True),
        ("Imagine that a year has passed. Which part of it went wrong?", True),
        ("Describe the point at which you would change course.", True),
        ("In your own work, with whom would you begin?", True),
        ("Do you agree?", False),
        ("What did they do, and was it right?", False),
        ("Looking back, would you do it again?", False),
        ("How often does this happen?", False),
        ("What percentage of leaders say so?", False),
        ("Clinicians lead well.", False),
        ("Leaders are tired?", False),
    ],
)
def test_open_questions_are_told_from_closed_ones(text: str, open_: bool) -> None:
    assert is_open(text) is open_


def test_what_neither_asks_nor_bids_is_a_claim() -> None:
    text = "Trust takes time. Think of a case. What built it? In pairs, choose one."
    assert claims_in(text) == ["Trust takes time."]


def test_a_second_quote_is_not_spoken_of() -> None:
    worded = Wording(
        question="What do both quotes leave out that you have seen?", why=WHY, probes=tuple(PROBES)
    )
    assert "second quote" in str(fault_of(worded, []))
