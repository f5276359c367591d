"""Questions that ask the same of two: "What do A and B each say on fees?" is asked once of each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.turn.naming import Names, Place

_SIDE = r"[^\s,.?;]+(?: [^\s,.?;]+){0,6}?"
_EACH = re.compile(
    rf"\b(?P<do>[Dd]o|[Dd]id|[Hh]ave|[Aa]re|[Ww]ere) (?P<a>{_SIDE}) and (?P<b>{_SIDE})"
    r" (?:each|both|respectively)\b(?! other)"
)
_COMPARE = re.compile(
    r"^(?:[^.?!:]*[.!:] )?(?:please )?compare (?P<a>[^.?]{3,200}?) (?:with|to|against) "
    r"(?P<b>[^.?]{3,200})[.?]?$",
    re.IGNORECASE,
)
_ONE = {"do": "does", "have": "has", "are": "is", "were": "was", "did": "did"}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a question: as it is `asked` in full, the `question` that is read, and the source
    it is to be looked for in, where it names one."""

    asked: str
    question: str
    within: list[str]


def sides_of(question: str, names: Names) -> list[Side]:
    """The question put to each side; empty where it neither asks the same of two nor speaks of
    several of the sources."""
    asked = _same_of_two(question)
    if asked:
        named = [names.mentions(side) for side in asked]
        apart = [len(mine) == 1 for mine in named] == [True, True] and {*named[0]} != {*named[1]}
        return [
            Side(side, _without(side, mine.values()), [*mine]) if apart else Side(side, side, [])
            for side, mine in zip(asked, named, strict=True)
        ]
    spoken_of = names.mentions(question)
    if len(spoken_of) < 2:
        return []
    plain = _without(question, spoken_of.values())
    return [
        Side(f"{question[slice(*places[0])]}: {question}", plain, [id])
        for id, places in spoken_of.items()
    ]


def _without(question: str, mentions: Iterable[Sequence[Place]]) -> str:
    """The question without the sources that it speaks of, whose names in the text of one of them
    would only lead to where it speaks of itself."""
    for start, end in sorted((place for places in mentions for place in places), reverse=True):
        question = question[:start] + question[end:]
    return " ".join(question.split())


def _same_of_two(question: str) -> list[str]:
    each = _EACH.search(question)
    if each:
        before, after = question[: each.start()], question[each.end() :]
        do = _ONE[each["do"].lower()]
        do = do.capitalize() if each["do"][0].isupper() else do
        return [f"{before}{do} {each[side]}{after}" for side in "ab"]
    compared = _COMPARE.search(question)
    if compared:
        return [f"{compared[side].strip()}?" for side in "ab"]
    return []
