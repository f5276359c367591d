"""The table `assistant` of the settings."""

from pydantic import Field, SecretStr

from vectorstore.settings import Table


class AssistantSettings(Table):
    """How questions are answered."""

    reader: str = "none"
    """A model that finds the evidence in a passage: a folder or a name."""
    nli: str = "none"
    """An entailment model for the gate: a folder or a name."""
    llm: str = "none"
    """`none`, `http(s)://host/v1`, or `gguf:FILE`."""
    llm_model: str | None = None
    """The model's name; what the server lists first if not set."""
    llm_key: SecretStr = SecretStr("")
    """The key, from the environment only."""
    answer_words: int = Field(default=120, ge=20, le=1000)
    """About how long an extractive answer may get."""
