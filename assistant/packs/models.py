"""A discussion pack and its parts, as CONTRACT promises them. All are frozen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from assistant.models import Citation
from assistant.packs.material.extracts import Extract

RULES, MODEL, PERSON = "rules", "model", "person"  # who worded a prompt
MINUTES, AUDIENCE = 40, "aspiring leaders"  # where nobody says otherwise
TOPIC_CHARACTERS, AUDIENCE_CHARACTERS = 300, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRequest:
    """What a pack is to be about and for. `topic` may name several. Without `prompts` there are as
    many as the minutes hold."""

    topic: str
    prompts: int | None = None
    minutes: int = MINUTES
    audience: str = AUDIENCE
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A verbatim quote in a pack: its citation's `quote`, and where it stands. `said_by` is who
    spoke these very words, `reports` whose view the source reports in words of its own."""

    text: str
    citation: Citation
    said_by: str | None
    place: str
    reports: str | None = None

    @property
    def marker(self) -> int:
        return self.citation.marker

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "citations": [self.marker],
            "said_by": self.said_by,
            "reports": self.reports,
            "place": self.place,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a language model says of a prompt's quotes, in its own words; the gate has let it stand
    on the quotes whose markers are its `citations`."""

    text: str
    citations: tuple[int, ...]
    support: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A text with its minutes: a step of a prompt, the warm-up or the closing."""

    text: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One discussion prompt. `way` is how it is run, `steps` what the facilitator does minute by
    minute; `quiet` is for when nobody speaks, `loud` for when one person does.

    `asked` is the question that its points answer; the engine has answered it from the library.
    `worded_by` is who worded question, reason and probes: RULES, MODEL or PERSON, `run_by` who
    worded the steps; `fallback` is why a language model that was asked to did not.
    """

    kind: str
    name: str
    way: str
    method: str
    minutes: int
    steps: tuple[Timed, ...]
    quiet: str
    loud: str
    stimulus: Quoted
    question: str
    why: str
    probes: tuple[str, ...]
    asked: str
    points: tuple[Quoted, ...]
    worded_by: str = RULES
    run_by: str = RULES
    fallback: str | None = None
    notes: tuple[Note, ...] = ()

    @property
    def quotes(self) -> tuple[Quoted, ...]:
        """Its quotes in the order of their markers."""
        return (self.stimulus, *self.points)

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "question": self.question,
            "minutes": self.minutes,
            "way": self.way,
            "method": self.method,
            "steps": [asdict(step) for step in self.steps],
            "quiet": self.quiet,
            "loud": self.loud,
            "stimulus": self.stimulus.to_json(),
            "why": self.why,
            "probes": list(self.probes),
            "asked": self.asked,
            "points": [point.to_json() for point in self.points],
            "tension": None,
            "worded_by": self.worded_by,
            "run_by": self.run_by,
            "fallback": self.fallback,
            "notes": [asdict(note) for note in self.notes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far the making of a pack has come: what is done now, at prompt `number` of `of`."""

    doing: str
    number: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Noted:
    """A note before citations are numbered, with the extracts that it stands on."""

    text: str
    behind: tuple[Extract, ...]
    support: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What of a prompt is in words of our own, and may be worded anew."""

    question: str
    why: str
    probes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the facilitator does, step by step, and what when nobody speaks, or one person does."""

    steps: tuple[str, ...]
    quiet: str
    loud: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawn:
    """What was drawn for one prompt, before citations are numbered and minutes shared out. `run` is
    how a language model would have it run; None for the way that its kind is run."""

    kind: str
    question: str
    why: str
    probes: tuple[str, ...]
    asked: str
    matter: str
    stimulus: Extract
    points: tuple[Extract, ...]
    worded_by: str = RULES
    fallback: str | None = None
    notes: tuple[Noted, ...] = ()
    run: Run | None = None

    @property
    def extracts(self) -> tuple[Extract, ...]:
        return (self.stimulus, *self.points)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pack:
    """A discussion pack. `note` says where the library had less than was asked for.

    `sources` are those it quotes, `on_topic` those of the library that speak of the topic.
    `model` names the language model that was asked to word it, if one was.
    `drawn` is what it was made from, for drawing single prompts anew; `left_aside` are the
    questions and stimuli that were drawn before and not kept.
    """

    request: PackRequest
    title: str
    purpose: str
    warm_up: Timed
    prompts: tuple[Prompt, ...]
    closing: Timed
    citations: tuple[Citation, ...]
    sources: tuple[str, ...]
    on_topic: tuple[str, ...]
    library: str
    note: str | None
    drawn: tuple[Drawn, ...]
    left_aside: tuple[Drawn, ...] = ()
    model: str | None = None

    @property
    def timings(self) -> list[tuple[str, int]]:
        """What happens when: each part with its minutes, which add up to those asked for."""
        rows = [("Warm-up", self.warm_up.minutes)]
        rows += [(f"{n}. {p.name}", p.minutes) for n, p in enumerate(self.prompts, start=1)]
        return [*rows, ("Closing", self.closing.minutes)]

    @property
    def run_sheet(self) -> list[tuple[int, int, str, str]]:
        """What the facilitator does from minute to minute: begins at, minutes, part, what."""
        parts: list[tuple[str, tuple[Timed, ...]]] = [("Warm-up", (self.warm_up,))]
        parts += [(f"{n}. {p.name}", p.steps) for n, p in enumerate(self.prompts, start=1)]
        rows: list[tuple[int, int, str, str]] = []
        at = 0
        for name, steps in (*parts, ("Closing", (self.closing,))):
            for step in steps:
                rows.append((at, step.minutes, name, step.text))
                at += step.minutes
        return rows

    def to_json(self) -> dict[str, Any]:
        """The pack as CONTRACT's JSON object."""
        return {
            "topic": self.request.topic,
            "title": self.title,
            "purpose": self.purpose,
            "audience": self.request.audience,
            "minutes": self.request.minutes,
            "seed": self.request.seed,
            "warm_up": asdict(self.warm_up),
            "prompts": [prompt.to_json() for prompt in self.prompts],
            "closing": asdict(self.closing),
            "run_sheet": [
                {"at": at, "minutes": minutes, "part": part, "do": do}
                for at, minutes, part, do in self.run_sheet
            ],
            "citations": [asdict(citation) for citation in self.citations],
            "sources": list(self.sources),
            "note": self.note,
            "engine": "llm" if any(p.worded_by == MODEL for p in self.prompts) else "extractive",
            "model": self.model,
            "library": self.library,
        }


def numbered(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The citations with markers from 1 in their order."""
    return tuple(replace(c, marker=n) for n, c in enumerate(citations, start=1))
