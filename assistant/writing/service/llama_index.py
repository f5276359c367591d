"""Any language model that LlamaIndex has an integration for, named `llama-index:PROVIDER/MODEL`."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from assistant.errors import AssistantError
from assistant.writing.errors import ModelFailed, ModelUnreachable
from assistant.writing.models import Deadline, Message, Piece
from assistant.writing.service.waiting import Put, in_time


class LlamaIndexModel:
    """The model that `spec`, "PROVIDER/MODEL", names: the class of `llama_index.llms.PROVIDER`.

    A `key` is handed on where the integration takes one; else it looks where it always does. The
    form of a reply is asked for in words alone: what integrations promise of it differs. Nothing is
    imported before `prepare`.
    """

    def __init__(self, spec: str, *, key: str = "", tokens: int) -> None:
        self._provider, _, self._model = spec.partition("/")
        self._key = key
        self._tokens = tokens
        self._llm: LLM | None = None

    @property
    def name(self) -> str:
        return self._model

    def hush(self, text: str) -> str:
        return text.replace(self._key, "****") if self._key else text

    def prepare(self) -> None:
        """Import the integration and make its model, once. Raises ModelUnreachable."""
        if self._llm is None:
            self._llm = self._made()

    def window(self, deadline: Deadline) -> int | None:
        """As the integration tells it."""
        self.prepare()
        assert self._llm is not None
        return self._llm.metadata.context_window or None

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None,
        tokens: int,
        deadline: Deadline,
    ) -> Iterator[Piece]:
        self.prepare()
        llm = self._llm
        assert llm is not None
        chat = [ChatMessage(role=m.role, content=m.content) for m in messages]

        def ask(put: Put) -> None:
            said = ""
            for reply in llm.stream_chat(chat):
                whole = reply.message.content or ""
                delta = reply.delta or whole.removeprefix(said)
                said += delta
                put(Piece(text=delta))

        try:
            yield from in_time(deadline, ask, self._provider)
        except AssistantError:
            raise
        except Exception as exc:  # each integration raises its own kinds
            raise ModelFailed(f"{self._provider}: {self._said(exc)}") from exc
        yield Piece(finish="stop")

    def _made(self) -> LLM:
        package = f"llama-index-llms-{self._provider.replace('_', '-')}"
        try:
            module = import_module(f"llama_index.llms.{self._provider}")
        except ImportError as exc:
            raise ModelUnreachable(
                f"LlamaIndex's integration of {self._provider} is not installed: "
                f"pip install {package}"
            ) from exc
        classes = [
            value
            for value in vars(module).values()
            if inspect.isclass(value) and issubclass(value, LLM) and value is not LLM
        ]
        wanted = self._provider.replace("_", "").lower()
        classes.sort(key=lambda value: value.__name__.lower() != wanted)
        if not classes:
            raise ModelUnreachable(f"{package} holds no language model")
        known = set(classes[0].model_fields)
        told = {"temperature": 0.0, "max_tokens": self._tokens, "api_key": self._key or None}
        given = {n: v for n, v in told.items() if n in known and v is not None}
        try:
            return classes[0](model=self._model, **given)
        except Exception as exc:
            raise ModelUnreachable(f"{self._provider} cannot be used: {self._said(exc)}") from exc

    def _said(self, exc: Exception) -> str:
        """What an error says, in one short line without the key."""
        return self.hush(" ".join(str(exc).split()))[:300] or type(exc).__name__
