"""Prompts: the templates of `prompts/llm`, filled with evidence that stays within the window."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from assistant.models import Citation, Turn
from assistant.writing.errors import PromptTooLong
from assistant.writing.models import Message
from prompts.errors import PromptError
from prompts.records import load_sheet
from prompts.template import Template, check_slots
from vectorstore import Passage, visible

# Few texts have more tokens than a third of their characters; one that does is told by the service.
CHARACTERS_A_TOKEN = 3
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a model is shown: quotes by their markers, and the passages around them."""

    quotes: tuple[Citation, ...]
    passages: tuple[Passage, ...]

    @property
    def size(self) -> int:
        return len(self.quotes) + len(self.passages)

    def first(self, number: int) -> "Evidence":
        """The first pieces, best first: quotes before passages."""
        quotes = self.quotes[:number]
        return Evidence(quotes=quotes, passages=self.passages[: number - len(quotes)])

    def labelled(self) -> list[tuple[str, Passage]]:
        """The passages with the letters by which they go."""
        return [(chr(ord("A") + i), passage) for i, passage in enumerate(self.passages)]

    def lines(self) -> list[str]:
        """A JSON object a line, so that no text can pretend to be anything but a text."""
        quotes: list[dict[str, object]] = [
            {"quote": q.marker, "source": q.title, "text": q.quote} for q in self.quotes
        ]
        passages: list[dict[str, object]] = [
            {"passage": label, "source": p.title, "text": p.text} for label, p in self.labelled()
        ]
        return [as_line(each) for each in (*quotes, *passages)]


def answer_prompt(
    question: str, evidence: Evidence, *, window: int, reply: int
) -> tuple[list[Message], Evidence]:
    """The messages, and what of the evidence stayed: whole pieces by rank, as many as fit in a
    window of so many tokens beside a reply of so many. Raises PromptTooLong where none does."""
    prompt = load_prompt("answer")
    asked = neutral(question)
    bare = prompt.fill(evidence="", question=asked)
    room = (window - reply) * CHARACTERS_A_TOKEN - sum(len(m.content) for m in bare)
    kept = 0
    for line in evidence.lines():
        room -= len(line) + 1
        if room < 0:
            break
        kept += 1
    if not kept:
        raise PromptTooLong(
            f"not one quote fits in a window of {window:,} tokens. Raise SOUNDINGS_LLM_WINDOW if "
            "the model's is larger"
        )
    shown = evidence.first(kept)
    return prompt.fill(evidence="\n".join(shown.lines()), question=asked), shown


def followup_prompt(question: str, history: Sequence[Turn]) -> list[Message]:
    """The messages that ask for a question to be made to stand alone."""
    turns = [as_line({t.role: t.content[:TURN_CHARACTERS]}) for t in history[-TURNS:]]
    return load_prompt("followup").fill(turns="\n".join(turns), question=neutral(question))


def neutral(text: str) -> str:
    """The text without what a chat template could take for its own marks (`<|im_start|>system`,
    `[INST]`), and without what nobody sees."""
    plain = visible(text).replace("<", "‹").replace(">", "›")
    return _ROLE_MARKS.sub(r"(\1)", plain)


def as_line(content: Mapping[str, object]) -> str:
    """A JSON object on one line, its texts neutral."""
    plain = {k: neutral(v) if isinstance(v, str) else v for k, v in content.items()}
    return json.dumps(plain, ensure_ascii=False)
