"""What is exact in a statement, and stands nowhere in its evidence: numbers, dates, names.

None of these is held against a statement for its wording: "18 of them women" is "18 female", a few
things are counted by whoever writes of them, and "half a year" is six months.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.proof.dates import Date, date_stands
from assistant.proof.figures import Figure, figure_stands
from assistant.proof.said import Said, read, sentences_of
from vectorstore.library.lexicon import words as folded

ABBREVIATION = re.compile(r"\b[A-Z]{2,6}\b")
SQUASHED = 4  # letters and digits that a spelling must have to be looked for anywhere
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_LONG = 4  # digits that two numbers share only if they are one, whatever parts their thousands
# Words that say with a number what a sign says before it.
_BELOW = re.compile(
    r"\b(?:minus|negative|below|loss|lost|losing|deficit|shortfall|overspen\w+|fell|fall\w*|down|drop\w*"
    r"|decreas\w+|declin\w+|reduc\w+|less|lower|under|in the red)\b",
    re.IGNORECASE,
)

What = Literal["number", "date", "name"]


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
    """Something exact that the quotes of a statement do not hold: `what` it is, `why` in words, and
    whether it was `read` elsewhere."""

    what: What
    why: str
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A passage's words, numbers, dates and initials together."""

    stems: frozenset[str]
    figures: tuple[Figure, ...]
    dates: tuple[Date, ...]
    initials: str
    abbreviations: frozenset[str]
    squashed: str

    @classmethod
    def of(cls, there: Sequence[Said]) -> "Whole":
        return cls(
            stems=frozenset(w.stem for said in there for w in said.words),
            figures=tuple(f for said in there for f in said.figures),
            dates=tuple(d for said in there for d in said.dates),
            initials=" ".join("".join(w.folded[0] for w in said.words) for said in there),
            abbreviations=frozenset(
                match.lower() for said in there for match in ABBREVIATION.findall(said.text)
            ),
            squashed=squashed(" ".join(said.text for said in there)),
        )


def lacks(statement: str, quoted: str, beside: Beside | None = None) -> list[Lack]:
    """The numbers, dates and names of a statement that neither its quotes nor what is beside them
    hold.

    An abbreviation must be there as it is: the initials of what stands by chance beside one another
    would spell many."""
    beside = beside or Beside()
    evidence = f"{quoted}\n{beside.around}"
    there = [read(text) for text in sentences_of(evidence)]
    whole = Whole.of(there)
    named = Whole.of([*there, *(read(text) for text in sentences_of(beside.asked))])
    written = frozenset(_DIGITS.findall(evidence))
    below = _BELOW.search(f"{statement} {evidence}") is not None
    found: list[Lack] = []
    for text in sentences_of(statement):
        said = read(text)
        figures = _figures(said, whole, written, below=below)
        found += (_lack("number", f"the number {words}") for words in figures)
        found += (_lack("date", f"the date {words}") for words in _dates(said, whole))
        for name in dict.fromkeys(said.names if beside.names else ()):
            words = said.written(name)
            if name_stands(name, named.stems) or is_spelled_otherwise(words, said, named):
                continue
            found.append(_lack("name", words, beside))
    known = f"{evidence} {beside.asked}".casefold()
    told = " ".join(lack.why for lack in found)
    found += (
        _lack("name", short, beside)
        for short in dict.fromkeys(ABBREVIATION.findall(statement) if beside.names else ())
        if short.casefold() not in known and short not in told
    )
    return found


def _lack(what: What, words: str, beside: Beside | None = None) -> Lack:
    read = beside is not None and set(folded(words)) <= beside.read
    return Lack(what=what, why=f"its quotes do not hold {words}", read=read)


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
        parted = all(each not in written and _bare(each) in long for each in digits)
        if parted or (as_written and not figure.dimension and not _other_sign(figure, there)):
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


def name_stands(name: str, stems: frozenset[str]) -> bool:
    """Whether a name is there, itself, as a family ("France", "French") or glued to another."""
    return name in stems or (
        len(name) >= 5 and any(other[:4] == name[:4] and len(other) >= 4 for other in stems)
    )


def is_spelled_otherwise(written: str, claim: Said, whole: Whole) -> bool:
    """Whether a name is there in another spelling: with or without its hyphen ("CK-666"), as the
    initials of words of the passage or of the claim itself ("NHS"), or spelled out where the
    passage has the initials."""
    plain = squashed(written)
    if len(plain) >= SQUASHED and plain in whole.squashed:
        return True
    own = "".join(word.folded[0] for word in claim.words)
    if 2 <= len(plain) <= 6 and written.isupper() and plain in f"{own} {whole.initials}":
        return True
    names = "".join(w.folded[0] for w in claim.words if w.stem in claim.names)
    return any(short in names and plain[:1] in short for short in whole.abbreviations)


def squashed(text: str) -> str:
    """Letters and digits alone, folded."""
    return "".join(folded(text))
