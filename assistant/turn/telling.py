"""Telling what a person's turn is: a small network that reads it and the question before it.

`python -m eval.fitting.fit_turn` trains it from turns of people; docs/answering.md says how often
it is right.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.models import Turn
from assistant.turn.network import Ints, Network, joined

SHIPPED = Path(__file__).parent / "model" / "turn.onnx"
# Of the network that ships, its tokenizer after its weights; training prints it.
SHIPPED_SHA256 = "9d4ae6023519fc99927a748fb40db92c3b2850549d65eb15402ec77a7bc14d48"
TOKENS_OF_TURN, TOKENS_BEFORE = 96, 32
UNSURE = 0.5  # what is less likely is not told

Chances = NDArray[np.float64]


def encoded(tokens: Any, turn: str, history: Sequence[Turn]) -> tuple[Ints, Ints]:
    """What the network is given: token ids and their segments, both of shape (tokens,). The last
    question before the turn stands behind it: what follows another is told by that too."""
    asked = [each.content for each in history if each.role == "user"]
    own = joined(tokens, [(turn, TOKENS_OF_TURN)])
    both = joined(tokens, [(turn, TOKENS_OF_TURN), (asked[-1] if asked else "", TOKENS_BEFORE)])
    return np.array(both), np.array([0] * len(own) + [1] * (len(both) - len(own)))


class Teller:
    """Tells what a turn is. Safe to use from several threads."""

    def __init__(self, file: Path, sha256: str | None = None) -> None:
        """Raises AssistantError where it is not there, or not the one of that digest."""
        self._network = Network(file, _unavailable, sha256)

    def chances(
        self, output: str, names: Sequence[str], turn: str, history: Sequence[Turn]
    ) -> dict[str, float]:
        """How likely each of `names` is, of what the network tells as `output`; they add up to 1.
        The names are sorted, as they were when it was trained."""
        ids, segments = encoded(self._network.tokens(), turn, history)
        odds = self._network.run([output], ids, segments)[0][0].astype(np.float64)
        share = np.exp(odds - odds.max())
        return dict(zip(sorted(names), (share / share.sum()).tolist(), strict=True))


def _unavailable(why: str) -> AssistantError:
    return AssistantError(f"what tells a turn's kind in {why}. Install Soundings again")


@lru_cache(maxsize=1)
def shipped() -> Teller:
    """The one that ships."""
    return Teller(SHIPPED, SHIPPED_SHA256)
