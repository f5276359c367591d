"""Answers that were kept as JSON, read again."""

from collections.abc import Mapping
from typing import Any

from assistant.models import Answer, Citation, Dropped, Fallback, Outcome, Statement, Use
from vectorstore import Hit, Passage


def answer_of(record: Mapping[str, Any]) -> Answer:
    """The answer that `Answer.to_json` made this of.

    Its hits know no more of their passages than the record does: where they stand and their
    text; their title is the source's id. Raises KeyError, TypeError or ValueError for a record
    that is none.
    """
    return Answer(
        question=record["question"],
        standalone_question=record["standalone_question"],
        outcome=Outcome(record["outcome"]),
        reason=record["reason"],
        kind=record.get("kind", "point"),
        verdict=record.get("verdict"),
        note=record.get("note"),
        missing=record["missing"],
        confidence=record["confidence"],
        engine=record["engine"],
        reader=record["reader"],
        written=_use(record) if "model" in record else None,
        answer=record["answer"],
        statements=tuple(
            Statement(**{**s, "citations": tuple(s["citations"])}) for s in record["statements"]
        ),
        citations=tuple(Citation(**_known(c)) for c in record["citations"]),
        dropped=tuple(Dropped(**each) for each in record["dropped"]),
        hits=tuple(_hit(each) for each in record["hits"]),
        library=record["library"],
        timings_ms=record["timings_ms"],
    )


def _known(record: Mapping[str, Any]) -> dict[str, Any]:
    """A citation's fields, without those that earlier versions kept."""
    return {name: value for name, value in record.items() if name != "words"}


def _hit(record: Mapping[str, Any]) -> Hit:
    passage = Passage(
        id=record["passage"],
        source=record["source"],
        title=record["source"],
        text=record["text"],
        start=record["start"],
        end=record["end"],
        heading=record["heading"],
        page=None,
        sentences=(),
    )
    score = record["score"]
    return Hit(passage=passage, rank=record["rank"], score=score, similarity=score, lexical=0.0)


def _use(record: Mapping[str, Any]) -> Use:
    tokens, fallback = record["tokens"] or {}, record["fallback"]
    return Use(
        model=record["model"],
        prompt=record["prompt"],
        prompt_tokens=tokens.get("prompt"),
        completion_tokens=tokens.get("completion"),
        cached=record["cached"],
        checked=record.get("checked", False),
        fallback=Fallback(**fallback) if fallback else None,
    )
