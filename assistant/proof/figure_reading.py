"""The numbers of a text with their units, in whatever way they are written.

"£5m" is five million pounds, "one in five" is 20 per cent, "three dozen" is 36, "24 hours" is one
day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.proof.dates import Date
from assistant.proof.figures import Figure
from assistant.proof.units import UNITS

_SMALL = {
    word: number
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
        fifteen sixteen seventeen eighteen nineteen""".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = {
    "hundred": 1e2,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "trillion": 1e12,
    "dozen": 12.0,
}
_SHORT_SCALES = {"k": 1e3, "mn": 1e6, "bn": 1e9, "tn": 1e12, "million": 1e6, "billion": 1e9}
_PARTS = {"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_PARTS |= {f"{word}s": number for word, number in _PARTS.items() if word[-1] != "s"}
_FOLD = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "thrice": 3.0, "tripled": 3.0, "halved": 0.5}
_ORDINAL = {
    word: float(number)
    for number, word in enumerate(
        "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=3
    )
}

_CURRENCIES = "£$€"
_PERCENT = ("%", "percent", "percentage")

_TOKEN = re.compile(
    r"(?<![^\W_])(?P<clock>\d{1,2}[:.]\d\d(?=\s?[ap]\.?m\b)|\d{1,2}(?=\s?[ap]\.?m\b)|\d{1,2}:\d\d"
    r"(?![\d:]))(?:\s?(?P<half>[ap])\.?m\b)?"
    r"|(?<![^\W_])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<suffix>⁻?[^\W\d_]+)?"
    r"|(?P<word>[^\W\d_]+)|(?P<mark>[£$€%°~]|[-–—])|(?P<other>[^\s\w])"
)
_ABOUT = {"about", "around", "approximately", "roughly", "nearly", "almost", "circa", "~", "some"}
_MINIMUM = {"over", "above", "exceeding", "exceeded", "minimum", "least"}
_MAXIMUM = {"under", "below", "maximum", "most"}
_MORE = {"more", "greater", "larger", "higher", "longer", "later", "older"}
_LESS = {"less", "fewer", "lower", "smaller", "shorter"}
_AT_LEAST, _AT_MOST = frozenset("≥>"), frozenset("≤<")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_EXPONENT = re.compile(r"[⁻]?[⁰¹²³⁴-⁹]+")
# A sign, and no range, dash or mark of a list: glued to its number, and to nothing before it.
_NEGATIVE = re.compile(r"(?:^|[\s(\[£$€])[-–−]$|−$")
_LIST_NUMBER = re.compile(r"(?m)^[\s*#>-]*\d{1,2}[.)](?:\s|$)|\[\d{1,3}\]")


@dataclass(slots=True)
class _Reading:
    """The tokens of a text, and where the reading is."""

    text: str
    tokens: list[re.Match[str]]
    at: int = 0

    def word(self, ahead: int = 0) -> str:
        """The folded token `ahead` of this place; "" outside the text."""
        place = self.at + ahead
        return self.tokens[place].group().lower() if 0 <= place < len(self.tokens) else ""


def figures_of(text: str, dates: Sequence[Date]) -> list[Figure]:
    """The numbers of a text in their order, without those that belong to its `dates`."""
    hidden = [(date.start, date.end) for date in dates]
    hidden += [match.span() for match in _LIST_NUMBER.finditer(text)]
    tokens = [
        token
        for token in _TOKEN.finditer(text)
        if not any(start <= token.start() < end for start, end in hidden)
    ]
    reading = _Reading(text=text, tokens=tokens)
    found: list[Figure] = []
    while reading.at < len(tokens):
        figure = _clock(reading) or _share(reading) or _number(reading)
        if figure is None:
            reading.at += 1
        else:
            found.append(figure)
    return _spread_units(text, found)


def _clock(reading: _Reading) -> Figure | None:
    token = reading.tokens[reading.at]
    if token["clock"] is None:
        return None
    hours, _, minutes = token["clock"].replace(".", ":").partition(":")
    hour = int(hours) % 12 + 12 * (token["half"].lower() == "p") if token["half"] else int(hours)
    reading.at += 1
    value = 60.0 * hour + int(minutes or 0)
    return Figure(start=token.start(), end=token.end(), value=value, dimension="clock", digits=4)


def _share(reading: _Reading) -> Figure | None:
    """ "one in five", "nine out of ten", "two thirds", "half of", "a quarter of"."""
    begin = reading.at
    upper = _cardinal(reading, allow_article=True)
    word = reading.word()
    if upper is not None and word == "-" and reading.word(1) in _PARTS:
        reading.at += 1
        word = reading.word()
    parts = _PARTS.get(word)
    if parts and (word.startswith("hal") or (upper is not None and _is_part(reading, upper))):
        reading.at += 1
        upper = 1.0 if upper is None else upper
        if not (word == "half" and upper > 1):
            return _percent(reading, begin, 100 * upper / parts)
    elif upper is not None and (word == "in" or (word == "out" and reading.word(1) == "of")):
        reading.at += 1 if word == "in" else 2
        lower = _cardinal(reading)
        if lower is not None and upper < lower <= 1000 and reading.word() not in UNITS:
            return _percent(reading, begin, 100 * upper / lower)
    reading.at = begin
    return None


