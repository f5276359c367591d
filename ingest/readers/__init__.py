"""Readers: a file to the documents in it.

This file says which kind of file has which reader; each has a file of its own. Text, Markdown and
JSON Lines are their own text (`plain`). For the other kinds a reader writes one, in the form of
`ingest.cutting.written`. All of them run in a process of their own (`apart`), since files from
anywhere meet large libraries there.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path

from ingest.cutting.written import outline_written
from ingest.documents import Block, Details, Document, document_of, one_line
from ingest.errors import UnreadableFile
from ingest.paths import shown
from ingest.readers.extract import Extract, Held
from ingest.readers.text.encoding import decode
from ingest.readers.text.plain import outline_text, read_jsonl, read_markdown, read_text
from vectorstore.models import Heading

_TEXT: dict[str, Callable[[Path, str, str], Iterator[Document]]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".jsonl": read_jsonl,
    ".text": read_text,
    ".markdown": read_markdown,
}
WRITTEN = {
    ".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "docx", ".odt": "odt", ".pptx": "pptx",
    ".docm": "docx", ".pptm": "pptx", ".xlsx": "xlsx", ".xlsm": "xlsx", ".csv": "csv",
    ".tsv": "csv", ".eml": "eml",
}  # fmt: skip
_PLACES = {"xlsx": "sheets.xlsx", "csv": "sheets.delimited", "eml": "mail"}  # else as it is called
KINDS = (*_TEXT, *WRITTEN)
MOST_BYTES = {".html": 20_000_000, ".htm": 20_000_000} | {
    ending: 250_000_000 for ending in WRITTEN if not ending.startswith(".htm")
}
_NO_MEMORY = 2  # the code of lxml's errors for it: libxml2's XML_ERR_NO_MEMORY
MOST_TEXT = 500_000_000  # bytes; SQLite's own limit for one text is twice that
MOST_WRITTEN = 100_000_000  # characters that a reader may make of one file


def read_file(path: Path) -> list[Document]:
    """The documents in a file, in order. Raises UnreadableFile saying why and what to do."""
    return [part for part in read_parts(path) if isinstance(part, Document)]


def read_parts(path: Path) -> Iterator[Document | Held]:
    """The documents in a file, in order, and the files that it holds as they are.

    Raises UnreadableFile saying why and what to do, and nothing else, whatever the file is like.
    """
    kind = check_file(path)
    with _translated(kind):
        content = path.read_bytes()
        file_sha256 = hashlib.sha256(content).hexdigest()
        if kind in _TEXT:
            yield from _read_text(kind, path, content, file_sha256)
            return
        if not content.strip():
            raise UnreadableFile("the file is empty")
        del content
        found = _extract(path)
        yield from_extract(path, file_sha256, found)
        yield from found.held


def _read_text(kind: str, path: Path, content: bytes, file_sha256: str) -> Iterator[Document]:
    text, notes = decode(content)
    empty = True
    for document in _TEXT[kind](path, text, file_sha256):
        # What concerns the file is said of the first of its records.
        yield replace(document, notes=(*notes, *document.notes)) if empty and notes else document
        empty = False
    if empty:
        raise UnreadableFile("the file holds no text")


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
    check_size(kind, size)
    return kind


def check_size(kind: str, size: int) -> None:
    """Raises UnreadableFile for a file of this ending that has more bytes than are read."""
    most = MOST_BYTES.get(kind, MOST_TEXT)
    if size > most:
        raise UnreadableFile(f"the file has {size:,} bytes, at most {most:,} are read of {kind}")


@contextmanager
def _translated(kind: str) -> Iterator[None]:
    """Whatever a library raises on a file that is not as it should be becomes UnreadableFile."""
    try:
        yield
    except UnreadableFile:
        raise
    except RecursionError as exc:
        raise UnreadableFile("its parts are nested too deep to be read") from exc
    except Exception as exc:
        if isinstance(exc, MemoryError) or getattr(exc, "code", None) == _NO_MEMORY:
            reason = "it needs more memory than a file is given, and was stopped"
            raise UnreadableFile(reason) from exc
        if isinstance(exc, OSError) and exc.filename is not None:
            raise UnreadableFile(f"cannot be opened: {exc.strerror or exc}") from exc
        problem = one_line(str(exc))[:200] or type(exc).__name__
        what = kind[1:].upper()
        raise UnreadableFile(f"damaged, or not a {what} file: {problem}") from exc


def _extract(path: Path) -> Extract:
    """What a reader of `WRITTEN` makes of a file."""
    kind = WRITTEN[path.suffix.lower()]
    reader = import_module(f"ingest.readers.{_PLACES.get(kind, kind)}")
    found: Extract = getattr(reader, f"read_{kind}")(path)
    if len(found.text) > MOST_WRITTEN:
        raise UnreadableFile(
            f"it gives {len(found.text):,} characters of text, at most {MOST_WRITTEN:,} are kept. "
            "Save it in parts"
        )
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
        Details.of(asdict(found.details)),
        pages=found.pages,
        notes=found.notes,
    )
    return replace(document, recognized=found.recognized)


def outline_again(kind: str, text: str) -> tuple[list[Block], list[Heading]]:
    """The outline of a text that is stored already, by the rules in force now."""
    return outline_written(text) if kind in WRITTEN.values() else outline_text(kind, text)
