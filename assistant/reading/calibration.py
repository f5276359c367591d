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
from assistant.reading.features import PLAIN_FEATURES, READ_FEATURES, answer_features

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
    answer is given rather than withheld. `made` and `data` say when, and from what; `file` is where
    it was read from, `read` whether it is for answering with a reader.
    """

    file: Path
    read: bool
    sentence: Logistic
    answer: Logistic
    threshold: float
    made: str
    data: Mapping[str, Any]

    def check(self, read: bool) -> None:
        """Raises AssistantError where it was made for the other way of answering."""
        if self.read != read:
            made = "with a reader" if self.read else "without a reader"
            way = "name the reader (SOUNDINGS_READER)" if self.read else "SOUNDINGS_READER=none"
            raise AssistantError(
                f"the calibration in {self.file} was made {made}. Answer so ({way}), or make one: "
                "soundings eval calibrate"
            )


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
    read = bool(content["read"])
    return Calibration(
        file=path,
        read=read,
        sentence=Logistic.from_json(
            content["sentence"], PLAIN_FEATURES + (READ_FEATURES if read else ())
        ),
        answer=Logistic.from_json(content["answer"], answer_features(read)),
        threshold=float(content["threshold"]),
        made=content["made"],
        data=content["data"],
    )
