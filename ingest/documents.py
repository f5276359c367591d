"""A document as its reader gives it: the text that offsets count in, and what is known of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from unicodedata import category
from urllib.parse import unquote

from ingest.errors import UnreadableFile
from vectorstore.library.invisible import count_invisible, visible
from vectorstore.models import Heading

_BETWEEN_WORDS = re.compile(r"_+|\s+|(?<!\d)-+|-+(?!\d)")
SHORTEST_SHOUT = 4  # letters: NHS and UNDP are names, FINAL is not
DETAIL_CHARACTERS = 400  # of a title, an author and the like
MOST_VALUES = 100  # of a list of authors


def one_line(text: str) -> str:
    """`text` fit for a title: on one line, without control, invisible or half characters."""
    whole = visible(text.encode("utf-8", "replace").decode())
    return " ".join("".join(" " if category(c) == "Cc" else c for c in whole).split())


def readable(name: str) -> str:
    """A file's name as a title: annual_report-2019_FINAL is Annual report 2019 final.

    A name of one word is left as it is, and so is a date in it (2019-05-03).
    """
    words = _BETWEEN_WORDS.sub(" ", unquote(name)).split()
    if len(words) < 2 or not any(c.isalpha() for c in name):
        return name
    shouted = all(word.upper() == word for word in words)
    calm = [w.lower() if w.isupper() and len(w) > SHORTEST_SHOUT else w for w in words]
    title = " ".join(words if shouted else calm)
    return title[:1].upper() + title[1:]


def _text(value: object) -> str | None:
    if isinstance(value, list):
        parts = (_text(v) for v in value[:MOST_VALUES] if not isinstance(v, list))
        return short(", ".join(filter(None, parts)))
    if isinstance(value, str | int | float | date) and not isinstance(value, bool):
        return short(str(value)[: 4 * DETAIL_CHARACTERS])
    return None


def short(text: str) -> str | None:
    """A detail on one line, or None where it says nothing. It stands before each quote and in
    every list: it is cut where it is no name."""
    text = one_line(text)
    cut = text if len(text) <= DETAIL_CHARACTERS else f"{text[: DETAIL_CHARACTERS - 1].rstrip()}…"
    return cut or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of text that sentences do not cross: `text[start:end]`.

    `kind` is "prose", "item" (of a list, without its marker), "row" (of a table, or a line that
    stands alone) or "heading".
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What a document says of itself, or `sources.toml` says of it. None is unknown."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "Details":
        """From what was read: texts, numbers, dates or lists of them; all else is unknown."""
        return cls(**{name: _text(values.get(name)) for name in cls.__slots__})

    def over(self, other: "Details") -> "Details":
        """These details, and the other's where these are silent."""
        return Details(
            title=self.title or other.title,
            publisher=self.publisher or other.publisher,
            author=self.author or other.author,
            date=self.date or other.date,
            url=self.url or other.url,
        )


_UNKNOWN = Details()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document, read. `name` is what its source is called unless that name is taken.

    `origin` says where it was read from, `file_sha256` digests the bytes it was read from.
    `pages` holds the offset at which each page begins; empty where there are no pages.
    `notes` are what the report should say of it: pages without text, characters left out.
    `recognized` are the pages, from 1, that a machine read from a picture and may have misread.
    """

    name: str
    kind: str
    origin: str
    file_sha256: str
    text: str = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    headings: tuple[Heading, ...] = field(repr=False)
    pages: tuple[int, ...] = ()
    details: Details = _UNKNOWN
    notes: tuple[str, ...] = ()
    recognized: tuple[int, ...] = ()


def document_of(
    name: str,
    kind: str,
    origin: str,
    file_sha256: str,
    text: str,
    outline: tuple[list[Block], list[Heading]],
    details: Details = _UNKNOWN,
    *,
    pages: tuple[int, ...] = (),
    notes: tuple[str, ...] = (),
) -> Document:
    """A document of what its reader found. Raises UnreadableFile where it holds no words."""
    blocks, headings = outline
    if not any(c.isalnum() for block in blocks for c in text[block.start : block.end]):
        raise UnreadableFile(f"{_said_of(kind, name)} holds no words")
    if hidden := count_invisible(text):
        are = "invisible character is" if hidden == 1 else "invisible characters are"
        notes = (*notes, f"{hidden:,} {are} neither indexed nor shown")
    return Document(
        name=name,
        kind=kind,
        origin=origin,
        file_sha256=file_sha256,
        text=text,
        blocks=tuple(blocks),
        headings=tuple(headings),
        pages=pages,
        details=details,
        notes=notes,
    )


def _said_of(kind: str, name: str) -> str:
    """What a message calls a document: the report's line names its file already."""
    return f"the record '{name}'" if kind == "jsonl" else "it"
