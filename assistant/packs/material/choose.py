"""Which extracts become stimuli, of which kinds, and which quotes stand beside them."""

import random
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assistant.packs.material.acts import Act
from assistant.packs.material.alone import sentences
from assistant.packs.material.counter import SAME, Pull, pull, turns
from assistant.packs.material.extracts import ON_TOPIC, Extract
from prompts import KINDS, Stem, load_kind

RELATED = 0.22
"""The relevance from which one may fill up a pack on a topic of which the library holds little."""
ALIKE = 0.7
"""Two stimuli more similar than this say the same."""
_NEAR = 0.29
_CLOSE = 0.52
_FIRST_NEAR = 0.23
_BESIDE = 0.44  # the nearness from which a quote says more of a stimulus, if little of the topic
_FIRST_KINDS = (
    "experience",
    "interpretation",
    "application",
    "tension",
    "commitment",
    "dilemma",
    "evaluation",
)
_JITTER = 0.12
_HAS_OTHER_VIEW = 0.06
_PAIRED = 0.12  # for a stem that sets two quotes side by side, where there are two
_LEAST_POINT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """A stimulus with the stem that is to be asked of it, and a quote that pulls another way."""

    stimulus: Extract
    stem: Stem
    tension: Extract | None


def kinds_for(prompts: int, rng: random.Random | None = None) -> list[str]:
    """The kinds of a pack of so many prompts, from concrete to open: as many as there are.

    With `rng` those that are left out are drawn; what is met and what will be done stay.
    """
    kinds = list(_FIRST_KINDS)
    if rng is not None and prompts > 2:
        middle = [k for k in kinds if k not in ("experience", "commitment")]
        rng.shuffle(middle)
        kinds = ["experience", "commitment", *middle]
    chosen = [kinds[i % len(kinds)] for i in range(prompts)]
    return sorted(chosen, key=KINDS.index)


