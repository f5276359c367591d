"""Answers that were kept as JSON, read again; and what has become of the sources they quote."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from assistant.keeping.places import Sources
from assistant.keeping.verify import Standing, verify
from assistant.models import Answer, Citation, Dropped, Fallback, Outcome, Statement, Use
from vectorstore import Hit, Library, Passage

_STANDS = "“{}” has changed since; quote {} still stands in it."
_SINCE = {
    Standing.VERIFIED: _STANDS,
    Standing.MOVED: _STANDS,
    Standing.CHANGED: "“{}” has changed since, and no longer says what quote {} says.",
    Standing.GONE: "“{}”, which quote {} is from, is no longer in the library.",
}


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


def changed_since(
    cited: Sequence[tuple[int, Citation]], library: Library, today: Sources
) -> dict[int, list[str]]:
    """By the numbers that come with the citations, what has become of sources that were quoted and
    have another text `today`, in a sentence each; nothing where no source is known."""
    touched = [each for each in cited if today and _has_changed(each[1], today)]
    saved = [{"id": number, "citations": [asdict(citation)]} for number, citation in touched]
    checked = verify(saved, library).quotes if saved else ()
    found: dict[int, list[str]] = {}
    for (number, citation), now in zip(touched, checked, strict=True):
        told = _SINCE[now.standing].format(citation.title, citation.marker)
        found.setdefault(number, []).append(told)
    return found


def _has_changed(citation: Citation, today: Sources) -> bool:
    source = today.get(citation.source)
    return source is None or source.sha256 != citation.source_sha256
