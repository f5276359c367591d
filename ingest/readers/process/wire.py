"""What the process that reads says to the one that asked: a JSON line for each part of a file."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from ingest.documents import Document
from ingest.readers.extract import Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A page as it is printed. `content` is a WebP image in base64, `pages` how many the file has;
    `spots` are the boxes of a quote's lines: left, top, width, height as shares of the page."""

    content: str = field(repr=False)
    width: int
    height: int
    pages: int
    spots: tuple[tuple[float, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One document of a file, one file in it, a page of it, or its end.

    At the end `refused` says why it cannot be read, if so: what was sent of it before does not
    count. `spent` says that the next file needs another process.
    """

    document: Document | None = None
    held: Held | None = None
    picture: Picture | None = None
    refused: str | None = None
    end: bool = False
    spent: bool = False


_MESSAGE = TypeAdapter(Message)


def to_line(message: Message) -> bytes:
    """A message as a line. Raises ValueError for what is no Unicode text."""
    return _MESSAGE.dump_json(message, exclude_defaults=True) + b"\n"


def from_line(line: bytes) -> Message:
    """The message of a line. Raises ValueError for what is none."""
    return _MESSAGE.validate_json(line)
