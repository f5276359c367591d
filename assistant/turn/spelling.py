"""A question's spelling, mended with the words that the library holds.

A word is changed only where neither the library nor English has it and one word is clearly
nearest. Whoever misspells mostly keeps the first letter and the consonants, so of words equally
near those that keep them are meant.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

from assistant.turn.vocabulary import FEWEST, Vocabulary, contractions, vocabulary_of
from vectorstore import Library
from vectorstore.library.lexicon import english, words

LONG = 6  # letters from which two slips may be mended; below it is one
MOST_UNKNOWN = 10  # words that nobody knows: more are another language, or no language
READILY = 20.0  # times as likely a slip that changes how a word looks, not how it sounds
CLEARLY = 4.0  # times as likely as the next that is as near
NAMED = 4  # letters that a name keeps at its head where the name beside it is right

# How people type what is too short, or too far, to be found by its letters.
_TYPED = {
    "abt": "about", "adn": "and", "giv": "give", "hav": "have", "hte": "the", "hv": "have",
    "hve": "have", "pls": "please", "plz": "please", "ppl": "people", "shd": "should",
    "shld": "should", "teh": "the", "tht": "that", "wat": "what", "whats": "what's",
    "wld": "would", "wot": "what", "wots": "what's",
}  # fmt: skip
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|‘[^’]*’(?!\w)|(?<!\w)'[^']*'(?!\w)")
_CODE = re.compile(r"[\d_@/\\#]|\w\.\w")  # a number, an address, a path: not a word to be spelled
_WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
_LATIN = re.compile(r"[a-zA-ZÀ-ɏ’']+$")
_POSSESSIVE = re.compile(r"(?<=\w)[’']s$")
_OPENS = re.compile(r"(?:^|[.!?:…]\s)[^\w]*$")
_VOWELS = re.compile(r"(?<=.)[aeiouy]+|(.)(?=\1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A word of a question, question[start:end], and how it is folded. `named` tells of one that
    is written as a name: with a capital that opens no sentence."""

    start: int
    end: int
    text: str
    folded: str
    named: bool


def corrected(question: str, library: Library) -> str:
    """The question with its misspelled words mended; all else stands as it was typed.

    Never touched: numbers, what stands in quotation marks, words in capitals or in another script,
    and a question that looks to be in another language than English.
    """
    vocabulary = vocabulary_of(library)
    if not vocabulary.in_english:
        return question
    typed = list(_words_of(question))
    mended: dict[_Typed, str] = {}
    unknown: list[_Typed] = []
    for place, word in enumerate(typed):
        beside = [other.folded for other in typed[max(0, place - 1) : place + 2]]
        found = _shortened(word, vocabulary) or _beside(word, beside, vocabulary)
        if found:
            mended[word] = found
        elif len(word.folded) >= FEWEST and not vocabulary.knows(word.folded):
            unknown.append(word)
    mended |= _all_nearest(unknown, vocabulary)
    for word, meant in sorted(mended.items(), key=lambda item: -item[0].start):
        question = (
            question[: word.start] + _as_typed(word, meant, vocabulary) + question[word.end :]
        )
    return question


def _words_of(question: str) -> Iterator[_Typed]:
    """The words whose spelling may be mended, in order."""
    kept = [match.span() for match in _QUOTED.finditer(question)]
    for chunk in re.finditer(r"\S+", question):
        if _CODE.search(chunk.group()):
            continue
        for match in _WORD.finditer(question, *chunk.span()):
            text = _POSSESSIVE.sub("", match.group())
            folded = words(text)
            if not text[1:].islower() or len(folded) != 1 or not _LATIN.match(text):
                continue  # NHS, iPhone, a word in Greek
            if any(start <= match.start() < end for start, end in kept):
                continue
            opens = _OPENS.search(question[max(0, match.start() - 8) : match.start()])
            yield _Typed(
                start=match.start(),
                end=match.start() + len(text),
                text=text,
                folded=folded[0],
                named=text[0].isupper() and not opens,
            )


