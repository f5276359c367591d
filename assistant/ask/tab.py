"""The Ask tab: questions, and answers with their quotes."""

import json
from collections.abc import Collection, Iterator
from functools import cache
from threading import Event
from typing import Any

import gradio as gr
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from assistant.answering.engine import QUESTION_CHARACTERS, Engine
from assistant.ask import glance, view, welcome
from assistant.ask.after import EXPORT_ADDRESS, FORMS
from assistant.ask.chat import Asked, Chat
from assistant.errors import AssistantError
from assistant.keeping.conversations import Conversation, Conversations
from assistant.keeping.export import conversation_markdown, evidence
from assistant.keeping.feedback import FeedbackBook, Verdict
from assistant.keeping.kept import kept_of
from assistant.keeping.places import Sources
from assistant.turn.kinds import Kind
from vectorstore import SoundingsError, Source, UsageError
from web.identity.people import require
from web.limits.shares import Pool, pooled
from web.look import theme as look
from web.look.markup import Html, element
from web.running import Running
from web.tab import OPEN, panel

DEED = "ask"
_EMPTY = "Type a question first, or choose one of the examples."
_NO_SOURCE = "Choose at least one source to ask."
_ANEW = gr.update(visible=True)


def head() -> str:
    """The styles and the script that the tab needs, for the page's head."""
    return look.dressed("assistant.ask", "ask")


def add_tab(engine: Engine) -> None:
    """Build the tab inside the current `gr.Tabs`."""
    ask = _Ask(chat_of(engine))
    with gr.Tab("Ask", id="ask", elem_id="tab-ask"), gr.Column(elem_id="ask"):
        shown = panel(ask.first(), "ask-conversation")
        panel(element("p", "", role="status", id="ask-status", class_="unseen"), "ask-live")
        with gr.Row(elem_id="ask-form"):
            anew = gr.Button("New conversation", elem_id="ask-anew", visible=False, size="sm")
            choice = panel(Html(""), "ask-choice")
            box = gr.Textbox(
                label="Your question",
                lines=1,
                max_lines=6,
                max_length=QUESTION_CHARACTERS,
                placeholder="",
                elem_id="ask-question",
                scale=1,
            )
            button = gr.Button("Ask", variant="primary", elem_id="ask-button", scale=0)
            hint = panel(Html(""), "ask-hint")
            # Set by the script: that the box holds a reading that the person puts right, the
            # ids of the chosen sources, and what else is to be done.
            worded, narrowed, command = (_unseen(f"ask-{n}") for n in ("worded", "only", "do"))
            id = _unseen("ask-id")
            stop = gr.Button(visible="hidden", elem_id="ask-stop")

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on(
        [box.submit, button.click],
        ask.answer,
        inputs=[box, worded, narrowed, id],
        outputs=[box, worded, id, shown, hint, anew],
        concurrency_id="ask",
        concurrency_limit=OPEN,
        trigger_mode="always_last",  # what is asked while an answer grows comes after it
        **quiet,
    )
    beside: dict[str, Any] = {"concurrency_id": "beside", **quiet}
    opened = [narrowed, id, shown, choice, hint, anew]
    stop.click(ask.stop, **beside)
    anew.click(ask.anew, outputs=[box, worded, *opened], **beside)
    every: dict[str, Any] = {"trigger_mode": "multiple", **beside}  # none is dropped
    command.submit(ask.do, inputs=[command, id], outputs=[shown, hint], **every)
    blocks = gr.context.Context.root_block
    assert blocks is not None
    blocks.load(ask.opened, outputs=opened, **beside)
    blocks.unload(ask.stop)


def _unseen(elem_id: str) -> gr.Textbox:
    return gr.Textbox(visible="hidden", elem_id=elem_id, show_label=False)


@cache
def chat_of(engine: Engine) -> Chat:
    """The conversations of the engine's home: one for each engine, since what is not to be kept on
    the disk is shared by the tab and its routes all the same."""
    conversations = Conversations(kept_of(engine), days=engine.settings.keep_days)
    return Chat(engine, conversations, FeedbackBook(kept_of(engine, always=True)))


def routes(engine: Engine) -> APIRouter:
    """The library at a glance, and a conversation as a file, for the person who had it."""
    router = APIRouter()
    exporting = Pool("exports", threads=2, each=4)
    aside = Pool("questions to go on with", threads=4, each=4)  # they are tried, which takes time

    @router.get(glance.ADDRESS, response_class=HTMLResponse)
    def at_a_glance(request: Request) -> HTMLResponse:
        require(request, DEED)
        chat = chat_of(engine)
        piece = glance.picture(chat.glance.now(wait=True), chat.sources())
        return HTMLResponse(piece, headers={"Cache-Control": "no-store"})

    @router.get("/in-short", response_class=HTMLResponse)
    def in_short(request: Request, id: str) -> HTMLResponse:
        require(request, DEED)
        piece = glance.in_short(engine.store, id)
        return HTMLResponse(piece, headers={"Cache-Control": "no-store"})

    @router.get("/followups", response_class=HTMLResponse)
    @pooled(aside)
    def go_on(request: Request, id: str, number: int, stop: Event) -> HTMLResponse:
        person = require(request, DEED)
        try:
            found = chat_of(engine).followups(person.key, id, number, stop)
        except SoundingsError:
            found = ()  # the answer stands without them
        piece = view.next_questions(number, found)
        return HTMLResponse(piece, headers={"Cache-Control": "no-store"})

    @router.get(EXPORT_ADDRESS)
    @pooled(exporting)
    def export(request: Request, id: str, form: str) -> Response:
        person = require(request, DEED)
        kept = chat_of(engine).open(person.key, id)
        if form not in FORMS:
            raise UsageError(f"a conversation is given out as {', '.join(FORMS)}, not as '{form}'")
        content, kind = _exported(chat_of(engine), kept, form)
        name = f"soundings-conversation.{form}"
        return Response(
            content,
            media_type=kind,
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "no-store",
            },
        )

    return router


