"""The stems of discussion packs: six kinds of prompts, the frame around them, everyday topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from prompts.errors import PromptError
from prompts.records import Record, Sheet, load_sheet
from prompts.template import Template, check_slots

KINDS = (
    "experience",
    "interpretation",
    "dilemma",
    "tension",
    "application",
    "evaluation",
)
"""The kinds of prompts, from concrete to open."""

_HEAD = frozenset({"kind", "name", "way", "source", "slots", "step", "quiet", "loud"})
_STEM = frozenset({"for", "ask", "seek", "why", "probe"})
_EVERYDAY = frozenset({"topic", "say", "also"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """One way to put a prompt. `acts` are what a passage may do for it to fit, `seek` is what
    the library is asked for points that bear on the question."""

    kind: str
    acts: frozenset[str]
    ask: Template
    seek: Template
    why: Template
    probes: tuple[Template, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of prompt: its name for people, the way it is run and where that is from, its stems.

    `steps` are what the facilitator does, each with its share of the minutes; `quiet` is what to do
    when nobody speaks, `loud` when one person does.
    """

    kind: str
    name: str
    way: str
    source: str
    steps: tuple[tuple[int, str], ...]
    quiet: str
    loud: str
    stems: tuple[Stem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everyday:
    """A topic as people say it: what may be typed, how it reads within a sentence, and what else a
    document may call it."""

    typed: tuple[str, ...]
    say: str
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the prompts: the texts of `frame.txt` by their names."""

    texts: Mapping[str, tuple[Template, ...]]

    def one(self, name: str) -> Template:
        """The only text of this name. Raises PromptError where there are more or none."""
        found = self.texts.get(name, ())
        if len(found) != 1:
            raise PromptError(f"packs/frame.txt: '{name}' must be there once")
        return found[0]


@cache
def load_kind(kind: str) -> Kind:
    """The stems of one kind. Raises PromptError for a fault in its file."""
    return kind_of(load_sheet(f"packs/{kind}"), kind)


def kind_of(sheet: Sheet, kind: str) -> Kind:
    """A kind from its sheet. Raises PromptError where the sheet is of another, or at fault."""
    sheet.head.check(_HEAD)
    if sheet.head.one("kind") != kind:
        raise PromptError(f"{sheet.head.where}: this is '{sheet.head.one('kind')}', not '{kind}'")
    stems = [_stem(record, kind) for record in sheet.records]
    check_slots(sheet.head, [t for s in stems for t in (s.ask, s.seek, s.why, *s.probes)])
    head = sheet.head
    return Kind(
        kind=kind,
        name=head.one("name"),
        way=head.one("way"),
        source=head.one("source"),
        steps=tuple(_step(step, head.where) for step in head.all("step")),
        quiet=head.one("quiet"),
        loud=head.one("loud"),
        stems=tuple(stems),
    )


def _step(text: str, where: str) -> tuple[int, str]:
    share, _, said = text.partition(" | ")
    if not share.isdigit() or not said:
        raise PromptError(f"{where}: '{text}' is not 'minutes | what is done'")
    return int(share), said


def _stem(record: Record, kind: str) -> Stem:
    record.check(_STEM)
    probes = record.all("probe")
    if not 2 <= len(probes) <= 4:
        raise PromptError(f"{record.where}: two to four probes are needed")
    return Stem(
        kind=kind,
        acts=frozenset(record.one("for").split()),
        ask=Template.parse(record.one("ask"), record.where),
        seek=Template.parse(record.one("seek"), record.where),
        why=Template.parse(record.one("why"), record.where),
        probes=tuple(Template.parse(probe, record.where) for probe in probes),
    )


@cache
def load_frame() -> Frame:
    """The frame of packs. Raises PromptError for a fault in its file."""
    sheet = load_sheet("packs/frame")
    texts: dict[str, tuple[Template, ...]] = {}
    for record in sheet.records:
        for field, text in record.fields:
            texts[field] = (*texts.get(field, ()), Template.parse(text, record.where))
    check_slots(sheet.head, [template for found in texts.values() for template in found])
    return Frame(texts=texts)


@cache
def load_everyday() -> tuple[Everyday, ...]:
    """The everyday topics. Raises PromptError for a fault in their file."""
    found = []
    for record in load_sheet("packs/everyday").records:
        record.check(_EVERYDAY)
        typed, also = (record.one(name).split("; ") for name in ("topic", "also"))
        found.append(Everyday(typed=tuple(typed), say=record.one("say"), also=tuple(also)))
    return tuple(found)
