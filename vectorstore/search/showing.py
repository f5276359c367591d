"""What a person is shown of the hits of a search: whether anything is near, grouped by source,
with the words that matched."""

from collections.abc import Sequence

from vectorstore.library.lexicon import FAMILY_LETTERS, WORD, stem, terms, words
from vectorstore.library.mending import searchable
from vectorstore.models import Hit

# Over the starter library and 44 documents of `uk_docs` the nearest sentence to 14 words that mean
# nothing and to 20 topics that are not there is at most at 0.31 where no word is shared; each of
# 160 questions about them shares a word with some passage.
NEAR = 0.32


def near(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits; none where no word of the query is in any of them and no sentence is near it."""
    found = any(hit.lexical > 0 or hit.similarity >= NEAR for hit in hits)
    return tuple(hits) if found else ()


def by_source(hits: Sequence[Hit]) -> list[list[Hit]]:
    """The hits of each source together, the source with the best one first."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.passage.source, []).append(hit)
    return list(groups.values())


def marked(query: str, text: str) -> list[tuple[str, bool]]:
    """`text` in pieces that make it up again, each with whether it is a word that matched."""
    wanted = set(terms(searchable(query)))
    beginnings = tuple(term for term in wanted if len(term) >= FAMILY_LETTERS)
    pieces, done = [], 0
    for found in WORD.finditer(text):
        stems = [stem(word) for word in words(found[0])]
        if any(each in wanted or each.startswith(beginnings) for each in stems):
            pieces += [(text[done : found.start()], False), (found[0], True)]
            done = found.end()
    return [*pieces, (text[done:], False)]