def _exported(chat: Chat, conversation: Conversation, form: str) -> tuple[str | bytes, str]:
    sources = chat.sources()
    if form == "md":
        return conversation_markdown(conversation, sources), "text/markdown; charset=utf-8"
    if form == "docx":
        from assistant.keeping.export_word import (
            conversation_docx,  # what it loads is rarely needed
        )

        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return conversation_docx(conversation, sources), kind
    return evidence(conversation), "application/jsonl; charset=utf-8"


class _Ask:
    """What the tab's events do. Each begins by asking who is there, and whether they may."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._running, self._left = Running(), Running()

    def first(self) -> Html:
        """What stands there until it is known who is there."""
        sources = self._chat.sources().values()
        known = self._chat.glance.now()
        return welcome.welcome(sources, self._chat.examples(), (), self._chat.model, known)

    def opened(self, request: gr.Request) -> tuple[Any, ...]:
        """The conversation that the address names, or the welcome."""
        id = str(request.query_params.get("conversation", ""))
        person = require(request, DEED).key
        if not id:
            return self._none(person)
        try:
            found = self._chat.open(person, id)
        except AssistantError as exc:
            return self._none(person, told=str(exc))
        held = self._chat.sources()
        choice = welcome.choice(held.values(), found.sources)
        narrowed = "" if found.sources is None else json.dumps(found.sources)
        return narrowed, id, self._show(person, found, held), choice, Html(""), _ANEW

    def anew(self, request: gr.Request) -> tuple[Any, ...]:
        """An empty box, no conversation, the welcome. An answer that still grows is ended, and does
        not come in their place."""
        self._left.stop(request)
        self._running.stop(request)
        return "", "", *self._none(require(request, DEED).key)

    def _none(self, person: str, told: str = "") -> tuple[Any, ...]:
        held = self._chat.sources().values()
        choice = welcome.choice(held, None)
        hint = element("p", told) if told else Html("")
        return "", "", self._welcome(person, held), choice, hint, gr.update(visible=False)

    def answer(
        self,
        typed: str | None,
        worded: str | None,
        narrowed: str | None,
        id: str | None,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """First the question with a place held for its answer, then the answer in it as it grows.
        `worded` is "yes" where it is to be asked as it stands, with nothing of the conversation
        added, and "as" with a kind where it is to be taken for that."""
        person = require(request, DEED).key
        # Half a character, as is left of an emoji that was cut, cannot be kept or sent back
        question = (typed or "").encode("utf-8", "replace").decode().strip()
        sources = _ids(narrowed)
        wrong = "" if any(c.isalnum() for c in question) else _EMPTY
        if wrong or sources == ():
            yield *[gr.skip()] * 4, element("p", wrong or _NO_SOURCE), gr.skip()
            return
        told = (worded or "").removeprefix("as ")
        kind = Kind(told) if told in set(Kind) else None
        asked = Asked(question=question, sources=sources, worded=worded == "yes", kind=kind)
        held = self._chat.sources()  # once: it is drawn again with every statement
        empty: tuple[Any, Any] = ("", "")
        with self._running.begun(request) as stop, self._left.begun(request) as left:
            for grown, told in self._chat.ask(person, id or "", asked, stop):
                if left.is_set():
                    continue
                hint = element("p", told) if told else Html("")
                yield *empty, grown.id, self._show(person, grown, held), hint, _ANEW
                empty = (gr.skip(), gr.skip())
        yield (gr.skip(),) * 6  # Gradio sends what came last once more, later

    def stop(self, request: gr.Request) -> None:
        """End the work on this person's question, if there is any."""
        self._running.stop(request)

    def do(self, command: str | None, id: str | None, request: gr.Request) -> tuple[Any, Any]:
        """Delete, or say of an answer whether it helped."""
        person = require(request, DEED).key
        try:
            asked = json.loads(command or "")
            if asked["do"] == "delete":
                if asked["conversation"] == "all":
                    self._chat.kept.delete_all(person)
                else:
                    self._chat.kept.delete(person, str(asked["conversation"]))
                return self._welcome(person, self._chat.sources().values()), Html("")
            verdict, reason = Verdict(asked["verdict"]), asked.get("reason")
            reason = None if reason is None else str(reason)
            self._chat.say(person, id or "", int(asked["number"]), verdict, reason)
        except (ValueError, KeyError, TypeError):
            return gr.skip(), gr.skip()  # none of our script's
        except SoundingsError as exc:
            return gr.skip(), element("p", str(exc))
        return gr.skip(), Html("")

    def _welcome(self, person: str, held: Collection[Source]) -> Html:
        try:
            earlier = self._chat.kept.listed(person)
        except SoundingsError:
            earlier = []
        known = self._chat.glance.now()
        return welcome.welcome(held, self._chat.examples(), earlier, self._chat.model, known)

    def _show(self, person: str, conversation: Conversation, held: Sources) -> Html:
        try:
            said = self._chat.book.said(person, conversation.id)
            since = self._chat.changed_since(conversation, held)
        except SoundingsError:
            said, since = {}, {}
        return view.conversation(conversation, held, said=said, since=since)


def _ids(narrowed: str | None) -> tuple[str, ...] | None:
    """The ids of the chosen sources; None for all."""
    try:
        listed = json.loads(narrowed) if narrowed else None
    except ValueError:
        return None
    return tuple(map(str, listed)) if isinstance(listed, list) else None