def _is_part(reading: _Reading, upper: float) -> bool:
    """Whether "third" and the like are parts of a whole here, rather than places in a row."""
    return reading.word().endswith("s") if upper > 1 else reading.word(1) == "of"


def _percent(reading: _Reading, begin: int, value: float) -> Figure:
    return Figure(
        start=reading.tokens[begin].start(),
        end=reading.tokens[reading.at - 1].end(),
        value=value,
        dimension="%",
        bound=_bound(reading, begin),
    )


def _number(reading: _Reading) -> Figure | None:
    """A number in digits or words with what stands around it: currency, scale, unit, noun."""
    begin = reading.at
    token = reading.tokens[begin]
    word = reading.word()
    if word in _FOLD or word in _ORDINAL:
        reading.at += 1
        return Figure(
            start=token.start(),
            end=token.end(),
            value=_FOLD[word] if word in _FOLD else _ORDINAL[word],
            dimension="fold" if word in _FOLD else "th",
            loose=True,
        )
    currency = word if word in _CURRENCIES else ""
    reading.at += bool(currency)
    digits = reading.tokens[reading.at]["number"] if reading.at < len(reading.tokens) else None
    suffix = (reading.tokens[reading.at]["suffix"] or "").lower() if digits else ""
    suffix = "" if _EXPONENT.fullmatch(suffix) else suffix
    spelled = reading.word() in _SMALL
    value = _cardinal(reading)
    if value is None or _is_part_of_name(reading.text, token):
        reading.at = begin
        return None
    dimension, size, known = _unit(reading, suffix, currency)
    if suffix and not known:
        return None  # "3D", "2b": a name
    negative = _NEGATIVE.search(reading.text[max(0, token.start() - 2) : token.start()])
    return Figure(
        start=token.start(),
        end=reading.tokens[reading.at - 1].end(),
        value=-value * size if negative else value * size,
        dimension=dimension,
        digits=len((digits or "1").replace(",", "").replace(".", "").strip("0")) or 1,
        bound=_bound(reading, begin),
        loose=spelled and value == 1 and dimension != "%",
    )


def _is_part_of_name(text: str, token: re.Match[str]) -> bool:
    """A number glued to letters by a hyphen ("COVID-19") names a thing."""
    before = text[max(0, token.start() - 2) : token.start()]
    return len(before) == 2 and before[1] in "-–" and before[0].isalpha()


def _cardinal(reading: _Reading, allow_article: bool = False) -> float | None:
    """A whole or decimal number at this place, its scales included; None, and no step, else."""
    begin, total, current, seen = reading.at, 0.0, 0.0, False
    if reading.word() in ("a", "an") and (
        reading.word(1) in _SCALES or (allow_article and reading.word(1) in _PARTS)
    ):
        reading.at, current, seen = reading.at + 1, 1.0, True
        if reading.word() in _PARTS:
            return current
    while reading.at < len(reading.tokens):
        token, word = reading.tokens[reading.at], reading.word()
        if token["number"] and not seen:
            current, seen = _written(token), True
            if token["suffix"]:
                reading.at += 1
                break
        elif word in ("×", "x", "·") and seen and _is_power(reading, 1):
            current *= _written(reading.tokens[reading.at + 1])
            reading.at += 2
            break
        elif word in _TENS and current % 100 == 0:
            current, seen = current + _TENS[word], True
        elif word in _SMALL and (not seen or _may_follow(reading, current, _SMALL[word])):
            current, seen = current + _SMALL[word], True
        elif word in _SCALES and seen:
            scale = _SCALES[word]
            if scale <= 100:
                current *= scale
            else:
                total, current = total + current * scale, 0.0
        elif not (
            seen
            and (
                (word == "-" and reading.word(-1) in _TENS and reading.word(1) in _SMALL)
                or (word == "and" and reading.word(-1) in _SCALES and _opens(reading.word(1)))
            )
        ):
            break
        reading.at += 1
    if not seen:
        reading.at = begin
        return None
    return total + current


def _written(token: re.Match[str]) -> float:
    """A number in digits, with its exponent where it is a power of ten ("10⁶"): what is raised over
    any other is the mark of a note."""
    number = float(token["number"].replace(",", ""))
    if number == 10 and _EXPONENT.fullmatch(token["suffix"] or ""):
        return float(10.0 ** int(token["suffix"].translate(_RAISED)))
    return number


