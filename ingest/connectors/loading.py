"""What a connector's reader loads, as records that are read like those of a file.

A reader is somebody else's code and its documents are anybody's: an id names nothing here but
the record, and the text is outlined in the process apart, like that of a file. Where the reader
hands over files as they are (S3, SharePoint, any file system of fsspec), these are read by our own
readers: LlamaIndex's take the bytes of a PDF for text where a package of theirs is missing.
"""

import contextlib
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote
from uuid import UUID

from ingest.errors import ConnectorFailed
from ingest.readers import KINDS
from ingest.settings import Connector

# What readers call the place of a document in its metadata, the most telling first.
_PLACES = (
    "url", "web_url", "weburl", "link", "source", "file_path", "path", "key", "page_id", "file_id",
    "id",
)  # fmt: skip
_DETAILS = {
    "title": ("title", "page_title", "file_name", "name"),
    "author": ("author", "authors", "creator", "created_by"),
    "date": ("date", "last_modified_date", "last_modified", "modified_at", "updated_at"),
    "publisher": ("publisher",),
    "url": ("url", "web_url", "weburl", "link", "source"),
}
_PART = re.compile(r"_part_\d+$")  # what LlamaIndex adds to a file's path for each of its pages
LONGEST_ID = 200  # characters of an id that is shown; a longer one is shown as its digest
CHARACTERS = 500  # of what a reader says when it fails


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One document of a connector. `id` is the same from load to load, and safe to show.

    `content` gives the bytes of a file, whose name ends with `ending`; without it `text` is all.
    `size` is how many they are, where the reader knows before they are fetched.
    """

    id: str
    text: str = field(default="", repr=False)
    details: Mapping[str, str]
    ending: str = ""
    size: int | None = None
    content: Callable[[], bytes] | None = field(default=None, repr=False)


def load(connector: Connector) -> list[Record]:
    """All documents of a connector, each id once. Raises ConnectorFailed, no secret in its text,
    and so does the `content` of a file."""
    secrets = _secrets(connector)
    with _translated(connector, secrets):
        reader = _reader(connector)(**connector.arguments, **secrets)
        files = list(_files(reader, connector, secrets))
        if any(file.ending in KINDS for file in files):
            return files
        return _records(list(reader.load_data(**connector.load)))


@contextlib.contextmanager
def _translated(connector: Connector, secrets: Mapping[str, str]) -> Iterator[None]:
    """Whatever a reader raises becomes ConnectorFailed; what it prints goes to standard error,
    since results alone go to standard output."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except ConnectorFailed:
        raise
    except Exception as exc:  # whatever somebody else's code raises
        said = " ".join(f"{type(exc).__name__}: {exc}".split())
        for secret in filter(None, secrets.values()):
            said = said.replace(secret, "****")
        raise ConnectorFailed(
            f"the connector '{connector.name}' could not load: {said[:CHARACTERS]}. "
            "The library is as it was."
        ) from None


def _files(reader: Any, connector: Connector, secrets: Mapping[str, str]) -> Iterator[Record]:
    """The files of a reader that hands them over as they are; of another one none."""
    from llama_index.core.readers.base import ResourcesReaderMixin
    from llama_index.core.readers.file.base import FileSystemReaderMixin

    if not isinstance(reader, ResourcesReaderMixin) or not isinstance(
        reader, FileSystemReaderMixin
    ):
        return

    def content_of(resource: str) -> Callable[[], bytes]:
        def content() -> bytes:
            with _translated(connector, secrets):
                return bytes(reader.read_file_content(Path(resource)))

        return content

    for resource in map(str, reader.list_resources(**connector.load)):
        about = {str(k): v for k, v in reader.get_resource_info(resource).items()}
        size = about.get("file_size")
        yield Record(
            id=_shown_id(resource),
            details=_details(about),
            ending=PurePosixPath(resource).suffix.lower(),
            size=size if isinstance(size, int) else None,
            content=content_of(resource),
        )


def _secrets(connector: Connector) -> dict[str, str]:
    missing = [variable for variable in connector.secrets.values() if not os.environ.get(variable)]
    if missing:
        raise ConnectorFailed(
            f"the connector '{connector.name}' needs {', '.join(missing)} in the environment"
        )
    return {name: os.environ[variable] for name, variable in connector.secrets.items()}


def _reader(connector: Connector) -> Any:
    """The class that a connector names."""
    module, _, name = connector.reader.partition(":")
    try:
        found = getattr(import_module(module), name, None)
    except ImportError as exc:
        raise ConnectorFailed(
            f"the connector '{connector.name}' needs a package that is not installed ({exc}): "
            f"pip install {_package(module, exc.name or module)}"
        ) from exc
    if not hasattr(found, "load_data"):
        raise ConnectorFailed(
            f"the connector '{connector.name}': {module} has no reader '{name}' with load_data"
        )
    return found


def _package(module: str, missing: str) -> str:
    """What to install for a module that is missing; LlamaHub's readers are packages of their own
    (`llama_index.readers.s3` is llama-index-readers-s3)."""
    parts = module.split(".")
    if module.startswith(missing) and parts[:2] == ["llama_index", "readers"] and len(parts) > 2:
        return f"llama-index-readers-{parts[2].replace('_', '-')}"
    return missing.split(".")[0].replace("_", "-")


def _records(loaded: Iterable[Any]) -> list[Record]:
    """Parts of one document (the pages of a file) are joined in their order."""
    found: dict[str, Record] = {}
    for document in loaded:
        text = document.get_content()
        metadata = {
            str(name).casefold().replace(" ", "_"): value
            for name, value in (document.metadata or {}).items()
        }
        id = _shown_id(_stable_id(str(document.id_), metadata, text))
        if id in found:
            text = f"{found[id].text}\n\n{text}"
        found[id] = Record(id=id, text=text, details=_details(metadata))
    return list(found.values())


def _stable_id(own: str, metadata: Mapping[str, Any], text: str) -> str:
    """The reader's own id; where it gave none, and LlamaIndex a random one, what the metadata says
    of the place, or the text itself."""
    if own and not _is_random(own):
        return _PART.sub("", own) if "file_path" in metadata else own
    place = next((str(metadata[name]) for name in _PLACES if metadata.get(name)), text)
    return hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()[:24]


def _is_random(id: str) -> bool:
    try:
        return UUID(id).version == 4
    except ValueError:
        return False


def _shown_id(id: str) -> str:
    shown = quote(id.encode("utf-8", "replace"), safe="/:?=&.,@~ +-_")
    return shown if len(shown) <= LONGEST_ID else hashlib.sha256(shown.encode()).hexdigest()[:24]


def _details(metadata: Mapping[str, Any]) -> dict[str, str]:
    said: dict[str, str] = {}
    for detail, names in _DETAILS.items():
        value = next((metadata[n] for n in names if isinstance(metadata.get(n), str | int)), None)
        if value is not None and (detail != "url" or str(value).startswith(("http:", "https:"))):
            said[detail] = str(value)
    return said
