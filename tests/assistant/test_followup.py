"""Follow-ups made to stand alone, without a model."""

import pytest

from assistant.followup import standalone
from assistant.models import Turn


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
            "What is the second one of the three key asks?",
        ),
        (
            turns("How many CCGs were there in 2013?", "There were many. [1]"),
            "And in 2015?",
            "How many CCGs were there in 2013, in 2015?",
        ),
    ],
)
def test_what_a_question_leans_on_is_put_back(
    before: list[Turn], question: str, wanted: str
) -> None:
    assert standalone(question, before) == wanted


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
