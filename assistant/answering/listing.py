"""The answer to a turn that asks for a list: the whole list where one stands in the evidence, or
else what answers from several places."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.point import KEEP_ABOVE, point
from assistant.finding.candidates import PARTS, Candidate, leads
from assistant.finding.excerpts import Quote, quote_of
from assistant.reading.evidence import Ranked
from vectorstore import Library, Passage, Sentence

LIST_WORDS = 200
MOST_PLACES = 8
# A list is what is asked for where this many of so many best sentences belong to it.
CROWD, CROWD_AMONG = 2, 5


def listing(ranked: Ranked, library: Library) -> list[Quote]:
    """The quotes that together are the list, in the order of their source; where there is no list,
    the sentences that answer, from up to MOST_PLACES places."""
    run = _crowded(ranked, library)
    return _quoted(run, ranked) if run else point(ranked, LIST_WORDS, MOST_PLACES)


def list_of_best(ranked: Ranked, library: Library) -> list[Quote]:
    """The list that the best sentence leads to; or that it is an item of, where another that would
    be quoted belongs to it: such an item says little without them. Nothing where there is none."""
    best = ranked[0][0]
    if not best.leads and best.sentence.kind != "item":
        return []
    run = _list_around(best, library)
    there = {(spot.passage.source, spot.sentence.start) for spot in run}
    inside = sum(
        candidate.place in there and chance >= KEEP_ABOVE * ranked[0][1]
        for candidate, chance in ranked[:CROWD_AMONG]
    )
    return _quoted(run, ranked) if run and (best.leads or inside >= CROWD) else []


def _quoted(run: Sequence["_Spot"], ranked: Ranked) -> list[Quote]:
    """The places of a list as quotes."""
    led = run[0].sentence.kind not in PARTS
    if led:  # what leads to a list says nothing alone: it stands before its first item
        lead, first = run[0], run[1]
        joined = lead.passage.id == first.passage.id
        run = [replace(first, start=lead.sentence.start), *run[2:]] if joined else run[1:]
    quotes: list[Quote] = []
    words = 0
    for spot in run:
        quote = quote_of(spot.passage, spot.begin, spot.sentence.end, ranked[0][1])
        words += quote.words
        if quotes and words > LIST_WORDS:
            break
        quotes.append(replace(quote, listed=True))
    return quotes


@dataclass(frozen=True, slots=True)
class _Spot:
    """A sentence in its passage; its quote begins at `start` where that is told."""

    passage: Passage
    sentence: Sentence
    start: int | None = None

    @property
    def begin(self) -> int:
        return self.sentence.start if self.start is None else self.start

    @property
    def text(self) -> str:
        return self.passage.slice(self.sentence.start, self.sentence.end)


def _crowded(ranked: Ranked, library: Library) -> list[_Spot]:
    """The list to which most of the best sentences belong, or that the very best belongs to."""
    best = [candidate for candidate, _ in ranked[:CROWD_AMONG]]
    for candidate in best:
        run = _list_around(candidate, library)
        there = {(spot.passage.source, spot.sentence.start) for spot in run}
        inside = [c for c in best if c.place in there]
        if run and (candidate is best[0] or len(inside) >= CROWD):
            return run
    return []


def _list_around(candidate: Candidate, library: Library) -> list[_Spot]:
    """The list that a sentence is an item of, or leads to with a colon, with what leads to it;
    nothing where there is none. It may go on in the passages before and after."""
    passage = candidate.hit.passage
    ends = passage.sentences[0].kind in PARTS or passage.sentences[-1].kind in PARTS
    passages = library.passages_of(passage.source) if ends else [passage]
    near = {
        sentence.start: _Spot(other, sentence)
        for other in (*passages, passage)
        if other.heading == passage.heading
        for sentence in other.sentences
    }
    spots = [near[start] for start in sorted(near)]
    first = sorted(near).index(candidate.sentence.start)
    kind = candidate.sentence.kind
    if kind in PARTS:
        while first and spots[first - 1].sentence.kind == kind:
            first -= 1
        first -= first > 0 and _leads(spots[first - 1])
    elif not _leads(spots[first]):
        return []
    last = _end_of(spots, first)
    return spots[first : last + 1] if last > first else []


def _leads(spot: _Spot) -> bool:
    return leads(spot.sentence, spot.text)


def _end_of(spots: Sequence[_Spot], first: int) -> int:
    """The last place of the list that begins at `first`, or behind it where that leads to it."""
    last = first
    while last + 1 < len(spots) and spots[last + 1].sentence.kind in PARTS:
        last += 1
    return last
