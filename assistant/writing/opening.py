"""The writer that the settings ask for."""

from collections.abc import Callable
from pathlib import Path

from assistant.proof import Checker
from assistant.settings import AssistantSettings
from assistant.writing.embedded import EmbeddedModel
from assistant.writing.models import Model
from assistant.writing.wire import HttpModel
from assistant.writing.writer import ModelWriter
from vectorstore import Library


def open_writer(table: AssistantSettings) -> Callable[[Library, Checker], ModelWriter]:
    """What makes the writer over a library. Nothing is asked of the model, or loaded, before the
    first question. Raises SettingsError where a model's file is not there."""
    model = open_model(table)
    return lambda library, checker: ModelWriter(model, library, table, checker)


def open_model(table: AssistantSettings) -> Model:
    """The model that the settings name, which must not be `none`."""
    if table.llm.startswith("gguf:"):
        return EmbeddedModel(Path(table.llm.removeprefix("gguf:")), window=table.llm_window)
    return HttpModel(table.llm, model=table.llm_model, key=table.llm_key.get_secret_value())
