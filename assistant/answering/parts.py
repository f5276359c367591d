"""Finding: a question in, and for each of its parts the quotes that answer it, or none.

question → its parts → hits → candidates → quotes and a confidence
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

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
from assistant.turn.question import plainly
from vectorstore import Found, Query, Store

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

    @property
    def fingerprint(self) -> str:
        """Names what reads the evidence; part of every answer."""
        return self._reader.fingerprint

    def parts_of(
        self, question: str, before: Sequence[Turn], sources: Sequence[str] | None
    ) -> list[Part]:
        """What each part of a question comes to, which is searched with the turns `before`;
        `sources` narrows the search."""
        asked = split_parts(question)
        turns = [[*before, *_said(asked[:i])] for i in range(len(asked))]
        words = self._settings.answer_words // len(asked)
        return [
            self._read(part, query_of(part, said), sources, words)
            for part, said in zip(asked, turns, strict=True)
        ]

    def _read(
        self, question: str, query: Query, sources: Sequence[str] | None, most_words: int
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
        confidence, quotes = 0.0, list[Quote]()
        if ranked:
            row = answer_features(asked, found, ranked)
            if judged.extra is not None:
                plain = answer_features(asked, found, rank(listed, judged.plain))
                row = np.concatenate([row, plain, judged.extra])
            confidence = float(self._calibration.answer.probability(row[None, :])[0])
            if confidence >= self._calibration.threshold:
                quotes = select(asked, ranked, self._store.library, most_words)
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
    """The questions in a question: "How many are there, and who leads them?" holds two."""
    match = _SECOND_PART.search(question)
    if match is None or _FIRST_PART.search(question[: match.start()]) is None:
        return [question]
    if question.count("“", 0, match.start()) > question.count("”", 0, match.start()):
        return [question]  # what is quoted, a title perhaps, asks nothing
    first, second = question[: match.start()].strip() + "?", question[match.end() :].strip()
    return [first, second[:1].upper() + second[1:]]


def _said(questions: Sequence[str]) -> list[Turn]:
    return [Turn(role="user", content=question) for question in questions]


def _words(listed: Sequence[Candidate], judged: Judged) -> list[tuple[str, int, int]]:
    """Which words answer, those of the best sentence first."""
    order = sorted(judged.words, key=lambda i: (-judged.scores[i], i))
    return [(listed[i].hit.passage.source, *judged.words[i]) for i in order]
