"""What makes a passage the better one for a query: four signals, each in [0, 1], and their sum.

The weights were learnt (`python -m eval.fitting.fit_search`) and are kept, with what they were
learnt from, in `ranking.json`; nothing in it is set by hand.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from vectorstore.library.lexicon import FAMILY_LETTERS, STOPWORDS, stem, words

SHIPPED = Path(__file__).parent / "ranking.json"
SIGNALS = ("similarity", "lexical", "coverage", "pairs")
NEAR = 3  # words: how far behind the first word of a pair its second may follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What each of SIGNALS counts; together they make 1."""

    values: tuple[float, ...]

    def score(self, signals: Sequence[float]) -> float:
        """The weighted sum of signals in the order of SIGNALS: in [0, 1] where they are."""
        return sum(w * s for w, s in zip(self.values, signals, strict=True))


@cache
def shipped() -> Weights:
    """The weights that ship with the program."""
    weights = json.loads(SHIPPED.read_text(encoding="utf-8"))["weights"]
    together = sum(weights.values())  # not quite 1, since each is rounded in the file
    return Weights(values=tuple(weights[name] / together for name in SIGNALS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The words of a query, ready to be looked for.

    `rarity` maps a stem to its weight; `pairs` are stems that follow each other in the query.
    """

    rarity: Mapping[str, float]
    pairs: tuple[tuple[str, str], ...]
    weight: float = field(init=False)
    _looks: tuple[tuple[str, float], ...] = field(init=False, repr=False)
    _near: tuple[tuple[re.Pattern[str], float], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "weight", sum(self.rarity.values()))
        set_(self, "_looks", tuple((_look(s), w) for s, w in self.rarity.items()))
        near = []
        for one, other in self.pairs:
            least = min(self.rarity.get(one, 0.0), self.rarity.get(other, 0.0))
            pattern = f"{_pattern(one)} (?:[^ ]+ ){{0,{NEAR - 1}}}{_pattern(other)[1:]} "
            near.append((re.compile(pattern), least))
        set_(self, "_near", tuple(near))

    def coverage(self, stemmed: str) -> float:
        """The share of the query's words, weighted by rarity, that `stemmed` holds."""
        if not self.weight:
            return 0.0
        return sum(w for look, w in self._looks if look in stemmed) / self.weight

    def paired(self, stemmed: str) -> float:
        """The share of its neighbouring words, weighted by the commoner one's rarity, that
        follow each other in `stemmed` too, at most NEAR words apart."""
        total = sum(w for _, w in self._near)
        if not total:
            return 0.0
        return sum(w for near, w in self._near if near.search(stemmed)) / total


def wanted(rarity: Mapping[str, float], texts: Sequence[str]) -> Wanted:
    """Prepare the words of `texts`, whose stems have this rarity, to be looked for."""
    pairs: dict[tuple[str, str], None] = {}
    for text in texts:
        stems = [stem(word) for word in words(text) if word not in STOPWORDS]
        pairs.update(dict.fromkeys(pairwise(stems)))
    return Wanted(rarity=rarity, pairs=tuple(pairs))


def stemmed(text: str) -> str:
    """The stems of a text, each with a space before it and one at the end, to be looked in."""
    return "".join([" " + stem(word) for word in words(text)]) + " "


def rarity(count: int, passages: int) -> float:
    """The inverse document frequency of BM25 (Robertson and Zaragoza 2009, eq. 3.3, with 1
    inside the logarithm so that it stays positive) of a stem that `count` passages hold."""
    return math.log(1 + (passages - count + 0.5) / (count + 0.5))


def _look(one: str) -> str:
    """What to look for in `stemmed`: a long stem also finds what begins with it."""
    return f" {one}" if len(one) >= FAMILY_LETTERS else f" {one} "


def _pattern(one: str) -> str:
    return " " + re.escape(one) + ("[^ ]*" if len(one) >= FAMILY_LETTERS else "")