def _shortened(word: _Typed, vocabulary: Vocabulary) -> str | None:
    """What is meant by a word as people type it on a telephone, or without its apostrophe."""
    if word.named or word.folded in vocabulary.counts:
        return None
    return _TYPED.get(word.folded) or contractions().get(word.folded)


def _beside(word: _Typed, others: Iterable[str], vocabulary: Vocabulary) -> str | None:
    """The name that the library has beside one of `others`, where this one is only like it."""
    letters = len(word.folded)
    if word.folded in vocabulary.counts or letters < (5 if word.folded in english() else 3):
        return None
    names = {name for other in others for name in vocabulary.beside.get(other, ())}
    near = [
        name
        for name in names
        if Prefix.similarity(word.folded, name) >= min(NAMED, letters - 1)
        and OSA.distance(word.folded, name)
        <= (_slips(word.folded) if word.named else max(letters, len(name)) // 2)
        and not (name.startswith(word.folded) or word.folded.startswith(name))
    ]
    return near[0] if len(near) == 1 else None


def _all_nearest(unknown: Sequence[_Typed], vocabulary: Vocabulary) -> dict[_Typed, str]:
    """What is meant by each of the words that nobody knows; nothing at all where many are near to
    no word, as in another language."""
    distinct = {(word.folded, word.named) for word in unknown}
    if len(distinct) > MOST_UNKNOWN:
        return {}
    near = {word: meant for word in distinct if (meant := _nearest(*word, vocabulary))}
    if len(distinct) > 2 and 3 * len(near) < 2 * len(distinct):
        return {}
    return {word: near[found] for word in unknown if (found := (word.folded, word.named)) in near}


def _nearest(typed: str, named: bool, vocabulary: Vocabulary) -> str | None:
    """The one word that is clearly nearest; None where none is, or two are."""
    if not typed.isascii():
        return None
    most = _slips(typed)
    found = []
    for letters in range(len(typed) - most, len(typed) + most + 1):
        pool = vocabulary.near.get(letters, {})
        scored = process.extract(
            typed, pool.keys(), scorer=OSA.distance, score_cutoff=most, limit=None
        )
        for meant, distance, _ in scored:
            if named and meant not in vocabulary.counts:
                continue
            weight = _slip(typed, meant, int(distance))
            if weight and (distance == 1 or weight > 1 or vocabulary.is_firm(meant)):
                found.append((distance, -weight * pool[meant], meant))
    found.sort()
    if len(found) > 1 and found[0][0] == found[1][0] and found[0][1] > CLEARLY * found[1][1]:
        return None
    return found[0][2] if found else None


def _slips(word: str) -> int:
    return 2 if len(word) >= LONG else 1


def _slip(typed: str, meant: str, distance: int) -> float:
    """How readily one word is typed for the other: more where two letters changed places, or where
    vowels and double letters alone differ; 0 where no slip that people make leads there: the first
    letter is kept, swapped or left out, and a short word keeps all its letters."""
    swapped = sorted(typed) == sorted(meant)
    alike = _VOWELS.sub("", typed) == _VOWELS.sub("", meant)
    short = len(typed) < LONG
    if typed[0] != meant[0] and not swapped and (short or typed != meant[1:]):
        return 0
    kept = swapped or len(meant) > len(typed) or (alike and len(meant) == len(typed))
    if short and not kept:
        return 0
    if len(typed) == LONG and distance > 1 and not alike:
        return 0
    return READILY if swapped or alike else 1


def _as_typed(word: _Typed, meant: str, vocabulary: Vocabulary) -> str:
    """The word that is meant, with a capital where one was typed or the library never lacks it."""
    if meant in vocabulary.names:
        return vocabulary.names[meant]
    return meant[:1].upper() + meant[1:] if word.text[0].isupper() else meant
