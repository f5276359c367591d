"""How a question is taken apart, and put more plainly, before it is read."""

import pytest

from assistant.answering.parts import split_parts
from assistant.turn.question import plainly


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("What is meant by Devo Manc?", "What is Devo Manc?"),
        ("Pls explain the triple aim.", "What is the triple aim."),
        ("Define a level five leader", "What is a level five leader"),
        ("Explain how it works", "Explain how it works"),
        ("What did she mean by that?", "What did she mean by that?"),
    ],
)
def test_who_asks_for_a_meaning_asks_what_it_is(question: str, plain: str) -> None:
    assert plainly(question) == plain


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who chairs it, and how many belong to it?", ["Who chairs it?", "How many belong to it?"]),
        ("Explain eel ladders and say when they came", ["Explain eel ladders?", "When they came"]),
        ("Where is she, and what does she do?", ["Where is she?", "What does she do?"]),
        ("Who leads and what for?", ["Who leads?", "What for?"]),
        ("Eels and how they climb", ["Eels and how they climb"]),
    ],
)
def test_the_questions_in_a_question(question: str, parts: list[str]) -> None:
    assert split_parts(question) == parts
