"""The verifier: how likely a statement is to follow from evidence.

A small cross-encoder; `python -m eval.fitting.fit_verifier` trains it, and `model/README.md` says
from what.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import AssistantError
from assistant.proof.said import sentences_of
from assistant.turn.network import Ints, Network, ids_of, joined, side_by_side

SHIPPED = Path(__file__).parent / "model" / "verifier.onnx"
# Its tokenizer after its weights; the fit prints it.
SHIPPED_SHA256 = "d0e989025868d9f41b301f26d84d93bb8c2403a51e890d3e3ce7f9e5d855cd56"
SUPPORTED = "supported"  # the name of its output
STATEMENT, ALL = 96, 320  # tokens that are read of a statement, and of it and its evidence together
WINDOW_CHARACTERS = 1_000  # of evidence at a time: about what ALL tokens hold beside a statement
# Its log odds as those of a chance (Platt scaling), on what was kept aside; the fit prints them.
SCALE, SHIFT = 1.14, 0.63


def encoded(tokens: Any, statement: str, evidence: str) -> tuple[Ints, Ints]:
    """What a verifier is given: token ids and their segments, of shape (tokens,), at most ALL."""
    ids = joined(tokens, ((statement, STATEMENT),))
    first = len(ids)
    ids += ids_of(tokens, evidence, ALL - first - 1)
    ids.append(tokens.token_to_id("[SEP]"))
    return np.array(ids), np.array([0] * first + [1] * (len(ids) - first))


class Verifier:
    """A verifier as the fit writes it: `verifier.onnx` and its tokenizer. Loaded when first asked;
    safe to use from several threads."""

    def __init__(self, file: Path, sha256: str | None = None) -> None:
        """Raises AssistantError where it is not there, or not the one of that digest."""
        self._network = Network(file, _unavailable, sha256)

    def odds(self, statement: str, evidence: str) -> float:
        """The log odds that evidence of at most ALL tokens supports a statement, rounded, so that
        the last bits of the arithmetic decide nothing."""
        ids, kinds = encoded(self._network.tokens(), statement, evidence)
        (odds,) = self._network.run((SUPPORTED,), ids, kinds)
        return round(float(odds[0]), 4)

    def supports(self, statement: str, evidence: str) -> float:
        """The chance, 0 to 1, that some window of the evidence supports a statement."""
        parts = windows(sentences_of(evidence) or [evidence], WINDOW_CHARACTERS)
        best = max(side_by_side(lambda part: self.odds(statement, part), parts))
        return 1 / (1 + math.exp(-(SCALE * best + SHIFT)))


def windows(sentences: Sequence[str], characters: int) -> Iterator[str]:
    """The sentences joined as far as so many characters hold them; each window opens with the last
    sentence of the one before, so that what leans on it is read with it."""
    held: list[str] = []
    for sentence in sentences:
        if held and sum(map(len, held)) + len(sentence) > characters:
            yield " ".join(held)
            held = held[-1:] if len(held[-1]) + len(sentence) <= characters else []
        held.append(sentence)
    yield " ".join(held)


def _unavailable(why: str) -> AssistantError:
    return AssistantError(f"the verifier in {why}. Install Soundings again")


@cache
def shipped_verifier() -> Verifier:
    """The one that comes with the program."""
    return Verifier(SHIPPED, SHIPPED_SHA256)
