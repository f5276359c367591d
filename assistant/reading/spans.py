"""What a reader says of a window of text, and the protocol that every reader keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Logs = NDArray[np.float64]

LONGEST_ANSWER = 40  # tokens


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """What a reader says of one window: for every token how likely an answer starts and ends there.

    `starts` and `ends` are natural logarithms of chances, of shape (1 + tokens,); the first entry
    stands for "not here". `offsets` are the tokens' characters in the window, (tokens, 2).
    """

    starts: Logs
    ends: Logs
    offsets: NDArray[np.int64]

    @property
    def here(self) -> float:
        """The log odds that the window holds an answer: the mean over both ends, from -15 to 15."""
        nothing = np.array([self.starts[0], self.ends[0]])
        something = np.log(np.maximum(-np.expm1(np.minimum(nothing, -1e-9)), 1e-9))
        return float(np.clip(np.mean(something - nothing), -15.0, 15.0))

    def share(self, start: int, end: int) -> float:
        """The chance that an answer lies in the characters [start, end); the mean of both ends."""
        inside = (self.offsets[:, 0] < end) & (start < self.offsets[:, 1])
        if not inside.any():
            return 0.0
        chances = np.exp(self.starts[1:][inside]).sum(), np.exp(self.ends[1:][inside]).sum()
        return float(np.clip(np.mean(chances), 0.0, 1.0))

    def best(self, start: int, end: int) -> tuple[int, int, float] | None:
        """The likeliest answer within the characters [start, end), as characters of the window with
        its log odds against "not here"; None where no token lies within."""
        inside = np.flatnonzero((self.offsets[:, 0] < end) & (start < self.offsets[:, 1]))
        if not len(inside):
            return None
        first, last = int(inside[0]), int(inside[-1]) + 1
        opening, closing = self.starts[1 + first : 1 + last], self.ends[1 + first : 1 + last]
        scores = opening[:, None] + closing[None, :]
        rows, columns = np.indices(scores.shape)
        scores = np.where(
            (columns >= rows) & (columns - rows < LONGEST_ANSWER), np.round(scores, 6), -np.inf
        )
        a, b = np.unravel_index(int(scores.argmax()), scores.shape)
        return (
            int(self.offsets[first + a, 0]),
            int(self.offsets[first + b, 1]),
            float(scores[a, b] - self.starts[0] - self.ends[0]),
        )


class SpanReader(Protocol):
    """Says where in a window the answer to a question stands, and whether it does."""

    @property
    def fingerprint(self) -> str:
        """Names the reader and its weights: equal fingerprints give equal readings."""

    def read(self, question: str, windows: Sequence[str]) -> list[Reading]:
        """One reading for each window, in order. What is beyond a reader's span is not read."""


def reading_of(
    start_logits: NDArray[np.float32],
    end_logits: NDArray[np.float32],
    first: int,
    offsets: Sequence[tuple[int, int]],
) -> Reading:
    """A reading from a model's output for one input: logits of shape (input tokens,), where the
    window's tokens begin at `first`. What is neither "not here" nor the window is left out."""
    places = [0, *range(first, first + len(offsets))]
    return Reading(
        starts=_log_softmax(start_logits[places]),
        ends=_log_softmax(end_logits[places]),
        offsets=np.array(offsets, dtype=np.int64).reshape(-1, 2),
    )


def _log_softmax(logits: NDArray[np.float32]) -> Logs:
    shifted = logits.astype(np.float64) - float(logits.max())
    # Rounded, so that the last bits of the arithmetic decide nothing.
    logs: Logs = np.round(shifted - np.log(np.exp(shifted).sum()), 5)
    return logs
