"""A question in its conversation: what is searched for it, and how its reading is shown.

A question that leans on the turns before is found by the last question and answer, which lead its
search; rules that put it in full words found less (`docs/what-pays.md`).
"""

from collections.abc import Sequence

from assistant.models import Turn
from vectorstore import Query


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question in one line, and after it the last question that it may lean on."""
    own, before = _one_line(question), _last(history, "user")
    return f"{own} (after: {before})" if before else own


def query_of(question: str, history: Sequence[Turn]) -> Query:
    """What is searched: the question, led by the last question and the last answer."""
    return Query(
        text=_one_line(question),
        before=_last(history, "user"),
        answered=_last(history, "assistant"),
    )


def _last(history: Sequence[Turn], role: str) -> str:
    return next((_one_line(turn.content) for turn in reversed(history) if turn.role == role), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
