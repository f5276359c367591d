"""Questions near one that was not answered, which the library does answer.

Drawn by rule from the nearest passages, and each one tried: what is offered has been answered.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.answering.engine import Engine
from assistant.ask.examples import about, tells
from assistant.models import Answer, Outcome
from assistant.turn.phrases import AUX, people
from vectorstore import Passage, visible

MOST = 2
TRIES = 2  # each costs what the question itself did
NEAREST = 3
_SUBJECT = re.compile(rf"(?:The |An? )?([A-Z]?[\w’'-]+(?: [\w’'-]+){{1,4}}?) {AUX}\b")
_UNSURE = frozenset(
    "it he she they we you i this that these those there which who what when if as but and".split()
)


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
    """The first TRIES candidates with the sources that they are from: the best of each passage,
    then the next best."""
    by_passage = [list(_candidates(hit.passage)) for hit in answer.hits[:NEAREST]]
    deepest = max(map(len, by_passage), default=0)
    ranked = [each[i] for i in range(deepest) for each in by_passage if i < len(each)]
    asked = {answer.question.casefold(), answer.standalone_question.casefold()}
    distinct: dict[str, str] = {}
    for question, source in ranked:
        if question.casefold() not in asked:
            distinct.setdefault(question, source)
    return list(distinct.items())[:TRIES]


def _candidates(passage: Passage) -> Iterator[tuple[str, str]]:
    """What a passage can be asked about: its heading, who is named in it, what it speaks of."""
    headings = passage.heading.split(" › ") if passage.heading else []
    for heading in reversed(headings):
        if tells(heading, passage.title):
            yield about(heading, passage.title), passage.source
            break
    text = " ".join(visible(passage.text).split())
    topics = [*people(text)[:1], *(_subject(s) for s in passage.sentence_texts())]
    for topic in [topic for topic in topics if topic][:2]:
        yield about(topic, passage.title), passage.source


def _subject(sentence: str) -> str | None:
    """What a sentence says something of, where its beginning tells that plainly."""
    match = _SUBJECT.match(" ".join(visible(sentence).split()))
    if match is None or set(match[1].casefold().split()) & _UNSURE:
        return None
    return match[1]
