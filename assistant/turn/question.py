"""A text taken apart: the words that matter, and the names and numbers it holds."""

import re
from dataclasses import dataclass
from functools import lru_cache

from vectorstore.library.lexicon import STOPWORDS, stem, terms, words

NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred hundreds thousand thousands million millions billion billions half third thirds
    quarter quarters dozen dozens once twice double none""".split()
)
MONTHS = frozenset(
    """january february march april may june july august september october november
    december""".split()
)

_NAME = re.compile(r"\b(?:[A-Z][\w’'-]*[a-z\d]|[A-Z]{2,}s?)(?:\s+(?:[A-Z][\w’'-]+|[A-Z]{2,}s?))*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text taken apart: stems with meaning, names and numbers."""

    stems: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]


@lru_cache(maxsize=50_000)
def wording(text: str) -> Wording:
    """Take a sentence apart. Names are the stems of capitalized words that do not open it."""
    names: set[str] = set()
    for match in _NAME.finditer(text):
        parts = words(match.group())
        opens = text[: match.start()].strip(" \"“‘'(*_-•") == ""
        if opens and parts and parts[0] in STOPWORDS:
            parts = parts[1:]
        if opens and len(parts) == 1 and not match.group().isupper():
            continue
        names.update(stem(part) for part in parts if part not in STOPWORDS and part not in MONTHS)
    numbers = set(_NUMBER.findall(text)) | {w for w in words(text) if w in NUMBER_WORDS}
    return Wording(
        stems=frozenset(terms(text)),
        names=frozenset(names),
        numbers=frozenset(numbers),
    )
