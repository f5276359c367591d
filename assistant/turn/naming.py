"""The sources that a question speaks of: by a title, or as "the harbour report"."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from vectorstore import Source
from vectorstore.library.lexicon import STOPWORDS, stem, words

_SPOKEN = "article report interview note paper brief piece minutes launch".split()
_KIND = rf"(?:{'|'.join(_SPOKEN)})"
KINDS = frozenset(_SPOKEN) | {"document", "source"}
_SPOKEN_OF = re.compile(
    rf"\b(?:the|this|that|(?P<of>[A-Z]\w+)['’]s) (?P<by>(?:\w+ ){{0,4}}?)(?P<kind>{_KIND})\b"
)
_EMPTY = STOPWORDS | {"full", "whole", "original"}

Place = tuple[int, int]


class Names:
    """How sources can be spoken of, ready for many questions."""

    def __init__(self, sources: Sequence[Source]):
        """Takes the sources that may be spoken of, with their titles, authors and publishers."""
        self._ids = [source.id for source in sources]
        self._titles: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._known: dict[str, set[str]] = defaultdict(set)
        for source in sources:
            for part in _parts(source.title):
                self._titles[words(part)[0]].append((part, source.id))
            told = [part for part in (source.title, source.author, source.publisher) if part]
            for part in told:
                self._known["".join(word[0] for word in words(part))].add(source.id)
                for word in words(part):
                    self._known[stem(word)].add(source.id)

    def fitting(self, stems: Iterable[str]) -> set[str]:
        """The ids of the sources whose title, author and publisher have all of some stems among
        their words and initials."""
        fitting = set(self._ids)
        for one in stems:
            fitting &= self._known.get(one, set())
        return fitting

    def mentions(self, question: str) -> dict[str, list[Place]]:
        """The sources that a question speaks of, by id in the order of their first mention, with
        the places in the question of each.

        A part of a title counts where it is written as it is there, or stands before "article",
        "report" and the like: "shape shifters" alone may be the thing itself. So do other words
        before such a word, where they are words of just one source's title, author or publisher.
        """
        found: dict[str, list[Place]] = {}
        for first in dict.fromkeys(words(question)):
            for part, id in self._titles.get(first, ()):
                there = rf"\b(?:{re.escape(part)}|(?i:{re.escape(part)})(?= {_KIND}\b))(?!\w)"
                for match in re.finditer(there, question):
                    if not _taken(match.span(), found):
                        found.setdefault(id, []).append(match.span())
        for match in _SPOKEN_OF.finditer(question):
            said = [match["of"] or "", *match["by"].split()]
            own = {stem(w) for part in said for w in words(part) if w not in _EMPTY}
            fits = self.fitting({*own, stem(match["kind"])})
            if own and not fits:
                fits = self.fitting(own)
            if len(fits) == 1 and not _taken(match.span(), found):
                found.setdefault(fits.pop(), []).append(match.span())
        return dict(sorted(found.items(), key=lambda item: min(item[1])))


def _parts(title: str) -> list[str]:
    """The parts of a title, between colons and brackets, that are long enough to name it."""
    parts = [part.strip(" )?!.") for part in re.split(r"[:(]", title)]
    return [part for part in parts if len({*words(part)} - STOPWORDS - KINDS) > 1]


def _taken(place: Place, found: dict[str, list[Place]]) -> bool:
    taken = (other for places in found.values() for other in places)
    return any(start < place[1] and place[0] < end for start, end in taken)
