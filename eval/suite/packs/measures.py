"""What is measured of a discussion pack, each by itself and by rules apart from the maker's own.

Every measure gives a tally a pack, so that intervals are made over packs. Our own words are held
to openness, reading ease and to naming nothing that no quote names; quotes to the library.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from assistant import Engine
from assistant.packs import Pack, Quoted
from assistant.packs.making.timing import prompts_for
from assistant.packs.material.alone import stands_alone
from assistant.proof import Slice, judge
from assistant.turn.question import wording
from eval.suite.scoring.definitions import Metric
from eval.suite.scoring.intervals import Tally
from prompts import KINDS
from vectorstore import Store
from vectorstore.library.lexicon import terms

STIMULUS_WORDS = 60
LEAST_SOURCES = 3
ALIKE = 0.9
BEARS = 0.5
NEAREST = 10
Tallies = dict[str, Tally]

_CLOSED = re.compile(
    r"^(?:is|are|was|were|do|does|did|can|could|will|would|should|shall|has|have|had|may|might|must|"
    r"isn[’']t|aren[’']t|don[’']t|doesn[’']t|won[’']t)\b|\bhow (?:many|often|old|far|long ago)\b"
    r"|^when (?:was|were|did|is)\b|\b(?:what|which) (?:year|percentage|per cent|number|date)\b",
    re.IGNORECASE,
)
_LOADED = re.compile(
    r"\b(?:obviously|surely|clearly|of course|everybody knows|everyone knows|undoubtedly|"
    r"(?:do|would|is|are)n[’']t (?:you|it|they|we)|you must agree|disastrous|shameful|ridiculous|"
    r"naturally|admit that|how (?:bad|terrible|wonderful|badly))\b",
    re.IGNORECASE,
)


def _metric(name: str, title: str, definition: str, **more: str) -> Metric:
    return Metric(name=name, title=title, definition=definition, step="pack", **more)


_METRICS = (
    _metric(
        "packs_whole",
        "Prompts made",
        "Of the prompts asked for on topics that the library holds, those that it has a quote for.",
        interval="wilson",
    ),
    _metric(
        "declined",
        "Declined when not held",
        "Topics that the library does not hold and that are declined, with themes named.",
        interval="wilson",
    ),
    _metric(
        "quotes_exact",
        "Quotes exact",
        "Citations whose quote is the source's text at its offsets, in the version named.",
        interval="wilson",
    ),
    _metric(
        "lines_traced",
        "Lines traced",
        "Lines about the library that are their citation's quote to the letter; and lines in our "
        "own words that hold no name and no figure, unless topic, audience or a quote has it.",
        interval="wilson",
    ),
    _metric(
        "points_supported",
        "Points supported",
        "Points that the gate lets stand on their quotes.",
        interval="wilson",
    ),
    _metric(
        "points_bear",
        "Points bear on their question",
        f"Points that the reader takes for an answer to their question, at {BEARS} or more.",
        interval="wilson",
    ),
    _metric(
        "stimuli_alone",
        "Stimuli stand alone",
        f"Stimuli of at most {STIMULUS_WORDS} words that lean on nothing outside them.",
        interval="wilson",
    ),
    _metric(
        "kinds_enough",
        "Each prompt of another kind",
        "Packs whose prompts are all of different kinds, as far as there are kinds.",
        interval="wilson",
    ),
    _metric(
        "sources_enough",
        f"{LEAST_SOURCES} sources or more",
        f"Packs that quote at least {LEAST_SOURCES} sources, or all that speak of the topic.",
        interval="wilson",
    ),
    _metric(
        "open_questions",
        "Open questions",
        "Questions and probes that neither yes or no nor one figure answers.",
        interval="wilson",
    ),
    _metric(
        "neutral",
        "Neutral wording",
        "Questions and probes without leading or loaded words.",
        interval="wilson",
    ),
    _metric(
        "no_repeats",
        "No two alike",
        f"Pairs of prompts whose questions and stimuli are both under {ALIKE} in cosine.",
        interval="wilson",
    ),
    _metric(
        "timed",
        "Timing adds up",
        "Packs whose minutes, warm-up and closing included, add up to those asked for.",
        interval="wilson",
    ),
    _metric(
        "coverage",
        "Coverage",
        f"Of the sources of the {NEAREST} passages nearest to the topic, the share quoted.",
    ),
    _metric(
        "reading_ease",
        "Reading ease",
        "Flesch's reading ease (1948) of our own words; 60 and more is plain English.",
        unit="points",
    ),
    _metric("kinds", "Kinds of prompts", "How many kinds a pack has.", unit="kinds"),
    _metric("sources", "Sources", "How many sources a pack quotes.", unit="sources"),
)
PACK_METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _METRICS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A topic, its pack as JSON (or why there is none), and what it adds to each metric."""

    topic: str
    pack: Mapping[str, object] | None
    why: str | None
    tallies: Mapping[str, Tally]


