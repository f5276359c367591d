"""A document as its reader gives it: the text that offsets count in, and what is known of it."""

from dataclasses import dataclass, field

from vectorstore.models import Heading


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

    def over(self, other: "Details") -> "Details":
        """These details, and the other's where these are silent."""
        return Details(
            title=self.title or other.title,
            publisher=self.publisher or other.publisher,
            author=self.author or other.author,
            date=self.date or other.date,
            url=self.url or other.url,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document, read. `name` is what its source is called unless that name is taken.

    `origin` says where it was read from, `file_sha256` digests the bytes it was read from.
    `pages` holds the offset at which each page begins; empty where there are no pages.
    """

    name: str
    kind: str
    origin: str
    file_sha256: str
    text: str = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    headings: tuple[Heading, ...] = field(repr=False)
    pages: tuple[int, ...] = ()
    details: Details = Details()
