"""Which extracts become stimuli, of which kinds, and what is asked of them."""

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.packs.material.acts import Act
from assistant.packs.material.alone import sentences
from assistant.packs.material.extracts import ON_TOPIC, Extract
from assistant.packs.material.material import Place, key
from prompts import KINDS, Stem, load_kind

ALIKE = 0.7
"""Two stimuli more similar than this say the same."""
SAME = 0.8
"""Two quotes more similar than this say the same."""
NEAR, NEARER = 0.3, 0.42
"""How near two quotes must be to be about the same thing (cosine): where both answer one question,
and by themselves."""
_ORDER = ("experience", "application", "dilemma", "tension", "interpretation", "evaluation")
_JITTER = 0.12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """A stimulus with the stem that is to be asked of it."""

    stimulus: Extract
    stem: Stem


def kinds_for(prompts: int, rng: random.Random | None = None) -> list[str]:
    """The kinds of a pack of so many prompts, from concrete to open: as many as there are.

    With `rng` those that are left out are drawn; what is met and what comes of it stay.
    """
    kinds = list(_ORDER)
    if rng is not None and prompts > 2:
        middle = kinds[2:]
        rng.shuffle(middle)
        kinds = [*kinds[:2], *middle]
    chosen = [kinds[i % len(kinds)] for i in range(prompts)]
    return sorted(chosen, key=KINDS.index)


class Chooser:
    """Chooses from the extracts on one topic. `taken` holds everything that is already in use."""

    def __init__(
        self, extracts: Sequence[Extract], phrase: str, rng: random.Random | None = None
    ) -> None:
        """Without `rng` the best is taken; with one, what is nearly as good has its chance."""
        self._extracts = extracts
        self._phrase = phrase
        self._rng = rng
        self._jitter: dict[int, float] = {}

    def choose(
        self,
        kind: str,
        taken: Sequence[Extract],
        stems: Collection[Stem],
        least: float,
        barred: Collection[Place] = (),
    ) -> Choice | None:
        """The best stimulus of this kind with its stem, or None where nothing fits."""
        best: tuple[float, Choice] | None = None
        sources = [e.source for e in taken]
        for extract in self._extracts:
            if extract.relevance < least or key(extract) in barred:
                continue
            if any(extract.overlaps(o) or extract.similarity(o) > ALIKE for o in taken):
                continue
            value = appeal(extract, self._phrase) + self._chance(extract)
            again = sources.count(extract.source)
            fresh = 0.12 if extract.relevance >= ON_TOPIC else 0.04
            value += -0.04 * again if again else fresh
            value -= 0.06 * sum(e.passage.id == extract.passage.id for e in taken)
            fits = (s for s in load_kind(kind).stems if extract.act.value in s.acts)
            stem = next((s for s in fits if s not in stems), None)
            if stem is not None and (best is None or value > best[0]):
                best = (value, Choice(stimulus=extract, stem=stem))
        return best[1] if best else None

    def _chance(self, extract: Extract) -> float:
        if self._rng is None:
            return 0.0
        return self._jitter.setdefault(id(extract), self._rng.random() * _JITTER)


def appeal(extract: Extract, phrase: str) -> float:
    """How good a stimulus it makes: to the point, spoken by somebody, short, one thought."""
    value = extract.relevance - clumsy(extract)
    value += 0.05 * (extract.speaker is not None)
    value += 0.06 * (extract.act is not Act.CLAIM)
    known = set(re.findall(r"[A-Z]{3,}", phrase))
    strange = {a for a in re.findall(r"\b[A-Z]{3,}\b", extract.text) if a not in known}
    return value - 0.02 * min(len(strange), 4)


def clumsy(extract: Extract) -> float:
    """What tells against quoting it: too short, too long, many sentences, a start in the middle."""
    count = len(sentences(" ".join(extract.text.split())))
    short = 0.12 if extract.words < 11 else 0.05 if extract.words < 14 else 0.0
    long_ = 0.04 if extract.words > 48 else 0.0
    runs_on = 0.05 * (count - 1) if extract.words > 30 else 0.0
    lists = 0.05 * (extract.text.count(",") > 5)
    return short + long_ + runs_on + lists + 0.05 * extract.text[:1].islower()
