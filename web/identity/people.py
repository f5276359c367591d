"""Who is there, and what each role may do."""

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vectorstore.errors import NotAllowed

PERSON = "soundings.person"  # where the guard leaves the person in a request's ASGI scope


class Role(StrEnum):
    """What a person does here, which says what they may see and do."""

    LEADER = "leader"
    TRAINER = "trainer"
    KEEPER = "keeper"
    EVALUATOR = "evaluator"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody at the page or the API. `name` is unique among the people of a home, and may be
    given to somebody else later; `id` may not: it is the name of whom nobody gave one. `scope` are
    the deeds that a program is let to do for them, None where it is they themselves."""

    name: str
    role: Role
    id: str = field(default="", compare=False)
    scope: frozenset[str] | None = None

    @property
    def key(self) -> str:
        """What is theirs is kept under this."""
        return self.id or self.name


# Things that can be done: each the name of a tab, in the tabs' order, but for the last.
DEEDS = ("ask", "discuss", "library", "evaluate", "administer")
_MAY = {
    Role.LEADER: frozenset({"ask"}),
    Role.TRAINER: frozenset({"ask", "discuss"}),
    Role.KEEPER: frozenset({"ask", "library"}),
    Role.EVALUATOR: frozenset(DEEDS[:-1]),
    Role.ADMINISTRATOR: frozenset(DEEDS),
}
LOCAL = Person(name="local", role=Role.ADMINISTRATOR)
"""Who is there where nobody logs in: the one person at this machine, who may do everything."""


def may(person: Person, deed: str) -> bool:
    """Whether somebody may do a thing: one of DEEDS, all others raise KeyError."""
    if deed not in DEEDS:
        raise KeyError(deed)
    return deed in _MAY[person.role] and (person.scope is None or deed in person.scope)


def folded(name: str) -> str:
    """A name as it is compared: however it is written, it is the same person's."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def person_of(request: Any) -> Person:
    """Who sent a request: gradio's (what an event's function gets) or Starlette's.

    Raises NotAllowed for one that has not come through the guard.
    """
    inner = getattr(request, "request", None) or request
    found = getattr(inner, "scope", {}).get(PERSON)
    if not isinstance(found, Person):
        raise NotAllowed("this request says of nobody that they sent it")
    return found


def require(request: Any, deed: str) -> Person:
    """Who sent a request, where they may do a thing. Raises NotAllowed where they may not."""
    person = person_of(request)
    if not may(person, deed):
        by = (
            "this token is not for it"
            if person.scope is not None
            else f"the role of {person.name} here is {person.role}"
        )
        raise NotAllowed(f"{by} and may not do this: {deed}")
    return person
