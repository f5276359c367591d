"""Questions that ask the same of two, and those that ask of one by name."""

import pytest

from assistant import Engine, Outcome
from assistant.agents import agent_of
from assistant.sides import named_source, sides_of


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        (
            "What do Jo Tan and Ann Lee each say about fees?",
            ["What does Jo Tan say about fees?", "What does Ann Lee say about fees?"],
        ),
        (
            "How did the harbour report and the board minutes both explain the delay?",
            [
                "How did the harbour report explain the delay?",
                "How did the board minutes explain the delay?",
            ],
        ),
        (
            "Compare the chair's duties with those of the clerk.",
            ["the chair's duties?", "those of the clerk?"],
        ),
        ("Do the board and the clerk help each other?", []),
        ("What do they each say?", []),
        ("What is said about boards and clerks?", []),
    ],
)
def test_the_same_is_asked_of_either_side(question: str, sides: list[str]) -> None:
    assert sides_of(question) == sides


def test_a_side_that_names_a_title_is_looked_for_there(starter_engine: Engine) -> None:
    sources = starter_engine.store.library.sources()
    title = next(s for s in sources if s.title.endswith("Taking the lead"))
    assert named_source("How does Taking the lead see it?", "and Wood?", sources) == title.id
    assert named_source("Taking the lead", "Taking the lead", sources) is None
    assert named_source("What does the report say?", "the other?", sources) is None, "a plain word"


def test_either_side_of_a_comparison_is_quoted(starter_engine: Engine) -> None:
    asked = "What do Shape shifters and Taking the lead each say about leading a system?"
    answer = starter_engine.ask(asked)
    cited = {c.title for c in answer.citations}
    assert answer.outcome is Outcome.PARTIAL or len(cited) >= 2
    assert sum(len(s.text.split()) for s in answer.statements) <= 200


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What does Jo Tan say about fees?", "Jo Tan"),
        ("In Dr Ann Lee's opinion, what is wrong?", "Ann Lee"),
        ("According to Jo Tan, who pays?", "Jo Tan"),
        ("Which fees did Tan call unfair?", "Tan"),
        ("What do Jo Tan and Ann Lee each say?", None),
        ("What does the board say?", None),
        ("Does Jo Tan like Ann Lee's plan?", None),
    ],
)
def test_who_is_asked_of(question: str, name: str | None) -> None:
    found = agent_of(question)
    assert (found and found.name) == name
