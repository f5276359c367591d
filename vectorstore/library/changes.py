"""What an ingest run hands to the library: new versions, and what happens to the old ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from vectorstore.library.context import in_context
from vectorstore.models import Heading, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassage:
    """A passage of a new version; its text is the version's text `[start:end]`."""

    id: str
    start: int
    end: int
    heading: str
    page: int | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """A new source, or a new version of one, whole: text, headings, pages and passages."""

    source: str
    title: str
    kind: str
    origin: str
    file_sha256: str
    text: str = field(repr=False)
    headings: tuple[Heading, ...] = field(repr=False)
    pages: tuple[int, ...] = ()
    recognized: tuple[int, ...] = ()
    passages: tuple[NewPassage, ...] = field(repr=False)
    publisher: str | None = None
    author: str | None = None
    date: str | None = None
    url: str | None = None

    @property
    def text_sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def encoded(self, passage: NewPassage) -> list[str]:
        """What is encoded of one of the passages: its sentences, each in its context."""
        return [
            in_context(self.title, passage.heading, s.read_as or self.text[s.start : s.end])
            for s in passage.sentences
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """One commit. `add` also retires the version before it; `retire` names sources that go.

    `moved` gives sources their new origin, `aliases` further origins (origin → source) of a
    source's content, `described` what people say of sources (source → field → text).
    """

    started: str
    add: tuple[NewVersion, ...] = ()
    retire: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def touches_index(self) -> bool:
        """Whether passages come or go."""
        return bool(self.add or self.retire)
