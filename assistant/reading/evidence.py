"""Evidence: the sentences that answer, found by a reader among the sentences of the hits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.finding.candidates import LEANING, Candidate
from assistant.finding.excerpts import Quote, overlap, quote_of, with_lead
from assistant.reading.calibration import Calibration
from assistant.reading.lists import SHORT_KINDS, whole_list
from assistant.turn.asked import Asked
from assistant.turn.question import wording
from vectorstore import Library

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
TAIL_WORDS = 80


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """What a reader makes of the sentences it was given.

    `scores` are the chances of each to answer, in their order. `words` says for some of them, by
    their place in that order, which of their words answer: [start, end) in the source. `plain` are
    the scores before anything was read, and `extra` is what the reading adds to the features of the
    answer as a whole; both of a reader that reads.
    """

    scores: Sequence[float]
    words: Mapping[int, tuple[int, int]]
    plain: Sequence[float] = ()
    extra: NDArray[np.float32] | None = None


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
        return Judged(scores=scores, words={})


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
    listed = whole_list(asked, ranked, library, score)
    if listed:
        return [replace(quote, listed=True) for quote in listed]
    chosen: list[Quote] = []
    budget = most_words
    for candidate, value in ranked:
        if len(chosen) == NUMBER_OF_QUOTES or (chosen and value < KEEP_ABOVE * score):
            break
        if chosen and candidate.lacks:
            continue
        quote = with_lead(candidate, value)
        if not chosen and asked.kind not in SHORT_KINDS:
            quote = _with_tail(candidate, quote)
        if chosen and (quote.words > budget or _repeats(quote, chosen)):
            continue
        chosen.append(quote)
        budget -= quote.words
    return chosen


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


def _repeats(quote: Quote, chosen: Sequence[Quote]) -> bool:
    mine = wording(quote.text).stems
    for other in chosen:
        if overlap(quote, other):
            return True
        theirs = wording(other.text).stems
        if len(mine & theirs) >= 0.7 * min(len(mine), len(theirs)):
            return True
    return False
