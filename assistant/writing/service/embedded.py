"""A GGUF file, served by llama.cpp in this process on the loopback, and asked as any service."""

import importlib
import os
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.writing.errors import ModelUnreachable
from assistant.writing.models import Deadline, Message, Piece
from assistant.writing.service.http import HttpModel
from vectorstore import SettingsError

FILE_WINDOW = 4096  # tokens, unless the settings say more: memory is taken for all of them
MAGIC = b"GGUF"
NEEDED = "a model in a file needs the package xllamacpp: pip install 'soundings-assistant[llm]'"


class EmbeddedModel:
    """The model in `file`, loaded when it is first needed, with a window of so many tokens and, if
    not told how many, as many threads as there are processors for this process.

    Raises SettingsError where the file is not there or is no GGUF.
    """

    def __init__(self, file: Path, *, window: int, threads: int | None = None):
        self._file = file.expanduser()
        self._window = window
        self._threads = threads or _processors()
        self._lock = threading.Lock()
        self._server: Any = None
        self._http: HttpModel | None = None
        try:
            with self._file.open("rb") as stream:
                begins = stream.read(len(MAGIC))
        except OSError as exc:
            raise SettingsError(
                f"SOUNDINGS_LLM=gguf:{file}: {exc.strerror or exc}. Name a .gguf file."
            ) from exc
        if begins != MAGIC:
            raise SettingsError(f"SOUNDINGS_LLM=gguf:{file}: this is no GGUF file.")

    @property
    def name(self) -> str:
        return self._file.stem

    def hush(self, text: str) -> str:
        return self._http.hush(text) if self._http else text

    def prepare(self) -> None:
        """Load the model and begin to serve it, once. Raises ModelUnreachable."""
        with self._lock:
            if self._http is None:
                key = secrets.token_urlsafe(24)  # nobody else on this machine is to use it
                self._server = _serve(self._file, self._window, self._threads, key)
                base = f"{self._server.listening_address}/v1"
                self._http = HttpModel(base, model=self.name, key=key)

    def window(self, deadline: Deadline) -> int:
        """What it was opened with."""
        return self._window

    def stream(
        self,
        messages: Sequence[Message],
        *,
        schema: Mapping[str, Any] | None,
        tokens: int,
        deadline: Deadline,
    ) -> Iterator[Piece]:
        self.prepare()
        assert self._http is not None
        yield from self._http.stream(messages, schema=schema, tokens=tokens, deadline=deadline)


def _serve(file: Path, window: int, threads: int, key: str) -> Any:
    """llama.cpp's server over the file, on a free port of the loopback."""
    try:
        llama: Any = importlib.import_module("xllamacpp")
    except ImportError as exc:
        raise ModelUnreachable(NEEDED) from exc
    params = llama.CommonParams()
    params.model.path = str(file)
    params.model_alias = {file.stem}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [key]
    params.n_ctx = window
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cache_ram_mib = 0  # else it keeps what it has read, up to 8 GB, besides the last prompt
    params.ui = params.endpoint_slots = False
    params.verbosity = -1  # nothing on standard output but our own
    try:
        return llama.Server(params)
    except Exception as exc:
        raise ModelUnreachable(f"the model in {file} cannot be loaded: {exc}") from exc


def _processors() -> int:
    """Those that this process may use, which in a container can be fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
