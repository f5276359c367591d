"""How a value is shown in its cell, by the cell's number format (ECMA-376, part 1, 18.8.31).

A cell holds 0.25 and shows 25%, holds 44320 and shows 4 May 2021: what people read is what is
quoted. Names of months and days are English, and points and commas as in the format.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

Value = str | bool | int | float | Decimal | datetime | date | time | timedelta | None

_TOKEN = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General|AM/PM|A/P|E[+-]0+|[ymdhs]+|\.0+|[0#?]+|[.,%/@]|.',
    re.IGNORECASE | re.DOTALL,
)
_SHORT_DATES = {"mm-dd-yy": "yyyy-mm-dd", "m/d/yy h:mm": "yyyy-mm-dd h:mm"}
"""What is shown as the reader's own system shows dates, and would mislead in another's order."""
_EPOCH = datetime(1899, 12, 30)


def shown(value: Value, form: str) -> str:
    """The text that a cell with this value and number format shows; the plain value where the
    format is none that makes sense of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return value
    try:
        if isinstance(value, datetime | date | time | timedelta):
            return _moment(value, form)
        return _number(Decimal(repr(value) if isinstance(value, float) else str(value)), form)
    except (ArithmeticError, ValueError):  # beyond what a sheet can hold
        return str(value)


def _moment(value: datetime | date | time | timedelta, form: str) -> str:
    form = _SHORT_DATES.get(form, form)
    if isinstance(value, timedelta):
        whole, moment = value, _EPOCH + value
    elif isinstance(value, time):
        whole = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
        moment = _EPOCH + whole
    else:
        moment = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])
        whole = moment - _EPOCH
    tokens = [token.group() for token in _TOKEN.finditer(form.split(";")[0])]
    if not any(re.fullmatch(r"\[?[ymdhs]+\]?", token, re.IGNORECASE) for token in tokens):
        return moment.strftime("%Y-%m-%d" if moment.time() == time() else "%Y-%m-%d %H:%M")
    halves = any(token.upper() in ("AM/PM", "A/P") for token in tokens)
    parts: list[str] = []
    before = ""  # the last unit: after hours, m means minutes
    for i, token in enumerate(tokens):
        low = token.lower()
        if re.fullmatch(r"[ymdhs]+", low):
            after = next((t.lower() for t in tokens[i + 1 :] if re.match(r"[ymdhs]", t, re.I)), "")
            minutes = low[0] == "m" and len(low) < 3 and (before == "h" or after[:1] == "s")
            parts.append(_unit("n" * len(low) if minutes else low, moment, halves))
            before = low[0]
        elif re.fullmatch(r"\[[hms]+\]", low):
            size = {"h": 3600, "m": 60, "s": 1}[low[1]]
            parts.append(str(int(whole.total_seconds() // size)))
            before = low[1]
        elif low in ("am/pm", "a/p"):
            parts.append("AM" if moment.hour < 12 else "PM")
        else:
            parts.append(_literal(token))
    return " ".join("".join(parts).split())


def _unit(token: str, moment: datetime, halves: bool) -> str:
    hour = (moment.hour % 12 or 12) if halves else moment.hour
    kind, long = token[0], len(token)
    if kind == "y":
        return str(moment.year) if long > 2 else f"{moment.year % 100:02d}"
    if kind == "m" and long > 2:
        name = f"{moment:%B}"
        return name if long == 4 else name[:1] if long == 5 else name[:3]
    if kind == "d" and long > 2:
        return f"{moment:%A}" if long > 3 else f"{moment:%a}"
    value = {"m": moment.month, "d": moment.day, "h": hour, "n": moment.minute, "s": moment.second}
    return f"{value[kind]:0{min(long, 2)}d}"


def _literal(token: str) -> str:
    """What a token that stands for no digit shows."""
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    if token[0] == "_" and len(token) == 2:
        return " "
    if token[0] == "*" and len(token) == 2:
        return ""
    if token[0] == "[":  # a colour, a condition, or a currency: [$kr-41D]
        return token[2:-1].partition("-")[0] if token[1:2] == "$" else ""
    return token


def _number(number: Decimal, form: str) -> str:
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', form)
    section = sections[0]
    negative = number < 0
    if negative and len(sections) > 1:
        section, negative = sections[1], False
    elif number == 0 and len(sections) > 2:
        section = sections[2]
    number = abs(number)
    tokens = [token.group() for token in _TOKEN.finditer(section)]
    if not tokens or any(token.lower() == "general" or token == "@" for token in tokens):
        made = "".join(
            _general(number) if t.lower() == "general" or t == "@" else _literal(t) for t in tokens
        )
        made = made or ("" if form.strip() else _general(number))
    elif any(token == "/" for token in tokens) and any("?" in token for token in tokens):
        made = _fraction(number)
    else:
        made = _digits(number, tokens)
    made = " ".join(made.split())
    return f"-{made}" if negative and any(c in "123456789" for c in made) else made


def _general(number: Decimal) -> str:
    if number < 10**15 and number == int(number):
        return f"{int(number):d}"
    return f"{float(number):.10g}".upper()


def _fraction(number: Decimal) -> str:
    whole, rest = divmod(Fraction(number), 1)
    part = rest.limit_denominator(99)
    return " ".join(filter(None, [str(whole) if whole or not part else "", str(part or "")]))


def _digits(number: Decimal, tokens: list[str]) -> str:
    """A number by its placeholders: 0 # ? for digits, a point, commas, per cent, an exponent."""
    places = [i for i, token in enumerate(tokens) if token[0] in "0#?" or token[0] == "."]
    if not places:
        return "".join(map(_literal, tokens))
    scale = 0
    while places[-1] + scale + 1 < len(tokens) and tokens[places[-1] + scale + 1] == ",":
        scale += 1
    number = number * 100 ** tokens.count("%") / 1000**scale
    power = next((token for token in tokens if re.fullmatch(r"E[+-]0+", token, re.I)), "")
    exponent = number.adjusted() if power and number else 0
    number = number.scaleb(-exponent)
    point = next((i for i in places if tokens[i][0] == "."), len(tokens))
    decimals = "".join(tokens[i].lstrip(".") for i in places if i >= point)
    rounded = number.quantize(Decimal(1).scaleb(-len(decimals)), rounding=ROUND_HALF_UP)
    whole, _, part = f"{rounded:f}".partition(".")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    while optional and part.endswith("0"):
        part, optional = part[:-1], optional - 1
    wanted = [i for i in places if i < point]
    grouped = any(t == "," for t in tokens[wanted[0] : wanted[-1] + 1]) if wanted else False
    whole = _padded(whole, "".join(tokens[i] for i in wanted))
    made: list[str] = []
    left = whole
    for i, token in enumerate(tokens):
        if i in wanted:
            # The first place takes all digits that the ones after it leave
            after = sum(len(tokens[j]) for j in wanted if j > i) if not grouped else 0
            taken = left[: max(len(left) - after, 0)] if after else left
            left = left[len(taken) :]
            made.append(f"{int(taken):,}" if grouped and taken else taken)
        elif i == point:
            made.append(f".{part}" if part else "")
        elif token == power:
            made.append(f"E{'-' if exponent < 0 else '+'}{abs(exponent):02d}")
        elif i not in places and token != ",":
            made.append(_literal(token))
    return "".join(made)


def _padded(whole: str, places: str) -> str:
    """The digits before the point, with as many zeros as the format asks for."""
    least = len(places) - len(places.lstrip("#?"))
    digits = "" if whole == "0" else whole
    return digits.rjust(len(places) - least, "0")
