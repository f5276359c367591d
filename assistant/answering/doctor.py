"""A check of the models that answering may use: the reader, the gate's, and a language model."""

from collections.abc import Iterator

from assistant.reading import open_reader
from assistant.reading.reader import Stretch
from assistant.settings import AssistantSettings
from vectorstore import EncoderUnavailable, Settings, SettingsError
from vectorstore.doctor import Finding, finding
from vectorstore.encoder import find_model
from vectorstore.settings import NONE

_UNASKED = "none asked for"


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one model after another; never raises for what it finds."""
    table = settings.table(AssistantSettings)
    yield finding("reader", lambda: _reader(table), "do without: SOUNDINGS_READER=none")
    yield finding("entailment model", lambda: _nli(table), "do without: SOUNDINGS_NLI=none")
    yield finding(
        "language model",
        lambda: _llm(table),
        "start it or mend SOUNDINGS_LLM; without a model (SOUNDINGS_LLM=none) answers are quotes",
    )


def _reader(table: AssistantSettings) -> str:
    reader = open_reader(table.reader)
    if reader is None:
        return _UNASKED
    reader.read("Who?", "", [Stretch(heading="", sentences=("Jo Tan.",))])
    return reader.fingerprint


def _nli(table: AssistantSettings) -> str:
    if table.nli in NONE:
        return _UNASKED
    try:
        return str(find_model(table.nli, "entailment model"))
    except EncoderUnavailable as exc:
        raise SettingsError(f"SOUNDINGS_NLI: {exc}") from exc


def _llm(table: AssistantSettings) -> str:
    if table.llm == "none":
        return _UNASKED
    from assistant.writing.opening import offered_by  # what it loads is of no use without a model

    return f"{table.llm} offers {offered_by(table)}"
