"""What a model wrote, read as statements, whatever form it has: each as soon as it is whole."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_TEXT = ("text", "statement", "sentence", "claim", "answer")
_BEHIND = ("cites", "cite", "citations", "citation", "lines", "quotes", "quote", "n", "number")
_OUTCOME = re.compile(r'"outcome"\s*:\s*"(\w+)"')
_NUMBERS = re.compile(r"\d{1,6}")
_MARKER = re.compile(r"\s*[\[【](?:n\s*=?\s*|lines?\s+)?(\d{1,6}(?:\s*[,;]\s*\d{1,6})*)[\]】]")
_LINE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])|\n+")
_ALOUD = ("think", "thinking", "thought", "reasoning")
_THINKS = tuple(f"<{name}>" for name in _ALOUD)
_THOUGHT = re.compile(rf"\A\s*<({'|'.join(_ALOUD)})>.*?(</\1>|\Z)", re.DOTALL | re.IGNORECASE)
DEEPEST = 50
MOST_STATEMENTS = 12
OUTCOMES = ("answered", "partial", "not_stated")

VERDICTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "integer"},
                    "supported": {"type": "boolean"},
                    "why": {"type": "string"},
                },
                "required": ["id", "supported", "why"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}
"""The form of a second reading."""

ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "outcome": {"type": "string", "enum": list(OUTCOMES)},
        "statements": {
            "type": "array",
            "maxItems": MOST_STATEMENTS,
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "cites": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["text", "cites"],
                "additionalProperties": False,
            },
        },
        "missing": {"type": ["string", "null"]},
    },
    "required": ["outcome", "statements", "missing"],
    "additionalProperties": False,
}
"""The form of an answer, where a service can promise one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A statement as the model wrote it: its words, and the numbers of the lines it cites."""

    text: str
    cites: tuple[int, ...]


class ReplyReader:
    """Reads a reply as it comes. `feed` gives the statements that a piece makes whole; `outcome` is
    what the reply says of the question once it has said it; once the reply is at its end,
    `well_formed` tells whether it has the form that was asked for, and `missing` what it says that
    the evidence leaves open."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0
        self._open: list[int] = []
        self._quoted = self._escaped = False
        self._found = False
        self.well_formed = False
        self.missing: str | None = None

    @property
    def outcome(self) -> str | None:
        """One of OUTCOMES; None where it has said none of them."""
        said = _OUTCOME.search(self._text)
        return said[1] if said and said[1] in OUTCOMES else None

    def feed(self, piece: str) -> list[Written]:
        self._text += piece
        if not self._at:  # what a model thinks aloud first is no part of its reply
            begun = self._text.lstrip().lower()
            if any(
                mark.startswith(begun) or (begun.startswith(mark) and f"</{mark[1:]}" not in begun)
                for mark in _THINKS
            ):
                return []
            self._text = _THOUGHT.sub("", self._text)
        return [statement for found in self._objects() for statement in self._read(found)]

    def rest(self) -> list[Written]:
        """What the reply says in plain text, with markers, where it held no JSON at all."""
        if self._found or "{" in self._text:
            return []
        told = _THOUGHT.sub("", self._text)
        said = [line.strip(" \t*•-#>") for line in _LINE.split(in_whole_characters(told))]
        return [_clean(line, []) for line in said if any(c.isalnum() for c in line)]

    def _read(self, found: Mapping[str, Any]) -> Iterator[Written]:
        if found.get("outcome") in OUTCOMES and isinstance(found.get("statements"), list):
            self.well_formed = True
            missing = found.get("missing")
            self.missing = " ".join(missing.split()) or None if isinstance(missing, str) else None
            return
        yield from _statement(found)

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


def in_whole_characters(text: str) -> str:
    """The text with halves of characters put together, or else replaced: services cut a reply where
    they like, and models may write half of one, which nothing after can encode."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def read_field(reply: str, name: str) -> str | None:
    """The text of a field in the first JSON object of a reply that has it."""
    found = read_object(reply, name)
    return None if found is None else str(found[name])


def read_object(reply: str, name: str) -> dict[str, Any] | None:
    """The first JSON object of a reply whose field `name` is a text."""
    return next((found for found in _all(reply) if isinstance(found.get(name), str)), None)


def read_verdicts(reply: str) -> dict[int, tuple[bool, str]]:
    """What a second reading says of each statement by its id: whether it is supported, and why
    not. What it does not say clearly is left out."""
    return {
        found["id"]: (found["supported"], str(found.get("why") or ""))
        for found in _all(reply)
        if isinstance(found.get("supported"), bool) and isinstance(found.get("id"), int)
    }


def _all(reply: str) -> Iterator[dict[str, Any]]:
    reader = ReplyReader()
    reader._text = _THOUGHT.sub("", reply)
    return reader._objects()


def _load(text: str) -> dict[str, Any] | None:
    for attempt in (text, re.sub(r",\s*([}\]])", r"\1", text)):  # a comma too many
        try:
            found = json.loads(in_whole_characters(attempt), strict=False)
            if "\\u" in attempt:
                found = json.loads(in_whole_characters(json.dumps(found, ensure_ascii=False)))
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _statement(found: Mapping[str, Any]) -> Iterator[Written]:
    text = next((found[name] for name in _TEXT if isinstance(found.get(name), str)), None)
    behind = [found[name] for name in _BEHIND if name in found]
    if text is not None and behind:
        yield _clean(text, [number for value in behind for number in _numbers(value)])


def _numbers(value: object) -> Iterator[int]:
    """The numbers in whatever names lines: 17, "17", "[17]", [17, 18], {"n": 17}."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _numbers(each)
    elif isinstance(value, str):
        yield from map(int, _NUMBERS.findall(value))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value


def _clean(text: str, numbers: Sequence[int]) -> Written:
    """The statement without the markers in its words, which cite lines as well."""
    named = [int(n) for match in _MARKER.finditer(text) for n in _NUMBERS.findall(match.group(1))]
    return Written(
        text=" ".join(_MARKER.sub("", text).split()),
        cites=tuple(dict.fromkeys([*numbers, *named])),
    )
