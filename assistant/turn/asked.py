"""A question, ready to be compared with sentences: its words, and how rare a library finds them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.turn.agents import Agent, agent_of
from assistant.turn.answer_type import DATE, AnswerType, answer_type_of
from assistant.turn.question import Wording, kind_of, wording
from vectorstore import Library
from vectorstore.library.lexicon import among


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """How much of a question some words say: `share` of its words, weighted by rarity; `topic`,
    the same of those that are no names, 1 where there are none; and the rarity of the rarest word
    left open, relative to the rarest of all."""

    share: float
    topic: float
    rarest_open: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, ready to be compared: its wording, kind, and the rarity of its words."""

    text: str
    wording: Wording
    kind: str
    rarity: Mapping[str, float]
    unknown: int
    agent: Agent | None = None
    wants: AnswerType | None = None
    covers: dict[frozenset[str], Cover] = field(default_factory=dict, repr=False, compare=False)

    @property
    def weight(self) -> float:
        return sum(self.rarity.values()) or 1.0

    def cover(self, stems: frozenset[str]) -> Cover:
        """What of the question is in `stems`; kept, as sentences are looked at more than once."""
        found = self.covers.get(stems)
        if found is None:
            found = self.covers[stems] = self._cover(stems)
        return found

    def _cover(self, stems: frozenset[str]) -> Cover:
        there = {stem for stem in self.rarity if among(stem, stems)}
        topic = [s for s in self.rarity if s not in self.wording.names]
        whole = sum(self.rarity[s] for s in topic)
        most = max(self.rarity.values(), default=1.0) or 1.0
        return Cover(
            share=sum(w for s, w in self.rarity.items() if s in there) / self.weight,
            topic=sum(self.rarity[s] for s in topic if s in there) / whole if whole else 1.0,
            rarest_open=max((w for s, w in self.rarity.items() if s not in there), default=0.0)
            / most,
        )


def ask_about(question: str, library: Library) -> Asked:
    """Prepare a question to be asked of a library, which says how rare its words are.

    Rarity is the inverse document frequency of BM25 (Robertson and Zaragoza 2009, eq. 3.3,
    with 1 inside the logarithm so that it stays positive).
    """
    found = wording(question)
    frequency = library.document_frequency(sorted(found.stems))
    passages = library.passage_count()
    rarity = {
        stem: math.log(1 + (passages - count + 0.5) / (count + 0.5))
        for stem, count in frequency.items()
    }
    unknown = sum(count == 0 for count in frequency.values())
    wants = answer_type_of(question)
    kind = "number" if wants and wants.amount else "date" if wants and wants.kind == DATE else ""
    return Asked(
        text=question,
        wording=found,
        kind=kind or kind_of(question),
        rarity=rarity,
        unknown=unknown,
        agent=agent_of(question),
        wants=wants,
    )
