"""The answer to a point: the sentence that answers, and at most two that belong to it."""

from collections.abc import Sequence

from assistant.finding.candidates import LEANING, PARTS, Candidate
from assistant.finding.excerpts import Quote, overlap, quote_of, with_lead
from assistant.reading.evidence import Ranked
from assistant.turn.question import wording

NUMBER_OF_QUOTES = 3
# A further sentence is quoted from this share of the best one's chance on.
KEEP_ABOVE = 0.5
TAIL_WORDS = 60
ALIKE = 0.7  # of the words of the shorter: what two quotes share that say the same


def point(ranked: Ranked, most_words: int, most: int = NUMBER_OF_QUOTES) -> list[Quote]:
    """The quotes that answer, the best first, together about `most_words` long.

    A sentence that leans on the one before ("This …", "He …") brings it along, and the best one
    those that lean on it; what repeats an earlier quote is left out.
    """
    chosen: list[Quote] = []
    budget = most_words
    for candidate, chance in ranked:
        if candidate.leads:
            continue
        if len(chosen) == most or (chosen and chance < KEEP_ABOVE * ranked[0][1]):
            break
        quote = with_lead(candidate, chance)
        if not chosen:
            quote = _with_tail(candidate, quote)
        elif quote.words > budget or repeats(quote, chosen):
            continue
        chosen.append(quote)
        budget -= quote.words
    return chosen


def telling(ranked: Ranked, question: str) -> Ranked:
    """Without the items and rows that only say again what is asked about."""
    asked = wording(question).stems
    return [
        (candidate, chance)
        for candidate, chance in ranked
        if candidate.sentence.kind not in PARTS or not wording(candidate.text).stems <= asked
    ]


def _with_tail(candidate: Candidate, quote: Quote) -> Quote:
    """The quote, and the sentence after it where it leans on it and both are short enough."""
    passage = candidate.hit.passage
    for following in passage.sentences[candidate.index + 1 : candidate.index + 2]:
        text = passage.slice(following.start, following.end)
        whole = passage.slice(quote.start, following.end)
        if (
            following.kind == "prose"
            and LEANING.match(text)
            and len(whole.split()) <= TAIL_WORDS
            and following.block == candidate.sentence.block
        ):
            return quote_of(passage, quote.start, following.end, quote.score)
    return quote


def repeats(quote: Quote, chosen: Sequence[Quote]) -> bool:
    """Whether a quote says what an earlier one says."""
    mine = wording(quote.text).stems
    for other in chosen:
        theirs = wording(other.text).stems
        if overlap(quote, other) or len(mine & theirs) >= ALIKE * min(len(mine), len(theirs)):
            return True
    return False
