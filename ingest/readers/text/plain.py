"""Text, Markdown and JSON Lines: the text is the decoded file itself."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unicodedata import category

from ingest.cutting.outline import outline_markdown, outline_plain
from ingest.documents import Block, Details, Document, document_of, short
from ingest.errors import UnreadableFile
from ingest.readers.text.encoding import is_binary, with_plain_newlines
from ingest.readers.text.front_matter import end_of_front_matter, front_matter
from vectorstore.models import Heading


def read_text(path: Path, text: str, file_sha256: str) -> Iterator[Document]:
    blocks, headings = outline_plain(text)
    opens = blocks and headings and blocks[0].start == headings[0].start
    details = Details(title=short(headings[0].title) if opens else None)
    outline = (blocks, headings)
    yield document_of(path.stem, "txt", str(path), file_sha256, text, outline, details)


def read_markdown(path: Path, text: str, file_sha256: str) -> Iterator[Document]:
    matter = front_matter(text)
    blocks, headings = outline_markdown(text, matter.end)
    first = next((h.title for h in headings if h.level == 1), None)
    details = _details(matter.fields).over(Details(title=first and short(first)))
    yield document_of(
        path.stem,
        "md",
        str(path),
        file_sha256,
        text,
        (blocks, headings),
        details,
        notes=(matter.note,) if matter.note else (),
    )


def read_jsonl(path: Path, text: str, file_sha256: str) -> Iterator[Document]:
    """One source a line: {"id", "title", "text"}. A broken line refuses the whole file."""
    seen: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = _record(line, number)
        name = str(record["id"])
        if name in seen:
            raise UnreadableFile(
                f"line {number}: the id '{short(name)}' is also that of line {seen[name]}"
            )
        seen[name] = number
        body = with_plain_newlines(record["text"])
        yield document_of(
            name,
            "jsonl",
            f"{path}#{name}",
            hashlib.sha256(line.encode()).hexdigest(),
            body,
            outline_text("jsonl", body),
            _details(record),
        )


def outline_text(kind: str, text: str) -> tuple[list[Block], list[Heading]]:
    """The outline of a text of one of these kinds: "txt", "md" or "jsonl"."""
    if kind == "md":
        return outline_markdown(text, end_of_front_matter(text))
    if kind == "jsonl" and _is_markdown(text):
        return outline_markdown(text)
    return outline_plain(text)


def _record(line: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"line {number} is not JSON: {exc}") from exc
    if not isinstance(record, dict):
        raise UnreadableFile(f'line {number} is not an object like {{"id", "title", "text"}}')
    for key in ("id", "text"):
        if key not in record:
            raise UnreadableFile(f"line {number} has no '{key}'")
    if type(record["id"]) not in (str, int) or not str(record["id"]).strip():
        raise UnreadableFile(f"line {number}: 'id' must be a word or a number")
    if not isinstance(record["text"], str) or not record["text"].strip():
        raise UnreadableFile(f"line {number}: 'text' must be text, and not empty")
    if is_binary(record["text"]) or any(category(c) == "Cc" for c in str(record["id"])):
        raise UnreadableFile(f"line {number} holds control characters")
    try:
        record["text"].encode()
        str(record["id"]).encode()
    except UnicodeEncodeError as exc:
        raise UnreadableFile(f"line {number} holds half a character (a lone surrogate)") from exc
    return record


def _is_markdown(text: str) -> bool:
    """Whether a text of unknown kind is written in Markdown: it has headings marked with #."""
    return re.search(r"^#{1,6} \S", text, re.MULTILINE) is not None


def _details(fields: Mapping[str, Any]) -> Details:
    others = {"publisher": fields.get("publication"), "author": fields.get("authors")}
    return Details.of(fields).over(Details.of(others))
