"""Hybrid search: dense and lexical candidates, scored alike and fused.

The unit that is encoded is the sentence. A passage's vector in the index is the normalized mean
of its sentences' (good enough to be found by); its similarity to the query is that of its best
sentence. On `squad2` the best sentence ranks the right passage first in 0.68 of the questions,
the vector of the whole passage in 0.57, at the same cost of encoding. What is found by either
half is ranked by the four signals of `ranking`.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vectorstore.encoder import Encoder
from vectorstore.errors import IndexMismatch, IndexUnavailable
from vectorstore.index import OpenIndex
from vectorstore.library import Library, digest
from vectorstore.library.context import in_context
from vectorstore.library.lexicon import terms
from vectorstore.library.mending import searchable
from vectorstore.models import Hit, Passage
from vectorstore.search.ranking import Wanted, Weights, rarity, shipped, stemmed, wanted
from vectorstore.search.reranker import RERANKED, Reranker, reorder

Vector = NDArray[np.float32]

CANDIDATES = 50  # from each half: on `squad2` the two together hold the right one in 0.99
# Chosen on the follow-ups of `authored.jsonl`, split `train`, and on half of `mtrag_human`:
# evidence among eight hits in 0.89 and 0.72 of them. With full weight 0.91 and 0.61, since answers
# are long and the topic moves on; with a fifth 0.42 and 0.73.
CONTEXT = 0.5
ANSWER_WORDS = 40  # of the last answer that count
_CACHE = 20_000  # passages kept in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is searched: `text`, led by what was asked `before` it and by what was `answered`.

    Words and vectors of either count CONTEXT times as much as those of the text.
    """

    text: str
    before: str = ""
    answered: str = ""

    @classmethod
    def in_conversation(cls, question: str, turns: Iterable[tuple[str, str]]) -> "Query":
        """A question after turns of (role, content), oldest first: the last question and the last
        answer lead it."""
        last = {role: " ".join(content.split()) for role, content in turns}
        return cls(
            text=" ".join(question.split()),
            before=last.get("user", ""),
            answered=last.get("assistant", ""),
        )

    def well_formed(self) -> "Query":
        """With unknown characters for half ones (lone surrogates), and the answer's beginning."""
        answered = " ".join(self.answered.split()[:ANSWER_WORDS])
        return Query(text=_whole(self.text), before=_whole(self.before), answered=_whole(answered))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """What a search found, with what later steps need and would otherwise compute again.

    `text_vector` is that of the question alone, `query_vector` the one that was searched, which
    leans on what led it; both of shape (dimension,). `led` is what led it, as text. `vectors` maps
    a passage's id to the vectors of its sentences, of shape (sentences, dimension), unit length
    each.
    """

    hits: tuple[Hit, ...]
    text_vector: Vector
    query_vector: Vector
    led: str
    vectors: dict[str, Vector]
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Candidate:
    """A passage that either half found, with its sentences' vectors and its stems."""

    passage: Passage
    vectors: Vector
    stems: str
    above: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pool:
    """What both halves found in one state of the library."""

    fingerprint: str
    lexical: dict[str, float]
    wanted: Wanted
    candidates: list[_Candidate]


