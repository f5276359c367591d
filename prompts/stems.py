"""The stems of discussion packs: seven kinds of prompts, and the frame around them."""

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
    "commitment",
)
"""The kinds of prompts, from concrete to open."""

_HEAD = frozenset({"kind", "name", "source", "slots"})
_STEM = frozenset({"for", "needs", "ask", "why", "probe"})
NEEDS = ("tension",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stem:
    """One way to put a prompt. `acts` are what a passage may do for it to fit, `needs` what else
    must be there: "tension", a second quote that pulls another way."""

    kind: str
    acts: frozenset[str]
    needs: frozenset[str]
    ask: Template
    why: Template
    probes: tuple[Template, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of prompt: its name for people, where the method is from, and its stems."""

    kind: str
    name: str
    source: str
    stems: tuple[Stem, ...]


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
    check_slots(sheet.head, [t for s in stems for t in (s.ask, s.why, *s.probes)])
    return Kind(
        kind=kind,
        name=sheet.head.one("name"),
        source=sheet.head.one("source"),
        stems=tuple(stems),
    )


def _stem(record: Record, kind: str) -> Stem:
    record.check(_STEM)
    probes = record.all("probe")
    needs = " ".join(record.all("needs")).split()
    if not set(needs) <= set(NEEDS):
        raise PromptError(f"{record.where}: a stem may need {', '.join(NEEDS)}")
    if not 2 <= len(probes) <= 4:
        raise PromptError(f"{record.where}: two to four probes are needed")
    return Stem(
        kind=kind,
        acts=frozenset(record.one("for").split()),
        needs=frozenset(needs),
        ask=Template.parse(record.one("ask"), record.where),
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
