"""A sentence as the gate sees it: its words in order, names, numbers and dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.proof.dates import MONTH_NUMBERS, Date, dates_of
from assistant.proof.figure_reading import figures_of
from assistant.proof.figures import Figure
from vectorstore.library.lexicon import STOPWORDS, stem, words

_WORD = re.compile(r"[^\W_]+(?:[’'][^\W\d_]+)*")
_WRITTEN = re.compile(r"[^\W_]+(?:[-–][^\W_]+)*")
_BOUNDARY = re.compile(r"(?<=[.!?…])[\"”’')\]*]*\s+(?=[\"“‘'(\[*]*\w)|\s*\n\s*")
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|rev|hon|gen|vs|al|fig|eq|no|vol|pp?|approx|ca|inc|ltd|co|"
    r"jr|sr|e\.g|i\.e|etc|dept|[a-z])|(?:\b[a-z]\.)+[a-z])\.[\"”’')\]*]*$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[\s*#>•-]*\d{1,2}[.)]")
LONGEST = 700  # characters of one sentence: beyond, it is cut at a space

NEGATORS = frozenset(
    """not no never none nobody nothing nowhere neither nor without cannot hardly barely scarcely
    seldom rarely lack lacks lacked lacking fail fails failed unable refuse refuses refused
    deny denies denied prevent prevents prevented false untrue""".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word: folded, its stem, its place, and whether it carries meaning."""

    folded: str
    stem: str
    start: int
    full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence, taken apart once."""

    text: str
    words: tuple[Word, ...]
    stems: frozenset[str]
    names: tuple[str, ...]
    figures: tuple[Figure, ...]
    dates: tuple[Date, ...]

    def written(self, stem: str) -> str:
        """How the first word of this stem is written, with what a hyphen joins to it."""
        start = next(word.start for word in self.words if word.stem == stem)
        found = _WRITTEN.match(self.text, start)
        return found.group() if found else stem


@lru_cache(maxsize=20_000)
def read(text: str) -> Said:
    """Take a sentence apart."""
    found = tuple(_words(text))
    dates = dates_of(text)
    return Said(
        text=text,
        words=found,
        stems=frozenset(word.stem for word in found if word.full),
        names=tuple(_names(text, found)),
        figures=tuple(figures_of(text, dates)),
        dates=tuple(dates),
    )


def _words(text: str) -> Iterator[Word]:
    for match in _WORD.finditer(text):
        plain = re.sub(r"[’']s$|[’']$", "", match.group().replace("’", "'"))
        for folded in words(plain.replace("n't", " not").replace("n’t", " not")) or [""]:
            if folded:
                full = folded not in STOPWORDS and folded not in NEGATORS and len(folded) > 1
                full = full or folded.isdigit()
                yield Word(folded=folded, stem=stem(folded), start=match.start(), full=full)


def _names(text: str, found: tuple[Word, ...]) -> Iterator[str]:
    """The stems of words written as names: a capital inside the sentence, or letters as no plain
    word has them ("mRNA", "CYP2D6"). The word that opens the sentence counts only with these, or
    where another capitalized word follows at once."""
    dates = {*MONTH_NUMBERS, "i"}
    for i, word in enumerate(found):
        written = text[word.start : word.start + len(word.folded)]
        if not word.full or word.folded in dates or written.isdigit():
            continue
        odd = any(c.isupper() for c in written[1:]) or any(c.isdigit() for c in written)
        opens = i == 0 or re.search(r"[:.!?\n*•“\"]\s*[\"“‘'(*]*$", text[: word.start])
        if odd and (any(c.isdigit() for c in written) and written[0].isdigit()):
            continue  # "5km" is a number
        follows = i + 1 < len(found) and text[found[i + 1].start].isupper()
        if odd or (
            written[:1].isupper() and (not opens or (follows and _adjacent(text, found, i)))
        ):
            yield word.stem


def _adjacent(text: str, found: tuple[Word, ...], i: int) -> bool:
    end = found[i].start + len(found[i].folded)
    return text[end : found[i + 1].start].strip() == "" and found[i + 1].full


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each line by itself; what holds no letter or digit is left out."""
    found: list[str] = []
    begin = 0
    for match in _BOUNDARY.finditer(text):
        before = text[begin : match.start()]
        if "\n" not in match.group() and (_ABBREVIATION.search(before) or _ITEM.fullmatch(before)):
            continue
        found += _cut(before)
        begin = match.end()
    return found + _cut(text[begin:])


def _cut(text: str) -> list[str]:
    pieces: list[str] = []
    text = text.strip()
    while len(text) > LONGEST:
        at = text.rfind(" ", LONGEST // 2, LONGEST)
        at = at if at > 0 else LONGEST
        pieces.append(text[:at].strip())
        text = text[at:].strip()
    return [piece for piece in [*pieces, text] if any(c.isalnum() for c in piece)]
