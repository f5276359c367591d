"""A question in its conversation: what is searched for it, and how its reading is shown.

A question that leans on the turns before is found by the last question and answer, which lead its
search; rules that put it in full words found less (`docs/what-pays.md`).
"""

from collections.abc import Sequence

from assistant.models import Turn
from vectorstore import Query


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question in one line, and after it the last question that it may lean on."""
    query = query_of(question, history)
    return f"{query.text} (after: {query.before})" if query.before else query.text


def query_of(question: str, history: Sequence[Turn]) -> Query:
    """What is searched: the question, led by the last question and the last answer."""
    return Query.in_conversation(question, ((turn.role, turn.content) for turn in history))
