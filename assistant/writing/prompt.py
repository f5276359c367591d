"""Prompts: the templates of `prompts/llm`, filled."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.models import Turn
from assistant.writing.models import Message
from prompts.errors import PromptError
from prompts.records import load_sheet
from prompts.template import Template, check_slots
from vectorstore import visible

TURNS = 6
TURN_CHARACTERS = 1_000
_ROLE_MARKS = re.compile(r"\[(/?(?:INST|SYS|SYSTEM|AVAILABLE_TOOLS|TOOL_\w+))\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt of `prompts/llm`: its messages as templates, and the version that answers name."""

    version: str
    messages: tuple[tuple[str, Template], ...]

    def fill(self, **values: str) -> list[Message]:
        return [
            Message(role=role, content=template.fill_from(values))
            for role, template in self.messages
        ]


@cache
def load_prompt(name: str) -> Prompt:
    """The prompt `prompts/llm/NAME.txt`. Raises PromptError for a fault in it."""
    sheet = load_sheet(f"llm/{name}")
    sheet.head.check(frozenset({"prompt", "version", "slots"}))
    messages = []
    for record in sheet.records:
        record.check(frozenset({"role", "line"}))
        text = "\n".join(record.all("line"))
        messages.append((record.one("role"), Template.parse(text, record.where)))
    check_slots(sheet.head, [template for _, template in messages])
    if sheet.head.one("prompt") != name:
        raise PromptError(f"{sheet.head.where}: this is '{sheet.head.one('prompt')}', not '{name}'")
    return Prompt(version=f"{name}-{sheet.head.one('version')}", messages=tuple(messages))


def answer_prompt(question: str, evidence: Sequence[str]) -> list[Message]:
    """The messages that ask for an answer from evidence in JSON Lines."""
    asked = as_line({"question": question})
    return load_prompt("answer").fill(evidence="\n".join(evidence), question=asked)


def repair_prompt(question: str, faults: Sequence[tuple[str, str]]) -> list[Message]:
    """The further message that names statements at fault, each with why."""
    lines = [as_line({"statement": text, "fault": why}) for text, why in faults]
    asked = as_line({"question": question})
    return load_prompt("repair").fill(faults="\n".join(lines), question=asked)


def check_prompt(statements: Mapping[int, tuple[str, Sequence[str]]]) -> list[Message]:
    """The messages that ask whether statements, by id, follow from their evidence."""
    told = [
        {"id": id, "text": text, "evidence": evidence}
        for id, (text, evidence) in statements.items()
    ]
    return load_prompt("check").fill(statements=as_line({"statements": told}))


def rewrite_prompt(
    question: str, history: Sequence[Turn], language: str | None = None
) -> list[Message]:
    """The messages that ask for a question to be made to stand alone, in a language where one is
    named."""
    turns = [
        {"role": turn.role, "content": turn.content[:TURN_CHARACTERS]} for turn in history[-TURNS:]
    ]
    told: dict[str, object] = {"history": turns, "question": question}
    if language:
        told["language"] = language
    return load_prompt("rewrite").fill(turn=as_line(told))


def neutral(text: str) -> str:
    """The text without what a chat template could take for its own marks (`<|im_start|>system`,
    `[INST]`), and without what nobody sees."""
    plain = visible(text).replace("<", "‹").replace(">", "›")
    return _ROLE_MARKS.sub(r"(\1)", plain)


def as_line(content: Mapping[str, object]) -> str:
    """A JSON object on one line, all of its texts neutral."""
    return json.dumps(_neutral(content), ensure_ascii=False)


def _neutral(value: object) -> object:
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, Mapping):
        return {key: _neutral(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_neutral(each) for each in value]
    return value
