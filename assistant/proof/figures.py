"""Numbers with their units, and whether two agree: as values, rounded, or as a bound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

SAME = 1e-6  # relative: what arithmetic on decimals leaves between equal values
NEAR = 0.05  # relative: what "about" allows


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number in a text: `text[start:end]` says `value` in the dimension's first unit.

    `dimension` is "" for a bare count, "th" for an ordinal. `digits` are the significant ones
    as written. `bound` is "min", "max", "about" or "". `loose` marks what is often no number at all
    ("one", "a third party").
    """

    start: int
    end: int
    value: float
    dimension: str = ""
    digits: int = 1
    bound: str = ""
    loose: bool = False


def figure_stands(figure: Figure, others: Sequence[Figure]) -> bool:
    """Whether a number of a claim is among the numbers of another text."""
    return any(_agree(figure, other) for other in others)


def _agree(figure: Figure, other: Figure) -> bool:
    if figure.dimension != other.dimension and not _may_be_same(figure, other):
        return False
    if _same(figure.value, other.value) or _is_rounded(figure, other):
        return {figure.bound, other.bound} != {"min", "max"}
    if "about" in (figure.bound, other.bound):
        return abs(figure.value - other.value) <= NEAR * abs(other.value)
    if figure.bound == "min" and other.bound != "max":
        return figure.value < other.value <= 2 * figure.value
    if figure.bound == "max" and other.bound != "min":
        return figure.value / 2 <= other.value < figure.value
    return False


def _may_be_same(figure: Figure, other: Figure) -> bool:
    """A bare count agrees with the place in a row and with a currency that the text implies."""
    return "" in (figure.dimension, other.dimension) and (figure.dimension + other.dimension) in (
        "th",
        "£",
        "$",
        "€",
        "fold",
    )


def _same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=SAME, abs_tol=1e-12)


def _is_rounded(figure: Figure, other: Figure) -> bool:
    """Whether the claim's number is the text's, rounded to as many digits, of two or more."""
    if figure.digits < 2 or other.digits <= figure.digits or not other.value:
        return False
    places = figure.digits - 1 - math.floor(math.log10(abs(other.value)))
    return _same(round(other.value, places), figure.value)
