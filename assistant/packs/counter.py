"""Which quotes stand against a stimulus: what contradicts it, limits it or makes it depend.

By cue words, sentence by sentence: the very sentence that holds back must speak of what the other
quote speaks for, in words beyond those that much of what there is on the topic has.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from enum import IntEnum
from functools import lru_cache

from assistant.packs.acts import holds_back, speaks_for
from assistant.packs.alone import sentences
from assistant.packs.extracts import Extract
from vectorstore.lexicon import terms

NEAR = 0.45
"""How near two quotes must be to be about the same thing (cosine)."""
SAME = 0.92
"""Two quotes nearer than this say the same."""
IN_COMMON = 3
TELLING = 2
COMMON = 0.2
"""The share of the texts on a topic from which on a word is common among them."""
_LIMITS = re.compile(
    r"\b(?:depends? (?:up)?on|depending on|provided that|unless|only (?:if|when|where)|"
    r"not (?:always|enough|sufficient|all|every|yet|in a)|sometimes|rarely|seldom|dangers?|"
    r"risks? (?:of|that|being|losing)|sees a risk|"
    r"warn(?:s|ed|ing)?|cautions?|concern(?:s|ed)?|cannot|can[’']t|blurred|limits|limited|"
    r"too (?:far|much|many|little|few)|at the expense of|despite|although|though|however|"
    r"but|might avoid|may feel|crowd out|deter|criticism)\b|, yet\b",
    re.IGNORECASE,
)
# What adds to a thing, and a warning of what comes without it: neither is against it.
_ADDS = re.compile(
    r"\bnot (?:only|just)\b.{0,80}\bbut\b|\bbut also\b|\bwarn\w* .{0,80}\bunless\b", re.IGNORECASE
)


class Pull(IntEnum):
    """How much two quotes pull apart; the more, the better for setting one against the other."""

    NONE = 0
    LIMITS = 1  # one speaks for a thing, the other says where it ends or what it hangs on
    OPPOSES = 2  # one speaks for a thing, the other tells only of what stands against it


def pull(one: Extract, other: Extract, common: Collection[str]) -> Pull:
    """How two extracts pull apart; `common` are stems that tell nothing."""
    if not NEAR <= one.similarity(other) <= SAME:
        return Pull.NONE
    first, second = _plain(one.text), _plain(other.text)
    for for_, against in ((first, second), (second, first)):
        if not speaks_for(for_) or _restrained(for_):
            continue
        said = _stems(for_)
        if any(_meets(said, sentence, common) for sentence in _holding_back(against)):
            return Pull.LIMITS if speaks_for(against) else Pull.OPPOSES
    return Pull.NONE


def _restrained(text: str) -> bool:
    """Whether a quote holds back in any of its sentences."""
    return bool(_holding_back(text))


@lru_cache(maxsize=4_000)
def _holding_back(text: str) -> tuple[str, ...]:
    """The sentences of a quote that limit something or tell of what stands against it."""
    found = []
    for sentence in sentences(text):
        plain = _ADDS.sub(" ", sentence)
        if _LIMITS.search(plain) or (holds_back(plain) and not speaks_for(plain)):
            found.append(sentence)
    return tuple(found)


@lru_cache(maxsize=8_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _meets(said: frozenset[str], sentence: str, common: Collection[str]) -> bool:
    """Whether a sentence speaks of what the other quote says, and not of the topic alone."""
    shared = said & _stems(sentence)
    telling = len(shared - set(common))
    return telling >= TELLING or (telling >= 1 and len(shared) >= IN_COMMON)


def common_in(texts: Sequence[str], topic: str) -> frozenset[str]:
    """The stems that say little about any one of these texts: the topic's own, and those that many
    of the texts have."""
    counts = Counter(stem for text in texts for stem in _stems(text))
    often = {stem for stem, count in counts.items() if count > COMMON * len(texts)}
    return frozenset(often | set(terms(topic)))


def _plain(text: str) -> str:
    return " ".join(text.split())
