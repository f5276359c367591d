"""Questions that ask the same of two: "What do A and B each say on fees?" is asked once of each."""

import re
from collections.abc import Sequence

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
_ONE = {"do": "does", "have": "has", "are": "is", "were": "was", "did": "did"}
_PLAIN = frozenset("article report interview note document paper brief piece source".split())


def sides_of(question: str) -> list[str]:
    """The question put to either side; empty where it does not ask the same of two."""
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


def named_source(side: str, other: str, sources: Sequence[Source]) -> str | None:
    """The id of the one source whose title a side names and the other side does not: all the
    words of a part of its title (parts end at a colon or bracket), in their order."""
    found = [source.id for source in sources if _names(side, source) and not _names(other, source)]
    return found[0] if len(found) == 1 else None


def _names(text: str, source: Source) -> bool:
    there = words(text)
    for part in re.split(r"[:(]", source.title):
        wanted = words(part)
        width = len(wanted)
        own = [w for w in wanted if w not in STOPWORDS and w not in _PLAIN]
        if own and any(there[i : i + width] == wanted for i in range(len(there))):
            return True
    return False