def measure_pack(pack: Pack, engine: Engine) -> Tallies:
    """Everything that is measured of one pack."""
    store = engine.store
    measures: dict[str, Callable[[], Iterator[bool]]] = {
        "packs_whole": lambda: _made(pack),
        "quotes_exact": lambda: (_exact(pack, store, q) for p in pack.prompts for q in p.quotes),
        "lines_traced": lambda: _traced(pack),
        "points_supported": lambda: _supported(pack, engine),
        "points_bear": lambda: _bearing(pack, engine),
        "stimuli_alone": lambda: (_alone(p.stimulus.text) for p in pack.prompts),
        "kinds_enough": lambda: iter([_kinds(pack) >= min(len(KINDS), len(pack.prompts))]),
        "sources_enough": lambda: iter(
            [len(pack.sources) >= min(LEAST_SOURCES, len(set(pack.on_topic)))]
        ),
        "open_questions": lambda: (is_open(text) for text in asked(pack)),
        "neutral": lambda: (_LOADED.search(text) is None for text in asked(pack)),
        "no_repeats": lambda: _apart(pack, store),
        "timed": lambda: iter([sum(m for _, m in pack.timings) == pack.request.minutes]),
    }
    tallies: Tallies = {}
    for name, measure in measures.items():
        verdicts = list(measure())
        tallies[name] = Tally(total=sum(verdicts), n=len(verdicts))
    tallies["coverage"] = _coverage(pack, store)
    tallies["reading_ease"] = Tally(total=reading_ease(own_words(pack)))
    tallies["kinds"] = Tally(total=_kinds(pack))
    tallies["sources"] = Tally(total=len(pack.sources))
    return tallies


def is_open(text: str) -> bool:
    """Whether every question in `text` asks for more than yes, no or one figure.

    A sentence that opens with a clause ("When it comes to …,") is read from behind it.
    """
    for sentence in re.split(r"(?<=[.?!”])\s+", text):
        asked_ = sentence.strip("“” ")
        if not asked_.endswith("?"):
            continue
        behind = asked_.rsplit(", ", 1)[-1] if _CLOSED.match(asked_) is None else asked_
        if _CLOSED.search(asked_) or _CLOSED.match(behind):
            return False
    return "?" in text or len(text.split()) > 3


def asked(pack: Pack) -> list[str]:
    """The questions and probes of a pack."""
    return [text for p in pack.prompts for text in (p.question, *p.probes)]


def own_words(pack: Pack) -> list[str]:
    """What in a pack is in our own words."""
    lines = [pack.purpose, pack.warm_up.text, pack.closing.text]
    return [*lines, *(p.why for p in pack.prompts), *asked(pack)]


def reading_ease(lines: Sequence[str]) -> float:
    """Flesch's reading ease: 206.835 - 1.015 words a sentence - 84.6 syllables a word (Flesch, A
    new readability yardstick, Journal of Applied Psychology 32, 1948)."""
    words = [word for line in lines for word in re.findall(r"[A-Za-z’']+", line)]
    sentences = sum(max(1, len(re.findall(r"[.?!:;](?:\s|$)", line))) for line in lines)
    syllables = sum(_syllables(word) for word in words)
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


def _syllables(word: str) -> int:
    plain = re.sub(r"(?:es|ed|e)$", "", word.lower()) or word.lower()
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def _made(pack: Pack) -> Iterator[bool]:
    wanted = prompts_for(pack.request.minutes, pack.request.prompts)
    yield from (number < len(pack.prompts) for number in range(wanted))


def _exact(pack: Pack, store: Store, quoted: Quoted) -> bool:
    c = quoted.citation
    text = store.library.text(c.source)
    same = store.library.source(c.source).sha256 == c.source_sha256
    return same and text[c.start : c.end] == c.quote == quoted.text and c in pack.citations


def _traced(pack: Pack) -> Iterator[bool]:
    markers = {citation.marker: citation.quote for citation in pack.citations}
    quotes = " ".join([*markers.values(), pack.request.topic, pack.request.audience])
    known = wording(quotes)
    speakers = " ".join(q.said_by or q.reports or "" for p in pack.prompts for q in p.quotes)
    allowed = known.names | known.stems | frozenset(terms(speakers + " Monday"))
    figures = known.numbers | {str(pack.request.minutes), str(len(pack.sources))} | _COUNTING
    for prompt in pack.prompts:
        yield from (markers.get(q.marker) == q.text for q in prompt.quotes)
    for line in own_words(pack):
        inner = [s[:1].lower() + s[1:] for s in re.split(r"(?<=[.?!:])[”]? [“]?", line)]
        said = [wording(sentence) for sentence in inner]
        yield all(s.numbers <= figures and s.names <= allowed for s in said)


_COUNTING = frozenset(("one", "two", "three", "third", "once", "half", "second"))


def _supported(pack: Pack, engine: Engine) -> Iterator[bool]:
    for point in (point for prompt in pack.prompts for point in prompt.points):
        quote = Slice.cited(point.citation)
        yield judge(point.text, [quote], engine.store.library, engine.checker).stands


def _bearing(pack: Pack, engine: Engine) -> Iterator[bool]:
    for prompt in pack.prompts:
        told = engine.bearing(prompt.asked, [point.text for point in prompt.points])
        yield from (sure >= BEARS for sure in told)


def _alone(text: str) -> bool:
    return len(text.split()) <= STIMULUS_WORDS and stands_alone(text)


def _kinds(pack: Pack) -> int:
    return len({prompt.kind for prompt in pack.prompts})


def _apart(pack: Pack, store: Store) -> Iterator[bool]:
    questions = store.encoder.encode([p.question for p in pack.prompts])
    stimuli = store.encoder.encode([p.stimulus.text for p in pack.prompts])
    for i, j in combinations(range(len(pack.prompts)), 2):
        yield max(float(v[i] @ v[j]) for v in (questions, stimuli)) <= ALIKE


def _coverage(pack: Pack, store: Store) -> Tally:
    found = store.searcher.search(pack.request.topic, NEAREST)
    near = {hit.passage.source for hit in found.hits}
    return Tally(total=len(near & set(pack.sources)) / len(near)) if near else Tally(total=0, n=0)
