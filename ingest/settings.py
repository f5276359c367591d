"""The table `ingest` of the settings."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from vectorstore.settings import PREFIX, Table

MEGABYTE = 1_000_000  # bytes
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Connector(BaseModel):
    """A place where documents live, and the reader of LlamaIndex that loads them.

    `reader` is its class ("package.module:Class"), made with `arguments` and `secrets` (argument →
    environment variable), and asked by `load_data` with `load`. `every` says how often to look:
    "30m", "6h", "1d".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    reader: str = Field(pattern=r"^\w+(?:\.\w+)*:\w+$")
    arguments: dict[str, Any] = {}
    load: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    every: str | None = Field(default=None, pattern=r"^[1-9]\d{0,3}[mhd]$")

    @field_validator("secrets")
    @classmethod
    def _of_the_environment(cls, secrets: dict[str, str]) -> dict[str, str]:
        for variable in secrets.values():
            if not variable.isidentifier() or variable.startswith(PREFIX):
                raise ValueError(
                    f"a secret is the name of an environment variable without {PREFIX} before it"
                )
        return secrets

    @property
    def interval(self) -> timedelta | None:
        return timedelta(**{_UNITS[self.every[-1]]: int(self.every[:-1])}) if self.every else None


class IngestSettings(Table):
    """How documents are cut. A change is noticed: make the library again with --rebuild."""

    passage_characters: int = Field(default=900, ge=200, le=4000)
    """The length at which a passage ends; a change needs `--rebuild`."""

    read_seconds: int = Field(default=60, ge=1, le=3600)
    """How long one file may take to be read; past it the file is reported as failed."""

    ocr: str = Field(default="auto", pattern=r"^(?:auto|off|[A-Za-z_]+(?:\+[A-Za-z_]+)*)$")
    """How pages that are only pictures are read: `auto` (by Tesseract where it is installed, in its
    languages), `off`, or languages (`eng+deu`)."""

    upload_file_megabytes: int = Field(default=100, ge=1, le=2000)
    """How large a file may be that is added on the page."""

    upload_megabytes: int = Field(default=400, ge=1, le=20_000)
    """How large the files may be in all that are added there at once."""
    person_uploads: int = Field(default=4, ge=1, le=10_000)
    """How many files one person sends to the page at once."""

    connector: tuple[Connector, ...] = ()
    """Where documents live that are no files here, each a `[[connector]]` of `soundings.toml`."""

    @field_validator("connector")
    @classmethod
    def _each_name_once(cls, connectors: tuple[Connector, ...]) -> tuple[Connector, ...]:
        names = [connector.name for connector in connectors]
        if len(set(names)) < len(names):
            raise ValueError("each connector needs a name of its own")
        return connectors

    @property
    def upload_file_bytes(self) -> int:
        return self.upload_file_megabytes * MEGABYTE

    @property
    def upload_bytes(self) -> int:
        return self.upload_megabytes * MEGABYTE
