"""Composing: the parts of a question, as they were found, become one answer through the gate."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.parts import Part
from assistant.finding.excerpts import Quote, cited, overlap
from assistant.models import (
    Answer,
    Citation,
    Dropped,
    Outcome,
    Statement,
    Words,
    text_with_markers,
)
from assistant.proof import Checker, Slice, judge
from vectorstore import Found, Hit, Library

WITHHELD = "The library does not answer this question."


def compose(
    question: str,
    alone: str,
    parts: Sequence[Part],
    *,
    reader: str,
    library: Library,
    checker: Checker,
) -> Answer:
    """The answer to `question`, which stands alone as `alone`, from the parts that are covered;
    `reader` names what read the evidence. Where none is, or nothing stands, it is withheld."""
    covered = [part for part in parts if part.quotes]
    open_parts = [p for p in parts if p not in covered]
    statements: list[Statement] = []
    citations: list[Citation] = []
    dropped: list[Dropped] = []
    listed: list[int] = []
    for quote in _without_repeats([q for part in covered for q in part.quotes]):
        verdict = judge(quote.text, [Slice.of(quote)], library, checker)
        if not verdict.stands:
            dropped.append(Dropped(text=quote.text, why=verdict.why or "ungrounded"))
            continue
        marker = len(citations) + 1
        citations.append(_citation(marker, quote, parts, library))
        listed += [marker] if quote.listed else []
        statements.append(Statement(text=quote.text, citations=(marker,), support=verdict.support))
    hits = _merge_hits([part.found for part in parts])
    common = Answer(
        question=question,
        standalone_question=alone,
        outcome=Outcome.WITHHELD,
        reason=None,
        confidence=min(part.confidence for part in (covered or parts)),
        engine="extractive",
        reader=reader,
        answer=WITHHELD,
        dropped=tuple(dropped),
        hits=hits,
        library=parts[0].found.fingerprint,
        timings_ms={
            "search": sum(part.search_ms for part in parts),
            "evidence": sum(part.evidence_ms for part in parts),
        },
    )
    if not statements:
        return replace(common, reason=_why_withheld(parts, bool(dropped)))
    missing = " ".join(part.question for part in open_parts) or None
    return replace(
        common,
        outcome=Outcome.PARTIAL if missing else Outcome.ANSWERED,
        reason="not stated" if missing else None,
        missing=missing,
        answer=text_with_markers(statements),
        statements=tuple(statements),
        citations=tuple(citations),
        listed=tuple(listed),
    )


def _citation(marker: int, quote: Quote, parts: Sequence[Part], library: Library) -> Citation:
    within = (
        Words(start=start, end=end)
        for part in parts
        for source, start, end in part.words
        if source == quote.passage.source and quote.start <= start < end <= quote.end
    )
    return cited(quote, library, marker=marker, words=next(within, None))


def _without_repeats(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes, but for those that share words of a source with an earlier one."""
    kept: list[Quote] = []
    for quote in quotes:
        if not any(overlap(quote, other) for other in kept):
            kept.append(quote)
    return kept


def _merge_hits(founds: Sequence[Found]) -> tuple[Hit, ...]:
    """The hits of all parts, each passage once, ranked anew by score."""
    best: dict[str, Hit] = {}
    for hit in (hit for found in founds for hit in found.hits):
        known = best.get(hit.passage.id)
        if known is None or hit.score > known.score:
            best[hit.passage.id] = hit
    ordered = sorted(best.values(), key=lambda h: (-round(h.score, 6), h.passage.id))
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(ordered, start=1))


def _why_withheld(parts: Sequence[Part], dropped: bool) -> str:
    if dropped:
        return "ungrounded"
    near = any(hit.lexical > 0 and hit.similarity > 0.3 for p in parts for hit in p.found.hits)
    return "not stated" if near else "nothing relevant"
