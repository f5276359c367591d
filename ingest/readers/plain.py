"""Text, Markdown and JSON Lines: the text is the decoded file itself."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unicodedata import category

import yaml

from ingest.cutting.outline import outline_markdown, outline_plain
from ingest.documents import Block, Details, Document, document_of
from ingest.errors import UnreadableFile
from vectorstore.models import Heading

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def decode(content: bytes) -> str:
    """The text of UTF-8 bytes, newlines normalized to `\\n` and nothing else changed.

    Other encodings are refused rather than guessed: a wrong guess would put letters into quotes
    that the file does not hold. Raises UnreadableFile.
    """
    if not content.strip():
        raise UnreadableFile("the file is empty")
    if content.startswith(_UTF16):
        raise UnreadableFile(_save_as_utf8("UTF-16", "UTF-16"))
    if b"\x00" in content:
        raise UnreadableFile("the file is binary, not text (it holds NUL bytes)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        where = f"byte 0x{content[exc.start]:02x} at position {exc.start} is not UTF-8"
        if _looks_like_text(content):
            raise UnreadableFile(_save_as_utf8("Windows-1252", "WINDOWS-1252", where)) from exc
        raise UnreadableFile(f"the file is binary, not text ({where})") from exc
    if _is_binary(text):
        raise UnreadableFile("the file is binary, not text (it is full of control characters)")
    return _with_plain_newlines(text)


def _is_binary(text: str) -> bool:
    return "\x00" in text or len(_CONTROL.findall(text)) > len(text) // 100


def _with_plain_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _looks_like_text(content: bytes) -> bool:
    """Whether bytes that are not UTF-8 read as Western European prose."""
    plain = sum(byte in b"\t\n\r" or 0x20 <= byte < 0x7F for byte in content)
    return plain >= 0.7 * len(content)


def _save_as_utf8(looks_like: str, name: str, where: str = "") -> str:
    found = f"{where}; it looks like {looks_like}" if where else f"the file is {looks_like}"
    return f"{found}. Save it as UTF-8: iconv -f {name} -t UTF-8 FILE > NEW-FILE"


def read_text(path: Path, text: str, file_sha256: str) -> Iterator[Document]:
    yield document_of(path.stem, "txt", str(path), file_sha256, text, outline_plain(text))


def read_markdown(path: Path, text: str, file_sha256: str) -> Iterator[Document]:
    matter, start = _front_matter(text)
    blocks, headings = outline_markdown(text, start)
    first = next((h.title for h in headings if h.level == 1), None)
    details = _details(matter).over(Details(title=first))
    yield document_of(path.stem, "md", str(path), file_sha256, text, (blocks, headings), details)


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
                f"line {number}: the id '{name}' is also that of line {seen[name]}"
            )
        seen[name] = number
        body = _with_plain_newlines(record["text"])
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
        return outline_markdown(text, _front_matter(text)[1])
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
    if _is_binary(record["text"]) or any(category(c) == "Cc" for c in str(record["id"])):
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


def _front_matter(text: str) -> tuple[dict[str, Any], int]:
    """The fields between --- lines at the top, and where the text after them begins."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return {}, 0
    try:
        fields = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        problem = str(exc).splitlines()[0]
        raise UnreadableFile(f"the front matter is not YAML: {problem}") from exc
    return (fields, found.end()) if isinstance(fields, dict) else ({}, 0)


def _details(fields: dict[str, Any]) -> Details:
    others = {"publisher": fields.get("publication"), "author": fields.get("authors")}
    return Details.of(fields).over(Details.of(others))
