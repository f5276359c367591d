"""What an overview turn wants summed up: the library, one document, or what is said on a topic."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vectorstore import Found, Source, Store
from vectorstore.library.lexicon import STOPWORDS, among, stem, terms, words

# Turns that name no topic. Their words are what people ask for an overview with, and say nothing of
# what it should be about: the commonest of the overview turns in `eval/fitting/examples`.
WITHOUT_TOPIC = """
What are these documents about, overall? Please summarise the whole library in a few main points.
Give me the general gist of the text, in short. Sum it up in brief, in a nutshell.
What is in the collection of sources? An overview of everything here, with its key messages.
Boil the files down to a summary of the main themes and topics. What is the upshot, on the whole?
What do they cover? Tell me briefly what matters. What do I need to know? What do they come to,
broadly? What is the idea, the advice? The big picture, the takeaways, the essentials, the thrust,
the argument, the bottom line.
"""
# What one document is called when it is not called by its title.
KINDS = """
article report paper lecture interview page guide guidance note brief speech talk letter minutes
essay book chapter strategy policy review survey study newsletter leaflet handbook manual transcript
presentation blog post memo statement judgment act plan thesis document
"""
_ASKING = frozenset(terms(WITHOUT_TOPIC))
_KINDS = frozenset(KINDS.split())
_KIND_STEMS = frozenset(map(stem, _KINDS))
_NUMBERS = "one two three four five six seven eight nine ten".split()
_NUMBER = {name: i for i, name in enumerate(_NUMBERS, start=1)} | {"a": 1}
_POINTS = re.compile(
    rf"\b(?:(?P<number>{'|'.join(_NUMBERS)}|10|[1-9]) (?:\w+ ){{0,2}}?"
    r"(?P<unit>points?|bullets?|sentences?|lines?|takeaways?|messages?|quotes?)"
    r"|(?P<one>a) (?:single )?(?P<only>sentence|line))\b(?P<more> or two\b)?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\b(?:in |at most |under )*(?P<number>\d{2,3}) words\b", re.IGNORECASE)
NAMED = 0.6  # of a title's words, rare ones counting more: so many name it
DISTINCT = 1.5  # words that no other title has
AGREEING = 0.6  # of the hits' scores, where one document has them: they agree
LEAST_AGREEING = 3  # hits
OPENING = 400  # characters
MOST_OPENINGS = 500  # documents whose openings are read


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is summed up: the `sources` (ids, in the library's order) as a whole where `topic` is
    empty, else what they say on it."""

    sources: tuple[str, ...]
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is asked for: so many `points` ("in three points", "a line or two"), each of them
    one of the source's `sentences` where that is the word; so many `words` at most. None: not
    said."""

    points: int | None
    sentences: bool
    words: int | None

    @property
    def exact(self) -> bool:
        return self.points is not None


def size_of(question: str) -> Size:
    points, most = _POINTS.search(question), _WORDS.search(question)
    number = points and (2 if points["more"] else _number(points["number"] or points["one"]))
    unit = (points["unit"] or points["only"]).lower() if points else ""
    return Size(
        points=number,
        sentences=unit.startswith("sentence"),
        words=int(most["number"]) if most else None,
    )


def scope_of(
    question: str, found: Found, store: Store, sources: Sequence[str] | None = None
) -> Scope:
    """What `question`, for which `found` was found, wants summed up of these sources (None: all).

    A document is meant where its title says so, or else what it opens with, better than any
    other's does; or where the hits are its own, far more than its share of the library's passages
    explains.
    """
    known = _known(store, sources)
    asked = _WORDS.sub(" ", _POINTS.sub(" ", question))
    said = [word for word in dict.fromkeys(words(asked)) if word not in STOPWORDS]
    said = [word for word in said if not among(stem(word), _ASKING) or word in _KINDS]
    there = store.library.document_frequency([stem(word) for word in said])
    about = [w for w in said if there[stem(w)] and stem(w) not in _KIND_STEMS]
    one = known[0] if len(known) == 1 else None
    if len(known) > 1:
        one = _named(said, about, known, store)
        if one is None and about:
            agreed = _agreed(found, known)
            known = [agreed] if agreed is not None else known
    if one is not None:
        known, title = [one], _described(one) | frozenset(terms(one.title))
        about = [word for word in about if not among(stem(word), title)]
    return Scope(sources=tuple(source.id for source in known), topic=" ".join(about))


def called(question: str, store: Store, sources: Sequence[str] | None, most: int) -> list[Source]:
    """The sources that `question` speaks of by what they are ("the two articles"): two or more and
    at most so many, else none."""
    asked = frozenset(terms(question)) & _KIND_STEMS
    known = _known(store, sources)
    if not asked or len(known) > MOST_OPENINGS:
        return []
    so = [s for s in known if asked & (frozenset(terms(s.title)) | _opening(s, store))]
    return so if 2 <= len(so) <= most else []


def _known(store: Store, sources: Sequence[str] | None) -> list[Source]:
    every, only = store.library.sources(), None if sources is None else set(sources)
    return [source for source in every if only is None or source.id in only]


def _opening(source: Source, store: Store) -> frozenset[str]:
    """The stems of what a source opens with."""
    return frozenset(terms(store.library.text(source.id)[:OPENING]))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else _NUMBER[text.lower()]


def _named(
    said: Sequence[str], about: Sequence[str], known: Sequence[Source], store: Store
) -> Source | None:
    """The one source that a turn with these words names: by nearly the whole of its title; or else
    by its title, who made it and what its file is called; or, where the turn has no topic ("the
    lecture"), by what it opens with."""
    asked, topic = frozenset(map(stem, said)), frozenset(map(stem, about))
    titles = {source.id: frozenset(terms(source.title)) for source in known}
    by_title = _Descriptions(titles)
    share = {id: by_title.share(stems, asked) for id, stems in titles.items()}
    named = [id for id in titles if share[id] >= NAMED]
    half = max(share.values(), default=0.0) / 2
    one = by_title.best(asked, [id for id in titles if share[id] > half])
    one = one if one in named else None
    if one is None and not named:
        made = _Descriptions({s.id: titles[s.id] | _described(s) for s in known})
        one = made.best(asked, made.stems)
        if one is not None and not made.tell(one, asked, topic):
            one = None
    if one is None and not topic and len(known) <= MOST_OPENINGS:
        openings = {s.id: _opening(s, store) for s in known}
        one = _Descriptions(openings).best(asked, openings)
    return next((source for source in known if source.id == one), None)


def _described(source: Source) -> frozenset[str]:
    return frozenset(terms(f"{source.id} {source.author or ''} {source.publisher or ''}"))


class _Descriptions:
    """What the sources are described by, source id → stems; what few have says more (as the
    inverse document frequency of Spärck Jones 1972)."""

    def __init__(self, stems: Mapping[str, frozenset[str]]) -> None:
        self.stems = stems
        held = Counter(stem for listed in stems.values() for stem in listed)
        self._rare = {stem: math.log(len(stems) / n) for stem, n in held.items()}

    def rarity(self, stems: frozenset[str], asked: frozenset[str]) -> float:
        return sum(self._rare.get(s, 0.0) for s in stems & asked)

    def share(self, stems: frozenset[str], asked: frozenset[str]) -> float:
        """How much of a description is asked about, 0 to 1."""
        return self.rarity(stems, asked) / (self.rarity(stems, stems) or 1.0)

    def best(self, asked: frozenset[str], ids: Iterable[str]) -> str | None:
        """The one of the sources that most of what is asked describes; None where two tie."""
        fits = sorted((round(self.rarity(self.stems[id], asked), 6), id) for id in ids)
        tied = len(fits) > 1 and fits[-2][0] == fits[-1][0]
        return None if not fits or fits[-1][0] <= 0 or tied else fits[-1][1]

    def tell(self, id: str, asked: frozenset[str], topic: frozenset[str]) -> bool:
        """Whether this source is meant: little else is asked about, and no common word names it."""
        rest = [stem for stem in topic if not among(stem, self.stems[id])]
        distinct = self.rarity(self.stems[id], asked) >= DISTINCT * math.log(len(self.stems))
        return len(rest) * 2 <= len(topic) - len(rest) and (not topic or distinct)


def _agreed(found: Found, known: Sequence[Source]) -> Source | None:
    """The one source that has nearly all of the hits, and far more than chance would give it."""
    of = Counter[str]()
    for hit in found.hits:
        of[hit.passage.source] += hit.score  # type: ignore[assignment]
    best = max(known, key=lambda source: of[source.id])
    passages = sum(source.passages for source in known) or 1
    expected = best.passages / passages
    enough = max(AGREEING, (1 + expected) / 2)
    hits = sum(hit.passage.source == best.id for hit in found.hits)
    return best if hits >= LEAST_AGREEING and of[best.id] >= enough * sum(of.values()) else None
