"""Draws the prompts of a pack: stimuli with stems, and the points that the engine answers for."""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.engine import Engine
from assistant.errors import TopicNotHeld
from assistant.models import Outcome
from assistant.packs.material.choose import RELATED, Choice, Chooser, key, kinds_for
from assistant.packs.material.extracts import ON_TOPIC, Extract
from assistant.packs.material.material import Material, Place, chance
from assistant.packs.material.phrases import heading_phrase
from assistant.packs.models import Drawn, Pack, PackRequest, Step
from assistant.proof import Slice, judge
from prompts import KINDS, Stem
from vectorstore.library.lexicon import terms

MOST_POINTS = 3
_NEAR_STIMULUS, _NEAR_TOPIC = 0.35, 0.33
_TRIES = 6
_DRAWING = "Finding quotes and testing what they answer"
_ASKED = (
    "What do the sources say about {matter}?",
    "What is said about {matter}?",
    "What is important about {matter}?",
    "What do people say about {matter}?",
)
_TWO = re.compile(r"([^\W\d_]++) and ([^\W\d_]+)")


@dataclass(slots=True, kw_only=True)
class _Begun:
    """A prompt under way: everything but its points, which are dealt out in turn."""

    choice: Choice
    chooser: Chooser
    matter: str
    asked: str
    answering: list[Place]
    tension: Extract | None
    points: list[Extract]


class Drawer:
    """Draws prompts over an engine's library; what the engine has answered is remembered."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._asked: dict[str, list[Place] | None] = {}

    def draw(
        self, request: PackRequest, materials: Sequence[Material]
    ) -> Generator[Step, None, list[Drawn]]:
        """A prompt for each kind; those that the engine cannot answer for are drawn anew."""
        barred: set[Place] = set()
        for _ in range(_TRIES):
            picked = list(self._pick(request, materials, barred))
            drawn, failed = yield from self._finish(request, picked)
            if not failed:
                return drawn
            barred |= failed
        return drawn

    def _pick(
        self,
        request: PackRequest,
        materials: Sequence[Material],
        barred: set[Place],
    ) -> Iterator[tuple[Choice, Material]]:
        """Stimuli with stems for all kinds, on topic as long as there are such."""
        choosers = [
            Chooser(m.extracts, m.phrase, m.common, chance(request, m) if request.seed else None)
            for m in materials
        ]
        taken: list[Extract] = []
        stems: set[Stem] = set()
        kinds = kinds_for(request.prompts, chance(request, materials[0]) if request.seed else None)
        # The kinds that ask most of a stimulus choose first.
        order = sorted(range(len(kinds)), key=lambda i: (kinds[i] != "tension", i))
        picked: dict[int, tuple[Choice, Material]] = {}
        for turn, i in enumerate(order):
            at = turn % len(materials)
            for kind, least in _attempts(kinds[i], [k for k in KINDS if k not in kinds]):
                choice = choosers[at].choose(kind, taken, stems, least, barred)
                if choice is not None:
                    picked[i] = (choice, materials[at])
                    taken.append(choice.stimulus)
                    taken += _second(choice)
                    stems.add(choice.stem)
                    break
        found = [picked[i] for i in sorted(picked)]
        yield from sorted(found, key=lambda p: KINDS.index(p[0].stem.kind))

    def _finish(
        self,
        request: PackRequest,
        picked: Sequence[tuple[Choice, Material]],
        kept: Sequence[Extract] = (),
    ) -> Generator[Step, None, tuple[list[Drawn], set[Place]]]:
        """The prompts with their points, and the stimuli for which there are none."""
        taken = [*kept, *(choice.stimulus for choice, _ in picked)]
        taken += [second for choice, _ in picked for second in _second(choice)]
        begun: list[_Begun] = []
        failed: set[Place] = set()
        for number, (choice, material) in enumerate(picked, start=1):
            yield Step(doing=_DRAWING, number=number, of=len(picked))
            one = self._begin(choice, material, taken, begun)
            if one is None:
                failed.add(key(choice.stimulus))
                continue
            begun.append(one)
            taken += [one.tension] if one.tension else []
        for _ in range(MOST_POINTS):  # one each in turn, so that the last prompt has its share
            for one in begun:
                if (point := self._point(one, taken)) is not None:
                    one.points.append(point)
                    taken.append(point)
        for one in begun:
            if not one.points:
                found = one.chooser.from_others(one.choice.stimulus, one.tension, taken)
                if found and self._stands(found):
                    one.points.append(found)
                    taken.append(found)
        failed |= {key(one.choice.stimulus) for one in begun if not one.points}
        return [_worded(request, one) for one in begun if one.points], failed

    def _begin(
        self,
        choice: Choice,
        material: Material,
        taken: Sequence[Extract],
        begun: Sequence[_Begun],
    ) -> _Begun | None:
        """A prompt with its matter and its tension, or None where the library does not answer
        what its points are to answer. `begun` are the prompts before it."""
        if not self._stands(choice.stimulus):
            return None
        used = [one.matter for one in begun]
        answered = (
            (matter, question, places)
            for matter in self._matters(choice, material, used)
            for question in questions_about(matter)
            if (places := self._answer(question)) is not None
        )
        matter, asked, answering = next(answered, ("", "", []))
        if not matter:
            return None
        chooser = Chooser(material.extracts, material.phrase, material.common)
        others = [e for e in taken if e is not choice.stimulus]
        tension = choice.tension
        if "tension" not in choice.stem.needs:
            # One that another prompt begins with is better than none: it is named again.
            tension = chooser.tension(choice.stimulus, others) or chooser.tension(
                choice.stimulus, _set_against(choice.stimulus, begun)
            )
        return _Begun(
            choice=choice,
            chooser=chooser,
            matter=matter,
            asked=asked,
            answering=answering,
            tension=tension if tension and self._stands(tension) else None,
            points=[],
        )

    def _point(self, one: _Begun, taken: Sequence[Extract]) -> Extract | None:
        """The next point of a prompt, if the gate finds its words in the library."""
        point = one.chooser.point(one.choice.stimulus, one.points, taken, one.answering)
        return point if point and self._stands(point) else None

    def _matters(self, choice: Choice, material: Material, used: Sequence[str]) -> Iterator[str]:
        """What to call the matter of a prompt, the most telling phrase first, the topic last."""
        stimulus, topic = choice.stimulus, material.topic
        headed = heading_phrase(stimulus.passage.heading)
        phrases = [*material.terms.within(stimulus.text)[:6], *([headed] if headed else [])]
        phrases = [p for p in phrases if _is_other(p, [material.phrase, *used])]
        own: list[str] = []
        if phrases:
            vectors = self._engine.store.encoder.encode(phrases)
            ranked = [
                (float(v @ stimulus.vector) + float(v @ topic.vector), phrase)
                for phrase, v in zip(phrases, vectors, strict=True)
                if v @ stimulus.vector >= _NEAR_STIMULUS and v @ topic.vector >= _NEAR_TOPIC
            ]
            own = [phrase for _, phrase in sorted(ranked, reverse=True)]
        first = choice.stem.kind not in ("experience", "commitment")
        yield from own[:first]
        yield material.phrase
        yield from own[first:]

    def _answer(self, question: str) -> list[Place] | None:
        """The places with which the engine answers, or None where it withholds."""
        if question not in self._asked:
            answer = self._engine.ask(question)
            places = [citation.place for citation in answer.citations]
            self._asked[question] = None if answer.outcome is Outcome.WITHHELD else places
        return self._asked[question]

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
        for least in (ON_TOPIC, RELATED):
            for kind in kinds:
                for material in materials:
                    refused: set[Place] = set(barred)
                    for _ in range(_TRIES):
                        chooser = Chooser(material.extracts, material.phrase, material.common)
                        choice = chooser.choose(kind, taken, (), least, refused)
                        if choice is None:
                            break
                        picked = [(choice, material)]
                        others, _ = yield from self._finish(pack.request, picked, taken)
                        if others and others[0].question not in questions:
                            return others[0]
                        refused.add(key(choice.stimulus))
        raise TopicNotHeld(
            f"the library holds no further prompt about “{pack.request.topic}”. Keep this one, "
            "or drop it."
        )


def _second(choice: Choice) -> list[Extract]:
    """The second quote that a choice's question speaks of, if it does."""
    return [choice.tension] if choice.tension and "tension" in choice.stem.needs else []


