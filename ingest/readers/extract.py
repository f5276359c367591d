"""What a reader hands over: the text it wrote, its pages, and what the file says of itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingest.cutting.written import Writer, outline_written
from ingest.documents import Details

# What programs write into the title by themselves, which names nothing.
_NO_TITLE = re.compile(
    r"\W*(?:untitled|unnamed|anonymous|unspecified|no title|document|presentation|slide|title|"
    r"microsoft word|word document|powerpoint presentation)?[\W\d]*|https?://.*",
    re.IGNORECASE,
)
_PROGRAM = re.compile(r"^microsoft \w+ - ", re.IGNORECASE)
_ENDING = re.compile(
    r"\.(?:docx?|odt|pdf|pptx?|rtf|indd|pages|key|html?|xls[xm]?|csv)$", re.IGNORECASE
)
_NO_AUTHOR = re.compile(
    r"\W*(?:python-(?:docx|pptx)|openpyxl|anonymous|unknown|unspecified|un-?named|user|owner|author|"
    r"admin(?:istrator)?|(?:windows|microsoft office) user)?\W*|"
    r"(?:[a-z][a-z0-9+.-]*:)?//.*|(?:www\.|mailto:).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file that lies in another one, as it is. `content` is in base64."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A file, read. `text` is in the form of `ingest.cutting.written`; `pages` and `recognized` are
    as in Document.

    `held` are the files in it that are sources of their own.
    """

    text: str = field(repr=False)
    pages: tuple[int, ...] = ()
    details: Details = field(default_factory=Details)
    notes: tuple[str, ...] = ()
    recognized: tuple[int, ...] = ()
    held: tuple[Held, ...] = ()


def finished(
    writer: Writer,
    details: Details,
    notes: Iterable[str] = (),
    held: Iterable[Held] = (),
    *,
    titled: bool = False,
) -> Extract:
    """What a writer has taken, as an extract. `titled`: a heading that the text begins with, and
    that stands over all others, is the title where the file names none."""
    text, pages = writer.finish()
    if titled and details.title is None:
        details = replace(details, title=_heading_over_all(text))
    told = [*notes, *([left_out(writer.invisible)] if writer.invisible else [])]
    return Extract(text=text, pages=pages, details=details, notes=tuple(told), held=tuple(held))


def _heading_over_all(text: str) -> str | None:
    if not text.startswith("# "):
        return None
    headings = outline_written(text)[1]
    alone = not any(heading.level == 1 for heading in headings[1:])
    return title_of(headings[0].title) if alone else None


def left_out(number: int) -> str:
    """The note on invisible characters."""
    are = "invisible character was" if number == 1 else "invisible characters were"
    return f"{number:,} {are} left out"


def title_of(text: str | None) -> str | None:
    """A title as a file names itself, or None where a program wrote it and it says nothing."""
    title = _ENDING.sub("", _PROGRAM.sub("", (text or "").strip()))
    return None if _NO_TITLE.fullmatch(title) else title


def author_of(text: str | None) -> str | None:
    """An author as a file names them, or None where a program wrote it."""
    author = (text or "").strip()
    return None if _NO_AUTHOR.fullmatch(author) else author


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, in words: 3, 5-7 and 9 are "3, 5-7, 9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}-{b}" if a < b else f"{a}" for a, b in runs)
