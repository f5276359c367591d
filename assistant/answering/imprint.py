"""Questions about a source itself: who wrote it, who published it, when it came out.

The library keeps author, publisher and date of a source, as its file or `sources.toml` tells them;
what proves them is the sentence of the source that says the same. Such a line ("28 July 2015")
shares no word with the question, so no likeness would find it.
"""

import re
from collections.abc import Callable, Iterable

from assistant.finding.excerpts import Quote, quote_of
from assistant.proof.dates import Date, date_stands, dates_of
from assistant.turn.naming import KINDS, Names
from vectorstore import Library
from vectorstore.library.lexicon import STOPWORDS, stem, words

# A year alone is said in many a sentence; on the first or the last page it is the imprint's.
FRONT_SENTENCES = 15
MOST_WORDS = 40
# All 4 of the gold questions that are answered in this way are right: (4 + 1) / (4 + 2), by
# Laplace's rule of succession.
IMPRINT_CONFIDENCE = 0.83

_CAME_OUT = r"(?:published|written|printed|released|issued|come out|came out|appear(?:ed)?|dated)"
_ASKS = {
    "author": re.compile(
        r"\bwho (?:wrote|authored|penned|reported|(?:is|are|was|were) (?:the |its )?"
        r"(?:authors?|writers?|reporters?))\b"
        r"|\b(?:which|what) (?:author|writer|reporter|journalist)s?\b|\bby whom (?:was|is|were)\b"
        r"|\b(?:names? (?:of )?)?the (?:authors?|writers?) of\b|^authors? of\b"
        r"|\bwritten by (?:whom|who)\b|\bwho (?:was|were|is) [^?]{3,80} (?:written|authored) by\b"
    ),
    "publisher": re.compile(
        r"\bwho (?:published|issued|(?:is|was) the publisher)\b|\bpublisher of\b"
        r"|\b(?:which|what) (?:publisher|journal|magazine|organi[sz]ations?) (?:published|issued|"
        r"printed)\b|\bpublished by (?:whom|who)\b"
    ),
    "date": re.compile(
        rf"\b(?:when|(?:on|in) (?:what|which) (?:date|day|month|year)|what (?:date|year))"
        rf" (?:was|is|were|did|does) [^?]{{3,120}} {_CAME_OUT}\b"
        r"|\b(?:publication )?date of (?:the )?\w|\bpublication date\b"
    ),
}
# Words with which one asks about a source or speaks of it, and which need not stand in its title.
_ASKING = frozenset(
    map(
        stem,
        """author writer journalist publisher wrote write written authored penned reported
        published publish printed print released issued come came appear appeared dated date day
        month year publication name please know up first spoke speak talk talked
        interviewed""".split(),
    )
)
_SPOKEN = _ASKING | {stem(word) for word in KINDS | {"conversation", "reporter"}}
_TOLD = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
_FIGURES = re.compile(
    r"(?<![\d.])(?P<day>0?[1-9]|[12]\d|3[01])(?P<sign>[./])(?P<month>0?[1-9]|1[0-2])(?P=sign)"
    r"(?P<year>(?:19|20)?\d\d)(?![\d.])"
)


def imprint_of(question: str, library: Library, names: Names) -> list[Quote]:
    """What answers a question about a source itself, one of those that `names` knows.

    Nothing where the question asks for something else, where it names no one source by its title,
    author and publisher, where the library does not know what is asked for, and where the source
    does not say it, or not all of it.
    """
    folded = " ".join(words(question))
    asked = next((what for what, pattern in _ASKS.items() if pattern.search(folded)), None)
    if asked is None:
        return []
    meant = _meant(folded, names)
    told = getattr(library.source(meant), asked) if meant else None
    if meant is None or told is None:
        return []
    whole = [
        quote_of(passage, sentence.start, sentence.end, IMPRINT_CONFIDENCE)
        for passage in library.passages_of(meant)
        for sentence in passage.sentences
    ]
    whole = [quote for quote in whole if quote.words <= MOST_WORDS]
    edges = [*whole[:FRONT_SENTENCES], *whole[-FRONT_SENTENCES:]]
    for tests, everywhere in _says_date(told) if asked == "date" else _says_names(told):
        places = whole if everywhere else edges
        found = [next((quote for quote in places if test(quote.text)), None) for test in tests]
        if None not in found:
            return list(dict.fromkeys(quote for quote in found if quote))
    return []


def _meant(folded: str, names: Names) -> str | None:
    """The one source of which all the words that a question has for it are words; of several the
    one that also is what they are called ("the report")."""
    spoken = {stem(word) for word in folded.split() if word not in STOPWORDS}
    fits = names.fitting(spoken - _SPOKEN) if spoken - _SPOKEN else set()
    if len(fits) > 1:
        fits &= names.fitting(spoken - _ASKING)
    return next(iter(fits)) if len(fits) == 1 else None


Test = Callable[[str], bool]
# Tests that each must find a sentence, the strictest first, and whether that may stand anywhere.
Says = list[tuple[list[Test], bool]]


def _says_names(told: str) -> Says:
    """Who is named, in one sentence or in one each; by surname only at the edges."""
    names = [words(name) for name in re.split(r",|;|&|\band\b", told) if words(name)]

    def has(wanted: Iterable[str]) -> Test:
        needed = set(wanted)
        return lambda text: needed <= set(words(text))

    together, each = has(word for name in names for word in name), [has(name) for name in names]
    return [([together], True), (each, True), ([has(name[-1] for name in names)], False)]


def _says_date(told: str) -> Says:
    """The same for a date: a day may stand anywhere, a month or a year only at the edges."""
    match = _TOLD.match(told)
    if match is None:
        return [([lambda text: " ".join(words(told)) in " ".join(words(text))], True)]
    year, month, day = (int(part) if part else None for part in match.groups())

    def has(month: int | None, day: int | None) -> list[Test]:
        date = Date(start=0, end=0, first=year, last=year, month=month, day=day)
        return [lambda text: date_stands(date, [*dates_of(text), *_in_figures(text)])]

    says: Says = [(has(month, day), True)] if day else []
    if month:
        says.append((has(month, None), False))
    return [*says, (has(None, None), False)]


def _in_figures(text: str) -> list[Date]:
    """Days in figures alone, as the bylines of articles have them: "13.06.16", "13/06/2016"."""
    found = []
    for match in _FIGURES.finditer(text):
        day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
        year += 2000 if year < 100 else 0
        found.append(
            Date(start=match.start(), end=match.end(), first=year, last=year, month=month, day=day)
        )
    return found
