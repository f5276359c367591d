"""How dates, headings and pages are named in words, on every page and in every export."""

import re
from datetime import date, datetime

from vectorstore.models import Source

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def in_words(day: str) -> str:
    """An ISO date or date and time as 7 September 2016; a month as September 2016.

    What is no date is returned as it is.
    """
    try:
        if re.fullmatch(r"\d{4}-\d\d", day):
            month = date.fromisoformat(f"{day}-01")
            return f"{_MONTHS[month.month - 1]} {month.year}"
        when = datetime.fromisoformat(day)
    except ValueError:
        return day
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}" if len(day) >= 10 else day


def moment_in_words(moment: str) -> str:
    """An ISO date and time in UTC as 7 September 2016, 14:03 UTC; a date alone as in_words does."""
    clock = moment[11:16]
    return f"{in_words(moment)}, {clock} UTC" if clock else in_words(moment)


def counted(number: int, thing: str) -> str:
    """1 source, 1,200 sources."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def named(source: Source) -> str:
    return _parted(source.title, source.publisher, source.date and in_words(source.date))


def made_by(source: Source) -> str:
    """Who made a source, and when."""
    return _parted(source.publisher, source.author, source.date and in_words(source.date))


def _parted(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def path_of(title: str, heading: str, page: int | None) -> str:
    path = " › ".join(part for part in (title, below(title, heading)) if part)
    return f"{path}, page {page}" if page else path


def below(title: str, heading: str) -> str:
    """A path of headings without its first where that only says the source's title again."""
    first, _, rest = heading.partition(" › ")
    return rest if first and title.casefold().startswith(first.casefold()) else heading


def excerpt(text: str, most: int) -> str:
    """A passage on one line, cut off before the word that goes past `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " …"


def spoken(what: str, title: str, page: int | None) -> str:
    return f"{what}, {title}, page {page}" if page else f"{what}, {title}"
