"""What an engine answered, as a run keeps it: CONTRACT's JSON, read into values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.errors import RunError
from eval.gold.places import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement of an answer, with the markers of the quotes behind it; `shown` is how the
    answer's text says it, `side` the side of a comparison that it is put under."""

    text: str
    markers: tuple[int, ...]
    shown: str = ""
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """One citation: a quote that claims to be the source's text at the span."""

    marker: int
    span: Span
    quote: str
    passage: str
    title: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A passage that a search found; rank 1 is the best."""

    passage: str
    span: Span
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One question's answer. `outcome` and `confidence` are None where asking failed (`error`).

    `hits` are what the engine read, `search` the ten best passages for the standalone question.
    """

    id: str
    question: str
    standalone_question: str
    outcome: str | None
    reason: str | None
    missing: str | None
    confidence: float | None
    engine: str
    text: str
    statements: tuple[Said, ...]
    citations: tuple[Cited, ...]
    dropped: tuple[tuple[str, str], ...]
    hits: tuple[Ranked, ...]
    search: tuple[Ranked, ...]
    error: str | None
    fell_back: bool | None = None
    kind: str | None = None

    @property
    def said(self) -> str:
        """The statements' text: what the answer says, without its markers."""
        return " ".join(statement.text for statement in self.statements)

    @property
    def words(self) -> int:
        return len(self.said.split())


def read_answer(record: Mapping[str, Any]) -> Answered:
    """An answer from its JSON. Raises RunError where it is not one."""
    try:
        shown = {c["quote"]: c.get("shown") for c in record.get("citations", [])}
        return Answered(
            id=record["id"],
            question=record.get("question", ""),
            standalone_question=record.get("standalone_question", ""),
            outcome=record.get("outcome"),
            reason=record.get("reason"),
            missing=record.get("missing"),
            confidence=record.get("confidence"),
            engine=record.get("engine", ""),
            text=record.get("answer", ""),
            statements=tuple(
                Said(
                    text=s["text"],
                    markers=tuple(s["citations"]),
                    shown=shown.get(s["text"]) or s["text"],
                    side=s.get("side"),
                )
                for s in record.get("statements", [])
            ),
            citations=tuple(_cited(c) for c in record.get("citations", [])),
            dropped=tuple((d["text"], d["why"]) for d in record.get("dropped", [])),
            hits=_ranked(record.get("hits", [])),
            search=_ranked(record.get("search", [])),
            error=record.get("error"),
            fell_back=_fell_back(record),
            kind=record.get("kind"),
        )
    except (KeyError, TypeError) as exc:
        raise RunError(f"'{record.get('id', '?')}' is not an answer: {exc!r}") from exc


def _fell_back(record: Mapping[str, Any]) -> bool | None:
    """Whether the extractive answer took a model's place; None where no model was asked."""
    if "fallback" not in record:
        return None
    fallback = record["fallback"]
    return bool(fallback and fallback["whole"])


def _cited(record: Mapping[str, Any]) -> Cited:
    return Cited(
        marker=record["marker"],
        span=_span(record),
        quote=record["quote"],
        passage=record.get("passage", ""),
        title=record.get("title", record["source"]),
        heading=record.get("heading") or "",
    )


def _ranked(records: Sequence[Mapping[str, Any]]) -> tuple[Ranked, ...]:
    return tuple(
        Ranked(passage=hit["passage"], span=_span(hit), rank=hit["rank"]) for hit in records
    )


def _span(record: Mapping[str, Any]) -> Span:
    return Span(source=record["source"], start=record["start"], end=record["end"])
