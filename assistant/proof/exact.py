"""What is exact in a statement, and stands nowhere in its evidence: numbers, dates, names.

None of these is held against a statement for its wording: "18 of them women" is "18 female", a few
things are counted by whoever writes of them, and "half a year" is six months.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.proof.dates import date_stands
from assistant.proof.figures import Figure, figure_stands
from assistant.proof.findings import ABBREVIATION, Whole, name_is_spelled_otherwise, name_stands
from assistant.proof.said import Said, read, sentences_of
from vectorstore.library.lexicon import words as folded

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LONG = 4  # digits that two numbers share only if they are one, whatever parts their thousands
# Words that say with a number what a sign says before it.
_BELOW = re.compile(
    r"\b(?:minus|negative|below|loss|lost|losing|deficit|shortfall|overspen\w+|fell|fall\w*|down|drop\w*"
    r"|decreas\w+|declin\w+|reduc\w+|less|lower|under|in the red)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a statement may take from besides its quotes: numbers, dates and names from what stands
    `around` them, names from the question that was `asked`. A name among the words of all that was
    `read` is misplaced at worst, and not invented. In another language than the quotes' `names`
    cannot be told from other words."""

    around: str = ""
    asked: str = ""
    read: frozenset[str] = frozenset()
    names: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """Something exact that the quotes of a statement do not hold: `why`, in words that say so, and
    whether it was `read` elsewhere."""

    why: str
    read: bool


def lacks(statement: str, quoted: str, beside: Beside | None = None) -> list[Lack]:
    """The numbers, dates and names of a statement that neither its quotes nor what is beside them
    hold.

    An abbreviation must be there as it is: the initials of what stands by chance beside one another
    would spell many."""
    beside = beside or Beside()
    evidence = f"{quoted}\n{beside.around}"
    whole = Whole.of([read(text) for text in sentences_of(evidence)])
    named = Whole.of([read(text) for text in sentences_of(f"{evidence}\n{beside.asked}")])
    written = frozenset(_DIGITS.findall(evidence))
    below = _BELOW.search(f"{statement} {evidence}") is not None
    counted: list[str] = []
    absent: list[str] = []
    for text in sentences_of(statement):
        said = read(text)
        counted += (f"the number {words}" for words in _figures(said, whole, written, below=below))
        counted += (f"the date {words}" for words in _dates(said, whole))
        absent += (
            said.written(name)
            for name in (said.names if beside.names else ())
            if not name_stands(name, named.stems)
            and not name_is_spelled_otherwise(said.written(name), said, named)
        )
    known = f"{evidence} {beside.asked}".casefold()
    absent += (
        short
        for short in (ABBREVIATION.findall(statement) if beside.names else ())
        if short.casefold() not in known and not any(short in other for other in absent)
    )
    return [
        Lack(
            why=f"its quotes do not hold {words}",
            read=words in absent and set(folded(words)) <= beside.read,
        )
        for words in dict.fromkeys([*counted, *absent])
    ]


def _figures(said: Said, whole: Whole, written: frozenset[str], *, below: bool) -> Iterator[str]:
    years = [date.first for date in whole.dates if date.first == date.last]
    long = {bare for digits in written if len(bare := _bare(digits)) >= _LONG}
    there = list(whole.figures)
    if below:
        there += [replace(figure, value=-figure.value) for figure in there]
    for figure in said.figures:
        words = said.text[figure.start : figure.end]
        digits = _DIGITS.findall(words)
        if figure.loose or figure.dimension == "th" or not digits:
            continue
        if figure_stands(figure, there) or figure.value in years:
            continue
        as_written = set(digits) <= written and figure.value >= 0 and not figure.bound
        if (as_written and not figure.dimension and not _other_sign(figure, there)) or all(
            _bare(each) in long for each in digits
        ):
            continue
        yield words


def _other_sign(figure: Figure, there: Sequence[Figure]) -> bool:
    """Whether what the evidence has is the number with the other sign."""
    return any(figure.value == -other.value != 0 for other in there)


def _bare(digits: str) -> str:
    return digits.replace(".", "").replace(",", "")


def _dates(said: Said, whole: Whole) -> Iterator[str]:
    values = {figure.value for figure in whole.figures}
    for date in said.dates:
        year = date.first if date.month is None and date.first == date.last else None
        if not date_stands(date, whole.dates) and year not in values:
            yield said.text[date.start : date.end]
