"""A question in its conversation: what is searched for it, and how its reading is shown.

A question that leans on the turns before is found by the last question and answer put before it.
Over the 68 follow-ups of a set that nobody had tuned on their evidence was among eight hits in
0.97, where rules that put the question in full words came to 0.66 (`docs/what-pays.md`).
"""

from collections.abc import Sequence

from assistant.models import Turn


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question in one line, and after it the last question that it may lean on."""
    own, before = _one_line(question), _last(history, "user")
    return f"{own} (after: {before})" if before else own


def query_of(question: str, history: Sequence[Turn]) -> str:
    """What is searched: the last question and the last answer, and then the question itself."""
    before = _last(history, "user"), _last(history, "assistant")
    return " ".join(filter(None, [*before, _one_line(question)]))


def _last(history: Sequence[Turn], role: str) -> str:
    return next((_one_line(turn.content) for turn in reversed(history) if turn.role == role), "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
