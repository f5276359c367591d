"""Composing: what a kind of answer has made becomes one answer, through the gate."""

from collections.abc import Sequence
from dataclasses import replace

from assistant.answering.parts import Made, Part
from assistant.finding.excerpts import Quote, cited, overlap
from assistant.finding.shown import shown
from assistant.models import WITHHELD, Answer, Citation, Dropped, Outcome, Statement, answer_text
from assistant.proof import Checker, Slice, judge
from assistant.turn.kinds import Kind
from vectorstore import Found, Hit, Library

NEAR = 0.3  # the similarity from which on a passage is about what was asked


def compose(
    question: str,
    alone: str,
    kind: Kind,
    made: Made,
    *,
    reader: str,
    library: Library,
    checker: Checker,
) -> Answer:
    """The answer to `question`, which stands alone as `alone`; `reader` names what read the
    evidence. Where nothing was found, or nothing stands, it is withheld."""
    statements: list[Statement] = []
    citations: list[Citation] = []
    dropped: list[Dropped] = []
    listed: list[int] = []
    taken: list[Quote] = []
    for section in made.sections:
        for quote in section.quotes:
            if any(overlap(quote, other) for other in taken):
                continue
            taken.append(quote)
            verdict = judge(quote.text, [Slice.of(quote)], library, checker)
            if not verdict.stands:
                dropped.append(Dropped(text=quote.text, why=verdict.why or "ungrounded"))
                continue
            marker = len(citations) + 1
            found = cited(quote, library, marker=marker)
            read = quote.passage.as_read(quote.start, quote.end)
            citations.append(replace(found, shown=shown(read)))
            listed += [marker] if quote.listed else []
            statements.append(
                Statement(
                    text=quote.text,
                    citations=(marker,),
                    support=verdict.support,
                    side=section.side,
                )
            )
    holding = [part.evidence.confidence for part in made.parts if part.holds]
    common = Answer(
        question=question,
        standalone_question=alone,
        outcome=Outcome.WITHHELD,
        reason=None,
        confidence=min(holding or [part.evidence.confidence for part in made.parts]),
        engine="extractive",
        kind=str(kind),
        reader=reader,
        answer=WITHHELD,
        dropped=tuple(dropped),
        hits=_merge_hits([part.found for part in made.parts]),
        library=made.parts[0].found.fingerprint,
        timings_ms={
            "search": sum(part.search_ms for part in made.parts),
            "evidence": sum(part.evidence_ms for part in made.parts),
        },
    )
    if not statements:
        return replace(common, reason=_why_withheld(made.parts, bool(dropped)))
    return replace(
        common,
        outcome=Outcome.PARTIAL if made.missing else Outcome.ANSWERED,
        reason="not stated" if made.missing else None,
        missing=made.missing,
        verdict=made.verdict,
        note=made.note,
        answer=answer_text(statements, citations),
        statements=tuple(statements),
        citations=tuple(citations),
        listed=tuple(listed),
    )


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
    near = any(hit.lexical > 0 and hit.similarity > NEAR for p in parts for hit in p.found.hits)
    return "not stated" if near else "nothing relevant"
