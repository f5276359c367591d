"""The engine on real libraries: right quotes, short answers, silence where there is nothing."""

import itertools
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from assistant import Answer, AssistantSettings, BadQuestion, Engine, Outcome, Turn
from assistant.reading.reader import Reading, Stretch
from assistant.turn.kinds import Kind
from eval.gold.questions import GOLD, load_gold
from tests.conftest import settings_of
from vectorstore import open_store
from vectorstore.writing import remove

ROOT = Path(__file__).resolve().parents[3]
QUESTIONS = sorted((GOLD / "starter").glob("*.yaml")) + sorted((GOLD / "originals").glob("*.yaml"))

RIGHT = {
    "How many leaders were interviewed for the report?": "interviewed 35 leaders",
    "What is the triple aim?": "improve the health of the population",
    "What share of senior GPs are women?": "42 per cent of senior GPs",
    "How does a GP's role differ from a CCG leader's?": "the role is significantly different",
    "What does Julie Wood say about conflicts of interest?": "conflicts of interest do exist",
}


def check_quotes(answer: Answer, engine: Engine) -> None:
    """What must hold of every answer, whatever it says."""
    library = engine.store.library
    for citation in answer.citations:
        text = library.text(citation.source)
        assert text[citation.start : citation.end] == citation.quote
        assert library.source(citation.source).sha256 == citation.source_sha256
        assert citation.quote.strip() == citation.quote != ""
    for one, other in itertools.combinations(answer.citations, 2):
        apart = one.source != other.source or one.end <= other.start or other.end <= one.start
        assert apart, "the same words are quoted twice"
    assert [c.marker for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for statement in answer.statements:
        assert statement.citations, "a statement without a quote"
        assert all(f"[{marker}]" in answer.answer for marker in statement.citations)
    if answer.outcome is Outcome.WITHHELD:
        assert not answer.citations and not answer.statements and answer.reason
    elif answer.outcome is Outcome.REPLY:
        assert answer.answer and not answer.citations and not answer.hits
        assert answer.confidence is None
    else:
        assert answer.statements and answer.reason in (None, "not stated")
    assert answer.confidence is None or 0.0 <= answer.confidence <= 1.0
    assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
    for hit in answer.hits:
        text = library.text(hit.passage.source)
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text
    json.dumps(answer.to_json())


@pytest.mark.parametrize(("question", "quote"), RIGHT.items())
def test_it_answers_with_the_right_quote_first(
    originals_read: Engine, question: str, quote: str
) -> None:
    answer = originals_read.ask(question)
    assert answer.outcome is Outcome.ANSWERED
    assert quote in answer.citations[0].quote


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("How much is a clinical chair paid?", "not stated"),
        ("What is the capital of France?", "nothing relevant"),
    ],
)
def test_it_is_silent_where_the_sources_are(
    originals_read: Engine, question: str, reason: str
) -> None:
    answer = originals_read.ask(question)
    assert (answer.outcome, answer.reason) == (Outcome.WITHHELD, reason)
    assert answer.hits, "the nearest passages are shown"


