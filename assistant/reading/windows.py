"""Which stretches of the passages are read: those around the sentences that look best.

To read a passage costs as much as to encode a dozen questions; so the plain features choose, and
the reader reads what is around the best of the sentences, each stretch once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.finding.candidates import Candidate, lead_of
from vectorstore import Passage

WINDOWS = 6
WINDOW_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The sentences [first, last] of a passage, read together."""

    passage: Passage
    first: int
    last: int

    @property
    def start(self) -> int:
        """Where the window begins in its source."""
        return self.passage.sentences[self.first].start

    @property
    def text(self) -> str:
        return self.passage.slice(self.start, self.passage.sentences[self.last].end)

    def holds(self, candidate: Candidate) -> bool:
        return (
            candidate.hit.passage.id == self.passage.id
            and self.first <= candidate.index <= self.last
        )


def windows_around(
    ranked: Sequence[Candidate], most: int = WINDOWS, characters: int = WINDOW_CHARACTERS
) -> list[Window]:
    """At most `most` windows around the first of the candidates, best first, none overlapping."""
    made: list[Window] = []
    for candidate in ranked:
        if len(made) == most:
            break
        if not any(window.holds(candidate) for window in made):
            made.append(_around(candidate, made, characters))
    return made


def _around(candidate: Candidate, made: Sequence[Window], characters: int) -> Window:
    """The sentence with what it leans on, and its neighbours in turn while there is room."""
    passage = candidate.hit.passage
    taken = {i for w in made if w.passage.id == passage.id for i in range(w.first, w.last + 1)}
    first = last = candidate.index
    lead = lead_of(passage, candidate.index)
    ways = [-1] * (candidate.index - lead) + [1, -1] * len(passage.sentences)
    for way in ways:
        a, b = (first - 1, last) if way < 0 else (first, last + 1)
        if a < 0 or b >= len(passage.sentences) or {a, b} & taken:
            continue
        if passage.sentences[b].end - passage.sentences[a].start <= characters:
            first, last = a, b
    return Window(passage=passage, first=first, last=last)
