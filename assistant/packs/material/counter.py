"""Which quotes stand against a stimulus: what the source itself sets against it, or what limits or
hinders the very thing that it speaks for.

By cue words, narrowly: a cue must belong to where a sentence comes to rest (behind its "but",
outside its "although"), nothing may deal with it ("helps to avoid"), and the words around it must
name what the other quote speaks for. A counter-view that is none is worse than none.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

from assistant.packs.material.acts import speaks_for
from assistant.packs.material.alone import SAYING, sentences
from assistant.packs.material.extracts import Extract
from assistant.turn.question import wording
from vectorstore.library.lexicon import stem, terms

NEAR = 0.25
"""How near two quotes must be to be about the same thing (cosine)."""
SAME = 0.8
"""Two quotes nearer than this say the same."""
TELLING = 2
COMMON = 0.2
"""The share of the texts on a topic from which on a word is common among them."""
_REACH = 12  # words from a cue to what it is said of
_IS = r"(?:is|are|was|were|be|proved|in itself) (?:\w+ )?"
# What is said of the words before it.
_SAID_OF = re.compile(
    rf"(?<!\bit )\b{_IS}(?:not )?(?:enough|sufficient|good enough|easy|difficult|hard|tricky|lost|"
    r"unpopular|inadequate|blurred|unlikely|challenging|unmanageable|far from|time-consuming)\b"
    r"|\b(?:depends? (?:up)?on|never easy|inadequate|time-consuming|"
    r"tak(?:es?|en|ing) (?:\w+ )?time|under pressure|no equivalent|not valued|not always|"
    r"at the mercy of|held back|kept their distance|goes too far|might avoid|may not want)\b",
    re.IGNORECASE,
)
# What is said of the words behind it.
_STOPS = re.compile(
    rf"\bit {_IS}(?:not easy|never easy|difficult|hard|tricky|challenging|unlikely)\b"
    r"|\b(?:come under pressure|hinder\w*|struggl\w+|reluctant|stumbling blocks?|barriers? to|"
    r"obstacles? to|(?:can|may|might) (?:affect|deter|avoid|doubt)|may not want|cannot|can[’']t|"
    r"lacks?|lack of|at the expense of|risk (?:of|that|losing)|criticis\w+|sceptical|"
    r"resist(?:s|ed|ance)?|unsupported|not always|n[’']t always|too (?:much|many|little|few)|"
    r"shortage of|(?:no|little|few|less|not enough) (?=time|training|support|evidence|money))\b",
    re.IGNORECASE,
)
# What is asked for more of, and what comes without it: neither is against the thing.
_SUPPORTS = re.compile(
    r"\bnot (?:only|just|merely)\b|\bunless (?:it|they) (?:is|are)\b"
    r"|(?:\bnot|\bcannot|n[’']t) [^,;]*\b(?:alone|without|on their own)\b"
    r"|\b(?:cannot|can[’']t)[.”\"]*$|\b(?:should|must|need) not\b|\bshouldn[’']t\b",
    re.IGNORECASE,
)
_DEALT_WITH = re.compile(
    r"\b(?:help\w*|avoid(?:s|ed|ing)?|remov\w+|break\w* down|tackl\w+|address\w*|overc[oa]m\w+|"
    r"without|prevent\w*|deal\w* with|solv\w+|prepared|explain\w*|understand\w*|answer)\b"
    r"(?: [^,;]{0,30})?$",
    re.IGNORECASE,
)
# A quote with one of these speaks for nothing plainly.
_HARD = re.compile(
    r"\b(?:difficult\w*|challeng\w+|problems?|hard|barriers?|burnout|concern(?:s|ed)?|fail(?:s|ed)?|"
    r"worse|warn(?:s|ed)?|lost)\b",
    re.IGNORECASE,
)
_CONCEDES = re.compile(
    r"\b(?:although|though|even though|even if|despite|while|granted)\b", re.IGNORECASE
)
_TURNS = re.compile(r"[,;]? [–—] |; |, (?:but|yet|whereas|and (?:knows|says|warns|admits)) | but ")
# Words that two quotes may share without being about the same thing.
_EMPTY = frozenset(
    stem(word)
    for word in (
        *SAYING,
        *"""ability able across also area author both chair challenge chief come day deliver
        director do either environment financial find give go good have help highlight important
        include issue know make member must need new officer operational part person process put
        report right role set should show system take time use way whether within work
        year""".split(),
    )
)


class Pull(IntEnum):
    """How much two quotes pull apart; the more, the better for setting one against the other."""

    NONE = 0
    LIMITS = 1  # one speaks for a thing, the other says where it ends or what it hangs on
    OPPOSES = 2  # one speaks for a thing, the other tells only of what stands against it
    MARKED = 3  # the source goes on from one to the other with "However"


def pull(one: Extract, other: Extract, common: Collection[str]) -> Pull:
    """How two extracts pull apart; `common` are stems that tell nothing."""
    if _goes_on(one, other) or _goes_on(other, one):
        return Pull.MARKED
    if not NEAR <= one.similarity(other) <= SAME:
        return Pull.NONE
    for for_, against in ((one, other), (other, one)):
        for said in _spoken_for(_plain(for_.text)):
            for target in _hindered(_plain(against.text)):
                telling = (said & target) - _names(one) - _names(other) - frozenset(common)
                if len(telling) >= TELLING:
                    return Pull.LIMITS if speaks_for(against.text) else Pull.OPPOSES
    return Pull.NONE


def turns(extract: Extract) -> bool:
    """Whether an extract could be one side of two that pull apart, and is the holding one."""
    return extract.turns_from is not None or bool(_hindered(_plain(extract.text)))


def _goes_on(one: Extract, other: Extract) -> bool:
    """Whether the source goes on from one quote to the other with "However"; the end of the first
    may be without its quotation mark."""
    turn = other.turns_from
    return turn is not None and one.source == other.source and 0 <= turn - one.end <= 1


@lru_cache(maxsize=4_000)
def _spoken_for(text: str) -> tuple[frozenset[str], ...]:
    """The stems of the sentences that speak for something, in a quote that does so plainly."""
    if _SAID_OF.search(text) or _STOPS.search(text) or _HARD.search(text):
        return ()
    return tuple(_stems(sentence) for sentence in sentences(text) if speaks_for(sentence))


@lru_cache(maxsize=4_000)
def _hindered(text: str) -> tuple[frozenset[str], ...]:
    """The stems of what a quote limits or hinders, by each of its cues."""
    clauses = [_stand(sentence) for sentence in sentences(text)]
    return tuple(_stems(words) for clause in clauses for words in _targets(clause))


def _targets(clause: str) -> Iterator[str]:
    """The words of which each cue of a clause is said, unless it is a cue for more of them."""
    if _SUPPORTS.search(clause):
        return
    for cues, side in ((_SAID_OF, 0), (_STOPS, 1)):
        for cue in cues.finditer(clause):
            before, behind = clause[: cue.start()], clause[cue.end() :]
            if not _DEALT_WITH.search(before):
                said_of = (before.split()[-_REACH:], behind.split()[:_REACH])
                yield " ".join(said_of[side])


def _stand(sentence: str) -> str:
    """The part of a sentence in which it comes to rest: what is granted on the way is left out."""
    clause = _TURNS.split(sentence)[-1]
    granted = _CONCEDES.search(clause)
    if granted is None:
        return clause
    before, behind = clause[: granted.start()], clause[granted.end() :]
    return before if len(before.split()) > 2 else behind.partition(",")[2]


@lru_cache(maxsize=8_000)
def _stems(text: str) -> frozenset[str]:
    return frozenset(terms(text)) - _EMPTY


def _names(extract: Extract) -> frozenset[str]:
    """The stems of the names in a quote; that two are of one person makes them no opposites."""
    return wording(extract.text).names | _stems(extract.speaker or "")


def common_in(texts: Sequence[str]) -> frozenset[str]:
    """The stems that many of these texts have, so that they say little about any one of them."""
    counts = Counter(found for text in texts for found in _stems(text))
    return frozenset(found for found, count in counts.items() if count > COMMON * len(texts))


def _plain(text: str) -> str:
    return " ".join(text.split())
