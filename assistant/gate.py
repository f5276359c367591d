"""The grounding gate: a statement stands only if its quotes are in the library, to the letter.

The same for every engine. Here the first of its two checks: that each quote is the source's text
at its offsets. An extractive statement is its own quote, so that it supports itself in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.evidence import Quote
from vectorstore import Library


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a statement stands, how well it is supported (0 to 1), and else why not."""

    stands: bool
    support: float
    why: str | None = None


def judge(statement: str, quotes: Sequence[Quote], library: Library) -> Verdict:
    """Check a statement against the quotes behind it."""
    if not quotes:
        return Verdict(stands=False, support=0.0, why="no quote stands behind it")
    for quote in quotes:
        text = library.text(quote.passage.source)
        if not 0 <= quote.start < quote.end <= len(text):
            return Verdict(stands=False, support=0.0, why="its quote lies outside the source")
        if text[quote.start : quote.end] != quote.text:
            return Verdict(stands=False, support=0.0, why="its quote is not in the source")
    if _plain(statement) not in _plain(" ".join(quote.text for quote in quotes)):
        return Verdict(stands=False, support=0.0, why="it says more than its quotes")
    return Verdict(stands=True, support=1.0)


def _plain(text: str) -> str:
    return " ".join(text.split())
