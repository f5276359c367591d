"""A question, ready to be compared with sentences: its words, and how rare a library finds them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.turn.question import wording
from vectorstore import Library
from vectorstore.library.lexicon import among


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, ready to be compared: the rarity of its words, and how many of them the library
    does not hold."""

    text: str
    rarity: Mapping[str, float]
    unknown: int
    covers: dict[frozenset[str], float] = field(default_factory=dict, repr=False, compare=False)

    @property
    def weight(self) -> float:
        return sum(self.rarity.values()) or 1.0

    def cover(self, stems: frozenset[str]) -> float:
        """How much of the question is in `stems`, its words weighted by rarity; kept, as sentences
        are looked at more than once."""
        found = self.covers.get(stems)
        if found is None:
            there = sum(w for s, w in self.rarity.items() if among(s, stems))
            found = self.covers[stems] = there / self.weight
        return found


def ask_about(question: str, library: Library) -> Asked:
    """Prepare a question to be asked of a library, which says how rare its words are.

    Rarity is the inverse document frequency of BM25 (Robertson and Zaragoza 2009, eq. 3.3,
    with 1 inside the logarithm so that it stays positive).
    """
    frequency = library.document_frequency(sorted(wording(question).stems))
    passages = library.passage_count()
    rarity = {
        stem: math.log(1 + (passages - count + 0.5) / (count + 0.5))
        for stem, count in frequency.items()
    }
    unknown = sum(count == 0 for count in frequency.values())
    return Asked(text=question, rarity=rarity, unknown=unknown)
