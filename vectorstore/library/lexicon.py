"""Words as the full-text index sees them: split, folded and stemmed the way SQLite's FTS5 does."""

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

import Stemmer

from vectorstore.library.invisible import visible

# Words that carry no subject of their own. Question words and auxiliaries are among them.
STOPWORDS = frozenset(
    """a about all also am an and any are as at be been being both but by can could did do does
    doing done for from get had has have having he her hers him his how i if in into is it its
    just ll many may me might more most much my no nor not of on only or other our ours out over own
    re s same say says said she should so some such t tell than that the their theirs them then
    there these they this those to too up us ve very was we were what when where which while who
    whom whose why will with would you your yours""".split()
)

# 82,834 English words, British and American, with their counts in Google Books Ngrams.
ENGLISH = "frequency_dictionary_en_82_765.txt"

FAMILY_LETTERS = 6

WORD = re.compile(r"[^\W_]+")
_stemmer = Stemmer.Stemmer("porter")


@lru_cache(maxsize=1)
def english() -> dict[str, int]:
    """English words, the commonest first, with their counts."""
    listed = files("symspellpy").joinpath(ENGLISH).read_text("utf-8-sig")
    counts = ((word, int(count)) for word, count in map(str.split, listed.splitlines()))
    return dict(sorted(counts, key=lambda found: -found[1]))


def words(text: str) -> list[str]:
    """The words of `text`, case and accents folded, in order."""
    folded = unicodedata.normalize("NFKD", visible(text).casefold())
    return WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The Porter stem (Porter 1980) of one folded word."""
    return str(_stemmer.stemWord(word))


def terms(text: str) -> list[str]:
    """The stems of the words of `text` that carry meaning, in order; all stems if none does."""
    found = words(text)
    return [stem(w) for w in found if w not in STOPWORDS] or [stem(w) for w in found]


def among(stem: str, stems: frozenset[str]) -> bool:
    """Whether a stem, or one of its family, is among `stems`: a long one that begins with it, or
    that it begins with.

    The Porter stemmer leaves "conduct" and "conductor" apart; from six letters on, a common
    beginning rarely misleads (on `squad2` recall@1 of search is the same with it and without).
    """
    return stem in stems or (
        len(stem) >= FAMILY_LETTERS
        and any(
            other.startswith(stem) or (len(other) >= FAMILY_LETTERS and stem.startswith(other))
            for other in stems
        )
    )
