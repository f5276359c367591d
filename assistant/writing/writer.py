"""The writer: an extractive answer in, the same answer in a model's words out, proved.

Every statement passes the gate before it is shown. One that does not is replaced by the quote that
it named, or left out, and counted either way. Where nothing of the model's stands, the answer
stays what it was.
"""

import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from assistant.finding.excerpts import cited, quote_of
from assistant.models import Answer, Citation, Dropped, Outcome, Turn, Use
from assistant.proof import Checker, Slice, Verdict, judge
from assistant.proof.said import read
from assistant.settings import AssistantSettings
from assistant.writing.cache import Reply, ReplyCache, key_of
from assistant.writing.draft import Draft, Proved
from assistant.writing.errors import ModelBusy, ModelError, PromptTooLong
from assistant.writing.locate import locate_sentences
from assistant.writing.models import Deadline, Message, Model
from assistant.writing.parse import StatementReader, Written, read_field, statements_of
from assistant.writing.prompt import Evidence, answer_prompt, followup_prompt, load_prompt
from assistant.writing.rewrite import QUESTION, REPLY_TOKENS, is_faithful
from vectorstore import Library, Passage, visible

PASSAGES_SHOWN = 2  # they are most of what a model has to read before its first word
MOST_STATEMENTS = 8
STATEMENT_CHARACTERS = 600
NEAREST_SENTENCES = 3  # of the passages, that a statement which fell is tried on
SHARED_WORDS = 0.5  # of a statement's words with meaning, that such a sentence holds at least
AT_ONCE = 24  # answers that a model writes at the same time, be it ever so slow
# Where one of two statements ends that a model joined: what follows is a clause of its own.
_CLAUSE_END = re.compile(
    r"(?:;|,(?: and| but| while)) (?=(?:it|he|she|they|the|this|its|his|her)\b)"
    r"| and (?=(?:it|he|she|they)\b)"
)
_FULL_NAME = re.compile(r"\b(?P<first>[A-Z][a-z]+) (?P<last>[A-Z][a-z][\w-]*)")
_WORD = re.compile(r"\w[\w-]*")
# What could make a page or a person fetch something, or pass for the page's own markup.
_MARKUP = re.compile(r"https?:|www\.|\]\(|!\[|<\w|</|&\w+;|```|\bjavascript:|\bdata:", re.I)


