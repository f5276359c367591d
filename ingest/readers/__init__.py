"""Readers: a file to the documents in it.

This file says which kind of file has which reader; each has a file of its own. Text, Markdown and
JSON Lines are their own text (`plain`). For the other kinds a reader writes one, in the form of
`ingest.cutting.written`; those run in a process of their own (`apart`), since files from anywhere
meet large libraries there.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from ingest.cutting.written import outline_written
from ingest.documents import Block, Document, document_of
from ingest.errors import UnreadableFile
from ingest.paths import shown
from ingest.readers.extract import Extract
from ingest.readers.plain import decode, outline_text, read_jsonl, read_markdown, read_text
from vectorstore.models import Heading

_TEXT: dict[str, Callable[[Path, str, str], Iterator[Document]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".jsonl": read_jsonl,
}
WRITTEN = {
    ".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "docx", ".odt": "odt", ".pptx": "pptx",
    ".docm": "docx", ".pptm": "pptx",
}  # fmt: skip
KINDS = (*_TEXT, *WRITTEN)
MOST_BYTES = {".html": 20_000_000, ".htm": 20_000_000} | dict.fromkeys(
    (".pdf", ".docx", ".docm", ".odt", ".pptx", ".pptm"), 250_000_000
)
_NO_MEMORY = 2  # the code of lxml's errors for it: libxml2's XML_ERR_NO_MEMORY
MOST_TEXT = 500_000_000  # SQLite's own limit for one text is twice that


def read_file(path: Path) -> list[Document]:
    """The documents in a file, in order. Raises UnreadableFile saying why and what to do."""
    kind = check_file(path)
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise UnreadableFile(f"cannot be opened: {exc.strerror or exc}") from exc
    file_sha256 = hashlib.sha256(content).hexdigest()
    if kind in _TEXT:
        documents = list(_TEXT[kind](path, decode(content), file_sha256))
        if not documents:
            raise UnreadableFile("the file holds no text")
        return documents
    if not content.strip():
        raise UnreadableFile("the file is empty")
    del content
    return [from_extract(path, file_sha256, extract(path))]


def check_file(path: Path) -> str:
    """The ending of a file that may be read. Raises UnreadableFile for its name, kind or size."""
    if shown(path) != str(path):
        raise UnreadableFile("its name holds control characters or is not UTF-8. Rename it")
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise UnreadableFile(f"files of this kind are not read ({', '.join(KINDS)} are)")
    try:
        size = path.stat().st_size
    except OSError as exc:
        raise UnreadableFile(f"cannot be opened: {exc.strerror or exc}") from exc
    most = MOST_BYTES.get(kind, MOST_TEXT)
    if size > most:
        raise UnreadableFile(f"the file has {size:,} bytes, at most {most:,} are read of {kind}")
    return kind


def extract(path: Path) -> Extract:
    """What a reader of `WRITTEN` makes of a file. A library's errors become UnreadableFile."""
    kind = WRITTEN[path.suffix.lower()]
    try:
        read = getattr(import_module(f"ingest.readers.{kind}"), f"read_{kind}")
        found: Extract = read(path)
    except UnreadableFile:
        raise
    except RecursionError as exc:
        raise UnreadableFile("its parts are nested too deep to be read") from exc
    except Exception as exc:  # whatever the library raises on a file that is not as it should be
        if isinstance(exc, MemoryError) or getattr(exc, "code", None) == _NO_MEMORY:
            reason = "it needs more memory than a file is given, and was stopped"
            raise UnreadableFile(reason) from exc
        problem = " ".join(str(exc).split())[:200] or type(exc).__name__
        raise UnreadableFile(f"damaged, or not a {kind.upper()} file: {problem}") from exc
    return found


def from_extract(path: Path, file_sha256: str, found: Extract) -> Document:
    """A document of what a reader wrote; its outline is read from the text, as ever after."""
    kind = WRITTEN[path.suffix.lower()]
    document = document_of(
        path.stem,
        kind,
        str(path),
        file_sha256,
        found.text,
        outline_written(found.text),
        found.details,
        pages=found.pages,
        notes=found.notes,
    )
    return replace(document, recognized=found.recognized)


def outline_again(kind: str, text: str) -> tuple[list[Block], list[Heading]]:
    """The outline of a text that is stored already, by the rules in force now."""
    return outline_written(text) if kind in WRITTEN.values() else outline_text(kind, text)
