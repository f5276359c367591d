"""Questions near one that was not answered, which the library does answer.

Drawn by rule from the nearest passages, and each one tried: what is offered has been answered.
"""

from collections.abc import Sequence

from assistant.answering.engine import Engine
from assistant.finding.examples import about, tells
from assistant.models import Answer, Outcome
from vectorstore import Passage

MOST = 2
TRIES = 2  # each costs what the question itself did
NEAREST = 3


def rewordings(
    engine: Engine, answer: Answer, *, sources: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Up to MOST questions, drawn from the passages that came nearest to a withheld answer, each
    answered by the engine from the source that it was drawn from. At most TRIES are tried.

    `sources` are the ids that the question was narrowed to.
    """
    found: list[str] = []
    quoting = engine.unwritten()
    for question, source in _distinct(answer):
        tried = quoting.ask(question, sources=sources)
        if tried.outcome is Outcome.ANSWERED and any(c.source == source for c in tried.citations):
            found.append(question)
    return tuple(found[:MOST])


def _distinct(answer: Answer) -> list[tuple[str, str]]:
    """The first TRIES candidates with the sources that they are from, that of the nearest passage
    first."""
    asked = {answer.question.casefold(), answer.standalone_question.casefold()}
    distinct: dict[str, str] = {}
    for hit in answer.hits[:NEAREST]:
        question = _candidate(hit.passage)
        if question is not None and question.casefold() not in asked:
            distinct.setdefault(question, hit.passage.source)
    return list(distinct.items())[:TRIES]


def _candidate(passage: Passage) -> str | None:
    """What a passage can be asked about: the deepest of its headings that tells something."""
    headings = passage.heading.split(" › ") if passage.heading else []
    telling = (heading for heading in reversed(headings) if tells(heading, passage.title))
    heading = next(telling, None)
    return about(heading, passage.title) if heading is not None else None
