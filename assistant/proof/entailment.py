"""An entailment model beside the gate's own check: any cross-encoder trained on inference."""

from collections.abc import Callable
from itertools import product

import numpy as np

from assistant.proof.said import sentences_of
from assistant.proof.verifier import windows
from vectorstore import SettingsError
from vectorstore.encoder import CrossEncoder
from vectorstore.errors import EncoderUnavailable

WINDOW_CHARACTERS = 1_200  # of a passage at a time: about what 512 tokens hold beside a claim


class CrossEncoderEntailment:
    """Entailment by a cross-encoder that a folder or a name says; which of its outputs means
    "entailment" is read from its own configuration.

    Raises SettingsError where there is no such model, or where it knows no entailment.
    """

    def __init__(self, name: str, *, announce: Callable[[str], None] | None = None):
        try:
            self._model = CrossEncoder(name, announce=announce)
            labels = self._model.labels
        except EncoderUnavailable as exc:
            raise SettingsError(f"SOUNDINGS_NLI={name}: {exc}") from exc
        entailing = [i for i, label in enumerate(labels) if label.lower().startswith("entail")]
        if len(entailing) != 1 or len(labels) < 2:
            raise SettingsError(
                f"SOUNDINGS_NLI={name}: this model's labels are {', '.join(labels)}, and one must "
                "be 'entailment' beside another. Name a model trained on natural language "
                "inference, or unset SOUNDINGS_NLI."
            )
        self._entailing = entailing[0]

    def entails(self, claim: str, passage: str) -> float:
        """The probability that some window of the passage entails the claim's sentence that is
        entailed least."""
        parts = list(windows(sentences_of(passage) or [passage], WINDOW_CHARACTERS))
        said = sentences_of(claim) or [claim]
        raw = self._model.score([(w, s) for s, w in product(said, parts)]).astype(np.float64)
        exp = np.exp(raw - raw.max(axis=1, keepdims=True))
        shares = (exp / exp.sum(axis=1, keepdims=True))[:, self._entailing]
        # Rounded, so that the number of threads decides nothing.
        return round(float(shares.reshape(len(said), -1).max(axis=1).min()), 4)
