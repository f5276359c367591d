"""Telling short texts apart: what is known of one in numbers, and a regression over it.

A text is its vector, its frame and a few plain traits. The frame is how it is put: its words one
to four in a row, where words that few turns share are blanks ("who _ the _ ?"). The vector says
what it is about whatever the words; the frame still tells much where another encoder made the
vectors.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.models import Turn
from vectorstore import Encoder, visible

BUCKETS = 4_096  # for hashed frames; more told no more in cross-validation
RUN = 4  # words in a row, at most
WEIGHT = 3.0  # of vector and frame beside the plain traits
FEW, FEWER = 6, 4  # words of a turn that leans on what was said before
SHARED = 4  # turns that hold a word which is no blank, at least

Floats = NDArray[np.float64]

_TOKEN = re.compile(r"\w+|[?!,.:;\"“]")


def row(
    text: str, history: Sequence[Turn], vector: NDArray[np.float32] | None, shared: frozenset[str]
) -> Floats:
    """What is known of `text` after `history`: its vector (left out where None), its frame, in
    which the words of `shared` are no blanks, its traits."""
    parts = [] if vector is None else [WEIGHT * vector.astype(np.float64)]
    frame = _hashed(_frame(text, shared), follows=bool(history))
    return np.concatenate([*parts, WEIGHT * frame, _traits(text, history)])


def shared_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that many of `texts` hold: how things are put, whatever they are about."""
    counts = Counter(token for text in texts for token in set(_tokens(text)))
    return frozenset(token for token, count in counts.items() if count >= SHARED)


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(re.sub("[’']", "", visible(text).lower()))


def _frame(text: str, shared: frozenset[str]) -> list[str]:
    """The text with its ends marked: a number is #, other words than shared ones a blank, one for
    many; that of a last word in -s is another, which is mostly a plural."""
    frame = ["^"]
    for token in _tokens(text):
        if token in shared or not token.isalnum():
            frame.append(token)
        elif token.isdigit():
            frame.append("#")
        else:
            if frame[-1] in ("_", "_s"):
                frame.pop()
            frame.append("_s" if token.endswith("s") else "_")
    return [*frame, "$"]


def _hashed(frame: Sequence[str], *, follows: bool) -> Floats:
    """What stands in a row in the frame, of length 1 together. A turn that follows another is told
    apart by it too: "why" asks something else then."""
    runs = {
        " ".join(frame[i : i + n]) for n in range(1, RUN + 1) for i in range(len(frame) - n + 1)
    }
    found = np.zeros(BUCKETS)
    for run in {*runs, *(f"after {run}" for run in runs if follows)}:
        found[zlib.crc32(run.encode()) % BUCKETS] = 1.0
    return np.asarray(found / np.linalg.norm(found))


def _traits(text: str, history: Sequence[Turn]) -> Floats:
    follows, long = bool(history), len(text.split())
    strange = sum(not c.isascii() and c.isalpha() for c in text) / max(1, len(text))
    traits = (
        follows,
        follows and long < FEW,
        not follows and long < FEWER,
        math.log1p(long) / 3,
        "?" in text,
        text.rstrip().endswith("?"),
        text.rstrip().endswith("."),
        "!" in text,
        any(c.isdigit() for c in text),
        text[:1].isupper(),
        strange,
    )
    return np.array([float(trait) for trait in traits])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Teller:
    """Tells which of `names` a text is: a multinomial logistic regression over `row`, and a second
    one over the row without its vector, for vectors of another encoder than `encoder`."""

    names: tuple[str, ...]
    shared: frozenset[str]
    encoder: str
    weights: Floats
    bias: Floats
    plain_weights: Floats
    plain_bias: Floats
    threshold: float

    def chances(self, text: str, history: Sequence[Turn], encoder: Encoder) -> dict[str, float]:
        """How likely each name is; they add up to 1."""
        if encoder.fingerprint == self.encoder:
            known = row(text, history, encoder.encode([text])[0], self.shared)
            odds = self.weights @ known + self.bias
        else:
            odds = self.plain_weights @ row(text, history, None, self.shared) + self.plain_bias
        share = np.exp(odds - odds.max())
        return dict(zip(self.names, (share / share.sum()).tolist(), strict=True))

    def save(self, file: Path) -> None:
        """Write it, in half the digits: they tell the same."""
        np.savez_compressed(
            file,
            names=np.array(self.names),
            shared=np.array(sorted(self.shared)),
            encoder=np.array(self.encoder),
            threshold=np.array(self.threshold),
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            plain_weights=self.plain_weights.astype(np.float16),
            plain_bias=self.plain_bias,
        )


def load(file: Path) -> Teller:
    """The teller that was saved there."""
    with np.load(file, allow_pickle=False) as kept:
        return Teller(
            names=tuple(str(name) for name in kept["names"]),
            shared=frozenset(str(word) for word in kept["shared"]),
            encoder=str(kept["encoder"]),
            threshold=float(kept["threshold"]),
            weights=kept["weights"].astype(np.float64),
            bias=kept["bias"],
            plain_weights=kept["plain_weights"].astype(np.float64),
            plain_bias=kept["plain_bias"],
        )