class Chooser:
    """Chooses from the extracts on one topic. `taken` holds everything that is already in use."""

    def __init__(
        self,
        extracts: Sequence[Extract],
        phrase: str,
        common: Collection[str],
        rng: random.Random | None = None,
    ) -> None:
        """`common` are the stems that much on the topic has. Without `rng` the best is taken; with
        one, what is nearly as good has its chance."""
        self._extracts = extracts
        self._phrase = phrase
        self._common = common
        self._rng = rng
        self._jitter: dict[int, float] = {}
        self._turning = [extract for extract in extracts if turns(extract)]
        self._views: dict[int, list[Extract]] = {}

    def choose(
        self,
        kind: str,
        taken: Sequence[Extract],
        stems: Collection[Stem],
        least: float,
        barred: Collection[tuple[str, int, int]] = (),
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
            value += _HAS_OTHER_VIEW * bool(self._counter_views(extract))
            value -= 0.06 * sum(e.passage.id == extract.passage.id for e in taken)
            if best is not None and value + 0.2 < best[0]:
                continue  # no stem can make up for it
            tension = self.tension(extract, taken) if kind == "tension" else None
            for stem in load_kind(kind).stems:
                fits = _fit(stem, extract, tension) if stem not in stems else None
                if fits is not None and (best is None or value + fits > best[0]):
                    choice = Choice(stimulus=extract, stem=stem, tension=tension)
                    best = (value + fits, choice)
        return best[1] if best else None

    def _chance(self, extract: Extract) -> float:
        if self._rng is None:
            return 0.0
        return self._jitter.setdefault(id(extract), self._rng.random() * _JITTER)

    def tension(self, stimulus: Extract, taken: Sequence[Extract]) -> Extract | None:
        """A quote on the same matter that pulls the other way; from another source if there is one,
        else from the same; None where the library has no such quote."""
        views = self._counter_views(stimulus)
        return next((v for v in views if not any(v.overlaps(o) for o in taken)), None)

    def _counter_views(self, stimulus: Extract) -> list[Extract]:
        """What pulls the other way than a stimulus, the best first."""
        known = self._views.get(id(stimulus))
        if known is not None:
            return known
        found = []
        for other in self._extracts if turns(stimulus) else self._turning:
            if other.relevance < RELATED or other.overlaps(stimulus):
                continue
            pulls = pull(stimulus, other, self._common)
            if pulls is Pull.NONE:
                continue
            elsewhere = other.source != stimulus.source
            value = stimulus.similarity(other) + 0.3 * other.relevance - _clumsy(other)
            found.append((elsewhere, pulls, value, other.source, -other.start, other))
        found.sort(key=lambda f: f[:5], reverse=True)
        return self._views.setdefault(id(stimulus), [f[5] for f in found])

    def point(
        self,
        stimulus: Extract,
        chosen: Sequence[Extract],
        taken: Sequence[Extract],
        answering: Collection[tuple[str, int, int]],
    ) -> Extract | None:
        """One more quote on the stimulus's matter beside those `chosen`, other sources first.

        `answering` are the places with which the engine answers the question that the points are
        to answer.
        """
        best: tuple[float, Extract] | None = None
        used = {one.source for one in (stimulus, *taken)}
        for other in self._extracts:
            if any(_clash(other, one) for one in (stimulus, *chosen, *taken)):
                continue
            value = _point_value(stimulus, other, answering)
            value += 0.15 * (value > 0 and other.source not in used)
            value += 0.1 * (other.source not in {c.source for c in (stimulus, *chosen)})
            if value >= _LEAST_POINT and (best is None or value > best[0]):
                best = (value, other)
        return best[1] if best else None

    def from_others(
        self, stimulus: Extract, tension: Extract | None, taken: Sequence[Extract]
    ) -> Extract | None:
        """For a topic on which there is little: what stands nearest to the stimulus and is not
        `taken`; or else what is taken, by the fewest prompts, and nearest."""
        beside = (stimulus, *((tension,) if tension else ()))
        fresh = [
            e
            for e in self._extracts
            if e.similarity(stimulus) >= (_FIRST_NEAR if e.relevance >= ON_TOPIC else _BESIDE)
            and not any(_clash(e, one) for one in (*beside, *taken))
        ]
        if fresh:
            return max(fresh, key=lambda e: (e.similarity(stimulus) - _clumsy(e), key(e)))
        uses = Counter(key(e) for e in taken)
        again = [
            e
            for e in taken
            if e.similarity(stimulus) >= _FIRST_NEAR and not any(_clash(e, one) for one in beside)
        ]
        return max(
            again, key=lambda e: (-uses[key(e)], e.similarity(stimulus), key(e)), default=None
        )


def key(extract: Extract) -> tuple[str, int, int]:
    """An extract's place, which names it."""
    return (extract.source, extract.start, extract.end)


def appeal(extract: Extract, phrase: str) -> float:
    """How good a stimulus it makes: to the point, spoken by somebody, short, one thought."""
    value = extract.relevance - _clumsy(extract)
    value += 0.05 * (extract.speaker is not None)
    value += 0.06 * (extract.acts[0] is not Act.CLAIM)
    known = set(re.findall(r"[A-Z]{3,}", phrase))
    strange = {a for a in re.findall(r"\b[A-Z]{3,}\b", extract.text) if a not in known}
    return value - 0.02 * min(len(strange), 4)


def _clumsy(extract: Extract) -> float:
    """What tells against quoting it: too short, too long, many sentences, a start in the middle."""
    count = len(sentences(" ".join(extract.text.split())))
    short = 0.12 if extract.words < 11 else 0.05 if extract.words < 14 else 0.0
    long_ = 0.04 if extract.words > 48 else 0.0
    runs_on = 0.05 * (count - 1) if extract.words > 30 else 0.0
    lists = 0.05 * (extract.text.count(",") > 5)
    return short + long_ + runs_on + lists + 0.05 * extract.text[:1].islower()


def _fit(stem: Stem, extract: Extract, tension: Extract | None) -> float | None:
    """How well a stem fits what an extract does, or None where it does not."""
    if "{speaker}" in stem.ask.text and (extract.speaker is None or " and " in extract.speaker):
        return None
    if "tension" in stem.needs and (tension is None or _same_voice(extract, tension)):
        return None  # "the people behind each" must be two
    places = [i for i, act in enumerate(extract.acts) if act.value in stem.acts]
    if not places or (extract.acts[0] in (Act.CASE, Act.FIGURE) and places[0] > 0):
        return None  # a case is asked about as a case, a figure as a figure
    fits = (0.1, 0.04)[min(places[0], 1)] + _PAIRED * ("tension" in stem.needs)
    return fits + 0.02 * (tension is not None)


def _same_voice(one: Extract, other: Extract) -> bool:
    return one.speaker is not None and one.speaker == other.speaker


def _clash(other: Extract, one: Extract) -> bool:
    return other.overlaps(one) or other.similarity(one) > SAME


def _point_value(
    stimulus: Extract,
    other: Extract,
    answering: Collection[tuple[str, int, int]],
) -> float:
    answers = any(
        source == other.source and start < other.end and other.start < end
        for source, start, end in answering
    )
    near = stimulus.similarity(other)
    close = near >= _CLOSE or (near >= _NEAR and (other.relevance >= ON_TOPIC or answers))
    if not close or other.relevance < RELATED:
        return 0.0
    return 0.5 * near + 0.4 * other.relevance + 0.12 * answers - _clumsy(other)
