"""An answer and its parts, as CONTRACT promises them. All are frozen; scores are in [0, 1]."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from vectorstore import Hit, visible

WITHHELD = "The library does not answer this question."
UNCONFIRMED = "wording not confirmed: read the quote"


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    WITHHELD = "withheld"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A marker of an answer, tied to a verbatim quote: the source's text `[start:end]`; `shown` is
    the quote without the marks of markup. `recognized`: a machine read its page from a picture, and
    may have misread."""

    marker: int
    source: str
    title: str
    source_sha256: str
    passage: str
    start: int
    end: int
    quote: str
    page: int | None
    heading: str
    shown: str = ""
    recognized: bool = False

    @property
    def place(self) -> tuple[str, int, int]:
        """Where its quote stands: source, start and end."""
        return self.source, self.start, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of an answer, the markers behind it, and how well they support it.

    `status` is "quoted" where it is its quote, "proved" where its wording passed the gate, and
    "unconfirmed" where it did not; `side` is the side of a comparison that it speaks for.
    """

    text: str
    citations: tuple[int, ...]
    support: float
    status: str = "quoted"
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A statement that did not pass the gate, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What of a language model's reply is not shown as it was written. `whole`: none of it is, and
    the answer is the extractive one. `replaced` statements were put right, `left_out` ones not."""

    whole: bool
    why: str
    replaced: int
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """How a language model took part in an answer: which one, with which prompt, what it cost
    (None where the service does not count), whether it `checked` its statements in a second
    reading, and what of its reply is not shown."""

    model: str
    prompt: str
    prompt_tokens: int | None
    completion_tokens: int | None
    cached: bool
    fallback: Fallback | None
    checked: bool = False

    def to_json(self) -> dict[str, Any]:
        """The fields that it adds to an answer's."""
        counted = self.prompt_tokens is not None
        tokens = {"prompt": self.prompt_tokens, "completion": self.completion_tokens}
        return {
            "model": self.model,
            "prompt": self.prompt,
            "tokens": tokens if counted else None,
            "cached": self.cached,
            "checked": self.checked,
            "fallback": asdict(self.fallback) if self.fallback else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the engine gives for a question.

    `kind` is what the turn was taken for. `answer` is the text with markers; `confidence` the
    probability that the evidence answers the question, also where the answer is withheld, and None
    for a reply; `hits` the nearest passages, best first;
    `missing` is what a partial answer leaves open; `reader` names what picked the evidence;
    `written` says how a language model took part, if one was asked; `listed` are the markers of
    the quotes that together are a list; `verdict` is what they make of a claim ("supported",
    "contradicted"); `note` says what a reader of the answer should know of it.
    """

    question: str
    standalone_question: str
    outcome: Outcome
    reason: str | None
    confidence: float | None
    engine: str
    answer: str
    kind: str = "point"
    reader: str = "similarity"
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    hits: tuple[Hit, ...] = field(default=(), repr=False)
    missing: str | None = None
    verdict: str | None = None
    note: str | None = None
    written: Use | None = None
    listed: tuple[int, ...] = field(default=(), repr=False)
    library: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The answer as CONTRACT's JSON object, without an `id`."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "outcome": str(self.outcome),
            "reason": self.reason,
            "missing": self.missing,
            "kind": self.kind,
            "verdict": self.verdict,
            "note": self.note,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "engine": self.engine,
            "reader": self.reader,
            **(self.written.to_json() if self.written else {}),
            "answer": self.answer,
            "statements": [
                {
                    "text": s.text,
                    "citations": list(s.citations),
                    "support": round(s.support, 4),
                    "status": s.status,
                    "side": s.side,
                }
                for s in self.statements
            ],
            "citations": [asdict(c) for c in self.citations],
            "dropped": [asdict(d) for d in self.dropped],
            "hits": [hit.to_json() for hit in self.hits],
            "library": self.library,
            "timings_ms": {name: round(ms, 1) for name, ms in self.timings_ms.items()},
        }


def answer_text(statements: Sequence[Statement], citations: Sequence[Citation]) -> str:
    """The statements as one text, quotes as they are shown, each with the markers of its quotes;
    the sides of a comparison in lines of their own."""
    shown = {(c.marker, c.quote): c.shown or c.quote for c in citations}
    said: list[str] = []
    side: str | None = None
    for statement in statements:
        text = statement.text
        quoted = (shown.get((marker, text)) for marker in statement.citations)
        words = " ".join(visible(next(filter(None, quoted), text)).split())
        text = f"{words} {in_brackets(statement.citations)}"
        if statement.side != side:
            side = statement.side
            text = f"\n{side}: {text}" if side else f"\n{text}"
        said.append(text)
    return " ".join(said).replace(" \n", "\n").strip()


def in_brackets(markers: Sequence[int]) -> str:
    """Markers as they stand behind a statement: [1][2]."""
    return "".join(f"[{marker}]" for marker in markers)
