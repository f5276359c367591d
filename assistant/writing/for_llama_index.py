"""A model of ours as an LLM of LlamaIndex: what is configured here serves anything built on that.

What it says is the model's own. Nothing of it has passed the gate.
"""

from typing import Any

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.callbacks import CallbackManager
from llama_index.core.llms import CustomLLM
from pydantic import PrivateAttr

from assistant.settings import AssistantSettings
from assistant.writing.models import Deadline, Message, Model
from assistant.writing.service.embedded import FILE_WINDOW


class ModelLLM(CustomLLM):
    """Asks `model` in plain text, within the time, length and window that `table` allows.

    Raises ModelError where the model gives no reply.
    """

    _model: Model = PrivateAttr()
    _table: AssistantSettings = PrivateAttr()

    def __init__(self, model: Model, table: AssistantSettings):
        super().__init__(callback_manager=CallbackManager([]))
        self._model = model
        self._table = table

    @classmethod
    def class_name(cls) -> str:
        return "soundings"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self._table.llm_window or FILE_WINDOW,
            num_output=self._table.llm_tokens,
            model_name=self._model.name,
        )

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return list(self.stream_complete(prompt, formatted))[-1]

    def stream_complete(
        self, prompt: str, formatted: bool = False, **_: Any
    ) -> CompletionResponseGen:
        """The reply as it grows; the last one carries what it cost as `raw`."""
        text = ""
        self._model.prepare()
        pieces = self._model.stream(
            [Message(role="user", content=prompt)],
            schema=None,
            tokens=self._table.llm_tokens,
            deadline=Deadline(self._table.llm_seconds),
        )
        for piece in pieces:
            text += piece.text
            yield CompletionResponse(text=text, delta=piece.text, raw=piece.tokens)
