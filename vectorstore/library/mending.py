"""A text as a person would type its words: what the search index sees of a passage.

Texts come with words broken at line ends, with ligatures lost or in one character, with letters
in an editor's brackets, with whole lines run together. The stored text keeps all that, since
offsets count in it and quotes are of it to the letter; `searchable` and `Joins` are for the index.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from vectorstore.database import Connection
from vectorstore.library.invisible import visible
from vectorstore.library.lexicon import stem, words

Holding = Callable[[str], int]  # how many passages hold a stem

# The encoder's vocabulary doubles as a list of English words, the commonest first.
WORD_LIST = Path(__file__).parent.parent / "model" / "tokenizer.json"
RUN_TOGETHER = 60  # letters: no English word has as many

# Joining two neighbours back into the word that they were. Chosen on documents of `uk_docs` and
# `covidqa` in which every word of five letters and more with one of LOST within had a space for
# it: of them 0.71 and 0.52 are found; of 1,000 words 1 and 3 are joined in vain there, and 0.2 and
# 0.9 in documents that are whole.
LOST = ("", "f", "l", "t", "ff", "fi", "fl", "ffi", "ffl", "ll", "tt", "ti")
LEAST = 5  # letters of a joined word
COMMON = 5000  # of two words as common as the first so many in the list neither is a half
LIST_PASSAGES = 100  # how many passages the list's word is worth as evidence
LIKELIER = math.e  # how much likelier the word must be than its halves side by side

_LETTER = r"[^\W\d_]"
_BROKEN = re.compile(rf"(?<!{_LETTER})({_LETTER}++)[-\u2010\u00ad][ \t]*+\r?\n[ \t]*+({_LETTER}++)")
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_BRACKET = re.compile(rf"(?<={_LETTER})\\?[\[\]](?={_LETTER})")
_STAMP = re.compile(r"(?<![\d:])(\d?\d):(\d\d):(\d\d)(?![\d:])")
_RUN = re.compile(rf"(?<!{_LETTER}){_LETTER}{{{RUN_TOGETHER},}}+")
_NEIGHBOURS = re.compile(rf"(?<!\S)({_LETTER}++)(?=\s++({_LETTER}++))")


def searchable(text: str) -> str:
    """`text` with what a person would type beside, or instead of, what stands there."""
    text = visible(_BROKEN.sub(r"\1-\2 \1\2", text))
    text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _STAMP.sub(lambda found: f"{found[0]} {found[1]:0>2}{found[2]}{found[3]}", text)
    text = _BRACKET.sub("", text)
    return _RUN.sub(lambda found: " ".join([found[0], *_split(found[0])]), text)


class Joins:
    """Finds words that fell apart where a ligature was lost ("mil ion", "al ocated").

    Two neighbours are one word where that is likelier, by how many passages hold each of the
    three, in this library and by the word list, than that they stand side by side by chance.
    """

    def __init__(self, passages: int, holding: Holding) -> None:
        """`holding` tells how many of the library's `passages` hold a stem."""
        self._passages = passages
        self._holding = cache(holding)
        self._joined = cache(self._join)

    def found(self, text: str) -> list[str]:
        """The words that `text` holds in two halves, each once, in order."""
        pairs = (self._joined(*found.groups()) for found in _NEIGHBOURS.finditer(text))
        return list(dict.fromkeys(filter(None, pairs)))

    def _join(self, one: str, other: str) -> str | None:
        halves = [*words(one), *words(other)]
        if len(halves) != 2 or all(_rank(half) < COMMON for half in halves):
            return None
        whole = [halves[0] + lost + halves[1] for lost in LOST]
        best = max(whole, key=self._share)
        apart = self._share(halves[0]) * self._share(halves[1])
        return best if len(best) >= LEAST and self._share(best) > LIKELIER * apart else None

    def _share(self, word: str) -> float:
        """The share of passages that hold a word, as far as library and list know."""
        listed = LIST_PASSAGES * min(1.0, 10 / (1 + _rank(word)))  # Zipf, in some 100 words
        return (self._holding(stem(word)) + listed) / (self._passages + LIST_PASSAGES)


def mend(connection: Connection, sources: Iterable[str], holding: Holding) -> list[int]:
    """Index the words of these sources that fell apart, joined as the whole library's words say.
    Returns the keys of the passages that hold some."""
    passages = connection.execute("SELECT count(*) FROM passage").fetchone()[0]
    joins = Joins(passages, holding)
    mended = []
    for source in sources:
        rows = connection.execute(
            "SELECT p.key, p.searched FROM passage p JOIN version v ON v.key = p.version "
            "WHERE v.source = ?",
            (source,),
        )
        for key, text in rows:
            if joined := joins.found(text):
                mended.append((" ".join([text, *joined]), key))
    connection.executemany("UPDATE passage SET searched = ? WHERE key = ?", mended)
    return [key for _, key in mended]


def _rank(word: str) -> float:
    """The place of a word among the commonest English words, from 0; infinite for others."""
    return _ranks().get(word, math.inf)


@cache
def _ranks() -> dict[str, int]:
    vocabulary = json.loads(WORD_LIST.read_text(encoding="utf-8"))["model"]["vocab"]
    first = vocabulary["the"]  # before it stand marks and single letters
    listed = {word: at - first for word, at in vocabulary.items() if word.isalpha() and at >= first}
    return listed | {"a": 0, "i": 0}


def _split(run: str) -> list[str]:
    """The words that were run together, those of two letters and fewer left out."""
    pieces = _unigrams().tokenize(run.casefold())
    return [piece.value for piece in pieces if len(piece.value) > 2]


@cache
def _unigrams() -> Any:
    """The likeliest way to cut a run of letters into listed words."""
    from tokenizers.models import Unigram

    listed = [(word, -math.log(2 + rank)) for word, rank in _ranks().items()]
    return Unigram([("", -30.0), *listed], unk_id=0)
