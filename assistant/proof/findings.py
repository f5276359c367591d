"""What in a sentence of a claim does not agree with a passage: its numbers, dates, names, and the
words that turn its sense; each said in words.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.proof import opposites
from assistant.proof.dates import Date, date_stands
from assistant.proof.figures import Figure, figure_stands
from assistant.proof.said import Said, clauses_of, read
from vectorstore.library.lexicon import words

ABBREVIATION = re.compile(r"\b[A-Z]{2,6}\b")
CROSSED_WORDS = 2  # of a claim in another number's clause, for its own number to be the wrong one
SQUASHED = 4  # letters and digits that a spelling must have to be looked for anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in which a claim and a passage do not agree: the feature, and the words for it."""

    feature: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A passage's words, numbers, dates and initials together."""

    stems: frozenset[str]
    figures: tuple[Figure, ...]
    dates: tuple[Date, ...]
    pairs: frozenset[tuple[str, str]]
    initials: str
    abbreviations: frozenset[str]
    squashed: str

    @classmethod
    def of(cls, there: Sequence[Said]) -> "Whole":
        return cls(
            stems=frozenset(w.stem for said in there for w in said.words),
            figures=tuple(f for said in there for f in said.figures),
            dates=tuple(d for said in there for d in said.dates),
            pairs=frozenset(p for said in there for p in pairwise(said.order)),
            initials=" ".join("".join(w.folded[0] for w in said.words) for said in there),
            abbreviations=frozenset(
                match.lower() for said in there for match in ABBREVIATION.findall(said.text)
            ),
            squashed=squashed(" ".join(said.text for said in there)),
        )


Found = Iterable[tuple[str, list[str]]]


def figures_apart(claim: Said, same: Said | None, near: Sequence[Said], whole: Whole) -> Found:
    """`same` is the nearest sentence where it is about the same as the claim."""
    close = [figure for said in near for figure in said.figures]
    missing, changed, elsewhere, other = [], [], [], []
    years = [date.first for date in whole.dates if date.first == date.last]
    for figure in claim.figures:
        written = claim.text[figure.start : figure.end]
        if not figure_stands(figure, whole.figures) and figure.value not in years:
            if figure.loose or figure.dimension == "th":
                continue
            missing.append(f"the passage does not hold the number {written}")
            there = [f for f in same.figures if not f.loose] if same else []
            if same and there:
                theirs = same.text[there[0].start : there[0].end]
                changed.append(f"it says {written} where the passage has {theirs}")
        elif not figure_stands(figure, close):
            elsewhere.append(f"the number {written} stands elsewhere in the passage")
        elif not figure.loose and (
            (figure.noun and _counts_other(figure, close))
            or _belongs_elsewhere(claim, figure, near)
        ):
            other.append(f"the passage has {written} of something else")
    return (
        ("numbers_missing", missing),
        ("numbers_changed", changed),
        ("numbers_elsewhere", elsewhere),
        ("numbers_of_other", other),
    )


def _counts_other(figure: Figure, close: Sequence[Figure]) -> bool:
    same = [o for o in close if figure_stands(figure, [o]) and o.noun]
    return bool(same) and not any(set(figure.noun) & set(o.noun) for o in same)


def _belongs_elsewhere(claim: Said, figure: Figure, near: Sequence[Said]) -> bool:
    """Whether every sentence with this number has another of its kind in a clause that says what
    the claim says, where the number's own clause says nothing of it: "71 per cent of them work
    part-time", of "those who work part-time, a quarter of them, are 71 per cent female"."""
    there = [said for said in near if figure_stands(figure, said.figures)]
    return bool(there) and all(_is_crossed(claim, figure, said) for said in there)


def _is_crossed(claim: Said, figure: Figure, said: Said) -> bool:
    mine = claim.stems - read(claim.text[figure.start : figure.end]).stems
    own, others = set[str](), list[frozenset[str]]()
    for clause in map(read, clauses_of(said.text)):
        if figure_stands(figure, clause.figures):
            own |= clause.stems
        elif any(f.dimension == figure.dimension and not f.loose for f in clause.figures):
            others.append(clause.stems)
    return any(
        not mine & (own - other) and len(mine & (other - own)) >= CROSSED_WORDS for other in others
    )


def dates_apart(claim: Said, same: Said | None, near: Sequence[Said], whole: Whole) -> Found:
    close = [date for said in near for date in said.dates]
    values = {figure.value for figure in whole.figures}
    missing, changed, elsewhere = [], [], []
    for date in claim.dates:
        written = claim.text[date.start : date.end]
        if not date_stands(date, whole.dates):
            if date.month is None and date.first == date.last and date.first in values:
                continue
            missing.append(f"the passage does not hold the date {written}")
            if same and same.dates:
                theirs = same.text[same.dates[0].start : same.dates[0].end]
                changed.append(f"it says {written} where the passage has {theirs}")
        elif not date_stands(date, close):
            elsewhere.append(f"the date {written} stands elsewhere in the passage")
    return ("dates_missing", missing), ("dates_changed", changed), ("dates_elsewhere", elsewhere)


def names_apart(claim: Said, same: Said | None, around: frozenset[str], whole: Whole) -> Found:
    missing, changed, elsewhere = [], [], []
    others = set(same.names) - claim.stems if same else set()
    for name in dict.fromkeys(claim.names):
        written = claim.written(name)
        if name_stands(name, around):
            continue
        if name_stands(name, whole.stems):
            elsewhere.append(f"{written} stands elsewhere in the passage")
        elif not name_is_spelled_otherwise(written, claim, whole):
            missing.append(f"the passage does not name {written}")
            if others:
                changed.append(f"the passage does not name {written} there")
    return ("names_missing", missing), ("names_changed", changed), ("names_elsewhere", elsewhere)


def pulls_apart(claim: Said, nearest: Said, clause: Said) -> Found:
    """Negation, opposites, quantifiers."""
    return (
        (
            "denied",
            [
                f"of “{word}”, one says that it is so and the other that it is not"
                for word in opposites.denied_otherwise(claim, clause)
            ],
        ),
        (
            "opposed",
            [
                f"“{word}” is the opposite of what the passage says"
                for word in opposites.opposed(claim, clause)
            ],
        ),
        (
            "overstated",
            [
                f"“{word}” says more than the passage"
                for word in opposites.quantified_more(claim, nearest)
            ],
        ),
    )


def name_stands(name: str, stems: frozenset[str]) -> bool:
    """Whether a name is there, itself, as a family ("France", "French") or glued to another."""
    return name in stems or (
        len(name) >= 5 and any(other[:4] == name[:4] and len(other) >= 4 for other in stems)
    )


def name_is_spelled_otherwise(written: str, claim: Said, whole: Whole) -> bool:
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
    return "".join(words(text))
