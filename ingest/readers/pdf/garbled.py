"""Fonts whose text is not what they draw: broken letter maps, told from the text that comes out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from unicodedata import category, normalize

from ingest.readers.pdf.words import Placed
from vectorstore.library.lexicon import english

UNREADABLE = frozenset(("Cc", "Co", "Cn"))  # control characters, private ones, none at all
MOST_UNREADABLE = 0.3  # of a font's characters
FEWEST = 5  # words of a font that is judged: less are ornaments
FEWEST_WORDS = 40  # small words of a font, to judge its letters by
# The commonest letters of languages in Latin script: in English, Finnish, Polish, Turkish, Welsh or
# Vietnamese they are 0.49 to 0.66 of all letters, in letters taken at random 0.31.
COMMON = frozenset("eaionrts")
LEAST_COMMON = 0.45
LEAST_ENGLISH = 0.2  # of the words: with so many it is a text all the same


def garbled_fonts(words: Iterable[Placed]) -> frozenset[str]:
    """The fonts of a document whose letters are surely wrong."""
    texts: dict[str, list[str]] = defaultdict(list)
    nameless: Counter[str] = Counter()
    for placed in words:
        if len(placed.word.text) > 1:  # one alone may be a bullet
            texts[placed.font].append(placed.word.text)
            nameless[placed.font] += placed.nameless
    return frozenset(
        font
        for font, own in texts.items()
        if len(own) >= FEWEST
        and (nameless[font] * 2 >= len(own) or _is_unreadable(own) or _is_shifted(own))
    )


def _is_unreadable(texts: Sequence[str]) -> bool:
    letters = "".join(texts)
    bad = sum(category(c) in UNREADABLE or c == "\N{REPLACEMENT CHARACTER}" for c in letters)
    return bad > MOST_UNREADABLE * len(letters)


def _is_shifted(texts: Sequence[str]) -> bool:
    """Whether the letters are others than those of any language in Latin script."""
    stripped = (text.strip(".,;:!?()'\"”“’‘") for text in texts)
    small = [text for text in stripped if len(text) > 2 and text.isalpha() and text.islower()]
    plain = [normalize("NFKD", text) for text in small if text[0] < "\u0250"]
    if len(plain) < FEWEST_WORDS:
        return False
    letters = Counter(c for text in plain for c in text if "a" <= c <= "z")
    share = sum(letters[c] for c in COMMON) / max(letters.total(), 1)
    if share >= LEAST_COMMON:
        return False
    return sum(text in english() for text in plain) < LEAST_ENGLISH * len(plain)
