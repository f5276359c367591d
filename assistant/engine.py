"""The engine: question and history in, a proved answer out.

question → standalone question → hits → evidence → quotes → gate → outcome
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.calibration import Calibration, load, shipped
from assistant.errors import BadQuestion, EngineUnavailable
from assistant.evidence import FeatureReader, Judged, Quote, Reader, rank, select
from assistant.features import Candidate, answer_features, ask_about, candidates
from assistant.followup import query_of
from assistant.followup import standalone as stand_alone
from assistant.gate import Checker, Slice, judge, open_checker
from assistant.models import Answer, Citation, Dropped, Outcome, Statement, Turn, Words
from assistant.reader import SpanReader, TrainedReader, open_reader
from assistant.settings import AssistantSettings
from vectorstore import Found, Hit, Query, Settings, SettingsError, Store, open_store, visible

QUESTION_CHARACTERS = 2_000
PASSAGES_READ = 8
WITHHELD = "The library does not answer this question."
ENGINES = ("extractive", "llm")

_SECOND_PART = re.compile(
    r"[,;]?\s+and\s+(?=(?:how|what|who|whom|whose|when|where|why|which)\b)", re.IGNORECASE
)
_FIRST_PART = re.compile(
    r"\b(how|what|who|whom|whose|when|where|why|which|is|are|do|does|did)\b", re.I
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
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


class Engine:
    """Answers questions over a store. Safe to use from several threads."""

    def __init__(
        self,
        store: Store,
        settings: AssistantSettings,
        *,
        calibration: Calibration | None = None,
        spans: SpanReader | None = None,
        checker: Checker | None = None,
    ):
        """`spans` reads the best of what is found; without it plain features decide. Raises
        AssistantError where `calibration` was made for the other way."""
        self.store = store
        self._settings = settings
        self.calibration = calibration or shipped(read=spans is not None)
        self._reader: Reader = (
            TrainedReader(self.calibration, spans) if spans else FeatureReader(self.calibration)
        )
        self.checker = checker or open_checker(settings, store.encoder)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        sources: Sequence[str] | None = None,
        standalone: str | None = None,
    ) -> Answer:
        """Answer a question, with the turns before it oldest first.

        `sources` narrows the search to these source ids. `standalone` is the person's own wording
        of the question as it stands alone: it is searched and read as it is, and the turns add
        nothing. Raises BadQuestion for an empty or overlong question or wording, SoundingsError
        where the library cannot be read.
        """
        started = time.perf_counter()
        check_question(question)
        if standalone is not None:
            check_question(standalone)
        before = [_whole(turn) for turn in history] if standalone is None else []
        own = question if standalone is None else " ".join(standalone.split())
        alone = stand_alone(own, before)
        # A reading may join the question before with "and": that asks for no second answer.
        asked = split_parts(alone) if len(split_parts(own)) > 1 else [alone]
        if len(asked) == 1:  # searched in the person's own words, with the turns before
            parts = [self._evidence(alone, query_of(own, before), sources)]
        else:
            parts = [self._evidence(part, query_of(part, before), sources) for part in asked]
        answer = self._compose(question, alone, parts)
        timings = {
            "search": sum(part.search_ms for part in parts),
            "evidence": sum(part.evidence_ms for part in parts),
            "total": (time.perf_counter() - started) * 1000,
        }
        return replace(answer, timings_ms=timings)

    def _evidence(self, question: str, query: Query, sources: Sequence[str] | None) -> _Evidence:
        """Search for `query`, read and select for one question."""
        began = time.perf_counter()
        found = self.store.searcher.search(query, PASSAGES_READ, sources=sources)
        searched = time.perf_counter()
        asked = ask_about(question, self.store.library)
        listed = candidates(asked, found)
        judged = self._reader.read(asked, listed)
        ranked = rank(listed, judged.scores)
        confidence = 0.0
        quotes: list[Quote] = []
        if ranked:
            row = np.concatenate([answer_features(asked, found, ranked), judged.extra])
            confidence = float(self.calibration.answer.probability(row[None, :])[0])
            if confidence >= self.calibration.threshold:
                quotes = select(asked, ranked, self.store.library, self._settings.answer_words)
        return _Evidence(
            question=question,
            found=found,
            quotes=quotes,
            words=_words(listed, judged),
            confidence=confidence,
            search_ms=(searched - began) * 1000,
            evidence_ms=(time.perf_counter() - searched) * 1000,
        )

    def _compose(self, question: str, alone: str, parts: Sequence[_Evidence]) -> Answer:
        """The answer of the parts that are covered, through the gate."""
        covered = [part for part in parts if part.quotes]
        open_parts = [p for p in parts if p not in covered]
        statements: list[Statement] = []
        citations: list[Citation] = []
        dropped: list[Dropped] = []
        for quote in _without_repeats([q for part in covered for q in part.quotes]):
            verdict = judge(quote.text, [Slice.of(quote)], self.store.library, self.checker)
            if not verdict.stands:
                dropped.append(Dropped(text=quote.text, why=verdict.why or "ungrounded"))
                continue
            marker = len(citations) + 1
            citations.append(self._citation(marker, quote, parts))
            statements.append(
                Statement(text=quote.text, citations=(marker,), support=verdict.support)
            )
        hits = _merge_hits([part.found for part in parts])
        common = Answer(
            question=question,
            standalone_question=alone,
            outcome=Outcome.WITHHELD,
            reason=None,
            confidence=min(part.confidence for part in (covered or parts)),
            engine="extractive",
            reader=self._reader.fingerprint,
            answer=WITHHELD,
            dropped=tuple(dropped),
            hits=hits,
            library=parts[0].found.fingerprint,
        )
        if not statements:
            return replace(common, reason=_why_withheld(parts, bool(dropped)))
        missing = " ".join(part.question for part in open_parts) or None
        return replace(
            common,
            outcome=Outcome.PARTIAL if missing else Outcome.ANSWERED,
            reason="not stated" if missing else None,
            missing=missing,
            answer=" ".join(
                f"{' '.join(visible(s.text).split())} [{s.citations[0]}]" for s in statements
            ),
            statements=tuple(statements),
            citations=tuple(citations),
        )

    def _citation(self, marker: int, quote: Quote, parts: Sequence[_Evidence]) -> Citation:
        within = (
            Words(start=start, end=end)
            for part in parts
            for source, start, end in part.words
            if source == quote.passage.source and quote.start <= start < end <= quote.end
        )
        source = self.store.library.source(quote.passage.source)
        return Citation(
            marker=marker,
            source=source.id,
            title=source.title,
            source_sha256=source.sha256,
            passage=quote.passage.id,
            start=quote.start,
            end=quote.end,
            quote=quote.text,
            words=next(within, None),
            page=source.page_at(quote.start),
            heading=quote.passage.heading,
        )


def open_engine(
    settings: Settings,
    announce: Callable[[str], None] = lambda _: None,
    *,
    engine: str | None = None,
    calibration: Path | None = None,
) -> Engine:
    """Open the home of `settings` for questions; with the shipped calibration unless told of one.

    Raises EngineUnavailable where `engine` is "llm" and no model is configured, SettingsError
    for a part that this version does not have, and what `open_store` raises.
    """
    table = settings.table(AssistantSettings)
    if table.llm not in ("none", ""):
        raise SettingsError(
            f"SOUNDINGS_LLM={table.llm}: this version has no llm yet. Unset SOUNDINGS_LLM."
        )
    if engine == "llm":
        raise EngineUnavailable(
            "no language model is configured. Leave out --engine, or use --engine extractive"
        )
    store = open_store(settings, announce)
    checker = open_checker(table, store.encoder, announce)
    return Engine(
        store,
        table,
        calibration=load(calibration) if calibration else None,
        spans=open_reader(table.reader),
        checker=checker,
    )


def check_question(question: str) -> None:
    """Raises BadQuestion for what cannot be a question."""
    if not any(character.isalnum() for character in question):
        raise BadQuestion("the question is empty. Ask in words: soundings ask 'What is …?'")
    if any("\ud800" <= character <= "\udfff" for character in question):
        raise BadQuestion("the question holds half a character (bytes that are not UTF-8)")
    if len(question) > QUESTION_CHARACTERS:
        raise BadQuestion(
            f"the question has {len(question):,} characters; at most {QUESTION_CHARACTERS:,} are "
            "read. Ask it more briefly."
        )


def _whole(turn: Turn) -> Turn:
    """A turn without halves of characters, which nothing after can encode."""
    return replace(turn, content=turn.content.encode("utf-8", "replace").decode())


def split_parts(question: str) -> list[str]:
    """The questions in a question: "How many are there, and who leads them?" holds two.

    The second is made to stand alone on the first.
    """
    match = _SECOND_PART.search(question)
    if match is None or _FIRST_PART.search(question[: match.start()]) is None:
        return [question]
    first, second = question[: match.start()].strip() + "?", question[match.end() :].strip()
    second = stand_alone(second, [Turn(role="user", content=first)])
    return [first, second[:1].upper() + second[1:]]


def _words(listed: Sequence[Candidate], judged: Judged) -> list[tuple[str, int, int]]:
    """Which words answer, those of the best sentence first."""
    order = sorted(judged.words, key=lambda i: (-judged.scores[i], i))
    return [(listed[i].hit.passage.source, *judged.words[i]) for i in order]


def _without_repeats(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes, but for those that share words of a source with an earlier one."""
    kept: list[Quote] = []
    for quote in quotes:
        shared = (
            q.passage.source == quote.passage.source and q.start < quote.end and quote.start < q.end
            for q in kept
        )
        if not any(shared):
            kept.append(quote)
    return kept


def _merge_hits(founds: Sequence[Found]) -> tuple[Hit, ...]:
    """The hits of all parts, each passage once, ranked anew by score."""
    best: dict[str, Hit] = {}
    for hit in (hit for found in founds for hit in found.hits):
        known = best.get(hit.passage.id)
        if known is None or hit.score > known.score:
            best[hit.passage.id] = hit
    ordered = sorted(best.values(), key=lambda h: (-round(h.score, 6), h.passage.id))
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(ordered, start=1))


def _why_withheld(parts: Sequence[_Evidence], dropped: bool) -> str:
    if dropped:
        return "ungrounded"
    near = any(hit.lexical > 0 and hit.similarity > 0.3 for p in parts for hit in p.found.hits)
    return "not stated" if near else "nothing relevant"
