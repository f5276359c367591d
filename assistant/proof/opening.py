"""The checker that the settings ask for."""

from collections.abc import Callable

from assistant.proof.check import Checker, shipped_model
from assistant.proof.entailment import CrossEncoderEntailment
from assistant.settings import AssistantSettings
from vectorstore import Encoder, SentenceEncoder
from vectorstore.settings import NONE


def open_checker(
    table: AssistantSettings, encoder: Encoder, announce: Callable[[str], None] = lambda _: None
) -> Checker:
    """A checker on `encoder`, or on the built-in one where the gate's model has learnt from its
    similarities only; with the entailment model of the settings.

    Raises SettingsError where SOUNDINGS_NLI names none.
    """
    model = shipped_model()
    entailment = None
    if table.nli not in NONE:
        entailment = CrossEncoderEntailment(table.nli, announce=announce)
    if encoder.fingerprint != model.encoder:
        encoder = SentenceEncoder(announce=announce)
    return Checker(encoder, model=model, entailment=entailment)
