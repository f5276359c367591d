"""The engine: question and history in, a proved answer out.

question → standalone question → hits → evidence → quotes → gate → outcome
"""

import copy
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.calibration import Calibration, load, shipped
from assistant.errors import BadQuestion, EngineUnavailable, Stopped
from assistant.evidence import FeatureReader, Judged, Quote, Reader, cited, overlap, rank, select
from assistant.expansion import EXPANSION_CONFIDENCE, MORE_ON_IT, expansion_of
from assistant.features import Candidate, answer_features, ask_about, candidates
from assistant.followup import query_of
from assistant.followup import standalone as stand_alone
from assistant.gate import Checker, Slice, judge, open_checker
from assistant.imprint import IMPRINT_CONFIDENCE, imprint_of
from assistant.journal import Journal, noted
from assistant.line import Line
from assistant.models import (
    Answer,
    Citation,
    Dropped,
    Outcome,
    Statement,
    Turn,
    Words,
    text_with_markers,
)
from assistant.naming import Names
from assistant.phrases import bare
from assistant.question import plainly
from assistant.reader import SpanReader, TrainedReader, open_reader
from assistant.settings import AssistantSettings
from assistant.sides import sides_of
from vectorstore import Found, Hit, Library, Query, Settings, Source, Store, open_store

QUESTION_CHARACTERS = 2_000
PASSAGES_READ = 8
# Questions that are searched and read at the same time. More would finish none of them sooner;
# with fewer than the processors, some would idle.
AT_ONCE = max(2, min(os.cpu_count() or 1, 8))
WITHHELD = "The library does not answer this question."
ENGINES = ("extractive", "llm")

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


class Writing(Protocol):
    """One answer being put into a language model's words."""

    def standalone(self, question: str, history: Sequence[Turn], ruled: str) -> str:
        """A follow-up made to stand alone; `ruled` is the form that rules gave it."""

    def write(self, draft: Answer) -> Iterator[Answer]:
        """The answer as it grows; the last one is whole, and may be `draft`."""


