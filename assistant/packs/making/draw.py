"""Draws the prompts of a pack: stimuli with stems, and the points that answer what is asked."""

from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from itertools import product

import numpy as np

from assistant.answering.engine import Engine
from assistant.errors import TopicNotHeld
from assistant.packs.making.judging import Judge, said_about
from assistant.packs.material.choose import NEAR, NEARER, SAME, Choice, Chooser, clumsy, kinds_for
from assistant.packs.material.extracts import ON_TOPIC, RELATED, Extract
from assistant.packs.material.material import Material, Place, chance, key
from assistant.packs.models import Drawn, Pack, PackRequest, Step
from assistant.proof import Slice, judge
from prompts import KINDS, Stem, load_kind

MOST_POINTS = 3
_READ_POINTS = 16  # extracts on a topic that are read for whether they answer a prompt's question
_BEARS = 0.5
"""The chance from which a quote bears on a question: even odds."""
_TOGETHER = 1.0
"""What that chance and a quote's nearness to the stimulus come to, at least; chosen by reading."""
_MOST_USES = 2  # of a quote as a point
_USED = 0.4  # against one that is a point of another prompt already
_LESS = 0.1  # relevance that a prompt may lose for points
_TRIES = 6
ALIKE_PROMPTS = 0.75
"""Two prompts more similar than this, quote and question together, are one."""
_DRAWING = "Finding quotes and testing what they answer"


