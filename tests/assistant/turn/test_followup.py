"""Follow-ups made to stand alone, without a model."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from assistant import Engine
from assistant.models import Turn
from assistant.turn.followup import query_of, standalone
from vectorstore import Query
from vectorstore.library.lexicon import words


def turns(*contents: str) -> list[Turn]:
    roles = ("user", "assistant")
    return [Turn(role=roles[i % 2], content=content) for i, content in enumerate(contents)]


@pytest.mark.parametrize(
    ("before", "question", "wanted"),
    [
        (
            turns("Who is Julie Wood?", "Julie Wood leads NHSCC. [1]"),
            "What does she say about money?",
            "What does Julie Wood say about money?",
        ),
        (
            turns("Who likened the work to conducting?", '"John Wardell said so." [1]'),
            "What is his job?",
            "What is John Wardell's job?",
        ),
        (
            turns("What is the triple aim?", "It has three parts. [1]"),
            "Who wrote about it?",
            "Who wrote about the triple aim?",
        ),
        (
            turns("What are the three key asks?", "1. Clarity [1]"),
            "What is the second one?",
            "What is the second of the three key asks?",
        ),
        (
            turns("How many CCGs were there in 2013?", "There were many. [1]"),
            "And in 2015?",
            "How many CCGs were there in 2015?",
        ),
    ],
)
def test_what_a_question_leans_on_is_put_back(
    before: list[Turn], question: str, wanted: str
) -> None:
    assert standalone(question, before) == wanted


CONVERSATIONS = yaml.safe_load(
    Path(__file__).with_name("conversations.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    "conversation",
    [one for part in ("held", "seen") for one in CONVERSATIONS[part]],
    ids=lambda one: f"{one['turns'][0]} {one['turns'][-1]}",
)
def test_a_follow_up_is_read_in_plain_english(conversation: dict[str, list[str]]) -> None:
    *before, question = conversation["turns"]
    assert standalone(question, turns(*before)) in conversation["right"]


def test_no_reading_says_a_word_twice_or_more_than_the_turns_hold() -> None:
    for part in CONVERSATIONS.values():
        for conversation in part:
            *before, question = conversation["turns"]
            read = standalone(question, turns(*before))
            told = set(words(f"{' '.join(before)} {question}")) | {"and", "tell", "me", "more"}
            said = words(read)
            assert set(said) - told <= {"of", "or", "in", "are", "s"}, read
            assert all(one != other for one, other in pairwise(said)), read


def test_a_conversation_may_be_long() -> None:
    asked = [text for _ in range(1000) for text in ("When was she born?", "In 1850. [1]")]
    before = turns("Who is Ada Quill?", "A painter.", *asked)
    assert standalone("Why?", before).startswith("When was she born")
    assert standalone("And where?", before[:8]) == "When was Ada Quill born, and where?"


@pytest.mark.parametrize(
    "question",
    ["What is the triple aim?", "How many leaders were interviewed?", "Who is Tracy Dowling?"],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    before = turns("What does Julie Wood say about conflicts of interest?", "Much. [1]")
    assert standalone(question, before) == question


def test_without_turns_nothing_is_added() -> None:
    assert standalone("What does  she say?", []) == "What does she say?"


def test_nothing_is_added_that_the_turns_do_not_hold() -> None:
    before = turns("Who is Julie Wood?", "Julie Wood is chief executive. [1]")
    added = set(standalone("Where does she live?", before).split()) - {"Where", "does", "live?"}
    assert added <= {"Julie", "Wood"}


def test_the_turns_before_lead_the_search_and_are_not_glued_to_the_question() -> None:
    before = turns("Who is Julie Wood?", "She leads NHSCC.", "And Sam Everington?", "A doctor.")
    query = query_of("Where does he work?", before)
    assert query.text == "Where does he work?"
    assert query.before == "And Sam Everington? Who is Julie Wood?"
    assert query.answered == "A doctor."
    assert query_of("Where?", []) == Query(text="Where?")
    assert query_of("Why?", turns("What is the triple aim?")).text.startswith("What is the triple")


def test_a_change_of_topic_finds_what_the_question_alone_finds(starter_engine: Engine) -> None:
    question = "What are the three parts of the triple aim?"
    before = turns("How should conflicts of interest be managed?", "With a register. [1]")
    search = starter_engine.store.searcher.search
    alone, led = search(question, 3).hits[0], search(query_of(question, before), 3).hits[0]
    assert led.passage == alone.passage


def test_a_question_of_one_word_is_led_to_its_topic(starter_engine: Engine) -> None:
    before = turns("What is the triple aim?", "It has three parts. [1]")
    wanted = starter_engine.store.searcher.search("What is the triple aim?", 1).hits[0]
    found = starter_engine.store.searcher.search(query_of("Why?", before), 3).hits
    assert wanted.passage in [hit.passage for hit in found]
