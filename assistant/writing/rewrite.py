"""A follow-up, made to stand alone by a model. What it adds of its own is not taken."""

from collections.abc import Sequence
from typing import Any

from assistant.models import Turn
from vectorstore.library.lexicon import STOPWORDS, stem, words

QUESTION: dict[str, Any] = {
    "type": "object",
    "properties": {"question": {"type": "string"}},
    "required": ["question"],
    "additionalProperties": False,
}
REPLY_TOKENS = 120
LONGEST = 400
_NEGATIONS = frozenset(("not", "no", "never", "without", "nor", "neither", "none", "cannot"))


def is_faithful(rewritten: str, question: str, history: Sequence[Turn]) -> bool:
    """Whether a rewrite is one line, keeps the question's own words, and has no word with meaning,
    number or negation that neither the question nor the turns have."""
    if not any(c.isalnum() for c in rewritten) or len(rewritten) > LONGEST or "\n" in rewritten:
        return False
    said = _told(" ".join([question, *(turn.content for turn in history)]))
    return _told(rewritten) <= said and _told(question) <= _told(rewritten) | _LEANING


def _told(text: str) -> frozenset[str]:
    return frozenset(stem(w) for w in words(text) if w not in STOPWORDS or w in _NEGATIONS)


_LEANING = frozenset(
    stem(word)
    for word in """also one ones person people thing things former latter else then there same
    exactly please tell""".split()
)
