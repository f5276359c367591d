"""The writer: a model reads the evidence and answers; what it says is proved, then shown.

evidence to the window → reply, statement by statement → proof → second reading → repair → answer
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from assistant.models import Answer, Citation, Outcome, Turn, Use
from assistant.proof import Beside, Checker, Slice, Standing, judge
from assistant.proof.said import read
from assistant.reading.chances import moved
from assistant.settings import AssistantSettings
from assistant.turn.language import languages_of, other_language
from assistant.writing.cache import Reply, ReplyCache, key_of
from assistant.writing.draft import Draft, Proof, uncited
from assistant.writing.errors import ModelBusy, ModelError, PromptTooLong
from assistant.writing.evidence import Evidence, context_of, gather
from assistant.writing.models import Deadline, Message, Model
from assistant.writing.parse import (
    ANSWER,
    MOST_STATEMENTS,
    VERDICTS,
    ReplyReader,
    Written,
    in_whole_characters,
    read_field,
    read_verdicts,
)
from assistant.writing.prompt import (
    answer_prompt,
    check_prompt,
    load_prompt,
    repair_prompt,
    rewrite_prompt,
)
from assistant.writing.rewrite import QUESTION, is_faithful
from vectorstore import Query, Store, visible

WINDOW = 32_768  # tokens, where nobody tells; a service that takes fewer says so
# Few texts have more tokens than a third of their characters; one that does is told by the service.
CHARACTERS_A_TOKEN = 3
STATEMENT_CHARACTERS = 900
AT_ONCE = 24  # answers that a model writes at the same time, be it ever so slow
CONFIRMED = 3.0  # by how much, in log odds, a second reading moves a statement's support
SMALL = 7e9  # weights below which a model's silence and its second reading tell too little
_WEIGHTS = re.compile(r"(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])", re.IGNORECASE)
# What could make a page or a person fetch something, or pass for the page's own markup.
_MARKUP = re.compile(r"https?:|www\.|\]\(|!\[|<\w|</|&\w+;|```|\b(?:javascript|data):\S", re.I)


class ModelWriter:
    """Writes answers with a language model. Safe to use from several threads."""

    def __init__(
        self, model: Model, store: Store, settings: AssistantSettings, checker: Checker | None
    ):
        """Without a `checker` only what is verbatim in its quotes is proved."""
        self.model = model
        self.store = store
        self.settings = settings
        self._checker = checker
        self._replies = ReplyCache(settings.llm_cache)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.model.name

    def hush(self, text: str) -> str:
        """The text without the key, should a service ever echo it."""
        return self.model.hush(text)

    @property
    def reads_again(self) -> bool:
        """Whether statements get a second reading."""
        if self.settings.llm_check == "auto":
            return not self.small
        return self.settings.llm_check == "on"

    @property
    def small(self) -> bool:
        """Whether the model is known to be a small one."""
        return weights_of(self.model.name) < SMALL

    def begin(self, stop: threading.Event | None = None) -> "Writing":
        """The writing of one answer, until `stop` is set: from here on the time limit counts."""
        unready = None
        try:
            self.model.prepare()
        except ModelError as exc:
            unready = exc
        return Writing(self, Deadline(self.settings.llm_seconds, stop), unready)

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place among those for whom the model writes. Raises ModelBusy where none is free:
        whoever waited for one would hold up those who want no model."""
        if not self._places.acquire(blocking=False):
            raise ModelBusy(f"the language model is writing {AT_ONCE} other answers")
        try:
            yield
        finally:
            self._places.release()

    def reply(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, Any],
        stop: threading.Event | None = None,
    ) -> Reply:
        """The whole reply to a prompt that is no question's. One given before is given again.
        Raises ModelError, and Stopped soon after `stop` is set; what such a reply says is still
        to be proved."""
        self.model.prepare()
        return self.whole(messages, schema, Deadline(self.settings.llm_seconds, stop))

    def whole(
        self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: Deadline
    ) -> Reply:
        """The whole reply. Raises ModelError."""
        *_, reply = self.asked(messages, schema, deadline)
        assert isinstance(reply, Reply)
        return replace(reply, text=self.model.hush(reply.text))

    def asked(
        self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: Deadline
    ) -> Iterator[str | Reply]:
        """The pieces of the reply, and at last the whole of it; one given before is not asked for
        again."""
        tokens = self.settings.llm_tokens
        key = key_of(messages, tokens)
        known = self._replies.get(key)
        if known is not None:
            yield known.text
            yield replace(known, cached=True)
            return
        said, finish, cost = list[str](), None, None
        for piece in self.model.stream(messages, schema=schema, tokens=tokens, deadline=deadline):
            said.append(piece.text)
            finish, cost = piece.finish or finish, piece.tokens or cost
            yield piece.text
        reply = Reply(text="".join(said), tokens=cost, cut=finish == "length")
        if finish == "stop":
            self._replies.put(key, reply)
        yield reply

    def prove(
        self,
        text: str,
        behind: Sequence[Citation],
        *,
        leads: str = "",
        beside: Beside | None = None,
    ) -> Proof:
        """What becomes of a statement on the quotes behind it, which lean on `leads`; what is exact
        in it may also stand `beside` them."""
        text = self.model.hush(visible(text))
        proof = Proof(
            text=text[:STATEMENT_CHARACTERS],
            behind=tuple(behind),
            standing=Standing.REFUSED,
            support=0.0,
            leads=leads,
        )
        if len(text) > STATEMENT_CHARACTERS:
            return replace(proof, why="it is too long for a statement")
        if _MARKUP.search(text):
            return replace(proof, why="it holds a link or markup")
        if "\ufffd" in text and not proof.quoted:
            return replace(proof, why="it holds half a character")
        if proof.quoted and behind:
            return replace(proof, standing=Standing.PROVED, support=1.0)
        verdict = judge(
            text,
            [Slice.cited(quote) for quote in behind],
            self.store.library,
            self._checker,
            leads=leads,
            beside=beside,
        )
        return replace(proof, standing=verdict.standing, support=verdict.support, why=verdict.why)


