"""Questions near one that was asked, which the library does answer.

Drawn by rule from the nearest passages, and each one tried: what is offered has been answered.
"""

import threading
from collections.abc import Collection, Iterator, Sequence

from assistant.answering.engine import Engine
from assistant.errors import Stopped
from assistant.finding.examples import about, tells
from assistant.models import Answer, Outcome
from vectorstore import Passage

MOST = 2
TRIES = 2  # each costs what the question itself did
NEAREST = 3
NEXT, NEXT_TRIES, NEXT_NEAREST = 3, 5, 12  # the same for what may be asked after an answer


def rewordings(
    engine: Engine, answer: Answer, *, sources: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Up to MOST questions, drawn from the passages that came nearest to a withheld answer, each
    answered by the engine from the source that it was drawn from. At most TRIES are tried.

    `sources` are the ids that the question was narrowed to.
    """
    asked = {answer.question, answer.standalone_question}
    candidates = _distinct(answer, NEAREST, asked)[:TRIES]
    return tuple(_answered(engine, candidates, sources))[:MOST]


def followups(
    engine: Engine,
    answer: Answer,
    asked: Sequence[str],
    sources: Sequence[str] | None,
    stop: threading.Event | None = None,
) -> tuple[str, ...]:
    """Up to NEXT questions to go on with after an answer, drawn from what stands near to its
    quotes, none of those `asked` before; each answered as `rewordings` are. Raises Stopped soon
    after `stop` is set."""
    quoted = {citation.passage for citation in answer.citations}
    candidates = _distinct(answer, NEXT_NEAREST, asked, besides=quoted)[:NEXT_TRIES]
    found: list[str] = []
    for question in _answered(engine, candidates, sources, stop):
        found.append(question)
        if len(found) == NEXT:
            break
    return tuple(found)


def _answered(
    engine: Engine,
    candidates: Sequence[tuple[str, str]],
    sources: Sequence[str] | None,
    stop: threading.Event | None = None,
) -> Iterator[str]:
    quoting = engine.unwritten()
    for question, source in candidates:
        if stop is not None and stop.is_set():
            raise Stopped("nobody waits for what could be asked next")
        tried = quoting.ask(question, sources=sources)
        if tried.outcome is Outcome.ANSWERED and any(c.source == source for c in tried.citations):
            yield question


def _distinct(
    answer: Answer, nearest: int, asked: Collection[str], besides: Collection[str] = ()
) -> list[tuple[str, str]]:
    """The candidates with the sources that they are from, that of the nearest passage first, and
    those of the passages that were quoted last."""
    known = {question.casefold() for question in asked}
    distinct: dict[str, str] = {}
    hits = sorted(answer.hits[:nearest], key=lambda hit: hit.passage.id in besides)
    for hit in hits:
        question = _candidate(hit.passage)
        if question is not None and question.casefold() not in known:
            distinct.setdefault(question, hit.passage.source)
    return list(distinct.items())


def _candidate(passage: Passage) -> str | None:
    """What a passage can be asked about: the deepest of its headings that tells something."""
    headings = passage.heading.split(" › ") if passage.heading else []
    telling = (heading for heading in reversed(headings) if tells(heading, passage.title))
    heading = next(telling, None)
    return about(heading) if heading is not None else None
