"""What a person does on the Ask tab, apart from how it is shown: asks, stops, opens again, deletes.

Holds nothing of any conversation: each is read from where it is kept, for the person who had it.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering.engine import Engine
from assistant.ask.glance import Glance
from assistant.ask.rewordings import followups, rewordings
from assistant.errors import KeptUnavailable, NoConversation, Stopped
from assistant.finding.examples import example_questions, outlines_of
from assistant.keeping.conversations import Conversation, Conversations, Exchange
from assistant.keeping.feedback import FeedbackBook, Verdict
from assistant.keeping.places import Sources
from assistant.keeping.saved import changed_since
from assistant.models import Outcome, Turn
from assistant.turn.kinds import Kind
from vectorstore import SoundingsError

MOST_EXCHANGES = 50  # a conversation shows this many and leaves out the oldest
EXAMPLES = 6
_FAULT = (
    "Something went wrong on our side; the question was not answered. Try it again. "
    "If it goes wrong again, the person who runs this page finds the reason in its log."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question on its way in; `kind` is what a person wants it to be taken for."""

    question: str
    sources: tuple[str, ...] | None = None
    worded: bool = False
    kind: Kind | None = None


class Chat:
    """The conversations of everybody at the page. Safe to use from several threads."""

    def __init__(self, engine: Engine, kept: Conversations, book: FeedbackBook) -> None:
        self.engine = engine
        self.kept = kept
        self.book = book
        self._examples = _Examples(engine)
        self.glance = Glance(engine)

    def sources(self) -> Sources:
        """The library's sources by their ids; none where it cannot be read, since an answer stands
        without what is known about them."""
        try:
            return {source.id: source for source in self.engine.store.library.sources()}
        except SoundingsError:
            return {}

    @property
    def model(self) -> str | None:
        """What the language model that answers is called; None where quotes are the answer."""
        if self.engine.writer is None:
            return None
        return self.engine.settings.llm_model or "A language model"

    def examples(self) -> list[str]:
        """Questions that this library answers."""
        return self._examples.now()

    def open(self, person: str, id: str) -> Conversation:
        """A conversation of a person's. Raises NoConversation, KeptUnavailable."""
        return self.kept.get(person, id, MOST_EXCHANGES)

    def ask(
        self, person: str, id: str, asked: Asked, stop: threading.Event
    ) -> Iterator[tuple[Conversation, str]]:
        """The conversation as the answer grows, and what is to be told beside it. The first has
        the place for the answer; what is whole is kept before it is shown. Without an `id`, or
        with one that is not the person's, a new one begins."""
        conversation, told = self._begun(person, id)
        before = conversation.exchanges
        if before and before[-1].unanswered and before[-1].question == asked.question:
            before = before[:-1]  # asked again: in its own place
        leads, worded = before, asked.worded
        if asked.kind is not None:  # the same question, taken otherwise: it is read as it was
            for place in reversed(range(len(before))):
                if before[place].question == asked.question:
                    leads, worded = before[:place], before[place].worded
                    break
        exchange = Exchange(
            question=asked.question,
            number=before[-1].number + 1 if before else 1,
            sources=asked.sources,
            worded=worded,
        )
        conversation = replace(conversation, sources=asked.sources)
        yield replace(conversation, exchanges=(*before, exchange)), told
        for grown in self._grown(person, exchange, leads, asked.kind, stop):
            if conversation.id and not grown.growing:
                try:
                    self.kept.put(person, conversation.id, grown)
                except (KeptUnavailable, NoConversation) as exc:
                    told = str(exc)
            yield replace(conversation, exchanges=(*before, grown)), told

    def followups(
        self, person: str, id: str, number: int, stop: threading.Event
    ) -> tuple[str, ...]:
        """Questions to go on with after an answer, found once and kept with it. Raises
        NoConversation, KeptUnavailable, and Stopped soon after `stop` is set."""
        exchanges = self.kept.get(person, id).exchanges
        for exchange in exchanges:
            if exchange.number != number or exchange.answer is None:
                continue
            if not exchange.rewordings and exchange.answer.citations:
                asked = [each.question for each in exchanges]
                found = followups(self.engine, exchange.answer, asked, exchange.sources, stop)
                exchange = replace(exchange, rewordings=found)
                self.kept.put(person, id, exchange)
            return exchange.rewordings
        return ()

    def say(self, person: str, id: str, number: int, verdict: Verdict, reason: str | None) -> None:
        """Keep what a person says of an answer; None leaves the reason as it is. Raises
        NoConversation, KeptUnavailable."""
        for exchange in self.open(person, id).exchanges:
            if exchange.number == number and exchange.answer is not None:
                self.book.say(
                    person,
                    id,
                    number,
                    verdict,
                    reason=reason,
                    question=exchange.question,
                    answer=exchange.answer.to_json(),
                )
                return
        raise NoConversation("This answer is not there any longer.")

    def changed_since(self, conversation: Conversation, today: Sources) -> dict[int, list[str]]:
        """By the numbers of the answers, what has become of sources that were quoted and have
        another text `today`, in a sentence each; nothing where no source is known."""
        cited = [
            (exchange.number, citation)
            for exchange in conversation.exchanges
            if exchange.answer is not None
            for citation in exchange.answer.citations
        ]
        return changed_since(cited, self.engine.store.library, today)

    def _begun(self, person: str, id: str) -> tuple[Conversation, str]:
        try:
            if id:
                try:
                    return self.open(person, id), ""
                except NoConversation:
                    pass
            return Conversation(id=self.kept.begin(person)), ""
        except KeptUnavailable as exc:  # it is answered all the same
            return Conversation(id=""), f"This conversation is not kept: {exc}"

    def _grown(
        self,
        person: str,
        exchange: Exchange,
        before: Sequence[Exchange],
        kind: Kind | None,
        stop: threading.Event,
    ) -> Iterator[Exchange]:
        """The exchange with its answer as it grows; the last one is what is kept."""
        grown = exchange
        try:
            stream = self.engine.stream(
                exchange.question,
                _turns(before),
                sources=exchange.sources,
                standalone=exchange.question if exchange.worded else None,
                kind=kind,
                by=person,
                stop=stop,
            )
            for answer in stream:
                grown = replace(exchange, answer=answer, growing=self.engine.writer is not None)
                yield grown
            if grown.growing:
                grown = replace(grown, growing=False)
                yield grown
            if grown.answer is not None and grown.answer.outcome is Outcome.WITHHELD:
                near = rewordings(self.engine, grown.answer, sources=exchange.sources)
                if near:
                    yield replace(grown, rewordings=near)
        except Stopped:
            yield replace(grown, growing=False, stopped=True)
        except SoundingsError as exc:
            yield replace(exchange, failure=str(exc))
        except Exception:
            _log.exception("a question was not answered")
            yield replace(exchange, failure=_FAULT)


