"""Finding: a question in, and what was found for it, read, with how sure it is.

question → hits → sentences with their chances, and a confidence
"""

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.finding.excerpts import Quote
from assistant.models import Turn
from assistant.reading import Evidence, Reader, read_evidence
from assistant.reading.calibration import Calibration
from assistant.reading.reader import Stretch
from assistant.turn.followup import query_of
from vectorstore import Found, Store

PASSAGES_READ = 8
# Added to the reader's log odds that anything in a text by itself answers: it has learnt from whole
# passages, and holds it to too much. By the labelled quotes of `eval.fitting.fit_about`.
_BY_ITSELF = 0.6
_EVEN = 0.15  # added to a similarity for a chance: at 0.35 a quote bears on a question at even odds

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
    """What was found for one question, or one part of it, and read; it answers where `holds`, which
    it does from a confidence of `threshold` on."""

    question: str
    found: Found
    evidence: Evidence
    holds: bool
    threshold: float
    search_ms: float
    evidence_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Quotes that belong together; `side` is what of a comparison they speak for."""

    quotes: Sequence[Quote]
    side: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An answer before the gate: its sections, what was found for it, what it leaves open, what it
    makes of a claim, and what a reader of it should know."""

    parts: Sequence[Part]
    sections: Sequence[Section]
    missing: str | None = None
    verdict: str | None = None
    note: str | None = None


class Finder:
    """Finds what answers, over a store. Safe to use from several threads."""

    def __init__(self, store: Store, calibration: Calibration, reader: Reader | None) -> None:
        """Raises AssistantError where `calibration` was made for the other way of reading."""
        calibration.check(reader is not None)
        self._store = store
        self._calibration = calibration
        self._reader = reader

    @property
    def fingerprint(self) -> str:
        """Names what reads the evidence; part of every answer."""
        return self._reader.fingerprint if self._reader else "similarity"

    def bearing(self, question: str, texts: Sequence[str]) -> list[float]:
        """How surely each text by itself bears on a question, 0 to 1; told by the reader, or by
        similarity where there is none."""
        if not texts:
            return []
        if self._reader is None:
            mine, *others = self._store.encoder.encode([question, *texts])
            return [max(0.0, min(1.0, _EVEN + float(mine @ other))) for other in others]
        stretches = [Stretch(heading="", sentences=(text,)) for text in texts]
        wholes = [reading.whole for reading in self._reader.read(question, "", stretches)]
        return [1.0 / (1.0 + math.exp(-whole - _BY_ITSELF)) for whole in wholes]

    def find(self, question: str, before: Sequence[Turn], sources: Sequence[str] | None) -> Part:
        """Search for a question after the turns `before`, and read what is found; `sources`
        narrows the search."""
        began = time.perf_counter()
        query = query_of(question, before)
        found = self._store.searcher.search(query, PASSAGES_READ, sources=sources)
        searched = time.perf_counter()
        evidence = read_evidence(
            query.text, found, self._store.library, self._calibration, self._reader
        )
        return Part(
            question=question,
            found=found,
            evidence=evidence,
            holds=bool(evidence.ranked) and evidence.confidence >= self._calibration.threshold,
            threshold=self._calibration.threshold,
            search_ms=(searched - began) * 1000,
            evidence_ms=(time.perf_counter() - searched) * 1000,
        )

    def find_parts(
        self, question: str, before: Sequence[Turn], sources: Sequence[str] | None
    ) -> list[Part]:
        """The same for each part of a question, in the light of the parts before it."""
        asked = split_parts(question)
        return [
            self.find(part, [*before, *_said(asked[:i])], sources) for i, part in enumerate(asked)
        ]


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
