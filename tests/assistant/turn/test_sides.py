"""Questions that ask the same of two, and those that ask of one by name."""

import pytest

from assistant import Engine, Outcome
from assistant.turn.agents import agent_of
from assistant.turn.naming import Names
from assistant.turn.sides import sides_of


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
    assert [side.question for side in sides_of(question, Names([]))] == sides


@pytest.mark.parametrize(
    ("question", "spoken_of"),
    [
        ("How does Taking the lead see it?", {"taking-the-lead": "Taking the lead"}),
        ("What does the report say?", {"top-leader-report": "the report"}),
        (
            "Do the Wood interview and Black's article agree?",
            {
                "early-leadership-development": "the Wood interview",
                "shape-shifters": "Black's article",
            },
        ),
        ("What does the NICE report say?", {}),
        ("Who is taking on the lead?", {}),
        ("What does the paper say?", {}),
        ("Who is taking the lead?", {}),
        ("Where do shape shifters come from?", {}),
        ("What does the shape shifters piece say?", {"shape-shifters": "shape shifters"}),
    ],
)
def test_the_sources_that_a_question_speaks_of(
    starter_engine: Engine, question: str, spoken_of: dict[str, str]
) -> None:
    found = Names(starter_engine.store.library.sources()).mentions(question)
    assert {id: question[slice(*places[0])] for id, places in found.items()} == spoken_of


def test_each_source_that_a_question_speaks_of_is_asked_without_the_names(
    starter_engine: Engine,
) -> None:
    names = Names(starter_engine.store.library.sources())
    each = sides_of("How do the report and Taking the lead each see trust?", names)
    assert [(side.asked, side.question, side.within) for side in each] == [
        ("How does the report see trust?", "How does see trust?", ["top-leader-report"]),
        ("How does Taking the lead see trust?", "How does see trust?", ["taking-the-lead"]),
    ]
    both = sides_of("Set the report beside what Taking the lead says on trust.", names)
    assert [side.within for side in both] == [["top-leader-report"], ["taking-the-lead"]]
    assert both[1].asked.startswith("Taking the lead: Set the report beside")
    assert sides_of("What does the report say on trust?", names) == []


def test_a_question_that_speaks_of_a_source_is_answered_there(starter_engine: Engine) -> None:
    answer = starter_engine.ask("What does Taking the lead say about being able to influence?")
    assert {citation.source for citation in answer.citations} == {"taking-the-lead"}


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
