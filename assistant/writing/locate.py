"""Where the words that a model copied stand in a text: white space, quotation marks and hyphens
may differ, letters may differ in case, and nothing else."""

import re
from collections.abc import Sequence

from vectorstore import Passage, visible

FEWEST_CHARACTERS = 12  # below, what is copied could stand anywhere
_QUOTES = frozenset("'\"’‘‛`´“”„‟«»")
_HYPHENS = frozenset("-‐‑‒–—―−")
_ALIKE = {"‹": "<", "›": ">", "…": "...", "ﬁ": "fi", "ﬂ": "fl"}


def locate(copied: str, text: str) -> tuple[int, int] | None:
    """The first [start, end) of `text` that says `copied`, from word to word; None if nowhere."""
    wanted = _fold(copied)[0].strip(" '.,;:")
    if len(wanted) < FEWEST_CHARACTERS:
        return None
    folded, places = _fold(text)
    for match in re.finditer(re.escape(wanted), folded):
        start, end = match.span()
        inside = start and folded[start - 1].isalnum() and wanted[0].isalnum()
        if not inside and not (folded[end : end + 1].isalnum() and wanted[-1].isalnum()):
            return places[start], places[end - 1] + 1
    return None


def locate_sentences(copied: str, passage: Passage) -> tuple[int, int] | None:
    """The whole sentences of the passage, [start, end) in its source, that hold what is copied: a
    piece of a sentence may have lost its "not"."""
    found = locate(copied, passage.text)
    if found is None:
        return None
    start, end = found[0] + passage.start, found[1] + passage.start
    touched = [s for s in passage.sentences if s.start < end and start < s.end]
    return (touched[0].start, touched[-1].end) if touched else None


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is compared, and for each of its characters the place that it is from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _QUOTES:
            character = "'"
        elif character in _HYPHENS:
            character = "-"
            while letters and letters[-1] == " ":
                letters.pop(), places.pop()
        elif character.isspace():
            if letters and letters[-1] in " -":
                continue
            character = " "
        elif not visible(character):
            continue
        for letter in _ALIKE.get(character, character.lower()):
            letters.append(letter)
            places.append(place)
    return "".join(letters), places
