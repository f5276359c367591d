"""What a question wants for an answer, and which sentences hold one."""

import pytest

from assistant.answering.engine import Engine
from assistant.models import Outcome
from assistant.turn.answer_type import answer_type_of
from assistant.turn.question import wording


@pytest.mark.parametrize(
    "question, kind, unit",
    [
        ("How many otters live on the Tamar?", "count", "otter"),
        ("Of the 35 rangers, how many took part?", "count", ""),
        ("What number of boats sank?", "number", ""),
        ("How long did the flood last?", "duration", ""),
        ("How many weeks does the course take?", "duration", ""),
        ("What proportion of the otters were tagged?", "percent", ""),
        ("How much did the trust spend on nets?", "money", ""),
        ("River board annual budget", "money", ""),
        ("What did the board pay the ferryman?", "money", ""),
        ("When was the weir built?", "date", ""),
        ("opening of the weir - year?", "date", ""),
        ("Who chairs the river board?", "name", ""),
        ("Who is the chair of the river board?", "name", ""),
        ("Which company repaired the weir?", "name", ""),
        ("Which ranger found the nest - what was he called?", "name", ""),
        ("What is the website of the board?", "address", ""),
    ],
)
def test_the_earliest_phrase_that_asks_decides(question: str, kind: str, unit: str) -> None:
    wanted = answer_type_of(question)
    assert wanted is not None
    assert (wanted.kind, wanted.unit) == (kind, unit)


@pytest.mark.parametrize(
    "question",
    [
        "Why do rangers count how many otters there are?",
        "What do the rangers who were asked think of the weir?",
        "Who should be told of a flood?",
        "Who is Ada Moor?",
        "who was dr moor again",
        "What do boatmen pay attention to?",
        "How do otters find food when the river freezes?",
        "Do I need a permit to fish?",
    ],
)
def test_other_questions_want_no_amount_date_or_name(question: str) -> None:
    assert answer_type_of(question) is None


@pytest.mark.parametrize(
    "question, holds, lacks",
    [
        ("How many otters are there?", "Nine otters live here.", "Otters live here."),
        ("How many of the 9 otters died?", "Two died.", "Of the 9 otters some died.³"),
        ("How many rangers are there?", "There are 14 rangers.", "There were more in 2014."),
        ("How long is the course?", "It takes six weeks.", "It has six parts."),
        ("What share are female?", "Half are female.", "Some are female."),
        ("What did the nets cost?", "The nets cost £30.", "The nets cost a lot."),
        ("When was the weir built?", "It was built in May 1820.", "It was built in haste."),
        ("Who chairs the board?", "Ada Moor chairs the board.", "The NHS chairs the board."),
        ("What is the website?", "See www.tamar.org for more.", "See our website for more."),
    ],
)
def test_a_sentence_holds_what_is_wanted_or_does_not(question: str, holds: str, lacks: str) -> None:
    wanted = answer_type_of(question)
    assert wanted is not None
    assert wanted.met(holds, wording(f"Yes: {holds}").names) == 1.0
    assert wanted.met(lacks, wording(f"Yes: {lacks}").names) == 0.0


def test_a_number_of_something_else_counts_half() -> None:
    wanted = answer_type_of("How many otters live on the Tamar?")
    assert wanted is not None
    assert wanted.met("There are nine rangers.", frozenset()) == 0.5


@pytest.mark.parametrize(
    "question",
    [
        "How much is a clinical chair paid?",
        "How many weeks does the tailored Leadership Academy programme last?",
        "How much money did the Innovation per head budget save?",
    ],
)
def test_what_is_near_but_holds_no_answer_is_withheld(
    starter_engine: Engine, question: str
) -> None:
    assert starter_engine.ask(question).outcome is Outcome.WITHHELD
