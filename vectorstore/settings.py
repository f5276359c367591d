"""Settings: read once, at the door, from four places, each with its origin remembered.

Built-in defaults < `soundings.toml` in the home < `SOUNDINGS_*` variables < flags. Each folder
declares its own table as a frozen pydantic model in its `settings.py`; a field `encoder` of the
table `vectorstore` is `encoder` (or `[vectorstore] encoder`) in the file and `SOUNDINGS_ENCODER`
in the environment. Field names are unique over all tables, so a name alone says what is meant.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from vectorstore.errors import SettingsError

FILE_NAME = "soundings.toml"
PREFIX = "SOUNDINGS_"
HOME_VARIABLE = "SOUNDINGS_HOME"

T = TypeVar("T", bound="Table")
Precision = Literal["single", "half", "auto"]


DATABASE = "postgresql+psycopg://"
_PASSWORD = re.compile(r"(://[^:/@\s]*:)[^/\s]*@")
NONE = ("none", "")  # what turns off a part that can be named in the settings


class Table(BaseModel):
    """The base of every table of settings: frozen, and closed to unknown keys.

    What stands beneath a field is its description, and its row in the guides (`docs.reference`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class StoreSettings(Table):
    """The table `vectorstore`: where things are kept and how they are found."""

    encoder: str = "builtin"
    """A sentence-transformers model: a folder, or a name in the local model cache; `builtin` is our
    own that ships (`soundings-minilm`), `all-minilm-l6-v2` the one that it was tuned from."""
    encoder_precision: Precision = "single"
    """What a library is encoded in: `single`, `half` (bfloat16, interchangeable at a cosine of
    0.999), or `auto`, half where the processor multiplies bfloat16."""
    chroma: str = "embedded"
    """A Chroma server for the vector index, `http(s)://host:port`, of the same major version;
    `embedded` keeps it in the home."""
    chroma_tenant: str = "default_tenant"
    """Whose database it is on that server."""
    chroma_database: str = "default_database"
    """The database there."""
    chroma_headers: SecretStr = SecretStr("")
    """What is sent with each request to that server, `Name: value` a line; read from the
    environment only, and never shown."""
    library: str = "embedded"
    """A PostgreSQL database that several processes of the program share,
    `postgresql+psycopg://user@host/database`; `embedded` keeps everything in the home. A password
    in it is not shown; PGPASSWORD or PGPASSFILE may give it, too."""
    reranker: str = "none"
    """A cross-encoder that reorders the best twenty passages: a folder, or a name in the local
    model cache."""
    top_k: int = Field(default=6, ge=1, le=100)
    """How many passages a search returns."""

    @field_validator("chroma")
    @classmethod
    def _is_address(cls, value: str) -> str:
        """An address that holds a secret would be shown wherever the address is."""
        parts = urlsplit(value)
        if value != "embedded" and (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.username is not None
            or parts.path.strip("/")
        ):
            raise ValueError("give a Chroma server as http://host:port, or embedded")
        return value

    @field_validator("library")
    @classmethod
    def _is_database(cls, value: str) -> str:
        if value != "embedded" and not value.startswith(DATABASE):
            raise ValueError(f"give a database as {DATABASE}user@host/database, or embedded")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One setting in force, as text for people, and where it came from."""

    table: str
    name: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All tables, read and checked. `settings.table(StoreSettings)` gives one of them."""

    home: Path
    home_origin: str
    tables: Mapping[type[Table], Table]
    origins: Mapping[str, str]
    names: Mapping[type[Table], str]

    def table(self, kind: type[T]) -> T:
        """The table of this kind, as read."""
        found = self.tables[kind]
        assert isinstance(found, kind)
        return found

    def in_force(self) -> list[Value]:
        """Every setting with its origin; secrets are masked."""
        values = [Value(table="", name="home", value=str(self.home), origin=self.home_origin)]
        for kind, table in self.tables.items():
            for name in kind.model_fields:
                value = getattr(table, name)
                if isinstance(value, SecretStr):
                    shown = "****" if value.get_secret_value() else ""
                else:
                    shown = "" if value is None else without_password(str(value))
                origin = self.origins.get(name, "default")
                values.append(Value(table=self.names[kind], name=name, value=shown, origin=origin))
        return values


def without_password(text: str) -> str:
    """A text whose addresses do not tell their passwords."""
    return _PASSWORD.sub(r"\1****@", text)


def find_home(flag: str | None, environ: Mapping[str, str]) -> tuple[Path, str]:
    """The home folder and where it was named: the flag, the variable, or the platform's place."""
    for named, origin in ((flag, "--home"), (environ.get(HOME_VARIABLE), HOME_VARIABLE)):
        if named:
            try:
                return Path(named).expanduser().absolute(), origin
            except RuntimeError as exc:
                raise SettingsError(f"{origin} {named}: {exc}") from exc
    return Path(platformdirs.user_data_dir("soundings", appauthor=False)), "default"


def load_settings(
    kinds: Mapping[str, type[Table]],
    *,
    home: str | None = None,
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Read every table of `kinds` (table name → model). Raises SettingsError on any surprise."""
    environ = os.environ if environ is None else environ
    folder, home_origin = find_home(home, environ)
    owner = {name: kind for kind in kinds.values() for name in kind.model_fields}
    raw: dict[str, Any] = {}
    origins: dict[str, str] = {}
    file = folder / FILE_NAME
    for name, value in _read_file(file, kinds).items():
        _known(name, owner, where=str(file))
        annotation = owner[name].model_fields[name].annotation
        if SecretStr in (annotation, *get_args(annotation)):
            raise SettingsError(
                f"{file}: '{name}' is a secret and is read from the environment only. "
                f"Remove it from the file and set {PREFIX}{name.upper()}."
            )
        raw[name], origins[name] = value, str(file)
    variables = {PREFIX + name.upper(): name for name in owner}
    for variable in sorted(v for v in environ if v.startswith(PREFIX) and v != HOME_VARIABLE):
        if variable not in variables:
            raise SettingsError(
                f"{variable} is not a setting.{_nearest(variable, [*variables, HOME_VARIABLE])}"
            )
        if environ[variable] != "":
            raw[variables[variable]] = environ[variable]
            origins[variables[variable]] = variable
    for name, value in (flags or {}).items():
        if value is not None:
            raw[name], origins[name] = value, "--" + name.replace("_", "-")
    tables: dict[type[Table], Table] = {}
    for kind in kinds.values():
        chosen = {name: raw[name] for name in kind.model_fields if name in raw}
        try:
            tables[kind] = kind(**chosen)
        except ValidationError as exc:
            raise SettingsError(_explain(exc, origins)) from exc
    return Settings(
        home=folder,
        home_origin=home_origin,
        tables=tables,
        origins=origins,
        names={kind: table for table, kind in kinds.items()},
    )


def _read_file(file: Path, kinds: Mapping[str, type[Table]]) -> dict[str, Any]:
    """The file's keys, its tables laid flat; empty where there is no file."""
    try:
        with file.open("rb") as stream:
            content = tomllib.load(stream)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as exc:
        raise SettingsError(f"cannot read the settings in {file}: {exc}") from exc
    flat: dict[str, Any] = {}
    for key, value in content.items():
        if not isinstance(value, dict):
            flat[key] = value
            continue
        _known(key, kinds, where=str(file))
        for name, inner in value.items():
            _known(name, kinds[key].model_fields, where=f"{file}, table [{key}]")
            flat[name] = inner
    return flat


def _known(name: str, known: Iterable[str], *, where: str) -> None:
    if name not in (names := list(known)):
        raise SettingsError(f"{where}: '{name}' is not a setting.{_nearest(name, names)}")


def changed(settings: Settings, kind: type[T], **values: Any) -> Settings:
    """The settings with other values in one table. Raises SettingsError."""
    origins = {**settings.origins, **dict.fromkeys(values, "the command")}
    try:
        table = kind(**{**settings.table(kind).model_dump(), **values})
    except ValidationError as exc:
        raise SettingsError(_explain(exc, origins)) from exc
    return replace(settings, tables={**settings.tables, kind: table}, origins=origins)


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return f" Did you mean '{close[0]}'?" if close else ""


def _explain(exc: ValidationError, origins: Mapping[str, str]) -> str:
    problems = []
    for error in exc.errors(include_url=False, include_input=False):
        name = str(error["loc"][0]) if error["loc"] else "?"
        within = "".join(f", {part}" for part in error["loc"][1:])
        problems.append(f"'{name}{within}' (from {origins.get(name, 'default')}): {error['msg']}")
    return "a setting has a wrong value: " + "; ".join(problems)
