"""Evidence: the sentences that answer, found by a reader among the sentences of the hits."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.asked import Asked
from assistant.calibration import Calibration
from assistant.errors import AssistantError
from assistant.features import LEANING, Candidate, lead_of
from assistant.models import Citation, Words
from assistant.question import wording
from vectorstore import Heading, Library, Passage, Sentence

# Over all of our gold 4 gave more right answers than 3 (0.71 against 0.68 over the starter library,
# 0.80 against 0.79 over the originals) at three words more; 5 gave no more.
NUMBER_OF_QUOTES = 4
# A further sentence is quoted from this share of the best one's score on. Of 0.15, 0.25 and 0.4 the
# first gave the most right answers on the tuning questions (0.77, 0.71 and 0.69 of those over the
# originals), at fifty words an answer instead of forty.
KEEP_ABOVE = 0.15
# Best of 1, 0.6, 0.4, 0.3, 0.2 and 0.1 on the tuning questions: 0.77 to 0.78 of the right numbers
# first, 0.70 to 0.72 of the dates.
LACKING_COUNTS = 0.3
LIST_WORDS = 150
SHORT_ITEM_WORDS = 12
LEAD_WORDS = 60
TAIL_WORDS = 80
# A list is what is asked for where this many of so many best sentences belong to it.
CROWD, CROWD_AMONG = 3, 6
COUNTS = "none one two three four five six seven eight nine ten eleven twelve".split()
_ANNOUNCES = re.compile(
    rf"\b(?P<count>{'|'.join(COUNTS[2:])}|[2-9]|1[0-2]) (?:[\w-]+ ){{0,4}}?\w+s\b", re.IGNORECASE
)
SHORT_KINDS = ("who", "number", "date", "where", "yesno")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What a reader makes of the sentences it was given.

    `scores` are the chances of each to answer, in their order. `words` says for some of them, by
    their place in that order, which of their words answer: [start, end) in the source. `extra` is
    what the reader adds to the features of the answer as a whole.
    """

    scores: Sequence[float]
    words: Mapping[int, tuple[int, int]]
    extra: NDArray[np.float32]


class Reader(Protocol):
    """Says how likely each sentence is to answer the question."""

    @property
    def fingerprint(self) -> str:
        """Names the reader and what it was trained to."""

    def read(self, asked: Asked, sentences: Sequence[Candidate]) -> Judged:
        """Judge the sentences of what was found."""


class FeatureReader:
    """The plain reader: a logistic regression over features, no model but the encoder."""

    fingerprint = "features"

    def __init__(self, calibration: Calibration):
        """Raises AssistantError where the calibration was made for answering with a reader."""
        if calibration.second is not None:
            raise AssistantError(
                f"the calibration in {calibration.file} was made for a reader. Set "
                "SOUNDINGS_READER, or make one without: soundings eval calibrate"
            )
        self._model = calibration.sentence

    def read(self, asked: Asked, sentences: Sequence[Candidate]) -> Judged:
        scores: list[float] = []
        if sentences:
            rows = np.stack([candidate.features for candidate in sentences])
            scores = self._model.probability(rows).tolist()
        return Judged(scores=scores, words={}, extra=np.zeros(0, dtype=np.float32))


class Excerpt(Protocol):
    """A slice of a source: its text is the source's `[start:end]`."""

    @property
    def passage(self) -> Passage: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A slice of a source that is to be quoted: its text is the source's `[start:end]`."""

    passage: Passage
    start: int
    end: int
    text: str
    score: float

    @property
    def words(self) -> int:
        return len(self.text.split())


def overlap(one: Excerpt, other: Excerpt) -> bool:
    """Whether two excerpts share any of a source's text."""
    same = one.passage.source == other.passage.source
    return same and one.start < other.end and other.start < one.end


def cited(quote: Excerpt, library: Library, *, marker: int, words: Words | None = None) -> Citation:
    """The citation of a quote. Raises UnknownSource where the library no longer has its source."""
    source = library.source(quote.passage.source)
    return Citation(
        marker=marker,
        source=source.id,
        title=source.title,
        source_sha256=source.sha256,
        passage=quote.passage.id,
        start=quote.start,
        end=quote.end,
        quote=quote.text,
        words=words,
        page=source.page_at(quote.start),
        heading=quote.passage.heading,
    )