class Searcher:
    """Search over a library. Safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        open_generation: Callable[[], OpenIndex | None],
        *,
        reranker: Reranker | None = None,
    ) -> None:
        """`open_generation` gives the generation that the library points at now.

        It is asked again after a generation has failed. A `reranker` reorders the best hits.
        """
        self.library = library
        self.encoder = encoder
        self.reranker = reranker
        self._open_generation = open_generation
        self._lock = threading.Lock()
        self._cached_for = ""
        self._known: dict[str, _Candidate] = {}

    def search(
        self, query: str | Query, limit: int, *, sources: Sequence[str] | None = None
    ) -> Found:
        """The best `limit` passages for `query`, best first; ties are broken by passage id.

        `sources` narrows the search to these source ids. Half characters (lone surrogates) in
        the query count as unknown ones. Raises IndexMismatch where the library has been made
        again with another encoder since this searcher was opened.
        """
        asked = (Query(text=query) if isinstance(query, str) else query).well_formed()
        text, vector = self._vectors(asked)
        pool = self._pool(asked, vector, sources)
        listed = [_hit(c, vector, pool, shipped()) for c in pool.candidates]
        listed.sort(key=lambda hit: (-round(hit.score, 6), hit.passage.id))
        if self.reranker is not None:
            listed = reorder(self.reranker, asked.text, listed[: max(limit, RERANKED)])
        hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(listed[:limit], start=1))
        kept = {hit.passage.id for hit in hits}
        return Found(
            hits=hits,
            text_vector=text,
            query_vector=vector,
            led="\n".join(filter(None, (asked.before, asked.answered))),
            vectors={c.passage.id: c.vectors for c in pool.candidates if c.passage.id in kept},
            fingerprint=pool.fingerprint,
        )

    def signals(self, query: str | Query) -> list[tuple[Passage, tuple[float, ...]]]:
        """Every passage that either half finds with its signals, in the order of
        `ranking.SIGNALS`: what the weights are learnt from."""
        asked = (Query(text=query) if isinstance(query, str) else query).well_formed()
        _, vector = self._vectors(asked)
        pool = self._pool(asked, vector, None)
        return [(c.passage, _signals(c, _similarity(c, vector), pool)) for c in pool.candidates]

    def _vectors(self, query: Query) -> tuple[Vector, Vector]:
        """The text's vector, and the same leaning towards those of the last question and answer; of
        unit length."""
        text: Vector = self.encoder.encode([query.text], query=True)[0]
        # One by one: in a batch the shorter text's padding would touch its vector's last bits.
        led = [
            self.encoder.encode([t], query=True)[0]
            for t in (query.before, query.answered)
            if t.strip()
        ]
        return text, unit(text + np.float32(CONTEXT) * sum(led)) if led else text

    def _pool(self, query: Query, vector: Vector, sources: Sequence[str] | None) -> _Pool:
        """What both halves find, read in one state of the library."""
        failed = False
        while True:
            generation = self._open_generation()
            with self.library.reading():
                named = self.library.meta("generation") or ""
                if named != (generation.name if generation is not None else ""):
                    continue  # a commit came in between: take up its generation
                self._check_encoder()
                fingerprint = self.library.fingerprint
                lexical = self.full_text(query, sources)
                try:
                    dense = generation.search(vector, CANDIDATES, sources) if generation else {}
                except IndexUnavailable:
                    if failed:
                        raise
                    failed = True
                    continue
                ids = [*lexical, *(id for id in dense if id not in lexical)]
                return _Pool(
                    fingerprint=fingerprint,
                    lexical=lexical,
                    wanted=self._wanted(query),
                    candidates=self._fetch(ids, fingerprint),
                )

    def full_text(self, query: Query, sources: Sequence[str] | None = None) -> dict[str, float]:
        """Passage id → BM25 with weighted words, of the best CANDIDATES for the text and for what
        leads it."""
        own = terms(searchable(query.text))
        led = [t for t in terms(f"{query.before} {query.answered}") if t not in own]
        found = self.library.lexical(own, CANDIDATES, sources)
        for id, score in self.library.lexical(led, CANDIDATES, sources).items():
            found[id] = found.get(id, 0.0) + CONTEXT * score
        return found

    def _wanted(self, query: Query) -> Wanted:
        """The words of the question and of the one before, with their rarity in this library, which
        counts for less in those that only the latter has."""
        own = set(terms(searchable(query.text)))
        asked = searchable(f"{query.before} {query.text}".strip())
        passages = self.library.passage_count()
        frequency = self.library.document_frequency(dict.fromkeys(terms(asked)))
        share = {term: 1.0 if term in own else CONTEXT for term in frequency}
        rare = {term: share[term] * rarity(n, passages) for term, n in frequency.items()}
        return wanted(rare, [asked])

    def _check_encoder(self) -> None:
        made_by = self.library.meta("encoder")
        if made_by and made_by != self.encoder.fingerprint:
            raise IndexMismatch(
                f"the library has been made again with the encoder '{made_by}', while this "
                f"program uses '{self.encoder.fingerprint}'. Start it again."
            )

    def _fetch(self, ids: Sequence[str], fingerprint: str) -> list[_Candidate]:
        """The passages of `ids`, ready to be compared, from memory where known."""
        with self._lock:
            if fingerprint != self._cached_for or len(self._known) > _CACHE:
                self._known, self._cached_for = {}, fingerprint
            known = self._known
        missing = [id for id in ids if id not in known]
        if missing:
            fetched = self.library.passages(missing)
            keys = {id: sentence_digests(passage) for id, passage in fetched.items()}
            vectors = self.library.vectors(
                (key for listed in keys.values() for key in listed), self.encoder.fingerprint
            )
            searched = self.library.searched(fetched)
            for id, passage in fetched.items():
                known[id] = _Candidate(
                    passage=passage,
                    vectors=stack(keys[id], vectors),
                    stems=stemmed(searched[id]),
                    above=stemmed(f"{passage.title} {passage.heading}"),
                )
        return [known[id] for id in ids if id in known]


def _hit(candidate: _Candidate, vector: Vector, pool: _Pool, weights: Weights) -> Hit:
    """A candidate as a hit; its rank is still to be found."""
    similarity = _similarity(candidate, vector)
    return Hit(
        passage=candidate.passage,
        rank=0,
        score=weights.score(_signals(candidate, similarity, pool)),
        similarity=similarity,
        lexical=pool.lexical.get(candidate.passage.id, 0.0),
    )


def _similarity(candidate: _Candidate, vector: Vector) -> float:
    return float((candidate.vectors @ vector).max()) if len(candidate.vectors) else 0.0


def _signals(candidate: _Candidate, similarity: float, pool: _Pool) -> tuple[float, ...]:
    """A candidate's SIGNALS: its best sentence's similarity, BM25 relative to the best, coverage
    and pairs. Headings and title count as the passage's own words, but not as neighbours."""
    best = max(pool.lexical.values(), default=0.0)
    bm25 = pool.lexical.get(candidate.passage.id, 0.0)
    return (
        min(max(similarity, 0.0), 1.0),
        bm25 / best if best > 0 else 0.0,
        pool.wanted.coverage(candidate.stems + candidate.above),
        pool.wanted.paired(candidate.stems),
    )


def sentence_digests(passage: Passage) -> list[bytes]:
    """The keys of the vectors of a passage's sentences, in order: of what was encoded, which is
    each sentence in its context."""
    return [digest(in_context(passage.title, passage.heading, text)) for text in passage.readings()]


def stack(keys: Sequence[bytes], vectors: dict[bytes, Vector]) -> Vector:
    """The vectors of `keys` as rows; a vector that is missing is a row of zeros."""
    if not keys or not vectors:
        return np.zeros((len(keys), 0), dtype=np.float32)
    nothing = np.zeros_like(next(iter(vectors.values())))
    return np.stack([vectors.get(key, nothing) for key in keys])


def pool(vectors: Vector) -> Vector:
    """A passage's vector: the mean of its sentences' (rows), brought to unit length."""
    return unit(vectors.mean(axis=0))


def unit(vector: Vector) -> Vector:
    """A vector brought to length 1; zeros stay what they are."""
    length = float(np.linalg.norm(vector))
    found: Vector = (vector / length if length > 0 else vector).astype(np.float32)
    return found


def _whole(text: str) -> str:
    """A text whose half characters (lone surrogates) have become unknown ones."""
    return text.encode("utf-8", "replace").decode()
