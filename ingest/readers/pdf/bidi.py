"""Words as they stand from left to right, put into the order in which they are read.

The Unicode bidirectional algorithm (UAX #9) goes the other way, from reading order to places; this
turns its rule L2 back, a line at a time.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from unicodedata import bidirectional, normalize

FIRST = 0x590  # no letter before this one is written from right to left
_MIRRORED = str.maketrans("()[]{}«»", ")(][}{»«")
_TURNED = re.compile(r"(?<!\S)[)\]}»]+(?=\w)|(?<=\w)[(\[{«]+(?!\S)")
_FORMS = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]+")


@lru_cache(maxsize=65536)
def direction(text: str) -> str:
    """ "R" for letters that run from right to left, "L" for others, "N" where there are none."""
    if text.isascii():
        return "L" if any(map(str.isalpha, text)) else "N"
    kinds = {bidirectional(c) for c in text}
    return "R" if kinds & {"R", "AL"} else "L" if "L" in kinds else "N"


def runs_to_the_left(texts: Sequence[str]) -> bool:
    """Whether most letters of a page run from right to left."""
    right = sum(len(text) for text in texts if ord(max(text)) >= FIRST and direction(text) == "R")
    return right > 0 and right > sum(len(t) for t in texts if direction(t) == "L")


def word_of(glyphs: Sequence[str]) -> str:
    """The letters of a right-to-left word, whose glyphs are given from left to right. Letters keep
    their plain form; figures and Latin letters inside the word run as ever."""
    figures = [any(map(str.isdigit, glyph)) for glyph in glyphs]
    kept = [
        figures[i]
        or direction(glyph) == "L"
        or (glyph in ".,:/" and 0 < i < len(glyphs) - 1 and figures[i - 1] and figures[i + 1])
        for i, glyph in enumerate(glyphs)
    ]
    runs: list[list[str]] = []
    for is_kept, group in groupby(zip(glyphs, kept, strict=True), key=itemgetter(1)):
        run = [glyph for glyph, _ in group]
        runs.insert(0, run if is_kept else run[::-1])
    return plain("".join(glyph for run in runs for glyph in run))


def plain(text: str) -> str:
    """Letters in the forms that fonts have for their place in a word, as the letters they are."""
    return _FORMS.sub(lambda found: normalize("NFKC", found.group()), text)


def reading_order(texts: Sequence[str], *, to_the_left: bool) -> list[int]:
    """The numbers of words in reading order, given as the line runs: from right to left where the
    line runs `to_the_left`. Those that run against the line are turned round among themselves."""
    against = "L" if to_the_left else "R"
    kinds = [direction(text) for text in texts]
    if against not in kinds:
        return list(range(len(texts)))
    found: list[int] = []
    i = 0
    while i < len(texts):
        last = i
        figure = against == "L" and any(map(str.isdigit, texts[i]))
        if kinds[i] == against or figure:
            ahead = i
            while ahead < len(texts) and kinds[ahead] in (against, "N"):
                last = ahead if kinds[ahead] == against else last
                ahead += 1
            if against not in kinds[i : last + 1]:
                last = i
        found += range(last, i - 1, -1)
        i = last + 1
    return found


def with_brackets(text: str) -> str:
    """Text whose brackets were drawn for the other direction, with them turned round: in reading
    order a word begins with one that opens and ends with one that closes."""
    return _TURNED.sub(lambda found: found.group().translate(_MIRRORED), text)