def rank(sentences: Sequence[Candidate], scores: Sequence[float]) -> list[tuple[Candidate, float]]:
    """Sentences with their scores, best first, as `placed` has them, but for scraps of a page that
    hold nothing of what is asked for: they answer nothing, however like the question."""
    ranked = [(sentences[i], score) for i, score in placed(sentences, scores)]
    return [item for item in ranked if not item[0].scrap or item[0].holds]


def placed(sentences: Sequence[Candidate], scores: Sequence[float]) -> list[tuple[int, float]]:
    """The sentences' places in the list with their scores, best first; ties in the order of
    source and place within it.

    Where an amount, a date or a name is asked for, a sentence without one counts LACKING_COUNTS of
    its score: what is linear in the reader's model cannot say "only if".
    """
    weighed = [
        (i, score * LACKING_COUNTS if sentence.lacks else score)
        for i, (sentence, score) in enumerate(zip(sentences, scores, strict=True))
    ]

    def key(item: tuple[int, float]) -> tuple[float, str, int]:
        sentence = sentences[item[0]]
        return -item[1], sentence.hit.passage.source, sentence.sentence.start

    return sorted(weighed, key=key)


def select(
    asked: Asked, ranked: Sequence[tuple[Candidate, float]], library: Library, most_words: int
) -> list[Quote]:
    """The quotes that answer, the best first, together about `most_words` long.

    A list is taken whole; a sentence that leans on the one before ("This …", "He …") brings it
    along; what repeats an earlier quote is left out.
    """
    if not ranked:
        return []
    score = ranked[0][1]
    listed = _whole_list(asked, ranked, library, score)
    if listed:
        return listed
    chosen: list[Quote] = []
    budget = most_words
    for candidate, value in ranked:
        if len(chosen) == NUMBER_OF_QUOTES or (chosen and value < KEEP_ABOVE * score):
            break
        if chosen and candidate.lacks:
            continue
        quote = _with_lead(candidate, value)
        if not chosen and asked.kind not in SHORT_KINDS:
            quote = _with_tail(candidate, quote)
        if chosen and (quote.words > budget or _repeats(quote, chosen)):
            continue
        chosen.append(quote)
        budget -= quote.words
    return chosen


def _with_lead(candidate: Candidate, score: float) -> Quote:
    """The sentence, and those before it that it leans on where they are short enough."""
    passage, last = candidate.hit.passage, candidate.sentence
    for first in passage.sentences[lead_of(passage, candidate.index) : candidate.index]:
        if len(passage.slice(first.start, last.end).split()) <= LEAD_WORDS:
            return quote_of(passage, first.start, last.end, score)
    return quote_of(passage, last.start, last.end, score)


def _with_tail(candidate: Candidate, quote: Quote) -> Quote:
    """The quote, and the sentences after it that lean on it, while they are short enough."""
    passage, end = quote.passage, quote.end
    for following in passage.sentences[candidate.index + 1 :]:
        text = passage.slice(following.start, following.end)
        whole = passage.slice(quote.start, following.end)
        if following.kind != "prose" or not LEANING.match(text) or len(whole.split()) > TAIL_WORDS:
            break
        end = following.end
    return quote_of(passage, quote.start, end, quote.score)


def _whole_list(
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
    return [_with_lead(best, score), *_as_quotes(under, passage, library, score)]


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


def _repeats(quote: Quote, chosen: Sequence[Quote]) -> bool:
    mine = wording(quote.text).stems
    for other in chosen:
        if overlap(quote, other):
            return True
        theirs = wording(other.text).stems
        if len(mine & theirs) >= 0.7 * min(len(mine), len(theirs)):
            return True
    return False


def quote_of(passage: Passage, start: int, end: int, score: float) -> Quote:
    """A passage's `[start:end]` of the source, as a quote."""
    return Quote(passage=passage, start=start, end=end, text=passage.slice(start, end), score=score)