def _set_against(stimulus: Extract, begun: Sequence[_Begun]) -> list[Extract]:
    """What may not be the counter-view of a stimulus as well: those of other prompts, and the
    stimulus of one that has this very stimulus for its counter-view."""
    found = [one.tension for one in begun if one.tension]
    found += [
        one.choice.stimulus for one in begun if one.tension and one.tension.overlaps(stimulus)
    ]
    return found


def _worded(request: PackRequest, one: _Begun) -> Drawn:
    """A prompt in words, once its quotes are there."""
    stem, stimulus = one.choice.stem, one.choice.stimulus
    values = {
        "matter": one.matter,
        "audience": request.audience,
        "speaker": stimulus.speaker or "",
    }
    return Drawn(
        kind=stem.kind,
        question=stem.ask.fill_from(values),
        why=stem.why.fill_from(values),
        probes=tuple(probe.fill_from(values) for probe in stem.probes),
        asked=one.asked,
        matter=one.matter,
        stimulus=stimulus,
        points=tuple(one.points),
        tension=one.tension,
        paired="tension" in stem.needs,
    )


def questions_about(matter: str) -> tuple[str, ...]:
    """The questions of which one is to be answered by a prompt's points, the plainest first. Of two
    words ("communication and listening") either is asked about when nothing is said of both."""
    if matter.startswith("the question “"):
        return (matter.removeprefix("the question “").removesuffix("”"),)
    two = _TWO.fullmatch(matter)
    matters = (matter, *(two.groups() if two else ()))
    return tuple(form.format(matter=one) for one in matters for form in _ASKED)


def _attempts(kind: str, others: Sequence[str]) -> Iterator[tuple[str, float]]:
    """What to try for one prompt: its kind and then others on topic, then what is related."""
    for least in (ON_TOPIC, RELATED):
        yield kind, least
        for other in others:
            yield other, least


def _is_other(phrase: str, known: Sequence[str]) -> bool:
    """Whether a phrase names something else than those known, and not the same in other words."""
    mine = set(terms(phrase))
    return all(not mine <= set(terms(k)) and not set(terms(k)) <= mine for k in known)
