"""What of a document may be quoted by itself: whole sentences that are understood alone.

Never a heading, a lead-in, a caption, a table's row, a reference or a scrap of a page: what does
not end as a sentence ends, asks instead of stating, or carries a page's own marks is not among
them, nor is a part of what somebody says without who says it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.finding.candidates import LEANING, lead_of
from assistant.finding.excerpts import Quote, quote_of
from vectorstore import QUOTABLE, Passage
from vectorstore.library.lexicon import terms

Vector = NDArray[np.float32]

SHORTEST, LONGEST, WITH_LEAD = 8, 40, 60  # words of a sentence, and of one with its lead
# What a sentence counts: more where it opens its document (and less the farther from there), its
# section or its paragraph; less as an item of a list, mostly link or reference, or pointing back.
EARLY, FIRST_OF_SECTION, FIRST_OF_BLOCK = 3.0, 1.15, 1.05
ITEM, LINKED, POINTS_BACK = 0.5, 0.5, 0.8
BACK = frozenset(
    "he she him her his they them their it its this these those here there such also".split()
)

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)|[*_`]")
_MARKS = re.compile(r"https?:|www\.|\.\.\.|…|[<>{}|#=\ufffd]|\S@\S|\[email")
_ENDS = re.compile(r"[.!][)\"”’']*$")
_BEGINS = re.compile(r"[\"“‘'(]*+[A-Z0-9]")
# A sentence that is joined to the one before it: the coordinating conjunctions, and one word or two
# set off by a comma.
_JOINED = re.compile(r"[\"“‘'(]*+(?:(?:and|but|or|nor|so|yet)\b|\w+(?: \w+)?, )", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Telling:
    """What may be quoted by itself: a sentence, with those before it that it leans on. `vector` is
    the sentence's own, of unit length; `worth` is what its place and its reading
    count for; it is `single` where nothing leads it."""

    quote: Quote
    vector: Vector
    stems: frozenset[str]
    worth: float
    single: bool


def tellings_of(
    passages: Sequence[Passage], vectors: Mapping[str, Vector], first: Set[str], *, whole: bool
) -> Iterator[Telling]:
    """What of these passages may be quoted by itself, in their order; `first` are the ids of those
    that a document begins with. They are `whole` documents or what a search found."""
    heading, place = None, 0
    for passage in passages:
        opens, block = passage.id in first, None
        place = 0 if opens else place
        for index, sentence in enumerate(passage.sentences):
            quote = _whole(passage, index, opens=opens)
            if quote is not None:
                early = whole or passage.id in first
                worth = 1 + EARLY / (1 + place) if early else 1.0
                worth *= FIRST_OF_SECTION if whole and passage.heading != heading else 1.0
                worth *= FIRST_OF_BLOCK if sentence.block != block else 1.0
                heading, place = passage.heading, place + 1
                yield Telling(
                    quote=quote,
                    vector=vectors[passage.id][index],
                    stems=frozenset(terms(plain(quote.text))),
                    worth=worth * _plainness(quote.text, sentence.kind),
                    single=quote.start == sentence.start,
                )
            opens = opens and sentence.kind not in QUOTABLE
            block = sentence.block


def _plainness(text: str, kind: str) -> float:
    """What a quote counts for how it reads: less where it is an item of a list, mostly links, ends
    in a reference, or points back at what is not in it."""
    read = plain(text)
    words = frozenset(re.findall(r"\w+", read.lower()))
    counts = ITEM if kind == "item" else 1.0
    linked = sum(len(match.group()) for match in _LINK.finditer(text))
    counts *= LINKED if linked > len(text) / 3 or read.rstrip(".").endswith(")") else 1.0
    return counts * (POINTS_BACK if words & BACK else 1.0)


def _whole(passage: Passage, index: int, *, opens: bool) -> Quote | None:
    """The sentence as a quote that is understood by itself, with its lead where it needs one; None
    where it is not. What `opens` a document has nothing before it to lean on."""
    sentence = passage.sentences[index]
    text = plain(passage.slice(sentence.start, sentence.end))
    if sentence.kind not in ("prose", "item") or not SHORTEST <= len(text.split()) <= LONGEST:
        return None
    first = passage.sentences[index if opens else lead_of(passage, index)]
    whole = plain(passage.slice(first.start, sentence.end))
    if len(whole.split()) > WITH_LEAD or not _ENDS.search(whole) or not _BEGINS.match(whole):
        return None
    if _MARKS.search(whole) or _JOINED.match(whole) or (LEANING.match(whole) and not opens):
        return None
    led_by = (s for s in passage.sentences[:index] if s.start >= first.start)
    if any(not _ENDS.search(passage.slice(s.start, s.end)) for s in led_by):
        return None
    if not balanced(whole) or not balanced(_paragraph_before(passage, first.start, first.block)):
        return None
    return quote_of(passage, first.start, sentence.end, 0.0)


def plain(text: str) -> str:
    """A text on one line without the marks of its links and emphasis."""
    return " ".join(_LINK.sub(r"\1", text).split())


def balanced(text: str) -> bool:
    """Whether all quotation marks and brackets that open are closed."""
    pairs = all(text.count(a) == text.count(b) for a, b in ("“”", "()", "[]"))
    return pairs and text.count('"') % 2 == 0


def _paragraph_before(passage: Passage, start: int, block: int) -> str:
    """What the paragraph says before a position: where its quotation marks are open, somebody is
    still speaking there."""
    opened = [s.start for s in passage.sentences if s.block == block]
    return passage.slice(min(opened), start)
