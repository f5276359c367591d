"""Candidates for gold questions, from passages that nobody has asked about yet.

Nothing is invented: each draft holds a real sentence as its evidence and a question that a person
must put into words; which passages come first follows from what the gold covers least.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.turn.question import wording
from eval.authoring.drafts import WORKING, Draft
from eval.gold.places import Span, Target, overlaps
from vectorstore import Library, Passage

SHORTEST, LONGEST = 8, 45  # words of a sentence that is worth asking about
_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+ [A-Z][a-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many passages of a source's section the gold asks about."""

    source: str
    section: str
    passages: int
    asked: int


def coverage(targets: Sequence[Target], library: Library) -> list[Coverage]:
    """Of every source and section, in the library's order."""
    asked = _asked(targets)
    found = []
    for source in library.sources():
        passages: Counter[str] = Counter()
        covered: Counter[str] = Counter()
        for passage in library.passages_of(source.id):
            passages[passage.heading] += 1
            covered[passage.heading] += passage.id in asked
        found += [
            Coverage(source=source.id, section=section, passages=n, asked=covered[section])
            for section, n in passages.items()
        ]
    return found


def propose(targets: Sequence[Target], library: Library, most: int) -> list[Draft]:
    """At most `most` drafts: passages nobody asked about, from each source in turn, the source
    with the least coverage first; from each its sentence with most to ask about."""
    asked = _asked(targets)
    taken = [span for target in targets for span in target.spans]
    queues = []
    for source in library.sources():
        passages = library.passages_of(source.id)
        open_ones = [p for p in passages if p.id not in asked]
        share = 1 - len(open_ones) / len(passages) if passages else 1.0
        queues.append((share, source.id, open_ones))
    queues.sort(key=lambda queue: queue[:2])
    drafts: list[Draft] = []
    while len(drafts) < most and any(passages for _, _, passages in queues):
        for share, name, passages in queues:
            if not passages or len(drafts) == most:
                continue
            passage = passages.pop(0)
            best = _best(passage, taken)
            if best is not None:
                drafts.append(_draft(passage, best, f"{name}: {share:.0%} of its passages"))
    return drafts


def _asked(targets: Sequence[Target]) -> set[str]:
    return {id for target in targets for passages in target.passages for id in passages}


def _best(passage: Passage, taken: Sequence[Span]) -> tuple[int, int] | None:
    """The sentence that holds most that can be asked for: numbers, names, rare words."""
    scored = []
    for sentence in passage.sentences:
        text = passage.slice(sentence.start, sentence.end)
        span = Span(source=passage.source, start=sentence.start, end=sentence.end)
        if sentence.kind == "heading" or not SHORTEST <= len(text.split()) <= LONGEST:
            continue
        if any(overlaps(span, other) for other in taken):
            continue
        score = 2 * len(_NUMBER.findall(text)) + 3 * len(_NAME.findall(text))
        scored.append((-score - len(wording(text).stems), sentence.start, sentence.end))
    if not scored:
        return None
    _, start, end = min(scored)
    return start, end


def _draft(passage: Passage, place: tuple[int, int], why: str) -> Draft:
    start, end = place
    quote = passage.slice(start, end)
    facts = [*_NAME.findall(quote), *re.findall(r"\d[\d,.]*\d|\d", quote)]
    return Draft(
        record={
            "id": f"draft-{passage.id[1:9]}-{start}",
            "question": f"TODO: ask for this in a reader's own words ({passage.heading})",
            "outcome": "answered",
            "facts": [[fact] for fact in dict.fromkeys(facts)],
            "evidence": [{"source": passage.source, "quote": quote}],
            "tags": {"kind": WORKING, "audience": "leader", "difficulty": "medium"},
            "split": "held",
        },
        notes=(f"{why} are asked about; nobody has asked about this one",),
    )
