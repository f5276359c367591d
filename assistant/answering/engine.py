"""The engine: question and history in, a proved answer out.

turn → kind → standalone question → hits → evidence → quotes → gate → outcome
"""

import copy
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from assistant.answering.by_kind import answer_as
from assistant.answering.composing import compose
from assistant.answering.line import Line
from assistant.answering.parts import Finder
from assistant.answering.point import NUMBER_OF_QUOTES
from assistant.answering.reply import Replies
from assistant.errors import BadQuestion, EngineUnavailable, Stopped
from assistant.keeping.journal import Journal, noted
from assistant.models import Answer, Outcome, Turn
from assistant.proof import Checker, open_checker
from assistant.reading import Reader, open_reader
from assistant.reading.calibration import Calibration, load, shipped
from assistant.settings import AssistantSettings
from assistant.turn.followup import query_of
from assistant.turn.followup import standalone as stand_alone
from assistant.turn.kinds import Kind, kind_of
from assistant.turn.spelling import corrected
from vectorstore import Query, Settings, Store, UnknownSource, open_store
from vectorstore.encoder import Encoder

QUESTION_CHARACTERS = 2_000
TURNS, TURN_CHARACTERS = 12, 4_000  # of a conversation, that are read
# Questions that are searched and read at the same time. More would finish none of them sooner;
# with fewer than the processors, some would idle.
AT_ONCE = max(2, min(os.cpu_count() or 1, 8))
SURE = 0.9  # of a turn that it asks nothing of the documents, not to ask a model about it
LESS = "Say it shorter and simpler, in one line, in plain words."
MORE = "Tell me more, at greater length, in more detail. Why? Are you sure?"
AGAIN = "In the sources' own words; only a language model could put them otherwise."
ENGINES = ("extractive", "llm")


class Writing(Protocol):
    """One answer being written by a language model."""

    def standalone(
        self, question: str, history: Sequence[Turn], language: str | None = None
    ) -> str | None:
        """A turn made to stand alone, in a language where one is named; None where that fails."""

    def write(
        self, draft: Answer, query: Query, question: str, sources: Sequence[str] | None
    ) -> Iterator[Answer]:
        """The answer to `question` as it grows; the last one is whole, and may be `draft`, which
        was found without the model by searching `query`, in these sources where some are named."""


