"""What several tests make or look for: tiny models with random weights, a person, a browser."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vectorstore.encoder import find_model
from web.identity.people import PERSON, Person, Role

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def tiny_model(kind: str, seed: int, **shape: Any) -> Any:
    """A model of transformers' class `kind` with one small layer, for the built-in vocabulary."""
    import torch
    import transformers

    torch.manual_seed(seed)
    usual = {
        "vocab_size": len(_tokenizer()),
        "hidden_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
    }
    made = getattr(transformers, kind)
    return made(made.config_class(**(usual | shape)))


def least(measured: Callable[[], float], enough: float) -> float:
    """The least of three measurements at most, as a busy moment of the machine must not decide."""
    found = []
    for _ in range(3):
        found.append(measured())
        if found[-1] <= enough:
            break
    return min(found)


def saved(model: Any, folder: Path) -> Path:
    """A model in a folder, with the built-in tokenizer, as model hubs have them."""
    model.save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(find_model("builtin"), local_files_only=True)


class As:
    """Passes requests on as somebody's, as the guard does; as nobody's where there is no role."""

    def __init__(self, app: Any, role: Role | None) -> None:
        self.app, self.person = app, role and Person(name="sam", role=role)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app({**scope, PERSON: self.person}, receive, send)


def browser_path() -> str:
    """The browser that is installed; without one the test is skipped, and in CI fails."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        message = f"no browser: looked for {', '.join(BROWSERS)}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
