"""What training shows: a question, what answers it in one of several forms, and what does not.

The forms are drawn anew in every pass, so that a record is seen alone, among its neighbours and in
its context.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.fitting.encoder.mine import Place
from eval.fitting.encoder.records import Record, Span
from eval.fitting.encoder.texts import Form, overlaps

# How often each form is drawn.
FORMS: dict[Form, float] = {
    "alone": 0.25,
    "near": 0.15,
    "context": 0.30,
    "near context": 0.10,
    "passage": 0.20,
}
BEST_FIRST = 0.6  # how often the best sentence of the evidence is drawn, where there are several
ELSEWHERE = 0.3  # how often the negative is of another document


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A text with its place, by which others know whether it holds their evidence."""

    doc: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """`right` answers `question`, `wrong` does not; what overlaps `evidence` of `doc` may not
    count as wrong."""

    question: str
    doc: str
    evidence: tuple[Span, ...]
    right: Shown
    wrong: Shown | None

    def is_answered_by(self, shown: Shown) -> bool:
        return shown.doc == self.doc and overlaps(shown.span, self.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A record with the places of its evidence and of its mined negatives."""

    record: Record
    right: list[int]
    near: list[int]
    far: list[int]


def drawn_pairs(lessons: Sequence[Lesson], places: Sequence[Place], seed: int) -> list[Pair]:
    """One pair of each lesson; of a follow-up two, one with its history."""
    drawn = random.Random(seed)
    pairs = []
    for lesson in lessons:
        if not lesson.right:
            continue
        record = lesson.record
        asked = [record.standalone]
        if record.history and record.question != record.standalone:
            asked.append(record.with_history)
        for question in asked:
            form = drawn.choices(list(FORMS), weights=list(FORMS.values()))[0]
            best = drawn.random() < BEST_FIRST
            right = lesson.right[0] if best else drawn.choice(lesson.right)
            wrong = _wrong(lesson, places, drawn, form)
            pairs.append(
                Pair(
                    question=question,
                    doc=record.doc,
                    evidence=record.evidence,
                    right=_shown(places[right], form),
                    wrong=wrong,
                )
            )
    drawn.shuffle(pairs)
    return pairs


def batches(pairs: Sequence[Pair], size: int) -> Iterator[list[Pair]]:
    for start in range(0, len(pairs), size):
        yield list(pairs[start : start + size])


def _wrong(
    lesson: Lesson, places: Sequence[Place], drawn: random.Random, form: Form
) -> Shown | None:
    """A negative in the same form; None where every one that is drawn shows the evidence too."""
    far = bool(lesson.far) and (not lesson.near or drawn.random() < ELSEWHERE)
    listed = list(lesson.far if far else lesson.near)
    drawn.shuffle(listed)
    for place in listed:
        shown = _shown(places[place], form)
        inside = shown.doc == lesson.record.doc and overlaps(shown.span, lesson.record.evidence)
        if not inside:
            return shown
    return None


def _shown(place: Place, form: Form) -> Shown:
    part, number = place
    return Shown(doc=part.doc, span=part.span_of(number, form), text=part.shown(number, form))
