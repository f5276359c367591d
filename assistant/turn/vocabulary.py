"""The words that a question may be made of: those of a library as they are spelled there, and
English by frequency.

The full-text index keeps stems, so a library's words are counted from its texts: once for every
state of the library, and each source once for every text it has.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from weakref import WeakKeyDictionary

from vectorstore import Library, Source
from vectorstore.library.lexicon import english, words

COMMON = 15_000  # so many English words may be what somebody meant, though no source has them
FIRM = 4_000  # of these, so many are meant even where more than one slip leads to them
FEWEST, LONGEST = 4, 24  # letters of a word that may be meant
OURS = 8  # times as much the library has to say in what is meant as English at large
PART = 4  # letters of either half of a compound
ENGLISH_SHARE = 0.5  # of a library's words that the list must know: else it is in another language

_WORD = re.compile(r"[a-zA-ZÀ-ɏ][a-zA-ZÀ-ɏ’']*")
_NAME = re.compile(r"\b([A-Z][^\W\d_]+) (?:[A-Z]\. )?([A-Z][^\W\d_]+)\b")


@lru_cache(maxsize=1)
def _firm() -> frozenset[str]:
    return frozenset(list(english())[:FIRM])


@lru_cache(maxsize=1)
def contractions() -> dict[str, str]:
    """Words that lack nothing but their apostrophe: "dont" is "don't", and so is "cant" can't, but
    "were" is a word."""
    whole = (word for word in english() if "'" in word)
    bare = ((word.replace("'", ""), word) for word in whole)
    return {typed: word for typed, word in bare if word.endswith("n't") or typed not in english()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The words of one library. Keys are folded, as `lexicon.words` folds.

    `names` are the words that it never writes small, as it writes them; `beside` has for such a
    word those that stand beside it in a name: a person's first name, a town's second one. `near`
    has the words that may be meant by their length, each with how likely it is.
    """

    counts: dict[str, int]
    names: dict[str, str]
    beside: dict[str, frozenset[str]]
    in_english: bool
    near: dict[int, dict[str, float]] = field(repr=False)

    def knows(self, word: str) -> bool:
        """Whether a folded word is one of the library's or of English: itself, its singular, its
        spelling with z, or both halves of a compound."""
        if self._holds(word) or self._holds(re.sub("(?<![^aeiou]y)s$", "", word)):
            return True
        if self._holds(re.sub("is(?=e|ing|ation)", "iz", word)):
            return True
        cuts = range(PART, len(word) - PART + 1)
        return any(self._holds(word[:at]) and self._holds(word[at:]) for at in cuts)

    def is_firm(self, word: str) -> bool:
        """Whether a word may be meant though more than one slip leads to it."""
        return word in self.counts or word in _firm()

    def _holds(self, word: str) -> bool:
        return word in self.counts or word in english()


def vocabulary_of(library: Library) -> Vocabulary:
    """The words of a library as it now is."""
    state = library.fingerprint
    known = _made.get(library)
    if known is None or known[0] != state:
        known = _made[library] = (state, _gathered(library))
    return known[1]


@dataclass(frozen=True, slots=True)
class _Spelled:
    """What one source's text is made of: its words as they are spelled, and its pairs of names."""

    words: Counter[str]
    names: frozenset[tuple[str, str]]


_made: "WeakKeyDictionary[Library, tuple[str, Vocabulary]]" = WeakKeyDictionary()
_read: "WeakKeyDictionary[Library, dict[str, _Spelled]]" = WeakKeyDictionary()


def _gathered(library: Library) -> Vocabulary:
    before = _read.get(library, {})
    with library.reading():
        now = {
            source.sha256: before.get(source.sha256) or _spelled(source, library)
            for source in library.sources()
        }
    _read[library] = now
    spelled: Counter[str] = Counter()
    pairs: set[tuple[str, str]] = set()
    for source in now.values():
        spelled.update(source.words)
        pairs |= source.names
    return _vocabulary(spelled, pairs)


def _spelled(source: Source, library: Library) -> _Spelled:
    about = (source.title, source.author, source.publisher, library.text(source.id))
    text = "\n".join(filter(None, about))
    return _Spelled(Counter(_WORD.findall(text)), frozenset(_NAME.findall(text)))


def _vocabulary(spelled: Counter[str], pairs: set[tuple[str, str]]) -> Vocabulary:
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    small: set[str] = set()
    for word, count in spelled.most_common():
        for part in words(word):  # "don't" is stored and searched as two
            counts[part] += count
        if word[0].islower():
            small.update(words(word))
        elif len(parts := words(word)) == 1:
            names.setdefault(parts[0], word)
    beside: dict[str, set[str]] = {}
    for pair in pairs:
        first, second = (words(part)[-1] for part in pair)
        if not {first, second} & small:
            beside.setdefault(first, set()).add(second)
            beside.setdefault(second, set()).add(first)
    ours = {*names} - small  # a heading alone makes no name of an English word
    names = {word: names[word] for word in ours if word in beside or word not in english()}
    ordinary = sum(count for word, count in counts.items() if word in english())
    return Vocabulary(
        counts=counts,
        names=names,
        beside={word: frozenset(others) for word, others in beside.items()},
        in_english=ordinary >= ENGLISH_SHARE * counts.total(),
        near=_near(counts),
    )


def _near(counts: Counter[str]) -> dict[int, dict[str, float]]:
    """What may be meant, by length: most of it is the library's to say, the rest the language's."""
    here, there = max(counts.total(), 1), sum(english().values())
    common = list(english())[:COMMON]
    near: dict[int, dict[str, float]] = {}
    for word in [*common, *counts]:
        if FEWEST <= len(word) <= LONGEST and word.isascii():
            share = OURS * counts[word] / here + english().get(word, 0) / there
            near.setdefault(len(word), {})[word] = share
    return near
