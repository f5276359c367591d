"""A statement beside its quotes: proved, unconfirmed, or refused.

The same for every engine. An extractive statement is its own quote, and supports itself in full: no
model is asked. Any other is refused where a quote is not in its source to the letter, or where it
has a number, date or name that was nowhere read; it is proved where what it says passes the check,
and else unconfirmed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.finding.excerpts import Excerpt
from assistant.models import Citation
from assistant.proof.check import Checker
from assistant.proof.exact import Beside
from assistant.proof.said import sentences_of
from vectorstore import Library

MORE = "it says more than its quotes"


class Standing(StrEnum):
    """What became of a statement."""

    PROVED = "proved"
    UNCONFIRMED = "unconfirmed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What a statement stands on: `text` should be the source's text `[start:end]`."""

    source: str
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, quote: Excerpt) -> "Slice":
        """The slice that a quote is."""
        return cls(source=quote.passage.source, start=quote.start, end=quote.end, text=quote.text)

    @classmethod
    def cited(cls, citation: Citation) -> "Slice":
        """The slice that a citation quotes."""
        source, start, end = citation.place
        return cls(source=source, start=start, end=end, text=citation.quote)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a statement, how well it is supported (0 to 1), and why where it is not
    proved. What is refused no other judgement can prove."""

    standing: Standing
    support: float
    why: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it is proved."""
        return self.standing is Standing.PROVED


def judge(
    statement: str,
    quotes: Sequence[Slice],
    library: Library,
    checker: Checker | None = None,
    *,
    leads: str = "",
    beside: Beside | None = None,
) -> Verdict:
    """Check a statement against the quotes behind it.

    `leads` is what the quotes lean on, and is read before them; what is exact in the statement may
    also stand `beside` them. Without a `checker` only what is verbatim in the quotes is proved.
    Raises UnknownSource where a quote names a source that the library does not have.
    """
    if not quotes:
        return _refused("no quote stands behind it")
    for quote in quotes:
        text = library.text(quote.source)
        if not 0 <= quote.start < quote.end <= len(text):
            return _refused("its quote lies outside the source")
        if text[quote.start : quote.end] != quote.text:
            return _refused("its quote is not in the source")
    if not any(character.isalnum() for character in statement):
        return _refused("it says nothing")
    if _is_quoted_whole(statement, quotes):
        return Verdict(standing=Standing.PROVED, support=1.0)
    if checker is None:
        if _plain(statement) in _plain(" ".join(quote.text for quote in quotes)):
            return Verdict(standing=Standing.PROVED, support=1.0)
        return Verdict(standing=Standing.UNCONFIRMED, support=0.0, why=MORE)
    quoted = "\n".join(filter(None, [leads, *(quote.text for quote in quotes)]))
    support = checker.check(statement, quoted, beside)
    standing = Standing.PROVED if support.supported else Standing.UNCONFIRMED
    return Verdict(
        standing=Standing.REFUSED if any(not each.read for each in support.lacks) else standing,
        support=support.score,
        why=support.why and support.why.replace("the passage does", "its quotes do"),
    )


def _is_quoted_whole(statement: str, quotes: Sequence[Slice]) -> bool:
    """Whether a statement is its quotes, or whole sentences of theirs; a piece of a sentence may
    have lost its "not" or its "some say"."""
    said = _plain(statement)
    if said in (_plain(quotes[0].text), _plain(" ".join(quote.text for quote in quotes))):
        return True
    there = {_plain(text) for quote in quotes for text in sentences_of(quote.text)}
    return all(_plain(text) in there for text in sentences_of(statement))


def _refused(why: str) -> Verdict:
    return Verdict(standing=Standing.REFUSED, support=0.0, why=why)


def _plain(text: str) -> str:
    return " ".join(text.split())
