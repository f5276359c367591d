"""The numbers of lists, as Word, Writer, PowerPoint and browsers count and write them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MOST = 10**6
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
BULLETS = ("bullet", "none", "")


def numeral(style: str, count: int) -> str:
    """The number `count` in a style of Word's names ("decimal", "lowerRoman", "upperLetter", …).
    A style that is not known is decimal."""
    if style in BULLETS or not -MOST < count < MOST:
        return ""
    if count > 0 and style.endswith("Roman") and count < 4000:
        text = ""
        for worth, sign in _ROMAN:
            text += sign * (count // worth)
            count %= worth
        return text.upper() if style.startswith("upper") else text
    if count > 0 and style.endswith("Letter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter.upper() if style.startswith("upper") else letter
    if style == "decimalZero":
        return f"{count:02}"
    if style == "ordinal":
        late = 10 <= count % 100 <= 20
        return f"{count}{'th' if late else {1: 'st', 2: 'nd', 3: 'rd'}.get(count % 10, 'th')}"
    return str(count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How one level of a list is numbered. `form` holds "%1" for the first level's number, and so
    on; `restarts` is the number of the level whose items begin it anew (0: none does)."""

    style: str = "decimal"
    form: str = "%1."
    start: int = 1
    restarts: int | None = None
    decimal: bool = False  # numbers of the levels above are decimal here, whatever they are there


class Counters:
    """The counts of one list, level by level."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}

    def begin(self, level: int, count: int) -> None:
        """The next item of this level has the number `count`."""
        self._counts[level] = count - 1
        self._begin_below(level, {})

    def next(self, level: int, levels: Mapping[int, Level]) -> str:
        """The mark of the next item of a level, "-" where it has no number."""
        own = levels.get(level, Level(style="bullet"))
        self._counts[level] = self._counts.get(level, own.start - 1) + 1
        self._begin_below(level, levels)
        if own.style == "none":  # no number, but perhaps a word
            return re.sub(r"%[1-9][.):]?", "", own.form).strip() or "-"
        if own.style in BULLETS:
            return "-"
        return self._mark(own, levels) or "-"

    def _begin_below(self, level: int, levels: Mapping[int, Level]) -> None:
        for below in [each for each in self._counts if each > level]:
            restarts = levels[below].restarts if below in levels else None
            if restarts is None or level < restarts:
                del self._counts[below]

    def _mark(self, own: Level, levels: Mapping[int, Level]) -> str:
        def number(found: re.Match[str]) -> str:
            level = int(found.group(1)) - 1
            other = levels.get(level, own)
            count = self._counts.get(level, other.start)
            return numeral("decimal" if own.decimal else other.style, count)

        return re.sub(r"%([1-9])", number, own.form).strip()


def numbered(style: str, count: int, before: str = "", after: str = ".") -> str:
    """The mark of one item that is counted elsewhere."""
    number = numeral(style, count)
    return f"{before}{number}{after}".strip() if number else "-"
