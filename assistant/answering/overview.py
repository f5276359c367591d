"""The answer to an overview turn: a few sentences, to the letter, that together say the most.

Which sentences those are is one question whatever is summed up, the library, a document or what is
said on a topic. Each word weighs what the sentences that hold it count: the nearer they are to the
middle of all (the centrality of LexRank, Erkan and Radev 2004) or, on a topic, to the question, the
more. Then the sentence is taken, again and again, whose words not yet said weigh the most (maximum
coverage: Gillick and Favre 2009; that nothing is said twice is what maximal marginal relevance is
for, Carbonell and Goldstein 1998). Tried beside it, the coverage of vectors instead of words takes
short sentences that say little: in its context, such a sentence is near to everything.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from assistant.answering.scope import Scope, Size, scope_of, size_of
from assistant.answering.tellings import SHORTEST, Telling, Vector, tellings_of
from assistant.finding.excerpts import Quote, overlap
from vectorstore import Found, Passage, Store
from vectorstore.library.lexicon import among, terms
from vectorstore.search import pool, sentence_digests, stack

__all__ = ["Scope", "overview", "scope_of"]

T = TypeVar("T")

MOST_WORDS = 200
MOST_DOCUMENTS = 6
POINTS = 5  # where no number is asked for
EACH = 2  # quotes a document of several
LOOKED_AT = 200  # documents whose place among the others is found, evenly spaced
BEGINNING = 3  # passages that a document's place among the others is found by
MOST_TELLINGS, MOST_COVERED = 400, 1_200  # evenly spaced where there are more
LEAST = 30  # characters of a sentence that counts towards what is said
SHARP = 2  # power of a similarity: what is half as near counts a quarter
LENGTH = 0.2  # power of a quote's words by which its worth is divided (Lin and Bilmes 2010)
ENOUGH = 0.7  # of the best quote's gain: one that says less is not taken because it is short
REPEATED = 0.8  # what the next sentence of the same source counts, on a topic
NEAR = 0.5  # of the nearest sentence's nearness to the question: farther ones are off the topic


def overview(
    question: str, scope: Scope, store: Store, found: Found, most_words: int = MOST_WORDS
) -> list[Quote]:
    """The quotes that sum up `scope` for `question`, at most `most_words` in all, in the order in
    which they are to be read; none where nothing can be quoted.

    As many as are asked for, where a number is. Several documents are summed up by up to EACH
    quotes of each, the MOST_DOCUMENTS that say most of what all say where there are more. On a
    topic, `found` is what is summed up: give it some thirty hits.
    """
    size = size_of(question)
    most_words = min(most_words, size.words or most_words)
    with store.library.reading():
        if scope.topic:
            return _on_topic(scope, store, found, size, most_words)
        if len(scope.sources) == 1:
            read = _read(store, store.library.passages_of(scope.sources[0]), size)
            return in_order(_most(read, size.points or POINTS, most_words, exact=size.exact))
        return _of_each(scope, store, size, most_words)


def _on_topic(scope: Scope, store: Store, found: Found, size: Size, most_words: int) -> list[Quote]:
    """What the hits, or the one document, say on the topic, grouped by source."""
    whole = len(scope.sources) == 1
    passages = [hit.passage for hit in found.hits if hit.passage.source in scope.sources]
    if whole:
        passages = store.library.passages_of(scope.sources[0])
    near, topic = found.query_vector, frozenset(terms(scope.topic))
    taken = _most(
        _read(store, passages, size, whole=whole),
        size.points or POINTS,
        most_words,
        near=near,
        topic=topic,
        exact=size.exact,
    )
    sources = list(dict.fromkeys(quote.passage.source for quote in taken))
    return sorted(taken, key=lambda quote: sources.index(quote.passage.source))


def _of_each(scope: Scope, store: Store, size: Size, most_words: int) -> list[Quote]:
    """The gist of each document, the most central first: a quote of each, then more of them while
    there is room; where a number is asked for, the documents share it."""
    chosen = central(scope.sources, store, min(size.points or MOST_DOCUMENTS, MOST_DOCUMENTS))
    read = {source: _read(store, store.library.passages_of(source), size) for source in chosen}
    taken: dict[str, list[Quote]] = {}
    for place, source in enumerate(chosen):
        points, words = _left(taken, size.points or len(chosen), most_words)
        share = -(-points // (len(chosen) - place))  # rounded up
        room = words * share // points if points else 0
        taken[source] = _most(read[source], share, room, exact=size.exact)
    for source in chosen if not size.exact else ():
        _, words = _left(taken, 0, most_words)
        own = taken[source]
        more = _most(read[source], EACH, sum(quote.words for quote in own) + words)
        taken[source] = more if more[: len(own)] == own else own
    return [quote for quotes in taken.values() for quote in in_order(quotes)]


def _left(taken: Mapping[str, list[Quote]], points: int, words: int) -> tuple[int, int]:
    """How many of the points and of the words are left."""
    quotes = [quote for listed in taken.values() for quote in listed]
    return points - len(quotes), words - sum(quote.words for quote in quotes)


def in_order(quotes: Iterable[Quote]) -> list[Quote]:
    return sorted(quotes, key=lambda quote: quote.start)


def central(sources: Sequence[str], store: Store, most: int) -> list[str]:
    """The documents that together say most of what all of them say, the most central first."""
    looked_at = _spaced(sources, LOOKED_AT)
    means = []
    for source in looked_at:
        passages = store.library.passages_of(source)[:BEGINNING]
        vectors = _vectors(store, passages)
        own = [row for passage in passages for row in vectors[passage.id]]
        means.append(pool(np.stack(own)) if own else None)
    known = [(id, mean) for id, mean in zip(looked_at, means, strict=True) if mean is not None]
    if not known:
        return []
    rows = np.stack([mean for _, mean in known])
    near = np.clip(rows @ rows.T, 0, None)
    said, chosen = np.zeros(len(known)), list[int]()
    while len(chosen) < min(most, len(known)):
        gains = np.maximum(near, said).sum(axis=1)
        gains[chosen] = -1.0
        chosen.append(int(gains.argmax()))
        said = np.maximum(said, near[chosen[-1]])
    return [known[index][0] for index in chosen]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """Passages, as they are summed up: what may be quoted, and all that they say, as vectors and as
    stems."""

    tellings: list[Telling]
    said: Vector
    stems: list[frozenset[str]]


def _read(store: Store, passages: Sequence[Passage], size: Size, *, whole: bool = True) -> _Read:
    """`passages` read to be summed up; they are a `whole` document or what a search found."""
    vectors = _vectors(store, passages)
    if whole:
        first = {passages[0].id} if passages else set()
    else:
        sources = dict.fromkeys(passage.source for passage in passages)
        first = {store.library.passages_of(source)[0].id for source in sources}
    tellings = list(tellings_of(passages, vectors, first, whole=whole))
    if size.sentences:
        tellings = [telling for telling in tellings if telling.single]
    said = _spaced(
        [
            (row, frozenset(terms(passage.slice(sentence.start, sentence.end))))
            for passage in passages
            for sentence, row in zip(passage.sentences, vectors[passage.id], strict=True)
            if sentence.kind in ("prose", "item") and sentence.end - sentence.start > LEAST
        ]
        or [(telling.vector, telling.stems) for telling in tellings],
        MOST_COVERED,
    )
    rows = np.stack([row for row, _ in said]) if said else np.zeros((0, 1), dtype=np.float32)
    return _Read(
        tellings=_spaced(tellings, MOST_TELLINGS), said=rows, stems=[stems for _, stems in said]
    )


def _vectors(store: Store, passages: Sequence[Passage]) -> dict[str, Vector]:
    """Passage id → the vectors of its sentences, as the library has them."""
    keys = {passage.id: sentence_digests(passage) for passage in passages}
    every = (key for listed in keys.values() for key in listed)
    known = store.library.vectors(every, store.encoder.fingerprint)
    return {id: stack(listed, known) for id, listed in keys.items()}


def _most(
    read: _Read,
    points: int,
    most_words: int,
    *,
    near: Vector | None = None,
    topic: frozenset[str] = frozenset(),
    exact: bool = False,
) -> list[Quote]:
    """Up to `points` quotes within the words that say most of what is said, in the order in which
    they were taken; near the question's vector, and on the `topic`, where there is one. Where the
    number is `exact`, also shorter quotes that say less make it up."""
    tellings = read.tellings
    if not tellings:
        return []
    vectors = np.stack([telling.vector for telling in tellings])
    aim = pool(read.said) if near is None else near
    worth = np.array([telling.worth for telling in tellings])
    if near is not None:
        named = [sum(among(s, t.stems) for s in topic) / len(topic) for t in tellings]
        nearness = np.clip(vectors @ near, 0, None) * (1 + np.array(named))
        worth = np.where(nearness < NEAR * nearness.max(), 0.0, worth * nearness**SHARP)
    words = np.array([telling.quote.words for telling in tellings])
    worth = worth / words**LENGTH
    holds, unsaid = _words(read, np.clip(read.said @ aim, 0, None) ** SHARP)
    sources = np.array([telling.quote.passage.source for telling in tellings])
    taken: list[Quote] = []
    while len(taken) < points:
        gains = (holds @ unsaid) * worth
        left = most_words - sum(quote.words for quote in taken)
        kept = SHORTEST * (points - len(taken) - 1) if exact else 0
        fits = np.where(words <= left - kept, gains, 0.0)
        best = int(fits.argmax())
        if fits[best] <= 0 or (taken and not exact and fits[best] < ENOUGH * gains.max()):
            break
        quote = replace(tellings[best].quote, score=float(vectors[best] @ aim))
        taken.append(quote)
        unsaid = unsaid * (1 - holds[best])
        worth = worth * [not overlap(telling.quote, quote) for telling in tellings]
        if near is not None:
            worth = np.where(sources == quote.passage.source, worth * REPEATED, worth)
    return taken


def _words(read: _Read, counts: Vector) -> tuple[Vector, Vector]:
    """Which telling (row) holds which stem (column), 1 or 0, and what each stem weighs: what the
    sentences that hold it count together, where there are two or more."""
    weight, number = Counter[str](), Counter[str]()
    for stems, count in zip(read.stems, counts, strict=True):
        for stem in stems:
            weight[stem] += count
            number[stem] += 1
    kept = sorted(stem for stem in weight if number[stem] > 1) or sorted(weight)
    holds = [[float(stem in telling.stems) for stem in kept] for telling in read.tellings]
    return np.array(holds, dtype=np.float32), np.array([weight[s] for s in kept], dtype=np.float32)


def _spaced(values: Sequence[T], most: int) -> list[T]:
    """At most so many of the values, evenly spaced."""
    if len(values) <= most:
        return list(values)
    return [values[i * len(values) // most] for i in range(most)]
