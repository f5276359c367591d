"""Draws the prompts of a pack: stimuli with stems, and the points that answer what is asked."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace

import numpy as np

from assistant.answering.engine import Engine
from assistant.errors import TopicNotHeld
from assistant.packs.material.choose import RELATED, SAME, Choice, Chooser, clumsy, key, kinds_for
from assistant.packs.material.extracts import ON_TOPIC, Extract
from assistant.packs.material.material import Material, Place, chance
from assistant.packs.models import Drawn, Pack, PackRequest, Step
from assistant.proof import Slice, judge
from prompts import KINDS, Stem, Template

MOST_POINTS = 3
READ = 24  # extracts that are read for whether the topic can be talked about from them
_READ_POINTS = 16  # extracts that are read for whether they answer a prompt's question
_BEARS = 0.45
"""The chance from which a quote bears on a question. Chosen by reading those around it."""
_TRIES = 6
_WIDELY = Template.parse("What is said about {matter}?", "draw.py")
_DRAWING = "Finding quotes and testing what they answer"


class Drawer:
    """Draws prompts over an engine's library; what has been read is remembered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._read: dict[tuple[str, Place], float] = {}

    def bearing(self, question: str, extracts: Sequence[Extract]) -> list[float]:
        """How surely each extract bears on a question, 0 to 1."""
        unread = [e for e in extracts if (question, key(e)) not in self._read]
        told = self._engine.bearing(question, [e.text for e in unread])
        self._read |= {(question, key(e)): sure for e, sure in zip(unread, told, strict=True)}
        return [self._read[question, key(e)] for e in extracts]

    def draw(
        self, request: PackRequest, materials: Sequence[Material]
    ) -> Generator[Step, None, list[Drawn]]:
        """A prompt for each kind, as far as the library has a quote for it."""
        picked = list(self._pick(request, materials))
        taken = [e for choice, _ in picked for e in _of(choice)]
        drawn: list[Drawn] = []
        for number, (choice, material) in enumerate(picked, start=1):
            yield Step(doing=_DRAWING, number=number, of=len(picked))
            drawn.append(self._finish(request, choice, material, taken))
            taken += drawn[-1].points
        return drawn

    def _pick(
        self, request: PackRequest, materials: Sequence[Material]
    ) -> Iterator[tuple[Choice, Material]]:
        """Stimuli with stems for all kinds, on topic as long as there are such."""
        choosers = [
            Chooser(m.extracts, m.phrase, chance(request, m) if request.seed else None)
            for m in materials
        ]
        taken: list[Extract] = []
        stems: set[Stem] = set()
        count = request.prompts or 1
        kinds = kinds_for(count, chance(request, materials[0]) if request.seed else None)
        # The kinds that ask most of a stimulus choose first.
        order = sorted(range(len(kinds)), key=lambda i: (kinds[i] != "tension", i))
        picked: list[tuple[Choice, Material]] = []
        for turn, i in enumerate(order):
            at = turn % len(materials)
            barred = {key(e) for e in materials[at].extracts if not self._stands(e)}
            for kind, least in _attempts(kinds[i], [k for k in KINDS if k not in kinds]):
                choice = choosers[at].choose(kind, taken, stems, least, barred)
                if choice is not None:
                    picked.append((choice, materials[at]))
                    taken += _of(choice)
                    stems.add(choice.stem)
                    break
        yield from sorted(picked, key=lambda p: KINDS.index(p[0].stem.kind))

    def _finish(
        self, request: PackRequest, choice: Choice, material: Material, taken: Sequence[Extract]
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
            tension=choice.tension,
            paired="tension" in stem.needs,
        )

    def _answered(
        self, stem: Stem, choice: Choice, material: Material, taken: Sequence[Extract]
    ) -> tuple[str, tuple[Extract, ...]]:
        """What is asked of the library for a prompt, and the points that answer it. Where nothing
        does, it is asked more widely: at last what is said on the matter at all."""
        names = self._names(choice, material)
        asked = [f.fill_from({"matter": name}) for name in names for f in (stem.seek, _WIDELY)]
        for question in asked:
            points = tuple(self._points(question, material, [*_of(choice), *taken]))
            if points:
                return question, points
        return asked[0], ()

    def _names(self, choice: Choice, material: Material) -> list[str]:
        """The topic, and of its other names the one that the stimulus is nearest to."""
        if not material.named:
            return [material.phrase]
        vectors = self._engine.store.encoder.encode(list(material.named))
        return [material.phrase, material.named[int(np.argmax(vectors @ choice.stimulus.vector))]]

    def _points(
        self, asked: str, material: Material, taken: Sequence[Extract]
    ) -> Iterator[Extract]:
        """What answers a question best, each something else than those before it; sources that
        have not spoken come first among equals."""
        near = material.nearest(self._engine.store.encoder.encode([asked])[0])[:_READ_POINTS]
        read = zip(self.bearing(asked, near), near, strict=True)
        ranked = sorted(
            (
                (sure - clumsy(e) + 0.1 * (e.source not in {t.source for t in taken}), e)
                for sure, e in read
                if sure >= _BEARS and e.relevance >= RELATED
            ),
            key=lambda found: (-found[0], key(found[1])),
        )
        chosen: list[Extract] = []
        for _, extract in ranked:
            if len(chosen) == MOST_POINTS:
                return
            if not any(_clash(extract, one) for one in (*taken, *chosen)) and self._stands(extract):
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
        taken = [e for d in kept for e in d.extracts]
        questions = {d.question for d in (*kept, *aside)}
        barred = {key(d.stimulus) for d in aside}
        kinds = [old.kind, *(k for k in KINDS if k != old.kind)]
        yield Step(doing=_DRAWING, number=1, of=1)
        for least in (ON_TOPIC, RELATED):
            for kind in kinds:
                for material in materials:
                    refused: set[Place] = set(barred)
                    chooser = Chooser(material.extracts, material.phrase)
                    for _ in range(_TRIES):
                        choice = chooser.choose(kind, taken, (), least, refused)
                        if choice is None:
                            break
                        one = self._finish(pack.request, choice, material, taken)
                        if one.question not in questions and self._stands(choice.stimulus):
                            return one
                        refused.add(key(choice.stimulus))
        raise TopicNotHeld(
            f"the library holds no further prompt about “{pack.request.topic}”. Keep this one, "
            "or drop it."
        )


def read_for(drawer: Drawer, material: Material) -> list[Extract]:
    """A material's extracts, the most relevant first, those that were read by what the reader says
    as well: whether one can talk about the topic, or what belongs to it, from this quote."""
    names = (material.phrase, *material.named)
    count = max(READ // len(names), READ // 2)
    first = list(material.extracts[:count])
    told = [drawer.bearing(f"What is said about {name}?", first) for name in names]
    judged = [
        replace(e, relevance=0.5 * e.relevance + 0.5 * max(sure))
        for e, sure in zip(first, zip(*told, strict=True), strict=True)
    ]
    rest = material.extracts[count:]
    return sorted([*judged, *rest], key=lambda e: (-round(e.relevance, 6), key(e)))


def _of(choice: Choice) -> list[Extract]:
    """The quotes of a choice."""
    return [choice.stimulus, *([choice.tension] if choice.tension else [])]


def _clash(other: Extract, one: Extract) -> bool:
    return other.overlaps(one) or other.similarity(one) > SAME


def _attempts(kind: str, others: Sequence[str]) -> Iterator[tuple[str, float]]:
    """What to try for one prompt: its kind and then others on topic, then what is related."""
    for least in (ON_TOPIC, RELATED):
        yield kind, least
        for other in others:
            yield other, least
