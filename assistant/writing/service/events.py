"""A reply's bytes, read: server-sent events, or one JSON object where a service does not stream."""

import json
from collections.abc import Iterator
from typing import Any

from assistant.writing.errors import ModelFailed
from assistant.writing.models import Piece, Tokens
from vectorstore import visible

REASON_CHARACTERS = 200


def pieces_of(content_type: str, chunks: Iterator[bytes]) -> Iterator[Piece]:
    """The pieces of a reply. Raises ModelFailed for an error that the service sends inside it,
    ValueError for what is not JSON."""
    if "event-stream" not in content_type:
        yield from _read(json.loads(b"".join(chunks)), "message")
        return
    for line in _lines(chunks):
        value = line.removeprefix(b"data:").strip()
        if not line.startswith(b"data:") or not value:
            continue  # a comment, or the name of an event
        if value == b"[DONE]":
            return
        yield from _read(json.loads(value), "delta")


def reason_of(body: bytes) -> str:
    """What an error's body says, in one short line."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for key in ("error", "message", "detail"):
        if isinstance(said, dict):
            said = said.get(key, said)
    text = said if isinstance(said, str) else ""
    return " ".join(visible(text).split())[:REASON_CHARACTERS]


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        yield from whole
    yield held


def _read(event: Any, part: str) -> Iterator[Piece]:
    if not isinstance(event, dict):
        raise ModelFailed("the service sent what is no reply")
    if event.get("error"):
        said = reason_of(json.dumps(event).encode())
        raise ModelFailed(f"the service failed in the middle of the reply: {said}")
    usage = event.get("usage")
    tokens = None
    if isinstance(usage, dict):
        tokens = Tokens(
            prompt=_count(usage.get("prompt_tokens")),
            completion=_count(usage.get("completion_tokens")),
        )
    choices = event.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if not isinstance(choice, dict):
        raise ModelFailed("the service sent what is no reply")
    message = choice.get(part)
    text = _said(message) if isinstance(message, dict) else ""
    finish = choice.get("finish_reason")
    if text or finish or tokens:
        yield Piece(
            text=text,
            finish=str(finish) if finish else None,
            tokens=tokens,
        )


def _said(message: dict[str, Any]) -> str:
    """The text of a message: whole, in parts (what is thought aloud is none), or as the arguments
    of a tool that a model calls instead of replying."""
    content = message.get("content")
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        content = "".join(str(p.get("text") or "") for p in parts if p.get("type") == "text")
    if isinstance(content, str) and content:
        return content
    calls = message.get("tool_calls")
    functions = [c.get("function") for c in calls if isinstance(c, dict)] if calls else []
    return "".join(
        f["arguments"]
        for f in functions
        if isinstance(f, dict) and isinstance(f.get("arguments"), str)
    )


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0
