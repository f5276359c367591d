"""Questions that ask the same of two: "What do A and B each say on fees?" is asked once of each."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vectorstore import Source
from vectorstore.lexicon import STOPWORDS, words

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
_WORD = re.compile(r"\w+")
_SPOKEN_OF = re.compile(
    r"\b(?:the|this|that|[A-Z]\w+['’]s) (?P<by>(?:\w+ ){0,4}?)"
    r"(?P<kind>article|report|interview|note|paper|brief|piece|minutes|launch)\b"
)
_ONE = {"do": "does", "have": "has", "are": "is", "were": "was", "did": "did"}
_PLAIN = frozenset("article report interview note document paper brief piece source".split())


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a question: the question put to it, and the source it is to be looked for in,
    where it names one."""

    question: str
    within: list[str]


def sides_of(question: str, sources: Sequence[Source]) -> list[Side]:
    """The question put to each side; empty where it neither asks the same of two nor speaks of
    several of the sources."""
    asked = _same_of_two(question)
    if asked:
        named = [mentions_of(side, sources) for side in asked]
        apart = [len(mine) == 1 for mine in named] == [True, True] and {*named[0]} != {*named[1]}
        return [
            Side(_without(side, mine.values()), [*mine]) if apart else Side(side, [])
            for side, mine in zip(asked, named, strict=True)
        ]
    spoken_of = mentions_of(question, sources)
    if len(spoken_of) < 2:
        return []
    return [Side(_without(question, spoken_of.values()), [id]) for id in spoken_of]


def _without(question: str, mentions: Iterable[Sequence[tuple[int, int]]]) -> str:
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


def mentions_of(question: str, sources: Sequence[Source]) -> dict[str, list[tuple[int, int]]]:
    """The sources that a question speaks of, by id, in the order of their first mention, with the
    places in the question of each: a part of a title, or the words before "article", "report" and
    the like, where these are words of just one source's title, author or publisher."""
    found: dict[str, list[tuple[int, int]]] = {}
    places = [(m.start(), m.end(), words(m.group())[0]) for m in _WORD.finditer(question)]
    taken: set[int] = set()
    for source in sources:
        for wanted in _title_parts(source):
            for i in range(len(places) - len(wanted) + 1):
                here = range(i, i + len(wanted))
                if [places[j][2] for j in here] == wanted and not taken & set(here):
                    taken |= set(here)
                    found.setdefault(source.id, []).append((places[i][0], places[here[-1]][1]))
    for match in _SPOKEN_OF.finditer(question):
        spoken = words(match["by"])
        if any(
            start < match.end() and match.start() < end for s in found.values() for start, end in s
        ):
            continue
        own = {w for w in spoken if w not in STOPWORDS and w != "full"}
        fits = [
            source.id for source in sources if own | {words(match["kind"])[0]} <= known_as(source)
        ]
        if not fits and own:
            fits = [source.id for source in sources if own <= known_as(source)]
        if len(fits) == 1:
            found.setdefault(fits[0], []).append(match.span())
    return dict(sorted(found.items(), key=lambda item: min(item[1])))


def _title_parts(source: Source) -> list[list[str]]:
    """The folded words of each part of a title that says more than what kind of thing it is."""
    parts = [words(part) for part in re.split(r"[:(]", source.title)]
    return [part for part in parts if {*part} - STOPWORDS - _PLAIN]


def known_as(source: Source) -> set[str]:
    """The folded words of a source's title, author and publisher, and the initials of each."""
    parts = [part for part in (source.title, source.author, source.publisher) if part]
    initials = {"".join(w[0] for w in words(part)) for part in parts}
    return {w for part in parts for w in words(part)} | initials