class ModelWriter:
    """Writes answers with a language model. Safe to use from several threads."""

    def __init__(
        self, model: Model, library: Library, settings: AssistantSettings, checker: Checker | None
    ):
        """Without a `checker` only what is verbatim in its quotes stands."""
        self._model = model
        self._library = library
        self._settings = settings
        self._checker = checker
        self._replies = ReplyCache(settings.llm_cache)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    @property
    def name(self) -> str:
        """What the model is called."""
        return self._model.name

    def hush(self, text: str) -> str:
        """The text without the key, should a service ever echo it."""
        return self._model.hush(text)

    def begin(self, stop: threading.Event | None = None) -> "Writing":
        """The writing of one answer, until `stop` is set: from here on the time limit counts."""
        unready = None
        try:
            self._model.prepare()
        except ModelError as exc:
            unready = exc
        return Writing(self, Deadline(self._settings.llm_seconds, stop), unready)

    def replies(
        self, question: str, evidence: Evidence, deadline: Deadline
    ) -> Iterator[tuple[str | Reply, Evidence]]:
        """The pieces of the reply with the evidence that was shown, and at last the whole of it.

        A prompt that proves too long is sent again with half the evidence.
        """
        settings, begun = self._settings, False
        while True:
            messages, evidence = answer_prompt(
                question, evidence, window=settings.llm_window, reply=settings.llm_tokens
            )
            form = statements_of([quote.marker for quote in evidence.quotes])
            try:
                for item in self._asked(messages, form, deadline):
                    begun = True
                    yield item, evidence
                return
            except PromptTooLong:
                if begun or evidence.size == 1:
                    raise
                evidence = evidence.first((evidence.size + 1) // 2)

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
        self._model.prepare()
        *_, reply = self._asked(messages, schema, Deadline(self._settings.llm_seconds, stop))
        assert isinstance(reply, Reply)
        return replace(reply, text=self._model.hush(reply.text))

    def _asked(
        self, messages: Sequence[Message], schema: Mapping[str, Any], deadline: Deadline
    ) -> Iterator[str | Reply]:
        """The pieces of the reply, and at last the whole of it; one given before is not asked for
        again."""
        tokens = self._settings.llm_tokens
        key = key_of(messages, tokens)
        known = self._replies.get(key)
        if known is not None:
            yield known.text
            yield replace(known, cached=True)
            return
        said, finish, cost = list[str](), None, None
        for piece in self._model.stream(messages, schema=schema, tokens=tokens, deadline=deadline):
            said.append(piece.text)
            finish, cost = piece.finish or finish, piece.tokens or cost
            yield piece.text
        reply = Reply(text="".join(said), tokens=cost, cut=finish == "length")
        if finish == "stop":
            self._replies.put(key, reply)
        yield reply

    def prove(self, written: Written, evidence: Evidence) -> Proved | Dropped:
        """The statement with its quotes, where all are there and it stands on them."""
        text = self._model.hush(visible(written.text))
        behind = self._behind(written, evidence)
        if isinstance(behind, str):
            return Dropped(text=text[:STATEMENT_CHARACTERS], why=behind)
        if len(text) > STATEMENT_CHARACTERS:
            return Dropped(text=text[:STATEMENT_CHARACTERS], why="it is too long for a statement")
        if _MARKUP.search(text):
            return Dropped(text=text, why="it holds a link or markup")
        first = self._judged(text, behind)
        proved = self._proved(text, behind, first, evidence)
        if proved is None and first.lacks:
            named = by_surname(text, " ".join(quote.quote for quote in behind))
            if named != text:
                proved = self._proved(named, behind, self._judged(named, behind), evidence)
        return proved or Dropped(text=text, why=first.why or "ungrounded")

    def _proved(
        self, text: str, behind: list[Citation], first: Verdict, evidence: Evidence
    ) -> Proved | None:
        """What of a statement stands, whose quotes alone came to `first`: all of it, or all but its
        last clause."""
        for verdict, quotes in self._tries(text, behind, first, evidence):
            if verdict.stands:
                return Proved(text=text, support=verdict.support, behind=tuple(quotes))
        end = _CLAUSE_END.search(text)
        if end is None:
            return None
        shown = text[: end.start()] + "."
        verdict = self._judged(shown, behind)
        if not verdict.stands:
            return None
        cut = Dropped(text=text[end.end() :], why=first.why or "ungrounded")
        return Proved(text=shown, support=verdict.support, behind=tuple(behind), cut=cut)

    def _tries(
        self, text: str, behind: list[Citation], first: Verdict, evidence: Evidence
    ) -> Iterator[tuple[Verdict, list[Citation]]]:
        """The statement on its quotes; where these lack a name or a number, on each further quote
        of the same passage as well: "she" of one sentence is named in the one before. Then on the
        sentences of the passages that are nearest in words: a small model writes what a passage
        says, and names a quote that does not."""
        yield first, behind
        if first.stands:
            return
        passages = {quote.passage for quote in behind}
        for quote in evidence.quotes if first.lacks else ():
            if quote.passage in passages and quote not in behind:
                wider = sorted([*behind, quote], key=lambda q: q.place)
                yield self._judged(text, wider), wider
        for sentence in self._nearest(text, evidence):
            yield self._judged(text, [sentence]), [sentence]

    def _nearest(self, text: str, evidence: Evidence) -> list[Citation]:
        """The sentences of the passages that share the most words with a statement, best first."""
        wanted = read(text).stems
        shares = [
            (len(wanted & read(passage.slice(s.start, s.end)).stems) / len(wanted), passage, s)
            for passage in evidence.passages
            for s in passage.sentences
            if wanted
        ]
        near = sorted((x for x in shares if x[0] >= SHARED_WORDS), key=lambda x: -x[0])
        return [
            self._cited(passage, s.start, s.end, evidence)
            for _, passage, s in near[:NEAREST_SENTENCES]
        ]

    def _judged(self, text: str, behind: Sequence[Citation]) -> Verdict:
        slices = [Slice.cited(citation) for citation in behind]
        return judge(text, slices, self._library, self._checker)

    def _behind(self, written: Written, evidence: Evidence) -> list[Citation] | str:
        """The quotes that a statement names and copies, or why they are not there."""
        known = {quote.marker: quote for quote in evidence.quotes}
        behind: dict[tuple[str, int, int], Citation] = {}
        for number in written.numbers:
            if number not in known:
                return f"it cites quote {number}, which does not exist"
            quote = known[number]
            behind.setdefault(quote.place, quote)
        labels = {label for label, _ in evidence.labelled()}
        for words in written.copied:
            if words.strip() in labels:  # it names a passage, and copies nothing
                continue
            found = self._located(words, evidence)
            if found is None:
                return f"what it quotes is in no source: “{self._model.hush(visible(words))[:100]}”"
            behind.setdefault(found.place, found)
        return list(behind.values()) or "it names no quote"

    def _located(self, words: str, evidence: Evidence) -> Citation | None:
        for passage in evidence.passages:
            span = locate_sentences(words, passage)
            if span is not None:
                return self._cited(passage, *span, evidence)
        return None

    def _cited(self, passage: Passage, start: int, end: int, evidence: Evidence) -> Citation:
        for quote in evidence.quotes:  # a numbered quote that holds it is as good
            if quote.source == passage.source and quote.start <= start and end <= quote.end:
                return quote
        return cited(quote_of(passage, start, end, 0.0), self._library, marker=0)


def by_surname(text: str, quoted: str) -> str:
    """The text with people named as what is quoted names them: "Ada Berg" is "Berg" where that
    says "Captain Berg" and knows no Ada."""
    known = set(_WORD.findall(quoted))

    def named(match: re.Match[str]) -> str:
        first, last = match["first"], match["last"]
        is_name = first not in known and read(first).stems
        return last if is_name and last in known else match[0]

    return _FULL_NAME.sub(named, text)


class Writing:
    """One answer being written."""

    def __init__(self, writer: ModelWriter, deadline: Deadline, unready: ModelError | None):
        self._writer = writer
        self._model = writer._model
        self._deadline = deadline
        self._failed = unready

    def standalone(self, question: str, history: Sequence[Turn], ruled: str) -> str:
        """A follow-up made to stand alone by the model; `ruled`, the form that rules gave it,
        where the model fails or adds what the turns do not hold."""
        if not history or self._failed is not None:
            return ruled
        pieces = self._model.stream(
            followup_prompt(question, history),
            schema=QUESTION,
            tokens=REPLY_TOKENS,
            deadline=self._deadline,
        )
        try:
            with self._writer.place():
                said = "".join(piece.text for piece in pieces)
        except ModelError as exc:
            self._failed = exc
            return ruled
        rewritten = visible((read_field(said, "question") or "").strip())
        return rewritten if is_faithful(rewritten, question, history) else ruled

    def write(self, draft: Answer) -> Iterator[Answer]:
        """The answer as it grows, statement by proved statement; the last one is whole.

        `draft` is the extractive answer: its quotes are the evidence, and it is what is given,
        with the reason, where the model has nothing that stands. A withheld one is given as it is:
        where there is no evidence, no model is asked.
        """
        if draft.outcome is Outcome.WITHHELD:
            yield draft
            return
        began = time.perf_counter()
        page = Draft(draft)
        timings = dict(draft.timings_ms)
        try:
            if self._failed is not None:
                raise self._failed
            with self._writer.place():
                for written, evidence in self._statements(draft, page):
                    page.take(self._writer.prove(written, evidence), written)
                    if not page.grew():
                        continue
                    spent = (time.perf_counter() - began) * 1000
                    timings.setdefault("first_statement", spent)
                    timings["last_statement"] = spent
                    yield page.answer(self._use(page), timings)
        except ModelError as exc:
            page.failure = self._model.hush(str(exc))
        page.finish()
        timings["model"] = (time.perf_counter() - began) * 1000
        yield page.answer(self._use(page), timings)

    def _statements(self, draft: Answer, page: Draft) -> Iterator[tuple[Written, Evidence]]:
        all_there_is = Evidence(
            quotes=draft.citations,
            passages=tuple(hit.passage for hit in draft.hits[:PASSAGES_SHOWN]),
        )
        reader, given = StatementReader(), 0
        for item, shown in self._writer.replies(
            draft.standalone_question, all_there_is, self._deadline
        ):
            if isinstance(item, Reply):
                page.tokens, page.cached = item.tokens, item.cached
                page.failure = "the reply was cut off at SOUNDINGS_LLM_TOKENS" if item.cut else None
                written = [] if given else reader.rest()
            else:
                written = reader.feed(item)
            for each in written:
                given += 1
                yield each, shown
                if given == MOST_STATEMENTS:
                    return

    def _use(self, page: Draft) -> Use:
        return Use(
            model=self._model.name,
            prompt=load_prompt("answer").version,
            prompt_tokens=page.tokens.prompt if page.tokens else None,
            completion_tokens=page.tokens.completion if page.tokens else None,
            cached=page.cached,
            fallback=page.fallback(),
        )
