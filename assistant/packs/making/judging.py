"""What the reader says of quotes: whether a topic can be talked about from one, and whether one
bears on a question. What has been read is remembered."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.engine import Engine
from assistant.packs.material.extracts import RELATED, Extract, Topic
from assistant.packs.material.material import Place, key
from assistant.packs.material.phrases import asked_by, topic_phrase

SHARES = (0.34, 0.45, 0.21)
"""Of the relevance that an extract had, of its nearness to the topic (cosine) and of the reader's
chance, in relevance: a logistic regression's over 2,632 quotes for 220 topics, labelled by reading
them. By it a relevance of 0.35 (RELATED) is a chance of 0.20 that a quote is on the topic for a
strict reader, 0.42 (ON_TOPIC) of 0.35, 0.52 of 0.63 (`eval/fitting/fit_about.py`)."""


def said_about(name: str) -> str:
    """What is asked for everything on a matter."""
    return f"What is said about {topic_phrase(name)}?"


class Judge:
    """Judges quotes over one state of an engine's library."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read: dict[tuple[str, Place], float] = {}

    def bearing(self, question: str, extracts: Sequence[Extract]) -> list[float]:
        """How surely each extract bears on a question, 0 to 1."""
        unread = [e for e in extracts if (question, key(e)) not in self._read]
        told = self._engine.bearing(question, [e.text for e in unread])
        self._read |= {(question, key(e)): sure for e, sure in zip(unread, told, strict=True)}
        return [self._read[question, key(e)] for e in extracts]

    def weighed(self, topic: Topic, extracts: Sequence[Extract]) -> list[tuple[float, ...]]:
        """What is weighed, as `SHARES` has it, of each extract for a topic."""
        told = self.bearing(asked_by(topic.phrase) or said_about(topic.phrase), extracts)
        return [
            (e.relevance, float(e.vector @ topic.vector), sure)
            for e, sure in zip(extracts, told, strict=True)
        ]

    def about(self, topic: Topic, extracts: Sequence[Extract]) -> list[Extract]:
        """Those from which one can talk about a topic, the most relevant first: words in common
        mislead what they had of relevance ("managed" for managers), odd topics the reader, and
        neither misleads how near their own words are."""
        judged = [
            replace(
                e, relevance=sum(share * value for share, value in zip(SHARES, each, strict=True))
            )
            for e, each in zip(extracts, self.weighed(topic, extracts), strict=True)
        ]
        found = [e for e in judged if e.relevance >= RELATED]
        return sorted(found, key=lambda e: (-round(e.relevance, 6), key(e)))
