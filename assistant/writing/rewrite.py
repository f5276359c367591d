"""A turn, made to stand alone by a model. What it adds of its own is not taken."""

from collections.abc import Sequence
from typing import Any

from assistant.models import Turn
from assistant.proof.said import Said, read
from vectorstore.library.lexicon import among

QUESTION: dict[str, Any] = {
    "type": "object",
    "properties": {"question": {"type": "string"}},
    "required": ["question"],
    "additionalProperties": False,
}
LONGEST = 400


def is_faithful(rewritten: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a rewrite is one line, and has no name, number or date that neither the question nor
    the turns have."""
    if not any(c.isalnum() for c in rewritten) or len(rewritten) > LONGEST or "\n" in rewritten:
        return False
    said = read(" ".join([question, *(turn.content for turn in history)]))
    known = frozenset(word.stem for word in said.words)
    new = read(rewritten)
    return all(among(name, known) for name in new.names) and _numbers(new) <= _numbers(said)


def _numbers(said: Said) -> frozenset[str]:
    return frozenset(word.folded for word in said.words if word.folded[0].isdigit())
