"""The writer that the settings ask for."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from assistant.proof import Checker
from assistant.settings import LLAMA_INDEX, AssistantSettings
from assistant.writing.models import Model
from assistant.writing.service.embedded import FILE_WINDOW, NEEDED, EmbeddedModel
from assistant.writing.service.http import HttpModel
from assistant.writing.writer import ModelWriter
from vectorstore import SettingsError, Store

SECONDS = 5.0  # that a service has to say what it offers


def open_writer(table: AssistantSettings) -> Callable[[Store, Checker], ModelWriter]:
    """What makes the writer over a store. Nothing is asked of the model, or loaded, before the
    first question. Raises SettingsError where a model's file is not there."""
    model = open_model(table)
    return lambda store, checker: ModelWriter(model, store, table, checker)


def offered_by(table: AssistantSettings) -> str:
    """What can answer where the settings say: the models that a service lists, or the one that is
    named. Raises SettingsError or ModelError where nothing can."""
    model = open_model(table)
    if isinstance(model, HttpModel):
        return ", ".join(model.offered(SECONDS))
    if isinstance(model, EmbeddedModel) and find_spec("xllamacpp") is None:
        raise SettingsError(NEEDED)
    return model.name


def open_model(table: AssistantSettings) -> Model:
    """The model that the settings name, which must not be `none`."""
    key = table.llm_key.get_secret_value()
    if table.llm.startswith("gguf:"):
        file = Path(table.llm.removeprefix("gguf:"))
        return EmbeddedModel(file, window=table.llm_window or FILE_WINDOW)
    if table.llm.startswith(LLAMA_INDEX):
        from assistant.writing.service.llama_index import LlamaIndexModel  # slow to load

        spec = table.llm.removeprefix(LLAMA_INDEX)
        return LlamaIndexModel(spec, key=key, tokens=table.llm_tokens)
    return HttpModel(table.llm, model=table.llm_model, key=key)
