"""What was learnt from questions with known answers: weights, thresholds and where they are from.

The shipped file is made by `python -m eval.fitting.fit`; nothing in it is set by hand.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.reading.answer_features import ANSWER_FEATURES
from assistant.reading.features import SENTENCE_FEATURES
from assistant.reading.read_features import READ_ANSWER_FEATURES, READ_FEATURES

SHIPPED = Path(__file__).parent / "calibration.json"
SHIPPED_READ = Path(__file__).parent / "calibration_read.json"

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logistic:
    """A logistic regression over standardized features: p = 1 / (1 + exp(-(w·z + b)))."""

    features: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def probability(self, rows: Rows) -> NDArray[np.float64]:
        """Probabilities of shape (n,) for rows of shape (n, len(features))."""
        z = (rows.astype(np.float64) - self.mean) / self.scale
        # Rounded, so that the last bits of the arithmetic decide nothing.
        score = np.round(z @ self.weights + self.bias, 9)
        return np.asarray(1.0 / (1.0 + np.exp(-score)))

    def to_json(self) -> dict[str, Any]:
        return {
            "features": list(self.features),
            "mean": [round(v, 9) for v in self.mean.tolist()],
            "scale": [round(v, 9) for v in self.scale.tolist()],
            "weights": [round(v, 9) for v in self.weights.tolist()],
            "bias": round(self.bias, 9),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any], features: Sequence[str]) -> "Logistic":
        """Raises AssistantError where the file was made for other features than the program's."""
        if list(content["features"]) != list(features):
            raise AssistantError(
                "the calibration was made by another version of the program. "
                "Make it again: python -m eval.fitting.fit"
            )
        return cls(
            features=tuple(features),
            mean=np.array(content["mean"]),
            scale=np.array(content["scale"]),
            weights=np.array(content["weights"]),
            bias=float(content["bias"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """How likely a sentence is to answer, how likely the evidence is to, and from where on the
    answer is given rather than withheld. `made` and `data` say when, and from what.

    `file` is where it was read from. `second` is how likely a sentence is to answer once a reader
    has read it; None in a calibration for answering without one.
    """

    file: Path
    sentence: Logistic
    second: Logistic | None
    answer: Logistic
    threshold: float
    made: str
    data: Mapping[str, Any]


@cache
def shipped(read: bool = False) -> Calibration:
    """The calibration that comes with the program, for answering with a reader or without."""
    return load(SHIPPED_READ if read else SHIPPED)


def load(path: Path) -> Calibration:
    """Read a calibration. Raises AssistantError where it is missing or of another version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise AssistantError(f"cannot read the calibration in {path}: {exc}") from exc
    second = content.get("second")
    read = READ_ANSWER_FEATURES if second else ()
    return Calibration(
        file=path,
        sentence=Logistic.from_json(content["sentence"], SENTENCE_FEATURES),
        second=second and Logistic.from_json(second, SENTENCE_FEATURES + READ_FEATURES),
        answer=Logistic.from_json(content["answer"], ANSWER_FEATURES + read),
        threshold=float(content["threshold"]),
        made=content["made"],
        data=content["data"],
    )