class Writer(Protocol):
    """Has a language model read what is found, and proves what it says."""

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
        reader: Reader | None = None,
        checker: Checker | None = None,
        writer: Callable[[Store, Checker], Writer] | None = None,
        journal: Journal | None = None,
    ):
        """`reader` reads what is found; without it similarity and words decide. `writer`
        makes the one that puts answers into words; without it they are quotes. `journal` notes
        what people ask. Raises AssistantError where `calibration` was made for the other way."""
        self.store = store
        self.settings = settings
        self.calibration = calibration or shipped(read=reader is not None)
        self._finder = Finder(store, self.calibration, reader)
        self.checker = checker or open_checker(settings)
        self._writer = writer(store, self.checker) if writer else None
        self._replies = Replies(store, written=writer is not None)
        self.journal = journal
        self._line = Line(AT_ONCE)

    @property
    def writer(self) -> Writer | None:
        """What puts answers into a language model's words; None where quotes are the answer."""
        return self._writer

    @property
    def waiting(self) -> int:
        """How many questions wait for their turn."""
        return self._line.waiting

    def unwritten(self) -> "Engine":
        """This engine without its language model: what it answers are quotes."""
        twin = copy.copy(self)
        twin._writer = None
        return twin

    def bearing(self, question: str, texts: Sequence[str]) -> list[float]:
        """How surely each text by itself bears on a question, 0 to 1."""
        return self._finder.bearing(question, texts)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        sources: Sequence[str] | None = None,
        standalone: str | None = None,
        kind: Kind | None = None,
    ) -> Answer:
        """Answer a question, with the turns before it oldest first.

        `sources` narrows the search to these source ids. `standalone` is the person's own wording
        of the question as it stands alone: it is searched and read as it is, and the turns add
        nothing. `kind` is what it is to be answered as, told from its words if left out. Raises
        BadQuestion for an empty or overlong question or wording, SoundingsError where the library
        cannot be read.
        """
        *_, answer = self.stream(
            question, history, sources=sources, standalone=standalone, kind=kind
        )
        return answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        sources: Sequence[str] | None = None,
        standalone: str | None = None,
        kind: Kind | None = None,
        by: str | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Answer]:
        """As `ask`, but the answer as it grows, a proved statement at a time; the last is whole.

        Without a language model there is just one. Where none of a model's statements stands, the
        one is the extractive answer. `by` is the name of whoever asks, for the journal; raises
        Stopped soon after `stop` is set.
        """
        asked = partial(self._answers, question, history, sources, standalone, kind, stop)
        return noted(self.journal, by, question, self._asked_again(asked))

    def _asked_again(self, asked: Callable[[], Iterator[Answer]]) -> Iterator[Answer]:
        """The answers; from the start, once more, where a source that they rest on was taken out
        of the library meanwhile."""
        library = self.store.library
        before = library.fingerprint
        try:
            for answer in asked():
                if library.fingerprint != before:
                    held = library.file_digests()
                    found = [hit.passage.source for hit in answer.hits]
                    if not {*found, *(c.source for c in answer.citations)} <= held.keys():
                        break
                yield answer
            else:
                return
        except (UnknownSource, LookupError):
            if library.fingerprint == before:
                raise
        yield from asked()

    def _answers(
        self,
        question: str,
        history: Sequence[Turn],
        sources: Sequence[str] | None,
        standalone: str | None,
        kind: Kind | None,
        stop: threading.Event | None,
    ) -> Iterator[Answer]:
        started = time.perf_counter()
        check_question(question)
        if standalone is not None:
            check_question(standalone)
        before = bounded(history) if standalone is None else []
        own = " ".join((question if standalone is None else standalone).split())
        foreign = self._replies.foreign(own)
        chance = 1.0
        if kind is None:
            kind, chance = (Kind.REPLY, 1.0) if foreign else kind_of(own, before)
        wanted = False  # whether a reply is given only where the model finds nothing to answer from
        if kind is Kind.REPLY:
            writes = self._writer is not None
            wanted = writes and (chance < SURE or self._replies.wants_text(own, before))
            if not wanted and not (foreign and writes):
                yield self._replied(question, own, before)
                return
            kind = Kind.POINT
        writing = self._writer.begin(stop) if self._writer else None
        language = self._replies.language if foreign else None
        asked = read = own
        most, again = NUMBER_OF_QUOTES, False
        rewritten = None
        if writing is not None and (before or language):
            rewritten = writing.standalone(own, before, language)
        if rewritten is not None:
            read, before = rewritten, []
            asked = own if language and not history else rewritten
            kind = Kind.POINT if kind is Kind.AGAIN else kind
        elif kind is Kind.AGAIN:
            again = True
            read, before, most = _again(own, before, self.store.encoder)
            kind = kind_of(read, before)[0]
            if kind in (Kind.AGAIN, Kind.REPLY):
                kind = Kind.POINT
            asked = read
        if standalone is None and not again and not language:
            read = corrected(read, self.store.library)
        query = query_of(read, before)
        with self._line.place(stop):  # what a model then does with it holds up nobody
            made = answer_as(
                kind,
                read,
                before,
                sources,
                finder=self._finder,
                store=self.store,
                settings=self.settings,
                checker=self.checker,
                most=most,
            )
            answer = compose(
                question,
                stand_alone(read, before),
                kind,
                made,
                reader=self._finder.fingerprint,
                library=self.store.library,
                checker=self.checker,
            )
        if again and answer.citations:
            answer = replace(answer, note=AGAIN if writing is None else None)
        if stop is not None and stop.is_set():
            raise Stopped("the question was stopped")
        written = writing.write(answer, query, asked, sources) if writing else [answer]
        for grown in written:
            if wanted and grown.outcome is Outcome.WITHHELD:
                grown = self._replied(question, own, bounded(history))
            spent = (time.perf_counter() - started) * 1000
            yield replace(grown, timings_ms={**grown.timings_ms, "total": spent})

    def _replied(self, question: str, own: str, before: Sequence[Turn]) -> Answer:
        """What is said to a turn that asks nothing of the documents."""
        return Answer(
            question=question,
            standalone_question=own,
            outcome=Outcome.REPLY,
            reason=None,
            confidence=None,
            engine="extractive",
            kind=str(Kind.REPLY),
            answer=str(self._replies.reply_to(own, before)),
            library=self.store.library.fingerprint,
        )


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
        from assistant.writing import open_writer  # what it loads is of no use without a model

        writer = open_writer(table)
    store = open_store(settings, announce)
    checker = open_checker(table, announce)
    return Engine(
        store,
        table,
        calibration=load(calibration) if calibration else None,
        reader=open_reader(table.reader),
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


def bounded(history: Sequence[Turn]) -> list[Turn]:
    """The last turns of a conversation, each at its beginning and without halves of characters,
    which nothing after can encode."""
    return [
        replace(turn, content=turn.content[:TURN_CHARACTERS].encode("utf-8", "replace").decode())
        for turn in history[-TURNS:]
    ]


def _again(turn: str, before: Sequence[Turn], encoder: Encoder) -> tuple[str, list[Turn], int]:
    """The question whose answer is wanted otherwise, the turns before it, and how many quotes then
    answer it: as the turn is nearer to asking for less or for more."""
    asked = [i for i, each in enumerate(before) if each.role == "user"]
    if not asked:
        return turn, [], NUMBER_OF_QUOTES
    said, less, more = encoder.encode([turn, LESS, MORE])
    wanted = 1 if float(said @ less) >= float(said @ more) else 2 * NUMBER_OF_QUOTES
    return before[asked[-1]].content, list(before[: asked[-1]]), wanted
