"""What the reader says of quotes: whether a topic can be talked about from one, and whether one
bears on a question. What has been read is remembered."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.engine import Engine
from assistant.packs.material.extracts import RELATED, Extract
from assistant.packs.material.material import Place, key
from assistant.packs.material.phrases import topic_phrase


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

    def about(self, question: str, extracts: Sequence[Extract]) -> list[Extract]:
        """Those from which one can talk about what a question asks for, the most relevant first.
        Half of their relevance is what they had, half is the reader's: words in common mislead the
        one ("managed" for managers), odd topics the other."""
        told = self.bearing(question, extracts)
        judged = [
            replace(e, relevance=(e.relevance + sure) / 2)
            for e, sure in zip(extracts, told, strict=True)
        ]
        found = [e for e in judged if e.relevance >= RELATED]
        return sorted(found, key=lambda e: (-round(e.relevance, 6), key(e)))
