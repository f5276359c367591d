"""How many tokens a model reads at once, as its service tells it.

Services tell it in places of their own: in the list of models (vLLM, OpenRouter, Mistral, LM
Studio), in llama.cpp's `/props`, or of the running model (Ollama).
"""

from collections.abc import Callable, Mapping
from typing import Any

OLLAMA = 4096  # tokens that Ollama reads unless told otherwise; it cuts what is longer, unsaid
_IN_LIST = (
    "loaded_context_length",
    "max_model_len",
    "context_length",
    "context_window",
    "max_context_length",
)
_OF_OLLAMA = "library"  # who Ollama says owns its models

Get = Callable[[str], Any]


def window_of(listed: Mapping[str, Any], get: Get) -> int | None:
    """The window in tokens of a model that the service lists as `listed`; None where it does not
    tell. `get` gives the JSON at a path of the service's host, None where there is none."""
    if listed.get("owned_by") == _OF_OLLAMA:
        running = get("/api/ps")
        models = running.get("models") if isinstance(running, dict) else None
        for model in models if isinstance(models, list) else ():
            if isinstance(model, dict) and model.get("name") == listed.get("id"):
                return _count(model.get("context_length")) or OLLAMA
        return OLLAMA
    told = [_count(listed.get(name)) for name in _IN_LIST]
    found = next(filter(None, told), None)
    if found is not None:
        return found
    meta = listed.get("meta")
    if listed.get("owned_by") == "llamacpp" or isinstance(meta, dict):
        props = get("/props")
        made = props.get("default_generation_settings") if isinstance(props, dict) else None
        if isinstance(made, dict):
            return _count(made.get("n_ctx"))
    return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
