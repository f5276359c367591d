"""A check of everything that questions and ingest need, each finding with its cure."""

import importlib.util
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from vectorstore.database.opening import served
from vectorstore.encoder import multiplies_bfloat16
from vectorstore.errors import EncodingOutdated, SoundingsError
from vectorstore.index.opening import open_indexes
from vectorstore.library import Library
from vectorstore.library.context import in_context
from vectorstore.library.opening import find_library
from vectorstore.settings import Settings, StoreSettings
from vectorstore.store import open_encoder, open_library
from vectorstore.wording import counted

SAMPLE = 16  # passages that are encoded to see how long all would take

NEEDED = {
    "torch": "pip install torch",
    "sentence_transformers": "pip install sentence-transformers",
    "chromadb": "pip install chromadb",
    "llama_index.core": "pip install llama-index-core",
    "gradio": "pip install gradio",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `cure` says what to do where it is not well."""

    name: str
    well: bool
    found: str
    cure: str | None = None


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after another; never raises for what it finds."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        name="Python",
        well=sys.version_info >= (3, 11),
        found=version,
        cure="install Python 3.11 or later",
    )
    for module, cure in NEEDED.items():
        there = _is_installed(module)
        yield Finding(name=module, well=there, found="installed" if there else "missing", cure=cure)
    yield finding("SQLite full-text search", _full_text, "use a Python whose SQLite has FTS5")
    yield finding(
        "home",
        lambda: _writable(settings),
        "name another home: soundings --home DIR, or mend its permissions",
    )
    yield finding("servers", lambda: _servers(settings), "unset SOUNDINGS_LIBRARY")
    try:
        none = find_library(settings) is None
    except SoundingsError:  # told below
        none = False
    if none:
        yield Finding(name="library", well=False, found="none yet", cure="soundings ingest")
        return
    yield finding(
        "library",
        lambda: _library(open_library(settings)),
        "put back a copy of it, or ingest anew; start its server, if it has one",
    )
    yield finding("encoder", lambda: _encoder(settings), "soundings ingest --rebuild")
    yield finding(
        "index", lambda: _index(settings), "it is made again by itself at the next question"
    )


def finding(name: str, look: Callable[[], str], cure: str) -> Finding:
    """What `look` says, or why it cannot."""
    try:
        return Finding(name=name, well=True, found=look())
    except (SoundingsError, OSError, sqlite3.Error) as exc:
        return Finding(name=name, well=False, found=str(exc), cure=cure)


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _full_text() -> str:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE t USING fts5 (x, tokenize='porter unicode61')")
    connection.close()
    return f"SQLite {sqlite3.sqlite_version} with FTS5"


def _writable(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.home):
        return str(settings.home)


def _servers(settings: Settings) -> str:
    chroma, database = settings.table(StoreSettings).chroma, served(settings)
    named = [f"Chroma at {chroma}"] if chroma != "embedded" else []
    named += [f"the library at {database.where}"] if database else []
    return ", ".join(named) or "none asked for"


def _library(library: Library) -> str:
    problems = library.problems()
    if problems:
        raise SoundingsError(problems)
    return f"{len(library.sources())} sources, {library.passage_count()} passages"


def _encoder(settings: Settings) -> str:
    library = open_library(settings)
    try:
        encoder = open_encoder(settings, library, lambda _: None)
    except EncodingOutdated as exc:
        raise SoundingsError(f"{exc} {_cost_of_change(settings, library)}") from exc
    if settings.table(StoreSettings).encoder_precision == "single" and multiplies_bfloat16():
        return (
            f"{encoder.fingerprint}; this processor multiplies bfloat16, so that "
            "SOUNDINGS_ENCODER_PRECISION=auto would encode a library faster"
        )
    return encoder.fingerprint


def _cost_of_change(settings: Settings, library: Library) -> str:
    """What it takes to make the library again with the encoder that the settings ask for, from
    passages all over it that are encoded to see."""
    encoder = open_encoder(settings, library, lambda _: None, rebuild=True)
    ids = list(library.passage_ids())
    passages = library.passages(ids[:: -(-len(ids) // SAMPLE) or 1]).values()
    sample = [in_context(p.title, p.heading, text) for p in passages for text in p.readings()]
    encoder.encode(sample[:1], bulk=True)  # loads it
    started = time.monotonic()
    encoder.encode(sample, bulk=True)
    each = (time.monotonic() - started) / max(1, len(sample))
    sentences = library.sentence_count()
    minutes = max(1, round(sentences * each / 60))
    return (
        f"{counted(sentences, 'sentence')} would be encoded, in about {counted(minutes, 'minute')}."
    )


def _index(settings: Settings) -> str:
    name = open_library(settings).meta("generation")
    if not name:
        return "empty, as the library is"
    return open_indexes(settings).check(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A package that is installed beside us, and its licence as it tells it itself."""

    name: str
    version: str
    licence: str


def parts() -> list[Part]:
    """What this installation is made of, by name."""
    found = {
        str(d.metadata["Name"]).lower(): Part(
            name=d.metadata["Name"], version=d.version, licence=_licence(d.metadata)
        )
        for d in metadata.distributions()
        if d.metadata["Name"]
    }
    return [found[name] for name in sorted(found)]


def _licence(told: Any) -> str:
    names = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    first = (told.get("License") or "").strip().partition("\n")[0]
    return str(told.get("License-Expression") or " / ".join(names) or first or "not told")


def bill_of_materials() -> dict[str, object]:
    """The parts as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/)."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{part.name.lower().replace('_', '-')}@{part.version}",
                "name": part.name,
                "version": part.version,
                "purl": f"pkg:pypi/{part.name.lower().replace('_', '-')}@{part.version}",
                "licenses": [{"license": {"name": part.licence}}],
            }
            for part in parts()
        ],
    }
