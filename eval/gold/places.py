"""Where gold evidence stands in a library: spans, ways to answer, passages that hold them."""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.errors import GoldError
from eval.gold.questions import Evidence, GoldQuestion
from vectorstore import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The slice `[start:end]` of a source's text; offsets count code points."""

    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A gold question with its evidence found in one library.

    `ways` are the ways to answer: all spans of one way together, or those of another.
    `passages` holds, for each way, the ids of the library's passages that its spans stand in; a
    span that no passage holds is an id that no search can find. Both are empty for a question
    that is to be withheld.
    """

    gold: GoldQuestion
    ways: tuple[tuple[Span, ...], ...] = ()
    passages: tuple[frozenset[str], ...] = ()

    @property
    def answerable(self) -> bool:
        return self.gold.outcome in ("answered", "partial")

    @property
    def spans(self) -> tuple[Span, ...]:
        """Every span of every way, each once."""
        return tuple(dict.fromkeys(span for way in self.ways for span in way))

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(sorted({span.source for span in self.spans}))

    @property
    def turn(self) -> str | None:
        """The kind that it is to be taken for, by its tag `turn`; None where there is none, or
        where it wants the last answer again: it is answered as the kind of the question before."""
        kind = self.gold.tags.get("turn")
        return None if kind in (None, "again") else str(kind)


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share at least half of the shorter one.

    So a clause counts for the sentence around it and the sentence for its clause, while two
    neighbours that touch do not.
    """
    if one.source != other.source:
        return False
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared > 0 and 2 * shared >= min(one.end - one.start, other.end - other.start)


def locate(questions: Sequence[GoldQuestion], library: Library) -> list[Target]:
    """The questions over this library. Raises GoldError that names every source it lacks, or
    else the first evidence that has changed."""
    have = {source.id for source in library.sources()}
    wanted = {place.source for question in questions for place in question.evidence}
    lacking = sorted(wanted - have)
    if lacking:
        lost = sum(any(e.source in lacking for e in q.evidence) for q in questions)
        raise GoldError(
            f"the library lacks {len(lacking)} of the {len(wanted)} sources that the gold "
            f"questions stand on ({', '.join(lacking)}), so that {lost} of {len(questions)} "
            "cannot be measured. Bring them in (soundings ingest FOLDER), or name other gold "
            "(--gold FILE)"
        )
    texts = {source: library.text(source) for source in wanted}
    held = {source: library.passages_of(source) for source in wanted}

    def span(place: Evidence, question: GoldQuestion) -> Span:
        try:
            start, end = place.locate(texts[place.source])
        except GoldError as exc:
            raise GoldError(f"'{question.id}': {exc}. See: soundings eval lint") from exc
        return Span(source=place.source, start=start, end=end)

    def holding(found: Span) -> set[str]:
        ids = {
            p.id
            for p in held[found.source]
            if overlaps(found, Span(source=p.source, start=p.start, end=p.end))
        }
        return ids or {f"{found.source}:{found.start}-{found.end}, in no passage"}

    targets = []
    for question in questions:
        ways = ways_of(question.evidence)
        spans = tuple(tuple(span(place, question) for place in way) for way in ways)
        passages = tuple(frozenset().union(*(holding(s) for s in way)) for way in spans)
        targets.append(Target(gold=question, ways=spans, passages=passages))
    return targets


def ways_of(evidence: Sequence[Evidence]) -> list[tuple[Evidence, ...]]:
    """All that is needed together, and each `alternative` by itself."""
    needed = tuple(place for place in evidence if not place.alternative)
    alternatives = [(place,) for place in evidence if place.alternative]
    return ([needed] if needed else []) + alternatives