def weights_of(name: str) -> float:
    """How many weights a model has by its name ("qwen2.5:7b", "Mixtral-8x7B"); without end where
    that does not tell."""
    found = [
        float(each or 1) * float(number) * (1e9 if unit.lower() == "b" else 1e6)
        for each, number, unit in _WEIGHTS.findall(name)
    ]
    return max(found, default=float("inf"))


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A question as it was put to the model: the messages, the evidence in them, and the reply."""

    question: str
    messages: list[Message]
    evidence: Evidence
    reply: str = ""


class Writing:
    """One answer being written."""

    def __init__(self, writer: ModelWriter, deadline: Deadline, unready: ModelError | None):
        self._writer = writer
        self._deadline = deadline
        self._failed = unready

    def standalone(
        self, question: str, history: Sequence[Turn], language: str | None = None
    ) -> str | None:
        """A turn made to stand alone by the model, in a language where one is named; None where it
        fails, or adds what the turns do not hold."""
        if self._failed is not None:
            return None
        try:
            with self._writer.place():
                prompt = rewrite_prompt(question, history, language)
                said = self._writer.whole(prompt, QUESTION, self._deadline).text
        except ModelError as exc:
            self._failed = exc
            return None
        rewritten = " ".join(visible(read_field(said, "question") or "").split())
        return rewritten if is_faithful(rewritten, question, history) else None

    def write(
        self,
        draft: Answer,
        query: Query,
        question: str,
        sources: Sequence[str] | None = None,
    ) -> Iterator[Answer]:
        """The answer as it grows, statement by statement; the last one is whole.

        `draft` is the answer that was found without a model, `query` what was searched for it: what
        the model is given to read is found by them, in these `sources` where some are named.
        `question` is what it is asked. Where it has nothing that stands, `draft` is given, with the
        reason.
        """
        began = time.perf_counter()
        settings = self._writer.settings
        drops = settings.unconfirmed == "drop"
        page = Draft(draft, drop_unconfirmed=drops, small=self._writer.small)
        timings = dict(draft.timings_ms)
        try:
            if self._failed is not None:
                raise self._failed
            with self._writer.place():
                asked: _Asked | None = None
                for each, proof in self._statements(draft, query, question, sources, page):
                    asked = each
                    page.take(proof)
                    if not page.grew():
                        continue
                    spent = (time.perf_counter() - began) * 1000
                    timings.setdefault("first_statement", spent)
                    timings["last_statement"] = spent
                    yield page.answer(self._use(page), timings)
                if asked is not None and not page.silent:
                    timings["model"] = (time.perf_counter() - began) * 1000
                    self._read_again(page, timings)
                    self._repair(page, asked, timings)
        except ModelError as exc:
            page.failure = self._writer.hush(str(exc))
        if page.outcome is None and draft.outcome is Outcome.WITHHELD:
            page.proofs.clear()  # a reply without the form says nothing of whether it answers
        timings.setdefault("model", (time.perf_counter() - began) * 1000)
        yield page.answer(self._use(page), timings)

    def _statements(
        self,
        draft: Answer,
        query: Query,
        question: str,
        sources: Sequence[str] | None,
        page: Draft,
    ) -> Iterator[tuple[_Asked, Proof]]:
        reader = ReplyReader()
        for asked, item in self._replies(draft, query, question, sources):
            if isinstance(item, Reply):
                page.tokens, page.cached = item.tokens, item.cached
                page.failure = "the reply was cut off at SOUNDINGS_LLM_TOKENS" if item.cut else None
                asked.reply = item.text
                page.outcome = reader.outcome if reader.well_formed or item.cut else None
                page.missing = reader.missing
                written = [] if page.proofs else reader.rest()
            else:
                if not asked.reply:
                    reader = ReplyReader()
                asked.reply += item
                written = reader.feed(item)
                page.outcome = reader.outcome
            for each in written:
                if len(page.proofs) < MOST_STATEMENTS:
                    yield asked, self._proof(each, asked)

    def _replies(
        self, draft: Answer, query: Query, question: str, sources: Sequence[str] | None
    ) -> Iterator[tuple[_Asked, str | Reply]]:
        """The pieces of the reply, and at last the whole of it. A prompt that proves too long is
        sent again with half of the evidence. Raises PromptTooLong where none is left."""
        settings, begun = self._writer.settings, False
        window = settings.llm_window or self._writer.model.window(self._deadline) or WINDOW
        bare = sum(len(m.content) for m in answer_prompt(question, ()))
        room = (window - min(settings.llm_tokens, window // 2)) * CHARACTERS_A_TOKEN - bare
        refused: PromptTooLong | None = None
        while True:
            evidence = gather(self._writer.store, query, draft, room, sources)
            last = len(evidence.passages) <= 1
            if not evidence.texts or (last and evidence.size > max(room, 0)):
                raise refused or PromptTooLong(
                    f"not one passage fits in a window of {window:,} tokens. Raise "
                    "SOUNDINGS_LLM_WINDOW if the model's is larger"
                )
            messages = answer_prompt(question, evidence.texts)
            asked = _Asked(question=question, messages=messages, evidence=evidence)
            try:
                for item in self._writer.asked(messages, ANSWER, self._deadline):
                    begun = True
                    yield asked, item
                return
            except PromptTooLong as exc:
                if begun or last:
                    raise
                refused, room = exc, evidence.size // 2

    def _proof(self, written: Written, asked: _Asked) -> Proof:
        evidence = asked.evidence
        behind = evidence.cited(written.cites)
        if not behind:
            return uncited(written, self._writer.hush(visible(written.text)))
        passages = {passage.id: passage for passage in evidence.passages}
        leads = dict.fromkeys(context_of(passages[c.passage], c.start) for c in behind)
        around = evidence.around(behind)
        beside = Beside(
            around=around,
            asked=asked.question,
            read=evidence.words,
            names=other_language(written.text, languages_of([around])) is None,
        )
        leads_to = "\n".join(filter(None, leads))
        return self._writer.prove(written.text, behind, leads=leads_to, beside=beside)

    def _read_again(self, page: Draft, timings: dict[str, float]) -> None:
        """Have the model judge statements beside their quotes, apart from how they were made."""
        told = {
            i: (proof.text, _evidence(proof))
            for i, proof in enumerate(page.proofs)
            if proof.standing is not Standing.REFUSED and not proof.quoted
        }
        if not told or not self._writer.reads_again:
            return
        began = time.perf_counter()
        try:
            reply = self._writer.whole(check_prompt(told), VERDICTS, self._deadline)
        except ModelError:
            return  # what was judged without it stands
        for i, (supported, why) in read_verdicts(reply.text).items():
            if i not in told:
                continue
            page.read_again = True
            proof = page.proofs[i]
            page.proofs[i] = replace(
                proof,
                standing=Standing.PROVED if supported else Standing.UNCONFIRMED,
                support=moved(proof.support, CONFIRMED if supported else -CONFIRMED),
                why=None if supported else visible(why)[:200] or "a second reading did not find it",
            )
        spent = (time.perf_counter() - began) * 1000
        timings["second_reading"] = timings.get("second_reading", 0.0) + spent

    def _repair(self, page: Draft, asked: _Asked, timings: dict[str, float]) -> None:
        """Have the model put right, once, what could not be confirmed."""
        faulty = page.faulty
        if not faulty or page.failure is not None:
            return
        began = time.perf_counter()
        faults = [(page.proofs[i].text, page.proofs[i].why or "not confirmed") for i in faulty]
        messages = [
            *asked.messages,
            Message(role="assistant", content=in_whole_characters(asked.reply)),
            *repair_prompt(asked.question, faults),
        ]
        reader = ReplyReader()
        try:
            written = reader.feed(self._writer.whole(messages, ANSWER, self._deadline).text)
        except ModelError:
            return
        said = {proof.text for proof in page.proofs}
        mended = Draft(page.extractive, drop_unconfirmed=True)
        again = set[int]()
        for each in written[:MOST_STATEMENTS]:
            proof = self._proof(each, asked)
            if proof.text in said:
                again |= {i for i in faulty if page.proofs[i].text == proof.text}
            else:
                mended.take(proof)
        self._read_again(mended, timings)
        found: dict[int, list[Proof]] = {}
        for proof in mended.shown:
            found.setdefault(_nearest(proof, faulty, page), []).append(proof)
        again |= {_nearest(mended.proofs[i], faulty, page) for i in mended.faulty}
        for place in reversed(faulty):
            if place in found:
                page.put_right(place, found[place])
            elif reader.well_formed and place not in again:
                page.take_back(place)
        timings["repair"] = (time.perf_counter() - began) * 1000

    def _use(self, page: Draft) -> Use:
        return Use(
            model=self._writer.name,
            prompt=load_prompt("answer").version,
            prompt_tokens=page.tokens.prompt if page.tokens else None,
            completion_tokens=page.tokens.completion if page.tokens else None,
            cached=page.cached,
            checked=page.read_again,
            fallback=page.fallback(),
        )


def _evidence(proof: Proof) -> list[str]:
    """What a second reading is given beside a statement."""
    places = dict.fromkeys(
        " › ".join(filter(None, (quote.title, quote.heading))) for quote in proof.behind
    )
    told = [f"(from: {place})" for place in places]
    return [*told, *filter(None, [proof.leads]), *(quote.quote for quote in proof.behind)]


def _nearest(proof: Proof, places: Sequence[int], page: Draft) -> int:
    """The place of the statement that another shares the most words with."""
    mine = read(proof.text).stems
    return max(places, key=lambda i: len(mine & read(page.proofs[i].text).stems))
