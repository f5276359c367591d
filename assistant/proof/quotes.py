"""A statement stands only if its quotes are in the library, to the letter, and support it.

The same for every engine. An extractive statement is its own quote, and supports itself in full: no
model is asked. Any other must find its numbers, names and dates in its quotes, and pass the check.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.finding.excerpts import Excerpt
from assistant.models import Citation
from assistant.proof.check import Checker
from assistant.proof.findings import ABBREVIATION
from assistant.proof.said import sentences_of
from vectorstore import Library

# What a statement may not hold unless its quotes do, however near the rest comes.
MUST_STAND = ("numbers_missing", "dates_missing", "names_missing", "numbers_of_other")
MORE = "it says more than its quotes"


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
    """Whether a statement stands, how well it is supported (0 to 1), and else why not. `lacks`
    tells of one that falls since a number, date or name of it is not in its quotes."""

    stands: bool
    support: float
    why: str | None = None
    lacks: bool = False


def judge(
    statement: str, quotes: Sequence[Slice], library: Library, checker: Checker | None = None
) -> Verdict:
    """Check a statement against the quotes behind it.

    Without a `checker` only what is verbatim in the quotes stands. Raises UnknownSource where a
    quote names a source that the library does not have.
    """
    if not quotes:
        return _falls("no quote stands behind it")
    for quote in quotes:
        text = library.text(quote.source)
        if not 0 <= quote.start < quote.end <= len(text):
            return _falls("its quote lies outside the source")
        if text[quote.start : quote.end] != quote.text:
            return _falls("its quote is not in the source")
    if not any(character.isalnum() for character in statement):
        return _falls("it says nothing")
    if _is_quoted_whole(statement, quotes):
        return Verdict(stands=True, support=1.0)
    if checker is None:
        inside = _plain(statement) in _plain(" ".join(quote.text for quote in quotes))
        return Verdict(stands=True, support=1.0) if inside else _falls(MORE)
    quoted = "\n".join(quote.text for quote in quotes)
    support = checker.check(statement, quoted)
    missing = [f.why for f in support.findings if f.feature in MUST_STAND]
    missing += [
        f"the passage does not name {short}"
        for short in dict.fromkeys(ABBREVIATION.findall(statement))
        if short.casefold() not in quoted.casefold()
    ]
    if missing:
        why = missing[0].replace("the passage does", "its quotes do")
        return Verdict(stands=False, support=support.score, why=why, lacks=True)
    return Verdict(stands=support.supported, support=support.score, why=support.why)


def _is_quoted_whole(statement: str, quotes: Sequence[Slice]) -> bool:
    """Whether a statement is its quotes, or whole sentences of theirs; a piece of a sentence may
    have lost its "not" or its "some say"."""
    said = _plain(statement)
    if said in (_plain(quotes[0].text), _plain(" ".join(quote.text for quote in quotes))):
        return True
    there = {_plain(text) for quote in quotes for text in sentences_of(quote.text)}
    return all(_plain(text) in there for text in sentences_of(statement))


def _falls(why: str) -> Verdict:
    return Verdict(stands=False, support=0.0, why=why)


def _plain(text: str) -> str:
    return " ".join(text.split())
