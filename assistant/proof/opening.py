"""The checker that the settings ask for."""

from collections.abc import Callable

from assistant.proof.check import Checker
from assistant.proof.entailment import CrossEncoderEntailment
from assistant.settings import AssistantSettings
from vectorstore.settings import NONE


def open_checker(
    table: AssistantSettings, announce: Callable[[str], None] = lambda _: None
) -> Checker:
    """A checker with the entailment model of the settings. Raises SettingsError where
    SOUNDINGS_NLI names none."""
    if table.nli in NONE:
        return Checker()
    return Checker(entailment=CrossEncoderEntailment(table.nli, announce=announce))
