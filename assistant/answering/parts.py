"""Finding: a question in, and for each of its parts the quotes that answer it, or none.

question → its parts, or the sides that it names → hits → candidates → quotes and a confidence
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.answering.expansion import EXPANSION_CONFIDENCE, MORE_ON_IT, expansion_of
from assistant.answering.imprint import IMPRINT_CONFIDENCE, imprint_of
from assistant.finding.candidates import Candidate
from assistant.finding.excerpts import Quote
from assistant.models import Turn
from assistant.reading import SpanReader, TrainedReader
from assistant.reading.answer_features import answer_features
from assistant.reading.calibration import Calibration
from assistant.reading.evidence import FeatureReader, Judged, Reader, rank, select
from assistant.reading.features import candidates
from assistant.settings import AssistantSettings
from assistant.turn.asked import ask_about
from assistant.turn.followup import query_of
from assistant.turn.followup import standalone as stand_alone
from assistant.turn.naming import Names
from assistant.turn.phrases import bare
from assistant.turn.question import plainly
from assistant.turn.sides import sides_of
from vectorstore import Found, Query, Source, Store

PASSAGES_READ = 8

_SECOND_PART = re.compile(
    r"[,;]?\s+and\s+(?:(?:say|tell me|tell us|explain)\s+)?"
    r"(?=(?:how|what|who|whom|whose|when|where|why|which)\b)",
    re.IGNORECASE,
)
_FIRST_PART = re.compile(
    r"\b(how|what|who|whom|whose|when|where|why|which|is|are|do|does|did)\b"
    r"|^(?:(?:please|pls) )?(?:explain|describe|define|name|list|outline|summari[sz]e)\b",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one question, or one part of it, came to; no quotes where it is to be withheld.

    `words` are the places (source, start, end) that a reader holds to answer, best first.
    """

    question: str
    found: Found
    quotes: list[Quote]
    words: list[tuple[str, int, int]]
    confidence: float
    search_ms: float
    evidence_ms: float


class Finder:
    """Finds what answers, over a store. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        settings: AssistantSettings,
        calibration: Calibration,
        spans: SpanReader | None,
    ):
        """Raises AssistantError where `calibration` was made for the other way of reading."""
        self._store = store
        self._settings = settings
        self._calibration = calibration
        self._reader: Reader = (
            TrainedReader(calibration, spans) if spans else FeatureReader(calibration)
        )
        self._known_names: tuple[str, list[Source], Names] = "", [], Names([])

    @property
    def fingerprint(self) -> str:
        """Names what reads the evidence; part of every answer."""
        return self._reader.fingerprint

    def parts_of(
        self, own: str, alone: str, before: Sequence[Turn], sources: Sequence[str] | None
    ) -> list[Part]:
        """What each part of a question comes to, which is `own` in the person's words and `alone`
        with what the turns `before` add; `sources` narrows the search."""
        # A reading may join the question before with "and": that asks for no second answer.
        asked = split_parts(alone) if len(split_parts(own)) > 1 else [alone]
        if len(asked) == 1:  # in the person's own words, with the turns before
            return self._sides(alone, sources) or [
                self._where_said(alone, query_of(own, before), sources)
            ]
        turns = [[*before, *_said(asked[:i])] for i in range(len(asked))]
        return [
            self._where_said(part, query_of(part, said), sources)
            for part, said in zip(asked, turns, strict=True)
        ]

    def _sides(self, question: str, sources: Sequence[str] | None) -> list[Part]:
        """What either side comes to of a question that asks the same of two, or that speaks of
        several sources; nothing where it does not, or where no side is answered."""
        sides = sides_of(question, self._names(sources))
        words = self._settings.answer_words // max(len(sides), 1)
        parts = []
        for side in sides:
            query = query_of(side.question, ())
            part = self._read(side.question, query, side.within or sources, words)
            parts.append(replace(part, question=side.asked))
        return parts if any(part.quotes for part in parts) else []

    def _where_said(self, question: str, query: Query, sources: Sequence[str] | None) -> Part:
        """What a question comes to in the source of which it speaks, where it speaks of one and is
        answered there, or else in all."""
        spoken_of = [*self._names(sources).mentions(question)]
        if len(spoken_of) == 1:
            there = self._read(question, query, spoken_of)
            if there.quotes:
                return there
        return self._read(question, query, sources)

    def _names(self, sources: Sequence[str] | None) -> Names:
        """How the sources can be spoken of; that of the whole library is kept while it stands."""
        fingerprint, held, names = self._known_names
        now = self._store.library.fingerprint
        if fingerprint != now:
            held = self._store.library.sources()
            names = Names(held)
            self._known_names = now, held, names
        if sources is None:
            return names
        return Names([source for source in held if source.id in sources])

    def _read(
        self,
        question: str,
        query: Query,
        sources: Sequence[str] | None,
        most_words: int | None = None,
    ) -> Part:
        """Search for `query`, read and select for one question."""
        began = time.perf_counter()
        query = replace(query, text=plainly(query.text))
        found = self._store.searcher.search(query, PASSAGES_READ, sources=sources)
        searched = time.perf_counter()
        asked = ask_about(plainly(question), self._store.library)
        listed = candidates(asked, found, self._store.library)
        judged = self._reader.read(asked, listed)
        ranked = rank(listed, judged.scores)
        confidence = 0.0
        quotes = imprint_of(question, self._store.library, self._names(sources))
        if quotes:
            confidence = IMPRINT_CONFIDENCE
        elif ranked:
            row = answer_features(asked, found, ranked)
            if judged.extra is not None:
                plain = answer_features(asked, found, rank(listed, judged.plain))
                row = np.concatenate([row, plain, judged.extra])
            confidence = float(self._calibration.answer.probability(row[None, :])[0])
            if confidence >= self._calibration.threshold:
                words = most_words or self._settings.answer_words
                quotes = select(asked, ranked, self._store.library, words)
        spelled = expansion_of(question, self._store.library, sources)
        if spelled and spelled.quote:
            quotes = [spelled.quote, *([] if spelled.whole else quotes[:MORE_ON_IT])]
            confidence = EXPANSION_CONFIDENCE
        elif spelled:
            quotes, confidence = [], min(confidence, 1 - EXPANSION_CONFIDENCE)
        return Part(
            question=question,
            found=found,
            quotes=quotes,
            words=_words(listed, judged),
            confidence=confidence,
            search_ms=(searched - began) * 1000,
            evidence_ms=(time.perf_counter() - searched) * 1000,
        )


def split_parts(question: str) -> list[str]:
    """The questions in a question: "How many are there, and who leads them?" holds two.

    The second is made to stand alone on the first, where that takes no more than a name.
    """
    match = _SECOND_PART.search(question)
    if match is None or _FIRST_PART.search(question[: match.start()]) is None:
        return [question]
    if question.count("“", 0, match.start()) > question.count("”", 0, match.start()):
        return [question]  # what is quoted, a title perhaps, asks nothing
    first, second = question[: match.start()].strip() + "?", question[match.end() :].strip()
    alone = stand_alone(second, _said([first]))
    # Where the first is said again, what answers it would answer both.
    if bare(first) not in alone:
        second = alone
    return [first, second[:1].upper() + second[1:]]


def _said(questions: Sequence[str]) -> list[Turn]:
    return [Turn(role="user", content=question) for question in questions]


def _words(listed: Sequence[Candidate], judged: Judged) -> list[tuple[str, int, int]]:
    """Which words answer, those of the best sentence first."""
    order = sorted(judged.words, key=lambda i: (-judged.scores[i], i))
    return [(listed[i].hit.passage.source, *judged.words[i]) for i in order]