def _is_power(reading: _Reading, ahead: int) -> bool:
    """Whether a power of ten in digits stands `ahead`."""
    at = reading.at + ahead
    token = reading.tokens[at] if at < len(reading.tokens) else None
    return token is not None and token["number"] == "10" and _written(token) != 10


def _may_follow(reading: _Reading, current: float, small: int) -> bool:
    """Whether a small number goes on one begun: "twenty" and "three", "hundred" "and" "six"."""
    return reading.word(-1) in ("-", "and", *_TENS, *_SCALES) and (
        current % 100 == 0 or (current % 10 == 0 and current % 100 >= 20 and 0 < small < 10)
    )


def _opens(word: str) -> bool:
    return word in _SMALL or word in _TENS


def _unit(reading: _Reading, suffix: str, currency: str) -> tuple[str, float, bool]:
    """(dimension, size, whether a suffix was understood), with the unit's words stepped over."""
    size, known = 1.0, False
    if suffix in ("st", "nd", "rd", "th"):
        return "th", 1.0, True
    if currency and suffix in ("m", "b"):
        size, suffix, known = (1e6 if suffix == "m" else 1e9), "", True
    elif suffix in _SHORT_SCALES:
        size, suffix, known = _SHORT_SCALES[suffix], "", True
    elif reading.word() in _SHORT_SCALES and reading.word() != "k":
        size *= _SHORT_SCALES[reading.word()]
        reading.at += 1
    if currency:
        return currency, size, known or not suffix
    if suffix:
        dimension, unit = UNITS.get(suffix, ("", 1.0))
        return dimension, size * unit, bool(dimension)
    ahead = 0
    if reading.word() in ("-", "–", "°") and reading.word(1) in (*UNITS, "c", "f"):
        ahead = 1
    word = reading.word(ahead)
    if word == "per" and reading.word(ahead + 1) == "cent":
        reading.at += ahead + 2
        return "%", size, True
    if word in _PERCENT and reading.word(ahead + 1) in ("point", "points"):
        reading.at += ahead + 2
        return "points", size, True
    if ahead and reading.word() == "°" and word in ("c", "f"):
        reading.at += 2
        return f"°{word.upper()}", size, True
    if word in ("us", "uk") and reading.word(ahead + 1) in UNITS:
        ahead, word = ahead + 1, reading.word(ahead + 1)
    if word in UNITS:
        reading.at += ahead + 1
        dimension, unit = UNITS[word]
        return dimension, size * unit, True
    return "", size, known


def _bound(reading: _Reading, begin: int) -> str:
    """What the words before a number make of it: at least, at most, about, or just it."""
    words = [reading.tokens[i].group().lower() for i in range(max(0, begin - 3), begin)]
    last = words[-1] if words else ""
    if last == "a" and len(words) > 1:
        words.pop()
        last = words[-1]
    if last in ("than", "to", "of") and len(words) > 1:
        before, denied = words[-2], words[0] in ("no", "not") and len(words) == 3
        if last == "than" and before in (_MORE | _LESS):
            return "min" if (before in _MORE) != denied else "max"
        if (last, before) == ("to", "up"):
            return "max"
        last = before if last == "of" and before in ("minimum", "maximum") else last
    if last in _MINIMUM or last in _AT_LEAST:
        return "min"
    if last in _AT_MOST:
        return "max"
    if last in _MAXIMUM and (last != "most" or words[-2:-1] == ["at"]):
        return "max"
    return "about" if last in _ABOUT else ""


_BETWEEN = re.compile(r"\s*(?:-|–|—|to|and|or)\s*")
_SCALE_AT_END = re.compile(r"(?:" + "|".join(name for name in _SCALES) + r"|bn|mn|tn|[mk])\W*$")


def _spread_units(text: str, figures: list[Figure]) -> list[Figure]:
    """ "10 to 20 per cent", "$5-10 million": both numbers of a range have one unit and scale."""
    for i in range(len(figures) - 2, -1, -1):
        one, two = figures[i], figures[i + 1]
        if not _BETWEEN.fullmatch(text[one.end : two.start]):
            continue
        written = text[two.start : two.end].lower()
        if not one.dimension and two.dimension not in ("", "th", "clock"):
            unit = written.split()[-1].strip("0123456789.,-")
            dimension, size = UNITS.get(unit, ("", 1.0))
            size = size if dimension == two.dimension else 1.0  # the "cent" of "per cent"
            one = replace(one, value=one.value * size, dimension=two.dimension)
        elif one.dimension in tuple(_CURRENCIES) and not two.dimension:
            two = replace(two, dimension=one.dimension)
        scale = _SCALE_AT_END.search(written) if two.dimension in (*_CURRENCIES, "") else None
        if scale and one.value < 1000 and two.value >= 1000:
            name = scale.group().strip()
            one = replace(one, value=one.value * {**_SCALES, **_SHORT_SCALES, "m": 1e6}[name])
        figures[i : i + 2] = [one, two]
    return figures
