"""A turn answered as what it is: a point, a list, an overview, a comparison, a claim."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.claim import claim
from assistant.answering.comparison import MOST_SIDES, SIDE_WORDS, comparison, sides_of
from assistant.answering.listing import list_of_best, listing
from assistant.answering.overview import overview, scope_of
from assistant.answering.parts import Finder, Made, Part, Section
from assistant.answering.point import NUMBER_OF_QUOTES, point, repeats, telling
from assistant.answering.scope import Scope, called
from assistant.answering.tellings import SHORTEST
from assistant.finding.excerpts import Quote
from assistant.models import Turn
from assistant.proof import Checker
from assistant.settings import AssistantSettings
from assistant.turn.followup import query_of
from assistant.turn.kinds import Kind
from vectorstore import Source, Store

OVERVIEW_WORDS, OVERVIEW_PASSAGES = 200, 30
GATHERED = "Gathered from several places: there may be more."
# An overview of a topic is given from this share of the chance on that a point asks for: nothing
# need answer it wholly, if much bears on it.
BEARS = 0.5


def answer_as(
    kind: Kind,
    question: str,
    before: Sequence[Turn],
    sources: Sequence[str] | None,
    *,
    finder: Finder,
    store: Store,
    settings: AssistantSettings,
    checker: Checker,
    most: int = NUMBER_OF_QUOTES,
) -> Made:
    """The answer to a question after the turns `before`, as a kind of answer; `sources` narrows the
    search, `most` is the number of quotes of a point."""
    if kind is Kind.COMPARISON:
        of = [] if sides_of(question) else called(question, store, sources, MOST_SIDES)
        if of:
            return _side_by_side(question, of, finder.find(question, before, sources), store)
        return comparison(question, lambda asked: finder.find(asked, before, sources))
    if kind in (Kind.LIST, Kind.CLAIM, Kind.OVERVIEW):
        part = finder.find(question, before, sources)
        if kind is Kind.CLAIM:
            return claim(question, part, checker)
        if kind is Kind.OVERVIEW:
            return _overview(question, before, part, store, sources, settings.answer_words)
        return _list(part, store)
    parts = finder.find_parts(question, before, sources)
    return _point(parts, store, settings.answer_words, most)


def _point(parts: Sequence[Part], store: Store, most_words: int, most: int) -> Made:
    covered = [part for part in parts if part.holds]
    words = most_words // (len(covered) or 1)
    missing = " ".join(part.question for part in parts if not part.holds)
    return Made(
        parts=parts,
        sections=[Section(quotes=_best(p, store, words, most)) for p in covered],
        missing=missing if covered and missing else None,
    )


def _best(part: Part, store: Store, most_words: int, most: int) -> list[Quote]:
    """What answers; where that is a list, the whole of it."""
    ranked = telling(part.evidence.ranked, part.question) or part.evidence.ranked
    return list_of_best(ranked, store.library) or point(ranked, most_words, most)


def _list(part: Part, store: Store) -> Made:
    if not part.holds:
        return Made(parts=[part], sections=[])
    quotes = listing(part.evidence.ranked, store.library)
    whole = any(quote.listed for quote in quotes)
    return Made(
        parts=[part],
        sections=[Section(quotes=quotes)],
        note=None if whole or len(quotes) < 2 else GATHERED,
    )


def _side_by_side(question: str, of: Sequence[Source], part: Part, store: Store) -> Made:
    """The gist of each of these sources, in columns."""
    sections = [
        Section(
            quotes=overview(
                question, Scope(sources=(each.id,), topic=""), store, part.found, SIDE_WORDS
            ),
            side=each.title,
        )
        for each in of
    ]
    return Made(parts=[replace(part, holds=True)], sections=[s for s in sections if s.quotes])


def _overview(
    question: str,
    before: Sequence[Turn],
    part: Part,
    store: Store,
    sources: Sequence[str] | None,
    topic_words: int,
) -> Made:
    """The library or a document in up to OVERVIEW_WORDS; what is said on a topic is shorter, and
    begins with the sentence that answers, where one does."""
    scope = scope_of(question, part.found, store, sources)
    bears = part.holds or part.evidence.confidence >= BEARS * part.threshold
    if scope.topic and not bears:
        return Made(parts=[part], sections=[])
    found = part.found
    if scope.topic and len(scope.sources) > 1:  # what bears on a topic is more than what answers
        query = query_of(question, before)
        found = store.searcher.search(query, OVERVIEW_PASSAGES, sources=sources)
    words = topic_words if scope.topic else OVERVIEW_WORDS
    quotes = overview(question, scope, store, found, words)
    if scope.topic and part.holds:
        quotes = _answer_first(_best(part, store, words, 1), quotes)
    held = replace(part, holds=True)
    return Made(parts=[held], sections=[Section(quotes=quotes)])


def _answer_first(answer: Sequence[Quote], quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes with what answers before the others, in the place of the last; an answer of a few
    words says too little here."""
    if sum(quote.words for quote in answer) < SHORTEST:
        return list(quotes)
    others = [quote for quote in quotes if not repeats(quote, answer)]
    kept = len(others) - (len(others) == len(quotes))
    return [*answer, *others[:kept]]