class Writer(Protocol):
    """Puts extractive answers into words of its own, proved as they were."""

    def begin(self, stop: threading.Event | None = None) -> Writing:
        """The writing of one answer; it raises Stopped once `stop` is set."""


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
        writer: Callable[[Library, Checker], Writer] | None = None,
        journal: Journal | None = None,
    ):
        """`spans` reads the best of what is found; without it plain features decide. `writer`
        makes the one that puts answers into words; without it they are quotes. `journal` notes
        what people ask. Raises AssistantError where `calibration` was made for the other way."""
        self.store = store
        self.settings = settings
        self.calibration = calibration or shipped(read=spans is not None)
        self._reader: Reader = (
            TrainedReader(self.calibration, spans) if spans else FeatureReader(self.calibration)
        )
        self.checker = checker or open_checker(settings, store.encoder)
        self._writer = writer(store.library, self.checker) if writer else None
        self.journal = journal
        self._line = Line(AT_ONCE)
        self._known_names: tuple[str, list[Source], Names] = "", [], Names([])

    @property
    def writer(self) -> Writer | None:
        """What puts answers into a language model's words; None where quotes are the answer."""
        return self._writer

    def unwritten(self) -> "Engine":
        """This engine without its language model: what it answers are quotes."""
        twin = copy.copy(self)
        twin._writer = None
        return twin

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
        *_, answer = self.stream(question, history, sources=sources, standalone=standalone)
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        sources: Sequence[str] | None = None,
        standalone: str | None = None,
        by: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Answer]:
        """As `ask`, but the answer as it grows, a proved statement at a time; the last is whole.

        Without a language model there is just one. Where none of a model's statements stands, the
        one is the extractive answer. `by` is the name of whoever asks, for the journal; raises
        Stopped soon after `stop` is set.
        """
        answers = self._answers(question, history, sources, standalone, stop)
        return noted(self.journal, by, question, answers)

    def _answers(
        self,
        question: str,
        history: Sequence[Turn],
        sources: Sequence[str] | None,
        standalone: str | None,
        stop: threading.Event | None,
    ) -> Iterator[Answer]:
        started = time.perf_counter()
        check_question(question)
        if standalone is not None:
            check_question(standalone)
        before = [_whole(turn) for turn in history] if standalone is None else []
        own = question if standalone is None else " ".join(standalone.split())
        writing = self._writer.begin(stop) if self._writer else None
        alone = stand_alone(own, before)
        if writing is not None:
            alone = writing.standalone(own, before, alone)
        with self._line.place(stop):  # what a model then does with it holds up nobody
            answer = self._quoted(question, own, alone, before, sources)
        if stop is not None and stop.is_set():
            raise Stopped("the question was stopped")
        for grown in writing.write(answer) if writing else [answer]:
            spent = (time.perf_counter() - started) * 1000
            yield replace(grown, timings_ms={**grown.timings_ms, "total": spent})

    def _quoted(
        self,
        question: str,
        own: str,
        alone: str,
        before: Sequence[Turn],
        sources: Sequence[str] | None,
    ) -> Answer:
        """The answer in quotes to `question`, which is `own` in one line and `alone` with what
        the turns `before` add."""
        # A reading may join the question before with "and": that asks for no second answer.
        asked = split_parts(alone) if len(split_parts(own)) > 1 else [alone]
        parts = self._sides(alone, sources) if len(asked) == 1 else []
        if not parts and len(asked) == 1:  # in the person's own words, with the turns before
            parts = [self._where_said(alone, query_of(own, before), sources)]
        elif not parts:
            turns = [[*before, *_said(asked[:i])] for i in range(len(asked))]
            parts = [
                self._where_said(part, query_of(part, said), sources)
                for part, said in zip(asked, turns, strict=True)
            ]
        return self._compose(question, alone, parts)

    def _sides(self, question: str, sources: Sequence[str] | None) -> list[_Evidence]:
        """What either side comes to of a question that asks the same of two, or that speaks of
        several sources; nothing where it does not, or where no side is answered."""
        sides = sides_of(question, self._names(sources))
        words = self.settings.answer_words // max(len(sides), 1)
        parts = []
        for side in sides:
            query = query_of(side.question, ())
            part = self._evidence(side.question, query, side.within or sources, words)
            parts.append(replace(part, question=side.asked))
        return parts if any(part.quotes for part in parts) else []

    def _where_said(self, question: str, query: Query, sources: Sequence[str] | None) -> _Evidence:
        """What a question comes to in the source of which it speaks, where it speaks of one and is
        answered there, or else in all."""
        spoken_of = [*self._names(sources).mentions(question)]
        if len(spoken_of) == 1:
            there = self._evidence(question, query, spoken_of)
            if there.quotes:
                return there
        return self._evidence(question, query, sources)

    def _names(self, sources: Sequence[str] | None) -> Names:
        """How the sources can be spoken of; that of the whole library is kept while it stands."""
        fingerprint, held, names = self._known_names
        now = self.store.library.fingerprint
        if fingerprint != now:
            held = self.store.library.sources()
            names = Names(held)
            self._known_names = now, held, names
        if sources is None:
            return names
        return Names([source for source in held if source.id in sources])

    def _evidence(
        self,
        question: str,
        query: Query,
        sources: Sequence[str] | None,
        most_words: int | None = None,
    ) -> _Evidence:
        """Search for `query`, read and select for one question."""
        began = time.perf_counter()
        query = replace(query, text=plainly(query.text))
        found = self.store.searcher.search(query, PASSAGES_READ, sources=sources)
        searched = time.perf_counter()
        asked = ask_about(plainly(question), self.store.library)
        listed = candidates(asked, found, self.store.library)
        judged = self._reader.read(asked, listed)
        ranked = rank(listed, judged.scores)
        confidence = 0.0
        quotes = imprint_of(question, self.store.library, self._names(sources))
        if quotes:
            confidence = IMPRINT_CONFIDENCE
        elif ranked:
            row = np.concatenate([answer_features(asked, found, ranked), judged.extra])
            confidence = float(self.calibration.answer.probability(row[None, :])[0])
            if confidence >= self.calibration.threshold:
                words = most_words or self.settings.answer_words
                quotes = select(asked, ranked, self.store.library, words)
        spelled = expansion_of(question, self.store.library, sources)
        if spelled and spelled.quote:
            quotes = [spelled.quote, *([] if spelled.whole else quotes[:MORE_ON_IT])]
            confidence = EXPANSION_CONFIDENCE
        elif spelled:
            quotes, confidence = [], min(confidence, 1 - EXPANSION_CONFIDENCE)
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
            timings_ms={
                "search": sum(part.search_ms for part in parts),
                "evidence": sum(part.evidence_ms for part in parts),
            },
        )
        if not statements:
            return replace(common, reason=_why_withheld(parts, bool(dropped)))
        missing = " ".join(part.question for part in open_parts) or None
        return replace(
            common,
            outcome=Outcome.PARTIAL if missing else Outcome.ANSWERED,
            reason="not stated" if missing else None,
            missing=missing,
            answer=text_with_markers(statements),
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
        return cited(quote, self.store.library, marker=marker, words=next(within, None))


def open_engine(
    settings: Settings,
    announce: Callable[[str], None] = lambda _: None,
    *,
    engine: str | None = None,
    calibration: Path | None = None,
    journal: Journal | None = None,
) -> Engine:
    """Open the home of `settings` for questions; with the shipped calibration unless told of one.

    With a language model configured it writes the answers, unless `engine` is "extractive".
    Raises EngineUnavailable where `engine` is "llm" and no model is configured, SettingsError
    for a part that is not there, and what `open_store` raises.
    """
    table = settings.table(AssistantSettings)
    if engine == "llm" and table.llm == "none":
        raise EngineUnavailable(
            "no language model is configured. Name one (SOUNDINGS_LLM=http://host/v1 or gguf:FILE),"
            " or use --engine extractive"
        )
    writer = None
    if engine != "extractive" and table.llm != "none":
        from assistant.llm import open_writer  # what it loads is of no use without a model

        writer = open_writer(table)
    store = open_store(settings, announce)
    checker = open_checker(table, store.encoder, announce)
    return Engine(
        store,
        table,
        calibration=load(calibration) if calibration else None,
        spans=open_reader(table.reader),
        checker=checker,
        writer=writer,
        journal=journal,
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


def _without_repeats(quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes, but for those that share words of a source with an earlier one."""
    kept: list[Quote] = []
    for quote in quotes:
        if not any(overlap(quote, other) for other in kept):
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
