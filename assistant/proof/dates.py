"""Dates in a text, in whatever way they are written, and whether one stands in another text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_SHORT = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)} | {"sept": 9}
_LONG = {name: number for number, name in enumerate(_MONTHS, start=1)}
MONTH_NUMBERS = _SHORT | _LONG
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_ORDINALS = {
    word: number
    for number, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
        thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
        twenty-first""".split(),
        start=1,
    )
}

_MONTH = r"(?P<month>" + "|".join([*_MONTHS, "sept", *(name[:3] for name in _MONTHS)]) + r")\b\.?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_JOIN = r"(?:\s*,\s*|\s+of\s+|\s+)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\d)(?P<year>1[0-9]\d\d|20\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>[0-3]\d)(?!\d)",
        rf"\b{_DAY}{_JOIN}{_MONTH}(?:{_JOIN}{_YEAR}(?!\d))?",
        rf"\b{_MONTH}\s+{_DAY}(?!\d)(?:{_JOIN}{_YEAR}(?!\d))?",
        rf"\b{_MONTH}{_JOIN}{_YEAR}(?!\d)",
        # "may" and "march" are words too: alone they are months only with their capital, behind
        # a word that leads to a date.
        r"\b(?:in|by|since|until|till|from|during|of|early|late|mid|next|last|to)[\s-]+"
        rf"(?-i:(?=[A-Z])){_MONTH}",
    )
)
_CENTURY = re.compile(
    r"\b(?:(?P<number>\d{1,2})(?:st|nd|rd|th)|(?P<word>twenty-first|[a-z]+th|first|second|third))"
    r"[\s-]+centur(?:y|ies)",
    re.IGNORECASE,
)
_DECADE = re.compile(r"(?<!\d)(?:(?P<whole>1[0-9]\d|20\d)0|[’'](?P<short>\d)0)[’']?s\b")
_RANGE = re.compile(r"(?<![\d.,])(1[0-9]\d\d|20\d\d)\s?[-–—/]\s?(\d\d(?:\d\d)?)(?![\d.,]\d|\d)")
_YEAR_ALONE = re.compile(r"(?<![\d.,£$€])(1[0-9]\d\d|20\d\d)(?![\d%]|[.,]\d)")
_WEEKDAY = re.compile(r"\b(" + "|".join(_WEEKDAYS) + r")s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A date as far as it is said: `text[start:end]` names the years `first` to `last` (one
    year, a decade, a century), a month, a day of it, or a day of the week; the rest is None."""

    start: int
    end: int
    first: int | None = None
    last: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: str | None = None


def dates_of(text: str) -> list[Date]:
    """The dates of a text in their order; each piece of text is read once, the fullest way."""
    found: list[Date] = []
    taken = bytearray(len(text))
    for date in _all(text):
        if not any(taken[date.start : date.end]):
            taken[date.start : date.end] = b"\1" * (date.end - date.start)
            found.append(date)
    return sorted(found, key=lambda date: date.start)


def _all(text: str) -> Iterator[Date]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = parts["month"].lower()
            year = int(parts["year"]) if parts.get("year") else None
            yield Date(
                start=match.start(),
                end=match.end(),
                first=year,
                last=year,
                month=int(month) if month.isdigit() else MONTH_NUMBERS[month],
                day=int(parts["day"]) if parts.get("day") else None,
            )
    for match in _CENTURY.finditer(text):
        number = int(match["number"]) if match["number"] else _ORDINALS.get(match["word"].lower())
        if number:
            yield _years(match, 100 * number - 99, 100 * number)
    for match in _DECADE.finditer(text):
        first = int(match["whole"]) * 10 if match["whole"] else 1900 + int(match["short"]) * 10
        yield _years(match, first, first + 9)
    for match in _RANGE.finditer(text):
        first = int(match[1])
        last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
        if first < last <= 2100:
            for group, year in ((1, first), (2, last)):
                start, end = match.span(group)
                yield Date(start=start, end=end, first=year, last=year)
    for match in _YEAR_ALONE.finditer(text):
        yield _years(match, int(match[1]), int(match[1]))
    for match in _WEEKDAY.finditer(text):
        yield Date(start=match.start(), end=match.end(), weekday=match[1].lower())


def _years(match: re.Match[str], first: int, last: int) -> Date:
    return Date(start=match.start(), end=match.end(), first=first, last=last)


def date_stands(date: Date, others: Sequence[Date]) -> bool:
    """Whether all that a date says is said by the dates of another text.

    A year stands within the decade that the claim names, never the other way round. A day whose
    year is said elsewhere ("2016 … on 7 September") stands on both together.
    """
    if date.weekday:
        return any(other.weekday == date.weekday for other in others)
    if any(_says(other, date) and _within(other, date) for other in others):
        return True
    if date.first is None or date.month is None:
        return False
    return any(_says(other, date) and other.first is None for other in others) and any(
        _within(other, date) for other in others
    )


def _says(other: Date, date: Date) -> bool:
    """The same month and day, as far as the claim names them."""
    return (date.month in (None, other.month)) and (date.day in (None, other.day))


def _within(other: Date, date: Date) -> bool:
    """The other's years lie within the claim's."""
    if date.first is None or date.last is None:
        return True
    if other.first is None or other.last is None:
        return False
    return date.first <= other.first and other.last <= date.last