def check_gold(file: Path, engine: Engine, every: int) -> None:
    for gold in load_gold([file])[::every]:
        history = [Turn(role=role, content=content) for role, content in gold.history]
        answer = engine.ask(gold.question, history)
        check_quotes(answer, engine)
        words = sum(len(statement.text.split()) for statement in answer.statements)
        assert words <= 220


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_every_quote_of_an_answer_is_in_its_source(
    file: Path, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(f"{file.parent.name}_read")
    check_gold(file, engine, every=12)


@pytest.mark.slow
@pytest.mark.parametrize("file", QUESTIONS, ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_every_quote_is_in_its_source_also_where_a_question_is_strange_to_it(
    file: Path, starter_read: Engine, request: pytest.FixtureRequest
) -> None:
    """A third of the gold questions, over the library that they were not written for as well; the
    grounding suite asks all of them, and has a gate for quotes that are not exact."""
    check_gold(file, starter_read, every=3)
    if file.parent.name == "originals":
        check_gold(file, request.getfixturevalue("originals_read"), every=3)


@pytest.mark.slow
def test_answers_hold_about_120_words(originals_read: Engine) -> None:
    counts = []
    for file in QUESTIONS:
        for record in yaml.safe_load(file.read_text())[:2]:
            answer = originals_read.ask(record["question"])
            counts.append(sum(len(s.text.split()) for s in answer.statements))
    assert len(counts) >= 40
    assert sum(count <= 120 for count in counts) / len(counts) >= 0.95


def test_the_same_question_gets_the_same_answer(starter_read: Engine) -> None:
    question = "What does Black say about general practice?"
    first, second = (replace(starter_read.ask(question), timings_ms={}) for _ in range(2))
    assert first == second


def test_half_an_answer_says_which_half_is_missing(originals_read: Engine) -> None:
    answer = originals_read.ask(
        "What share of senior GPs are women, and what is the capital of France?"
    )
    assert answer.outcome is Outcome.PARTIAL
    assert answer.missing is not None and "France" in answer.missing
    assert "42 per cent" in answer.citations[0].quote


def test_a_follow_up_leans_on_the_turns_before(originals_read: Engine) -> None:
    history = [
        Turn(role="user", content="Who is Julie Wood?"),
        Turn(role="assistant", content="Julie Wood is chief executive of NHSCC. [1]"),
    ]
    answer = originals_read.ask("What does she say about conflicts of interest?", history)
    assert "Julie Wood" in answer.standalone_question
    assert "conflicts of interest do exist" in answer.citations[0].quote


def test_the_person_s_own_wording_is_searched_and_read_as_it_is(starter_read: Engine) -> None:
    own = "What is the triple aim?"
    history = [
        Turn(role="user", content="Who is Julie Wood?"),
        Turn(role="assistant", content="Julie Wood is chief executive of NHSCC. [1]"),
    ]
    corrected = starter_read.ask("What does she mean by it?", history, standalone=own)
    alone = starter_read.ask(own)
    assert corrected.question == "What does she mean by it?"
    assert corrected.standalone_question == own
    assert corrected.confidence == alone.confidence
    assert corrected.citations == alone.citations
    assert corrected.hits == alone.hits
    leaning = starter_read.ask("Why?", history, standalone="What does she say?")
    assert leaning.standalone_question == "What does she say?"
    with pytest.raises(BadQuestion):
        starter_read.ask(own, standalone=" ")


def test_a_follow_up_asks_for_one_answer_and_shows_what_it_leans_on(starter_read: Engine) -> None:
    history = [
        Turn(role="user", content="What is the triple aim?"),
        Turn(role="assistant", content="It has three parts. [1]"),
    ]
    answer = starter_read.ask("And who said so?", history, kind=Kind.POINT)
    assert answer.standalone_question == "And who said so? (after: What is the triple aim?)"
    assert answer.outcome is not Outcome.PARTIAL
    quotes = [(c.source, c.start) for c in answer.citations]
    assert len(quotes) == len(set(quotes))


def test_sources_narrow_the_search(originals_read: Engine) -> None:
    only = "004_d47eb0c78fa77de7"
    answer = originals_read.ask("What is system leadership?", sources=[only])
    assert {hit.passage.source for hit in answer.hits} == {only}


@pytest.mark.parametrize("question", ["", "   ", "?!…", "x" * 100_000, "half \ud800"])
def test_what_cannot_be_a_question_is_refused(starter_read: Engine, question: str) -> None:
    with pytest.raises(BadQuestion):
        starter_read.ask(question)


@pytest.mark.parametrize(
    "question",
    [
        '"; DROP TABLE passage; --',
        "NEAR(a b) AND *",
        "ÄÖÜ 漢字 🙂 \u202e",
        "a" * 1999,
        "what what what what",
        "<script>alert(1)</script>",
        "\x00 nul",
    ],
)
def test_strange_questions_do_no_harm(starter_read: Engine, question: str) -> None:
    check_quotes(starter_read.ask(question), starter_read)


class Meanwhile:
    """A reader that has something done before its first reading."""

    fingerprint = "meanwhile"

    def __init__(self, do: Callable[[], object]) -> None:
        self._do = [do]

    def read(self, question: str, before: str, stretches: Sequence[Stretch]) -> list[Reading]:
        if self._do:
            self._do.pop()()
        return [Reading(sentences=np.full(len(s.sentences), -1.0), whole=-1.0) for s in stretches]


@pytest.mark.parametrize(
    "question", ["What does Julie Wood say about conflicts of interest?", "Who leads, and how?"]
)
def test_when_a_source_is_removed_while_it_is_answered_it_is_asked_again(
    starter_home: Path, tmp_path: Path, question: str
) -> None:
    home = tmp_path / "home"
    shutil.copytree(starter_home, home)
    store = open_store(settings_of(home))
    gone = list[str]()

    def remove_what_would_be_quoted() -> None:
        for hit in store.searcher.search(question, 4).hits:
            if hit.passage.source not in gone:
                gone.append(remove(home, store.library, hit.passage.source).id)

    engine = Engine(store, AssistantSettings(), reader=Meanwhile(remove_what_would_be_quoted))
    answer = engine.ask(question)
    assert gone and answer.library == store.library.fingerprint
    assert not {c.source for c in answer.citations} & set(gone)
    check_quotes(answer, engine)
