"""A second look at the best passages: a slot for any model that scores them beside the query."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from vectorstore.encoder import CrossEncoder
from vectorstore.errors import EncoderUnavailable, RerankerUnavailable
from vectorstore.models import Hit
from vectorstore.settings import NONE

RERANKED = 20  # passages that are looked at again


class Reranker(Protocol):
    """Says how well each passage answers a query, better than the search can."""

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score in [0, 1] for each passage's text, in their order; higher is better."""


class CrossEncoderReranker:
    """A cross-encoder with one output, loaded at its first use."""

    def __init__(self, name: str, *, announce: Callable[[str], None] | None = None) -> None:
        """`name` is a folder or a model in the local cache. Raises RerankerUnavailable."""
        self.name = name
        try:
            self._model = CrossEncoder(name, what="reranker", announce=announce)
        except EncoderUnavailable as exc:
            raise RerankerUnavailable(f"{exc} Or unset SOUNDINGS_RERANKER.") from exc

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        try:
            raw = self._model.score([(query, passage) for passage in passages]).astype(np.float64)
        except EncoderUnavailable as exc:
            raise RerankerUnavailable(str(exc)) from exc
        if raw.shape[1] != 1:
            raise RerankerUnavailable(
                f"the model '{self.name}' gives {raw.shape[1]} values for a passage; a reranker "
                "gives one. Name another, or unset SOUNDINGS_RERANKER."
            )
        return [float(score) for score in 1 / (1 + np.exp(-raw[:, 0]))]


def open_reranker(name: str, announce: Callable[[str], None]) -> Reranker | None:
    """The reranker that the settings name; None where they name none."""
    return None if name in NONE else CrossEncoderReranker(name, announce=announce)


def reorder(reranker: Reranker, query: str, hits: Sequence[Hit]) -> list[Hit]:
    """The first RERANKED hits by the reranker's score, which becomes theirs; the rest behind.

    Those behind keep their order, with scores that end below the last one's.
    """
    head, tail = hits[:RERANKED], hits[RERANKED:]
    scores = reranker.score(query, [hit.passage.text for hit in head])
    ranked = [replace(hit, score=score) for hit, score in zip(head, scores, strict=True)]
    ranked.sort(key=lambda hit: (-round(hit.score, 6), hit.passage.id))
    least = ranked[-1].score if ranked else 0.0
    return ranked + [replace(hit, score=min(hit.score, least)) for hit in tail]
