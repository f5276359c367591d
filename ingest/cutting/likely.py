"""Which blocks are likely entries of a reference list, or page furniture: learnt from shapes.

A logistic regression over three kinds of block: those that say something, references, furniture.
The shipped weights are made by `python -m eval.fitting.fit_kinds`; nothing in them is set by hand.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.cutting.shapes import FEATURES, PROSE_GRAMMAR, PROSE_WORDS, rows
from ingest.documents import Document
from vectorstore.models import FURNITURE, REFERENCE

SHIPPED = Path(__file__).parent / "kinds.json"
BODY = "body"
CLASSES = (BODY, REFERENCE, FURNITURE)


def may_be(kind: str, shape: NDArray[np.float64]) -> bool:
    """Whether a block of this shape is ever believed to be of this kind.

    A label with its value ("Location: London") and what a lead-in announces say something wherever
    they stand. Furniture lies at the edges of a document, or is its list of contents: between its
    paragraphs, a line is taken at its word. A reference cites something, or links to it, or stands
    among references; a whole sentence that only links is none.
    """
    of = dict(zip(FEATURES, shape.tolist(), strict=True))
    if of["labelled"] or of["led"]:
        return False
    if kind == FURNITURE:
        return bool(of["at_front"] or of["at_end"] or of["under_contents"])
    cites = bool(of["cited"] or of["years"])
    whole = not of["unfinished"] and np.expm1(of["words"]) >= PROSE_WORDS
    return cites or (
        bool(of["linked"] or of["under_references"])
        and not (whole and of["grammar"] >= PROSE_GRAMMAR)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likely:
    """A softmax over standardized features; `weights` is of shape (classes, features).

    `threshold` says how likely a class other than BODY must be to be believed.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    threshold: Mapping[str, float]

    def probability(self, shapes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Probabilities of shape (n, classes) for rows of shape (n, features)."""
        # Rounded, so that the last bits of the arithmetic decide nothing.
        score = np.round((shapes - self.mean) / self.scale @ self.weights.T + self.bias, 9)
        power = np.exp(score - score.max(axis=1, keepdims=True))
        return np.asarray(power / power.sum(axis=1, keepdims=True))

    def kinds(self, shapes: NDArray[np.float64]) -> list[str | None]:
        """For each row the kind that it is believed to be of; None for what says something."""
        found: list[str | None] = []
        for shape, row in zip(shapes, self.probability(shapes), strict=True):
            best = max(range(1, len(CLASSES)), key=row.__getitem__)
            believed = may_be(CLASSES[best], shape) and row[best] >= self.threshold[CLASSES[best]]
            found.append(CLASSES[best] if believed else None)
        return found

    def to_json(self) -> dict[str, Any]:
        """The model as `load` reads it."""
        return {
            "features": list(FEATURES),
            "classes": list(CLASSES),
            "threshold": dict(self.threshold),
            "mean": np.round(self.mean, 6).tolist(),
            "scale": np.round(self.scale, 6).tolist(),
            "weights": np.round(self.weights, 6).tolist(),
            "bias": np.round(self.bias, 6).tolist(),
        }


@cache
def shipped() -> Likely:
    """The weights that come with the program."""
    return load(json.loads(SHIPPED.read_text(encoding="utf-8")))


def load(content: Mapping[str, Any]) -> Likely:
    """The model that `to_json` gave."""
    assert tuple(content["features"]) == FEATURES, "run python -m eval.fitting.fit_kinds"
    arrays = {name: np.array(content[name]) for name in ("mean", "scale", "weights", "bias")}
    return Likely(threshold=content["threshold"], **arrays)


def likely_kinds(document: Document, led: Sequence[bool]) -> list[str | None]:
    """For each block REFERENCE or FURNITURE where it most likely is one, else None."""
    return shipped().kinds(rows(document, led)) if document.blocks else []
