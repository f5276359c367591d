"""Abbreviations: "What is a CCG?" is answered first by the sentence that spells it out.

Such a sentence ("… clinical commissioning groups (CCGs) …") need not be about CCGs at all, so it is
looked for, and proved letter by letter.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.finding.excerpts import Quote, quote_of
from vectorstore import Library
from vectorstore.library.lexicon import stem

PASSAGES = 200  # the best by full-text search for the abbreviation
MOST_WORDS = 60
# An abbreviation proved by its letters is held to be as sure as an imprint; there is none in gold.
EXPANSION_CONFIDENCE = 0.83
MORE_ON_IT = 2  # quotes behind the sentence that spells it out, where the thing is asked for

_SHORT = r"([A-Za-z]{2,8})"
_LETTERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what (?:do|does) (?:the )?(?:letters |abbreviation |acronym )?{_SHORT}"
        r" (?:stand for|mean)",
        rf"what (?:is|are) (?:the )?{_SHORT} short for",
        rf"{_SHORT} (?:stands|is short) for(?: what)?",
        rf"(?:the )?(?:meaning|expansion|full form) of {_SHORT}|{_SHORT} meaning",
    )
)
_THING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:and |so |but )?what(?: is|['’]?s| are) (?:an? |the )?{_SHORT}",
        rf"(?:define|explain) (?:an? |the )?{_SHORT}",
        rf"what is meant by (?:an? |the )?{_SHORT}",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """The sentence that spells an abbreviation out, where there is one; `whole` where nothing else
    was asked for."""

    quote: Quote | None
    whole: bool


def expansion_of(
    question: str, library: Library, within: Sequence[str] | None = None
) -> Expansion | None:
    """What spells out the abbreviation that a question asks for; `within` narrows to sources.

    None where it asks for something else, or may do so: "What is trust?" asks for no letters.
    """
    plain = re.sub(r"[\"“”?.!,]", "", question).strip()
    asked = _first(plain, _LETTERS)
    short = asked or _first(plain, _THING)
    if short is None:
        return None
    wanted = short.upper()
    stems = {stem(short.lower())}
    if len(short) > 2 and wanted.endswith("S"):
        stems.add(stem(short[:-1].lower()))
    found = library.passages(library.lexical(sorted(stems), PASSAGES, within))
    for passage in found.values():
        for sentence in passage.sentences:
            text = passage.slice(sentence.start, sentence.end)
            if len(text.split()) <= MOST_WORDS and any(
                _same(wanted, other) for other in spelled_out(text)
            ):
                quote = quote_of(passage, sentence.start, sentence.end, EXPANSION_CONFIDENCE)
                return Expansion(quote=quote, whole=asked is not None)
    return Expansion(quote=None, whole=True) if asked and asked[:2].isupper() else None


def _first(question: str, patterns: Sequence[re.Pattern[str]]) -> str | None:
    found = (pattern.fullmatch(question) for pattern in patterns)
    return next((next(filter(None, match.groups())) for match in found if match), None)


def _same(wanted: str, other: str) -> bool:
    return wanted.rstrip("S") == other.upper().rstrip("S")


def spelled_out(text: str) -> Iterator[str]:
    """The abbreviations that a sentence spells out, before or in the brackets behind it."""
    for match in re.finditer(r"\(([^()]{2,80})\)", text):
        inside, before = match[1].strip(), text[: match.start()].rstrip()
        last = re.search(r"\b[A-Za-z][A-Za-z&-]*$", before)
        if re.fullmatch(r"[A-Za-z&-]{2,9}", inside) and any(c.isupper() for c in inside[:2]):
            words = before.split()[-min(len(inside) + 5, 2 * len(inside)) :]
            if _is_long_form(inside, words):
                yield inside
        elif last and last[0][:2].isupper() and _is_long_form(last[0], inside.split()):
            yield last[0]


def _is_long_form(short: str, words: Sequence[str]) -> bool:
    """Whether the end of some words spells out an abbreviation: its letters are found in them from
    the last to the first, which opens a word (Schwartz and Hearst 2003, "A simple algorithm for
    identifying abbreviation definitions in biomedical text", Pacific Symposium on Biocomputing)."""
    letters = [c for c in short.lower().removesuffix("s") if c.isalpha()]
    text = " ".join(words).lower()
    place = len(text)
    for position, letter in reversed(list(enumerate(letters))):
        place -= 1
        while place >= 0 and not (
            text[place] == letter and (position or place == 0 or not text[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return False
    return text[place:] != short.lower()
