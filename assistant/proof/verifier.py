"""The verifier: how likely a statement is to follow from the sentences that it cites.

A small cross-encoder; `python -m eval.fitting.fit_verifier` trains it.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import AssistantError
from assistant.turn.network import Ints, Network, ids_of, joined

SHIPPED = Path(__file__).parent / "model" / "verifier.onnx"
# Its tokenizer after its weights; the fit prints it.
SHIPPED_SHA256 = ""
SUPPORTED = "supported"  # the name of its output
STATEMENT, ALL = 96, 320  # tokens that are read of a statement, and of it and its evidence together


def encoded(tokens: Any, statement: str, evidence: str) -> tuple[Ints, Ints]:
    """What a verifier is given: token ids and their segments, of shape (tokens,), at most ALL."""
    ids = joined(tokens, ((statement, STATEMENT),))
    first = len(ids)
    ids += ids_of(tokens, evidence, ALL - first - 1)
    ids.append(tokens.token_to_id("[SEP]"))
    return np.array(ids), np.array([0] * first + [1] * (len(ids) - first))


class Verifier:
    """A verifier as the fit writes it: `verifier.onnx` and its tokenizer."""

    def __init__(self, file: Path, sha256: str | None = None) -> None:
        """Raises AssistantError where it is not there, or not the one of that digest."""
        self._network = Network(file, _unavailable, sha256)
        self.fingerprint = f"verifier-{self._network.digest[:16]}"

    def odds(self, statement: str, evidence: str) -> float:
        """The log odds that the evidence supports the statement, rounded, so that the last bits of
        the arithmetic decide nothing."""
        ids, kinds = encoded(self._network.tokens(), statement, evidence)
        (odds,) = self._network.run((SUPPORTED,), ids, kinds)
        return round(float(odds[0]), 4)


def _unavailable(why: str) -> AssistantError:
    return AssistantError(f"the verifier in {why}. Install Soundings again")


@cache
def shipped_verifier() -> Verifier:
    """The one that comes with the program, loaded when it is first asked."""
    return Verifier(SHIPPED, SHIPPED_SHA256)
