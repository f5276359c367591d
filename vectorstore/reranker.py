"""A second look at the best passages: a slot for any model that scores query and passage together.

The only file, beside the encoder's, that imports sentence-transformers.
"""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from vectorstore.encoder import find_model
from vectorstore.errors import EncoderUnavailable, RerankerUnavailable
from vectorstore.models import Hit

RERANKED = 20  # passages that are looked at again
NONE = ("", "none")


class Reranker(Protocol):
    """Says how well each passage answers a query, better than the search can."""

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score in [0, 1] for each passage's text, in their order; higher is better."""


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder with one output, loaded at its first use."""

    def __init__(self, name: str, *, announce: Callable[[str], None] = lambda _: None) -> None:
        """`name` is a folder or a model in the local cache. Raises RerankerUnavailable."""
        self.name = name
        self._announce = announce
        self._lock = threading.Lock()
        self._model: Any = None
        try:
            self._folder = find_model(name)
        except EncoderUnavailable as exc:
            raise RerankerUnavailable(
                f"no reranker '{name}': it is neither a folder nor a model in the local cache. "
                f"Download it first (hf download {name}), name a folder, or unset "
                "SOUNDINGS_RERANKER."
            ) from exc
        if not (self._folder / "config.json").is_file():
            raise RerankerUnavailable(
                f"{self._folder} holds no model (config.json is missing). Name a cross-encoder's "
                "folder, or unset SOUNDINGS_RERANKER."
            )

    def score(self, query: str, passages: Sequence[str]) -> list[float]:
        if not passages:
            return []
        with self._lock:
            if self._model is None:
                self._announce("Loading the reranker …")
                self._model = _load(self._folder)
            from torch.nn import Sigmoid

            pairs = [(query, passage) for passage in passages]
            scores = self._model.predict(
                pairs, activation_fn=Sigmoid(), show_progress_bar=False, convert_to_numpy=True
            )
        return [float(score) for score in scores]


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


def _load(folder: Path) -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from sentence_transformers import CrossEncoder

        model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
        outputs = int(model.num_labels)
    except Exception as exc:
        raise RerankerUnavailable(f"cannot load the reranker in {folder}: {exc}") from exc
    if outputs != 1:
        raise RerankerUnavailable(
            f"the model in {folder} gives {outputs} values for a passage; a reranker gives one. "
            "Name another, or unset SOUNDINGS_RERANKER."
        )
    return model
