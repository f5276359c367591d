"""The reader: of a question and a stretch of text, which sentences answer, and whether any does.

`python -m eval.fitting.reader.train` trains it, `export` makes it small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import ReaderUnavailable
from assistant.turn.network import Ints, Network, ids_of, joined, side_by_side
from vectorstore import EncoderUnavailable
from vectorstore.encoder import find_model
from vectorstore.settings import NONE

EXPORTED = "reader.onnx"
BUILTIN_FOLDER = Path(__file__).parent / "model"
# Of the reader that ships, its tokenizer after its weights; the export prints it.
BUILTIN_SHA256 = "b1970f92f5c4dc91fe9fb99c863f294e4cd8bf91178e3c5484d4cf26c2637687"
BUILTIN = "builtin"

# Tokens that are read of a question, of what was said before it, of a heading, and of all together.
QUESTION, BEFORE, HEADING, ALL = 64, 64, 32, 420


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Sentences that are read together, under the title and headings that stand above them."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """Of a stretch: the log odds that each sentence answers, shape (sentences,), LEAST for one that
    was too far down to be read; and the log odds that anything in it does."""

    sentences: NDArray[np.float64]
    whole: float


LEAST = -12.0


class Reader(Protocol):
    """Says which sentences answer a question."""

    @property
    def fingerprint(self) -> str:
        """Names the reader and its weights: equal fingerprints give equal readings."""

    def read(self, question: str, before: str, stretches: Sequence[Stretch]) -> list[Reading]:
        """One reading for each stretch, in order. `before` is what a question was asked after."""


def encoded(tokens: Any, question: str, before: str, stretch: Stretch) -> tuple[Ints, Ints, Ints]:
    """What a reader is given: token ids, their segments, and the sentence that each belongs to (-1
    for none); all of shape (tokens,), at most ALL of them."""
    ids = joined(tokens, ((question, QUESTION), (before, BEFORE)))
    first = len(ids)
    if stretch.heading:
        ids += [*ids_of(tokens, stretch.heading, HEADING), tokens.token_to_id("[SEP]")]
    of = [-1] * len(ids)
    for number, sentence in enumerate(stretch.sentences):
        there = ids_of(tokens, sentence, ALL)
        ids += there
        of += [number] * len(there)
    ids, of = [*ids[: ALL - 1], tokens.token_to_id("[SEP]")], [*of[: ALL - 1], -1]
    kinds = [0] * first + [1] * (len(ids) - first)
    return np.array(ids), np.array(kinds), np.array(of)


class OnnxReader:
    """A reader as `eval.fitting.reader.export` writes it: `reader.onnx` and its tokenizer."""

    def __init__(self, folder: Path, sha256: str | None = None) -> None:
        """Raises ReaderUnavailable where it is not there, or not the one of that digest."""
        self._network = Network(folder / EXPORTED, _unavailable, sha256)
        self._fingerprint = f"reader-{self._network.digest[:16]}"

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def read(self, question: str, before: str, stretches: Sequence[Stretch]) -> list[Reading]:
        return side_by_side(lambda each: self._reading(question, before, each), stretches)

    def _reading(self, question: str, before: str, stretch: Stretch) -> Reading:
        ids, kinds, of = encoded(self._network.tokens(), question, before, stretch)
        told, whole = self._network.run(("tokens", "whole"), ids, kinds)
        scores = np.full(len(stretch.sentences), LEAST)
        for number in range(len(scores)):
            mine = of == number
            if mine.any():
                # Rounded, so that the last bits of the arithmetic decide nothing.
                scores[number] = round(float(told[0][mine].mean()), 4)
        return Reading(sentences=scores, whole=round(float(whole[0]), 4))


def _unavailable(why: str) -> ReaderUnavailable:
    return ReaderUnavailable(
        f"the reader in {why}. Install Soundings again, export it again "
        "(python -m eval.fitting.reader.export), or do without: SOUNDINGS_READER=none"
    )


def open_reader(name: str) -> Reader | None:
    """The reader of a setting: the built-in one, none, a folder, or a name in the local model
    cache.

    Raises ReaderUnavailable where there is no such reader here.
    """
    if name in NONE:
        return None
    if name == BUILTIN:
        return OnnxReader(BUILTIN_FOLDER, BUILTIN_SHA256)
    try:
        return OnnxReader(find_model(name, "reader"))
    except EncoderUnavailable as exc:
        raise ReaderUnavailable(str(exc)) from exc
