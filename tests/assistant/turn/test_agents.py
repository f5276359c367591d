"""Of whom a question asks."""

import pytest

from assistant.turn.agents import agent_of


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