class Drawer:
    """Draws prompts over an engine's library."""

    def __init__(self, engine: Engine, judge: Judge) -> None:
        self._engine = engine
        self._judge = judge

    def draw(
        self, request: PackRequest, materials: Sequence[Material]
    ) -> Generator[Step, None, list[Drawn]]:
        """A prompt for each kind, as far as the library has a quote on the topic for it; what is
        only related to the topic is quoted where there is nothing else."""
        picked = self._pick(request, materials, ON_TOPIC)
        picked = picked or self._pick(request, materials, RELATED)
        # A stimulus is no point of another prompt: it is counted as often as a quote may come.
        taken = [choice.stimulus for choice, _ in picked] * _MOST_USES
        drawn: list[Drawn] = []
        for number, (choice, material) in enumerate(picked, start=1):
            yield Step(doing=_DRAWING, number=number, of=len(picked))
            one = self._finish(request, choice, material, taken)
            if not one.points:
                put = [_put(d.question, d.stimulus) for d in drawn]
                put += [_put(c.stem.ask.text, c.stimulus) for c, _ in picked[number:]]
                one = self._better(request, choice, material, taken, put) or one
            drawn.append(one)
            taken += [one.stimulus] * _MOST_USES + list(one.points)
        return drawn

    def _pick(
        self, request: PackRequest, materials: Sequence[Material], least: float
    ) -> list[tuple[Choice, Material]]:
        """Stimuli with stems for all kinds, at least so relevant; each topic in its turn, and
        another where it has no more."""
        choosers = [
            (Chooser(m.extracts, m.phrase, chance(request, m) if request.seed else None), m)
            for m in materials
        ]
        kinds = kinds_for(request.prompts or 1, chance(request, materials[0]))
        picked: list[tuple[Choice, Material]] = []
        for turn, wanted in enumerate(kinds):
            at = turn % len(choosers)
            used = {*kinds, *(choice.stem.kind for choice, _ in picked)}
            others = [kind for kind in KINDS if kind not in used]
            for kind, (chooser, material) in product(
                [wanted, *others], [*choosers[at:], *choosers[:at]]
            ):
                taken = [choice.stimulus for choice, _ in picked]
                stems = {choice.stem for choice, _ in picked}
                put = [_put(choice.stem.ask.text, choice.stimulus) for choice, _ in picked]
                choice = self._fresh(chooser, kind, taken, stems, least, (), put)
                if choice is not None:
                    picked.append((choice, material))
                    break
        return sorted(picked, key=lambda p: KINDS.index(p[0].stem.kind))

    def _better(
        self,
        request: PackRequest,
        choice: Choice,
        material: Material,
        taken: Sequence[Extract],
        put: Sequence[str],
    ) -> Drawn | None:
        """The prompt from another quote that is nearly as much on the topic and has points, of
        which the quote that it had may be one; None where there is no such quote."""
        chooser = Chooser(material.extracts, material.phrase)
        least = max(ON_TOPIC, choice.stimulus.relevance - _LESS)
        free = [e for e in taken if key(e) != key(choice.stimulus)]
        barred = {key(choice.stimulus)}
        for _ in range(_TRIES):
            other = self._fresh(chooser, choice.stem.kind, free, (), least, barred, put)
            drawn = self._finish(request, other, material, free) if other else None
            if drawn is None or drawn.points:
                return drawn
            barred.add(key(drawn.stimulus))
        return None

    def _fresh(
        self,
        chooser: Chooser,
        kind: str,
        taken: Sequence[Extract],
        stems: Collection[Stem],
        least: float,
        barred: Collection[Place],
        put: Sequence[str],
    ) -> Choice | None:
        """The best choice whose quote the gate finds in the library, and that is not one of the
        prompts `put` already over again."""
        refused = set(barred)
        for _ in range(_TRIES):
            choice = chooser.choose(kind, taken, stems, least, refused)
            if choice is None:
                return None
            texts = [_put(choice.stem.ask.text, choice.stimulus), *put]
            mine, *rest = self._engine.store.encoder.encode(texts)
            alike = any(float(mine @ other) > ALIKE_PROMPTS for other in rest)
            if not alike and self._stands(choice.stimulus):
                return choice
            refused.add(key(choice.stimulus))
        return None

    def _finish(
        self,
        request: PackRequest,
        choice: Choice,
        material: Material,
        taken: Sequence[Extract],
    ) -> Drawn:
        """A prompt in words, with the points that answer what it asks of the library."""
        stem, stimulus = choice.stem, choice.stimulus
        values = {"matter": material.phrase, "audience": request.audience}
        asked, points = self._answered(stem, choice, material, taken)
        return Drawn(
            kind=stem.kind,
            question=stem.ask.fill_from(values),
            why=stem.why.fill_from(values),
            probes=tuple(probe.fill_from(values) for probe in stem.probes),
            asked=asked,
            matter=material.phrase,
            stimulus=stimulus,
            points=points,
        )

    def _answered(
        self,
        stem: Stem,
        choice: Choice,
        material: Material,
        taken: Sequence[Extract],
    ) -> tuple[str, tuple[Extract, ...]]:
        """What is asked of the library for a prompt, and the points that answer it. Where nothing
        does, it is asked more widely: what is said on the matter at all."""
        used = [*[choice.stimulus] * _MOST_USES, *taken]
        names = [] if material.asked else self._names(choice, material)
        own = [material.asked] if material.asked else [_seek(stem, name) for name in names]
        asked = [(question, NEAR) for question in own]
        asked += [(said_about(name), NEARER) for name in names]
        for question, near in asked:
            found = self._on_topic(question, material)
            if points := tuple(self._points(question, choice.stimulus, found, used, near)):
                return question, points
        return asked[0][0], ()

    def _on_topic(self, question: str, material: Material) -> list[Extract]:
        """What of a topic's extracts may answer a question."""
        near = material.nearest(self._engine.store.encoder.encode([question])[0])
        return [e for e in near[:_READ_POINTS] if e.relevance >= ON_TOPIC]

    def _names(self, choice: Choice, material: Material) -> list[str]:
        """The topic, and of its other names the one that the stimulus is nearest to."""
        if not material.named:
            return [material.phrase]
        vectors = self._engine.store.encoder.encode(list(material.named))
        return [material.phrase, material.named[int(np.argmax(vectors @ choice.stimulus.vector))]]

    def _points(
        self,
        asked: str,
        stimulus: Extract,
        found: Sequence[Extract],
        taken: Sequence[Extract],
        least: float,
    ) -> Iterator[Extract]:
        """What of the extracts that were found answers a question best and is about the same thing
        as the stimulus, each something else than those before it. Where there is little, what is a
        point of one prompt may be one of another."""
        near = [e for e in found if e.similarity(stimulus) >= least]
        uses = Counter(key(e) for e in taken)
        ranked = sorted(
            (
                (sure + close - clumsy(e) - _USED * uses[key(e)], e)
                for sure, e in zip(self._judge.bearing(asked, near), near, strict=True)
                if sure >= _BEARS
                and sure + (close := e.similarity(stimulus)) >= _TOGETHER
                and uses[key(e)] < _MOST_USES
            ),
            key=lambda found: (-found[0], key(found[1])),
        )
        chosen: list[Extract] = []
        for _, extract in ranked:
            if len(chosen) == MOST_POINTS:
                return
            others = (one for one in (*taken, *chosen) if key(one) != key(extract))
            if not any(_clash(extract, one) for one in others) and self._stands(extract):
                chosen.append(extract)
                yield extract

    def _stands(self, extract: Extract) -> bool:
        """Whether the gate finds the quote in the library, to the letter."""
        return judge(extract.text, [Slice.of(extract)], self._engine.store.library).stands

    def draw_again(
        self,
        pack: Pack,
        materials: Sequence[Material],
        old: Drawn,
        kept: Sequence[Drawn],
        aside: Sequence[Drawn],
    ) -> Generator[Step, None, Drawn]:
        """Another prompt, of the same kind if the library has one."""
        taken = [e for d in kept for e in (*d.extracts, d.stimulus)]
        put = [_put(d.question, d.stimulus) for d in (*kept, *aside)]
        asked = {d.question for d in (*kept, *aside)}
        stems = [stem for k in KINDS for stem in load_kind(k).stems if stem.ask.text in asked]
        barred = [key(d.stimulus) for d in aside]
        kinds = [old.kind, *(k for k in KINDS if k != old.kind)]
        choosers = [(Chooser(m.extracts, m.phrase), m) for m in materials]
        yield Step(doing=_DRAWING, number=1, of=1)
        for least, kind, (chooser, material) in product((ON_TOPIC, RELATED), kinds, choosers):
            choice = self._fresh(chooser, kind, taken, stems, least, barred, put)
            if choice is not None:
                return self._finish(pack.request, choice, material, taken)
        raise TopicNotHeld(
            f"the library holds no further prompt about “{pack.request.topic}”. Keep this one, "
            "or drop it."
        )


def _seek(stem: Stem, matter: str) -> str:
    """What a stem asks of the library."""
    return stem.seek.fill_from({"matter": matter})


def _put(question: str, stimulus: Extract) -> str:
    """A prompt as it is heard: its quote, and what is asked of it."""
    return f"{stimulus.text} {question}"


def _clash(other: Extract, one: Extract) -> bool:
    return other.overlaps(one) or other.similarity(one) > SAME