class _Examples:
    """Questions drawn from the library's headings. Which of them it answers is found out once for
    each state of the library, in the background: the page need not wait for it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._known: dict[str, list[str]] = {}

    def now(self) -> list[str]:
        """Those that are answered, or, until that is known, those that may be."""
        library = self._engine.store.library
        with library.reading():
            fingerprint = library.fingerprint
            with self._lock:
                known = self._known.get(fingerprint)
            if known is not None:
                return known
            outlines = outlines_of(
                (s.title, [h.title for h in library.headings(s.id)]) for s in library.sources()
            )
        candidates = example_questions(outlines, 2 * EXAMPLES)
        with self._lock:
            self._known = {fingerprint: candidates[:EXAMPLES]}
        threading.Thread(target=self._try, args=[fingerprint, candidates], daemon=True).start()
        return candidates[:EXAMPLES]

    def _try(self, fingerprint: str, candidates: Sequence[str]) -> None:
        answered: list[str] = []
        quoting = self._engine.unwritten()
        try:
            for question in candidates:
                if quoting.ask(question).outcome is Outcome.ANSWERED:
                    answered.append(question)
                if len(answered) == EXAMPLES:
                    break
        except SoundingsError:
            _log.exception("the example questions were not tried")
            return
        with self._lock:
            if fingerprint in self._known:
                self._known[fingerprint] = answered


def _turns(exchanges: Sequence[Exchange]) -> list[Turn]:
    """The conversation so far, as the engine takes it; what failed left nothing behind."""
    turns: list[Turn] = []
    for exchange in exchanges:
        if exchange.answer is not None and not exchange.stopped:
            turns.append(Turn(role="user", content=exchange.question))
            turns.append(Turn(role="assistant", content=exchange.answer.answer))
    return turns
