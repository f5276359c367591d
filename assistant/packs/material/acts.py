"""What a quote does: claims, advises, tells a case, names a difficulty, gives a figure, weighs two
things, defines, or says nothing to talk about: who somebody is, what a document holds, which
button to press. Learnt from examples by `eval/fitting/fit_acts.py`, which prints how often it
is right; no pattern decides.
"""

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHIPPED = Path(__file__).parent / "acts.json"
Vectors = NDArray[np.float32]
_TOKEN = re.compile(r"\d[\d,.]*|[^\W\d_]+|[;:%£$€?]")
_WEIGHT = 3.0  # of the vector beside the marks


class Act(StrEnum):
    """What a quote does with its matter."""

    CLAIM = "claim"
    ADVICE = "advice"
    CASE = "case"
    DIFFICULTY = "difficulty"
    FIGURE = "figure"
    WEIGHING = "weighing"
    DEFINITION = "definition"
    ASIDE = "aside"


_SURE = 0.35  # what is less likely is not told
_SURER = {
    Act.DIFFICULTY: 0.5,
    Act.CASE: 0.5,
    Act.WEIGHING: 0.65,
}  # questions that name these must not be wrong


def marks(text: str) -> frozenset[str]:
    """The words of a text, one and two together, any number being one and the same, with what it
    opens with."""
    words = ["0" if w[0].isdigit() else w.lower() for w in _TOKEN.findall(text)]
    pairs = [f"{one} {other}" for one, other in zip(words, words[1:], strict=False)]
    return frozenset([*words, *pairs, *(f"^{w}" for w in words[:1])])


def rows(texts: Sequence[str], vectors: Vectors, known: Sequence[str]) -> NDArray[np.float64]:
    """What is read of each text: its vector, and which of the `known` marks it has."""
    there = [marks(text) for text in texts]
    bag = np.array([[float(mark in found) for mark in known] for found in there])
    return np.hstack([vectors.astype(np.float64) * _WEIGHT, bag])


def acts_of(texts: Sequence[str], vectors: Vectors, file: Path = SHIPPED) -> list[Act]:
    """What each text does, given its vector; where no act is likely enough it is a claim, as
    everything that is said is."""
    if not texts:
        return []
    names, known, weights, bias = _weights(file)
    scores = np.round(rows(texts, vectors, known) @ weights.T + bias, 6)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    told = []
    for share in shares:
        best = int(np.argmax(share))
        sure = share[best] >= _SURER.get(names[best], _SURE)
        told.append(names[best] if sure else Act.CLAIM)
    return told


@lru_cache(maxsize=1)
def _weights(
    file: Path,
) -> tuple[list[Act], list[str], NDArray[np.float64], NDArray[np.float64]]:
    content = json.loads(file.read_text(encoding="utf-8"))
    names = [Act(name) for name in content["acts"]]
    return names, content["marks"], np.array(content["weights"]), np.array(content["bias"])
