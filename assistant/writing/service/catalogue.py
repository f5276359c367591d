"""Language models that serve well, and fetching one: from the Hugging Face hub, by its own library,
only when told to. `HF_ENDPOINT` names a mirror.

The library's `hf_hub_download` throws away what a stopped run has fetched; its `http_get` goes on.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.errors import AssistantError
from vectorstore import UsageError
from vectorstore.encoder import sha256_of

LIST = Path(__file__).with_name("models.toml")
FOLDER = "models"  # of a home, where fetched ones lie


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A model of the list; sizes are in gigabytes."""

    name: str
    title: str
    licence: str
    file_gb: float
    memory_gb: float
    repository: str
    file: str
    ollama: str
    serves: str


@cache
def known_models() -> tuple[Known, ...]:
    """The list, smallest first."""
    return tuple(Known(**row) for row in tomllib.loads(LIST.read_text("utf-8"))["model"])


def fetch(name: str, home: Path, announce: Callable[[str], None]) -> Path:
    """Fetch a model of the list into a home, and give its file; one that is there is checked and
    not fetched again, and a part of one is gone on with, also by a later run.

    Raises UsageError for a name that is not in the list, AssistantError where the hub cannot be
    reached or what came is not what it has.
    """
    model = next((model for model in known_models() if model.name == name), None)
    if model is None:
        names = ", ".join(model.name for model in known_models())
        raise UsageError(f"no model '{name}'. There are: {names}")
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get
    from huggingface_hub.utils._headers import build_hf_headers

    announce(f"Fetching {model.title} ({model.file_gb:g} GB, {model.licence}) …")
    file = home / FOLDER / model.file
    try:
        told = get_hf_file_metadata(hf_hub_url(model.repository, model.file))
        if told.etag and file.exists() and sha256_of(file) == told.etag:
            return file
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f"{file.name}.{(told.etag or 'unnamed')[:12]}.part")
        with part.open("ab") as stream:
            http_get(
                told.location,
                stream,
                resume_size=stream.tell(),
                headers=build_hf_headers(),
                expected_size=told.size,
            )
    except Exception as exc:  # the hub's library lets through what its own client raises
        raise AssistantError(
            f"{model.title} could not be fetched: {' '.join(str(exc).split())[:300]}. Run the "
            "command again to go on where it stopped; HF_ENDPOINT names a mirror"
        ) from exc
    digest = sha256_of(part)
    if told.etag != digest:
        part.unlink()
        raise AssistantError(
            f"what came is not {model.file}: its sha256 is {digest}, and the hub says {told.etag}. "
            "It was removed; fetch it again"
        )
    part.replace(file)
    return file
