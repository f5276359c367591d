"""The table `assistant` of the settings."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from vectorstore.settings import NONE, Table

LLAMA_INDEX = "llama-index:"


class AssistantSettings(Table):
    """How questions are answered."""

    reader: str = "builtin"
    """The model that reads what is found: `builtin` for the one that ships, `none` to do without,
    or one exported by `python -m eval.fitting.reader.export`: a folder, or a name in the local
    model cache."""
    nli: str = "none"
    """A cross-encoder trained on natural language inference, for the gate: a folder, or a name in
    the local model cache."""
    llm: str = "none"
    """A language model that writes the answers: `http(s)://host/v1` (OpenAI-compatible),
    `gguf:FILE`, `llama-index:PROVIDER/MODEL` (an integration of LlamaIndex that is installed), or
    `none`."""
    llm_model: str | None = None
    """The model's name at that service; what it lists first if not set."""
    llm_key: SecretStr = SecretStr("")
    """The key; read from the environment only, and never shown."""
    llm_seconds: float = Field(default=120, gt=0, le=3600)
    """How long an answer waits for the model, all in all."""
    llm_tokens: int = Field(default=1000, ge=50, le=32_000)
    """How long its reply may get, in tokens, with what it thinks aloud."""
    llm_window: int | None = Field(default=None, ge=1000)
    """How many tokens it reads at once, reply included: as much of the library is given as fits.
    Asked of the service if not set; 32,768 where it does not tell, 4,096 for a file."""
    llm_check: Literal["auto", "on", "off"] = "auto"
    """Whether it reads its statements a second time, apart from how they were made, beside their
    quotes alone. `auto` is `on`, but for a model whose name tells that it has fewer than 7 billion
    weights. Whether such a small one finds no answer decides nothing where quotes were found."""
    unconfirmed: Literal["show", "drop"] = "show"
    """What becomes of a model's statement whose quotes are exact and whose wording is not
    confirmed: it is shown and marked, or dropped."""
    llm_cache: int = Field(default=100, ge=0)
    """How many replies are kept in memory for the same question over the same evidence; 0 keeps
    none."""
    answer_words: int = Field(default=120, ge=20, le=1000)
    """About how long an extractive answer may get, in words."""
    keep_days: int = Field(default=90, ge=0)
    """For how many days after its last question the page keeps a conversation, and after its last
    change a pack; 0 keeps none on the disk."""

    @field_validator("llm")
    @classmethod
    def _is_address(cls, value: str) -> str:
        """An address that holds a secret would be shown wherever the address is."""
        if value in NONE or (value.startswith("gguf:") and value != "gguf:"):
            return value or "none"
        if value.startswith(LLAMA_INDEX):
            provider, _, model = value.removeprefix(LLAMA_INDEX).partition("/")
            if provider.isidentifier() and model.strip():
                return value
            raise ValueError("expected llama-index:PROVIDER/MODEL, as llama-index:anthropic/NAME")
        try:
            parts = urlsplit(value)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname)
            parts.port  # noqa: B018  # raises for what is no port
        except ValueError:
            sound = False
        if not sound:
            raise ValueError(
                "expected none, http(s)://host/v1, gguf:FILE or llama-index:PROVIDER/MODEL"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "an address without name, password or query is expected; the key belongs in "
                "SOUNDINGS_LLM_KEY"
            )
        return value

    @field_validator("llm_key")
    @classmethod
    def _is_sendable(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError("a key has no spaces, line ends or letters outside ASCII")
        return value
