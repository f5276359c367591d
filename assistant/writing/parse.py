"""What a model wrote, read as statements, whatever form it has: each as soon as it is whole."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_TEXT = ("text", "statement", "sentence", "claim")
_BEHIND = ("quotes", "quote", "copied", "citations", "citation", "cites", "sources", "number")
_NUMBER = re.compile(r"\W*(?:quote\s*)?(\d{1,4})\W*", re.IGNORECASE)
_MARKER = re.compile(r"\s*\[(\d{1,4}(?:\s*,\s*\d{1,4})*)\]")
_LINE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])|\n+")
_THOUGHT = re.compile(r"\A\s*<think>.*?(</think>|\Z)", re.DOTALL)
DEEPEST = 50


def statements_of(quotes: Sequence[int]) -> dict[str, Any]:
    """The form that is asked for, where a service can promise one: statements that name none but
    these quotes."""
    number = {"type": "integer", "enum": list(quotes)}
    statement = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "quotes": {"type": "array", "maxItems": len(quotes), "items": number},
            "copied": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["text", "quotes", "copied"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"statements": {"type": "array", "maxItems": 6, "items": statement}},
        "required": ["statements"],
        "additionalProperties": False,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A statement as the model wrote it: its words, the numbers it names, the words it copied."""

    text: str
    numbers: tuple[int, ...]
    copied: tuple[str, ...]


class StatementReader:
    """Reads a reply as it comes. `feed` gives the statements that a piece makes whole."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._open: list[int] = []
        self._quoted = self._escaped = False
        self._found = False

    def feed(self, piece: str) -> list[Written]:
        self._text += piece
        if not self._at:  # what a model thinks aloud first is no part of its reply
            begun = self._text.lstrip()
            if "<think>".startswith(begun[:7]) and "</think>" not in begun:
                return []
            self._text = _THOUGHT.sub("", self._text)
        return [statement for found in self._objects() for statement in _statement(found)]

    def rest(self) -> list[Written]:
        """What the reply says in plain text, with markers, where it held no JSON at all."""
        if self._found or "{" in self._text:
            return []
        said = [line.strip(" \t*•-") for line in _LINE.split(_THOUGHT.sub("", self._text))]
        return [_clean(line, [], []) for line in said if any(c.isalnum() for c in line)]

    def _objects(self) -> Iterator[dict[str, Any]]:
        """The JSON objects that have ended since the last call, inner ones before outer ones."""
        for at in range(self._at, len(self._text)):
            character = self._text[at]
            if self._quoted:
                self._quoted = self._escaped or character != '"'
                self._escaped = character == "\\" and not self._escaped
            elif character == '"' and self._open:
                self._quoted = True
            elif character == "{":
                self._open = [*self._open, at][-DEEPEST:]
            elif character == "}" and self._open:
                found = _load(self._text[self._open.pop() : at + 1])
                if found is not None:
                    self._found = True
                    yield found
        self._at = len(self._text)


def read_field(reply: str, name: str) -> str | None:
    """The text of a field in the first JSON object of a reply that has it."""
    found = read_object(reply, name)
    return None if found is None else str(found[name])


def read_object(reply: str, name: str) -> dict[str, Any] | None:
    """The first JSON object of a reply whose field `name` is a text."""
    reader = StatementReader()
    reader._text = _THOUGHT.sub("", reply)
    return next((found for found in reader._objects() if isinstance(found.get(name), str)), None)


def _load(text: str) -> dict[str, Any] | None:
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text)):  # a comma too many
        try:
            found = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _statement(found: dict[str, Any]) -> Iterator[Written]:
    text = next((found[name] for name in _TEXT if isinstance(found.get(name), str)), None)
    behind = [found[name] for name in _BEHIND if name in found]
    if text is None or not behind:
        return
    numbers: list[int] = []
    copied: list[str] = []
    for value in behind:
        for one in value if isinstance(value, list) else [value]:
            _sort(one, numbers, copied)
    yield _clean(text, numbers, copied)


def _sort(value: object, numbers: list[int], copied: list[str]) -> None:
    if isinstance(value, dict):
        for inner in value.values():
            _sort(inner, numbers, copied)
    elif isinstance(value, int) and not isinstance(value, bool):
        numbers.append(value)
    elif isinstance(value, str) and value.strip():
        match = _NUMBER.fullmatch(value)
        numbers.append(int(match.group(1))) if match else copied.append(value)


def _clean(text: str, numbers: list[int], copied: list[str]) -> Written:
    """The statement without the markers in its words, which name quotes as well."""
    named = [int(n) for match in _MARKER.finditer(text) for n in match.group(1).split(",")]
    return Written(
        text=" ".join(_MARKER.sub("", text).split()),
        numbers=tuple(dict.fromkeys([*numbers, *named])),
        copied=tuple(dict.fromkeys(copied)),
    )
