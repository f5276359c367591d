"""Slices of a source that are to be quoted, and their citations."""

from dataclasses import dataclass
from typing import Protocol

from assistant.finding.candidates import Candidate, lead_of
from assistant.models import Citation
from vectorstore import Library, Passage

LEAD_WORDS = 60


class Excerpt(Protocol):
    """A slice of a source: its text is the source's `[start:end]`."""

    @property
    def passage(self) -> Passage: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A slice of a source that is to be quoted: its text is the source's `[start:end]`. `listed`
    tells of one that belongs to a list that is quoted whole."""

    passage: Passage
    start: int
    end: int
    text: str
    score: float
    listed: bool = False

    @property
    def words(self) -> int:
        return len(self.text.split())


def overlap(one: Excerpt, other: Excerpt) -> bool:
    """Whether two excerpts share any of a source's text."""
    same = one.passage.source == other.passage.source
    return same and one.start < other.end and other.start < one.end


def cited(quote: Excerpt, library: Library, *, marker: int) -> Citation:
    """The citation of a quote. Raises UnknownSource where the library no longer has its source."""
    source = library.source(quote.passage.source)
    page = source.page_at(quote.start)
    return Citation(
        marker=marker,
        source=source.id,
        title=source.title,
        source_sha256=source.sha256,
        passage=quote.passage.id,
        start=quote.start,
        end=quote.end,
        quote=quote.text,
        page=page,
        heading=quote.passage.heading,
        recognized=page in source.recognized,
    )


def quote_of(passage: Passage, start: int, end: int, score: float) -> Quote:
    """A passage's `[start:end]` of the source, as a quote."""
    return Quote(passage=passage, start=start, end=end, text=passage.slice(start, end), score=score)


def with_lead(candidate: Candidate, score: float) -> Quote:
    """The sentence, and those before it that it leans on where they are short enough."""
    passage, last = candidate.hit.passage, candidate.sentence
    for first in passage.sentences[lead_of(passage, candidate.index) : candidate.index]:
        if len(passage.slice(first.start, last.end).split()) <= LEAD_WORDS:
            return quote_of(passage, first.start, last.end, score)
    return quote_of(passage, last.start, last.end, score)
