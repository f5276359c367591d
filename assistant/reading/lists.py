"""Lists, taken whole: items, what crowds the best sentences, and the headings below a heading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.finding.candidates import Candidate
from assistant.finding.excerpts import Quote, quote_of, with_lead
from assistant.turn.asked import Asked
from assistant.turn.question import wording
from vectorstore import Heading, Library, Passage, Sentence

LIST_WORDS = 150
SHORT_ITEM_WORDS = 12
# A list is what is asked for where this many of so many best sentences belong to it.
CROWD, CROWD_AMONG = 3, 6
COUNTS = "none one two three four five six seven eight nine ten eleven twelve".split()
_ANNOUNCES = re.compile(
    rf"\b(?P<count>{'|'.join(COUNTS[2:])}|[2-9]|1[0-2]) (?:[\w-]+ ){{0,4}}?\w+s\b", re.IGNORECASE
)
SHORT_KINDS = ("who", "number", "date", "where", "yesno")


def whole_list(
    asked: Asked, ranked: Sequence[tuple[Candidate, float]], library: Library, score: float
) -> list[Quote]:
    """The whole list, where the question asks for one and the evidence stands in it."""
    if asked.kind in ("list", "definition", "other", "number"):
        headed = _list_of_headings(asked, ranked, library, score)
        if headed:
            return headed
    if asked.kind in SHORT_KINDS:
        return []
    best, _ = ranked[0]
    announced = _announced_headings(best, library, score)
    if announced:
        return announced
    run = _list_around(best, library)
    if asked.kind == "list" and len(run) < 2:
        run = _crowded_list(ranked, library)
    elif asked.kind != "list" and best.sentence.kind == "item":
        led = bool(run) and run[0].sentence.kind != "item"
        run = run if led and _are_short(run[1:]) else []
    if len(run) < 2:
        return []
    quotes = [quote_of(s.passage, s.sentence.start, s.sentence.end, score) for s in run]
    return quotes if sum(quote.words for quote in quotes) <= LIST_WORDS else []


@dataclass(frozen=True, slots=True)
class _Spot:
    """A sentence in its passage."""

    passage: Passage
    sentence: Sentence

    @property
    def text(self) -> str:
        return self.passage.slice(self.sentence.start, self.sentence.end)


def _list_around(candidate: Candidate, library: Library) -> list[_Spot]:
    """The list that a sentence is an item of, or leads to with a colon, with what leads to it;
    nothing where there is none. It may go on in the passages before and after."""
    passage = candidate.hit.passage
    ends = passage.sentences[0].kind == "item" or passage.sentences[-1].kind == "item"
    passages = library.passages_of(passage.source) if ends else [passage]
    near = {
        sentence.start: _Spot(other, sentence)
        for other in (*passages, passage)
        if other.heading == passage.heading
        for sentence in other.sentences
    }
    spots = [near[start] for start in sorted(near)]
    first = sorted(near).index(candidate.sentence.start)
    if candidate.sentence.kind == "item":
        while first and spots[first - 1].sentence.kind == "item":
            first -= 1
        first -= first > 0 and spots[first - 1].text.endswith(":")
    elif not candidate.text.endswith(":"):
        return []
    last = first
    while last + 1 < len(spots) and spots[last + 1].sentence.kind == "item":
        last += 1
    return spots[first : last + 1] if last > first else []


def _crowded_list(ranked: Sequence[tuple[Candidate, float]], library: Library) -> list[_Spot]:
    """The list to which most of the best sentences belong, though the very best does not."""
    best = [candidate for candidate, _ in ranked[:CROWD_AMONG]]
    for candidate in best:
        run = _list_around(candidate, library)
        there = {(spot.passage.source, spot.sentence.start) for spot in run}
        inside = [c for c in best if (c.hit.passage.source, c.sentence.start) in there]
        if len(inside) >= CROWD:
            return run
    return []


def _announced_headings(best: Candidate, library: Library, score: float) -> list[Quote]:
    """A sentence that tells how many things there are ("three aspects"), with the headings below
    its own where there are just as many."""
    match = _ANNOUNCES.search(best.text)
    if match is None or best.sentence.kind != "prose":
        return []
    passage = best.hit.passage
    headings = library.headings(passage.source)
    above = [i for i, heading in enumerate(headings) if heading.end <= best.sentence.start]
    under = _children(headings, above[-1]) if above else []
    count = (
        COUNTS.index(match["count"].lower()) if match["count"].isalpha() else int(match["count"])
    )
    if len(under) != count:
        return []
    return [with_lead(best, score), *_as_quotes(under, passage, library, score)]


def _are_short(items: Sequence[_Spot]) -> bool:
    """Whether items are the parts of one thing, rather than sentences that each stand for
    themselves."""
    return sum(len(item.text.split()) for item in items) <= SHORT_ITEM_WORDS * len(items)


def _list_of_headings(
    asked: Asked, ranked: Sequence[tuple[Candidate, float]], library: Library, score: float
) -> list[Quote]:
    """The headings under a heading that is what the question asks for ("the three key asks")."""
    wanted = asked.wording.stems - asked.wording.numbers
    seen: set[str] = set()
    for candidate, _ in ranked[:12]:
        passage = candidate.hit.passage
        if passage.source in seen:
            continue
        seen.add(passage.source)
        headings = library.headings(passage.source)
        for position, heading in enumerate(headings):
            if not wanted or not wanted <= wording(heading.title).stems:
                continue
            under = _children(headings, position)
            if len(under) < 2:
                continue
            found = _as_quotes(under, passage, library, score)
            if sum(quote.words for quote in found) <= LIST_WORDS:
                return found
    return []


def _as_quotes(
    headings: Sequence[Heading], near: Passage, library: Library, score: float
) -> list[Quote]:
    """Headings of the source of `near`, quoted."""
    text = library.text(near.source)
    passages = {p.heading: p for p in library.passages_of(near.source)}
    return [
        Quote(
            passage=_first_under(passages, heading, near),
            start=heading.start,
            end=heading.end,
            text=text[heading.start : heading.end],
            score=score,
        )
        for heading in headings
    ]


def _children(headings: Sequence[Heading], position: int) -> list[Heading]:
    """The headings directly below one, in order."""
    parent = headings[position]
    below: list[Heading] = []
    for heading in headings[position + 1 :]:
        if heading.level <= parent.level:
            break
        below.append(heading)
    level = min((h.level for h in below), default=0)
    return [h for h in below if h.level == level]


def _first_under(passages: dict[str, Passage], heading: Heading, other: Passage) -> Passage:
    for path, passage in passages.items():
        if path.endswith(heading.title):
            return passage
    return other
