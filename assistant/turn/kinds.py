"""What kind of turn it is: what a person wants, told by what was learnt from turns of people.

`eval/fitting/fit_turn.py` makes the weights; docs/answering.md says how often they are right.
"""

from collections.abc import Sequence
from enum import StrEnum

from assistant.models import Turn
from assistant.turn.telling import UNSURE, shipped

KIND = "kind"  # what the network calls it


class Kind(StrEnum):
    """What a turn wants."""

    POINT = "point"  # one fact or explanation
    LIST = "list"  # every member of a set
    OVERVIEW = "overview"  # the gist of a document, a subject or the library
    COMPARISON = "comparison"  # two or more sides
    CLAIM = "claim"  # a statement put forward: is it so?
    REPLY = "reply"  # nothing of the documents: a greeting, thanks, what this is, a task
    AGAIN = "again"  # the last answer said otherwise: shorter, simpler, surer


def kind_of(turn: str, history: Sequence[Turn]) -> tuple[Kind, float]:
    """The kind of a turn, and how likely it is that kind.

    Where no kind is likely enough it is a point. Nothing can be said again without a history.
    """
    chances = shipped().chances(KIND, [*Kind], turn, history)
    known = {Kind(name): chance for name, chance in chances.items()}
    return choose(known, follows=bool(history))


def choose(chances: dict[Kind, float], *, follows: bool) -> tuple[Kind, float]:
    """The likeliest kind that there can be, or a point; with its chance."""
    if not follows:
        left = {kind: chance for kind, chance in chances.items() if kind is not Kind.AGAIN}
        chances = {kind: chance / sum(left.values()) for kind, chance in left.items()}
    kind = max(chances, key=lambda k: (chances[k], k))
    kind = kind if chances[kind] >= UNSURE else Kind.POINT
    return kind, chances[kind]
