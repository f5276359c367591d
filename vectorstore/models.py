"""The values that the library stores and search returns: frozen; offsets count code points."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

PROSE, ITEM, ROW, HEADING = "prose", "item", "row", "heading"
LEAD_IN, CAPTION, REFERENCE, FURNITURE = "lead-in", "caption", "reference", "furniture"
SENTENCE_KINDS = (PROSE, ITEM, ROW, HEADING, LEAD_IN, CAPTION, REFERENCE, FURNITURE)
ROW_MARK = "| "  # what opens a row
QUOTABLE = frozenset({PROSE, ITEM, ROW})
"""The kinds of sentences that may be quoted alone. A heading stands over something, a lead-in
needs its list and a caption its table or figure; references and furniture (menus, mastheads,
running heads, dates, tables of contents) never answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading of a source: `text[start:end]` is its line; `level` 1 is the outermost."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence, list item, table row or heading line of a source: `text[start:end]`.

    `kind` is one of SENTENCE_KINDS; only those in QUOTABLE may be quoted alone. `block` numbers
    the paragraph, list item or row that the sentence belongs to, so that neighbours in one
    paragraph share a number. `read_as` is what a row of a table says with the headings of its
    columns, where these stand elsewhere; empty where its own words are all there is.
    """

    start: int
    end: int
    kind: str
    block: int
    read_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document of the library in its current version, without its text.

    `sha256` is the digest of the text in UTF-8, which is what every offset counts in.
    `origin` is where it was read from. `pages` holds the offset at which each page begins
    (empty when the format has no pages), `recognized` the pages, from 1, that a machine read from a
    picture and may have misread. `description` is what people say of it.
    """

    id: str
    title: str
    sha256: str
    kind: str
    origin: str
    version: int
    added: str
    characters: int
    passages: int
    publisher: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None
    pages: tuple[int, ...] = ()
    recognized: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()
    description: str | None = None

    def page_at(self, position: int) -> int | None:
        """The page, from 1, on which an offset in the text lies; None where there are none."""
        return bisect_right(self.pages, position) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What is stored and found: `text` is the source's text `[start:end]`, to the letter.

    `heading` is the path of headings above it, outermost first, joined by " › ".
    `sentences` are its sentences in order, with offsets in the source.
    """

    id: str
    source: str
    title: str
    text: str
    start: int
    end: int
    heading: str
    page: int | None
    sentences: tuple[Sentence, ...] = field(repr=False)

    def slice(self, start: int, end: int) -> str:
        """The source's text `[start:end]`, which must lie within the passage."""
        return self.text[start - self.start : end - self.start]

    def sentence_texts(self) -> list[str]:
        """The text of each sentence, in order."""
        return [self.slice(sentence.start, sentence.end) for sentence in self.sentences]

    def readings(self) -> list[str]:
        """What each sentence says, in order: its text, or a row with its column headings."""
        return [s.read_as or self.slice(s.start, s.end) for s in self.sentences]

    def as_read(self, start: int, end: int) -> str:
        """The source's text `[start:end]`, each row in it with its column headings."""
        return as_read(self.slice(start, end), start, self.sentences)


def as_read(text: str, start: int, sentences: Sequence[Sentence]) -> str:
    """A text that begins at offset `start` of its source, each row in it with the headings of its
    columns."""
    said, done = "", 0
    for s in sentences:
        if s.read_as and start <= s.start and s.end <= start + len(text):
            said += text[done : s.start - start] + ROW_MARK + s.read_as
            done = s.end - start
    return said + text[done:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage found for a query. Higher is better in every score; `rank` starts at 1.

    `score` is the fused score in [0, 1], `similarity` the cosine of query and passage in
    [-1, 1], `lexical` the BM25 score (0 where the query shares no word with the passage).
    """

    passage: Passage
    rank: int
    score: float
    similarity: float
    lexical: float

    def to_json(self) -> dict[str, Any]:
        """The hit as CONTRACT's JSON object."""
        return {
            "rank": self.rank,
            "score": round(self.score, 4),
            "source": self.passage.source,
            "passage": self.passage.id,
            "start": self.passage.start,
            "end": self.passage.end,
            "heading": self.passage.heading,
            "text": self.passage.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of a source in a stretch of time: "added", "changed" or "removed".

    `when` is the moment of the last of it (ISO 8601, UTC), `version` and `title` are those that
    the source has now, or had when it was removed.
    """

    source: str
    title: str
    what: str
    version: int
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that changed the library. `report` is what it said of itself: JSON, a list of lines
    as ingest writes them, or one line of text."""

    started: str
    finished: str
    report: str = field(repr=False)
