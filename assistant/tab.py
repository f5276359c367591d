"""The Ask tab: questions, answers with their quotes, and the source pane beside them."""

import logging
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import gradio as gr
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant import view
from assistant.engine import QUESTION_CHARACTERS, Engine
from assistant.examples import example_questions, outlines_of
from assistant.models import Turn
from assistant.view import Exchange
from vectorstore import Library, Passage, SoundingsError, Source, UnknownSource
from vectorstore.page import source_view
from vectorstore.page.markup import Html, element
from vectorstore.page.tab import panel

SOURCE_ADDRESS = "/source"
MOST_EXCHANGES = 50  # a conversation shows this many and forgets the oldest

_EMPTY = "Type a question first, or choose one of the examples."
_FAULT = (
    "Something went wrong on our side; the question was not answered. Try it again. "
    "If it goes wrong again, the person who runs this page finds the reason in its log."
)
_log = logging.getLogger(__name__)


def head() -> str:
    """The styles and the script that the tab needs, for the page's head."""
    static = resources.files("assistant") / "static"
    style = (static / "ask.css").read_text("utf-8")
    script = (static / "ask.js").read_text("utf-8")
    return f"<style>{style}</style><script>{script}</script>"


def add_tab(engine: Engine) -> None:
    """Build the tab inside the current `gr.Tabs`."""
    ask = _Ask(engine)
    with gr.Tab("Ask", id="ask", elem_id="tab-ask"), gr.Row(elem_id="ask", equal_height=False):
        with gr.Column(elem_id="ask-main"):
            shown = panel(ask.welcome(), "ask-conversation")
            panel(element("p", "", role="status", id="ask-status", class_="unseen"), "ask-live")
            with gr.Row(elem_id="ask-form"):
                anew = gr.Button("New conversation", elem_id="ask-anew", visible=False, size="sm")
                box = gr.Textbox(
                    label="Your question",
                    lines=1,
                    max_lines=6,
                    max_length=QUESTION_CHARACTERS,
                    placeholder="",
                    elem_id="ask-question",
                    scale=1,
                )
                # Set by the script where the box holds a reading that the person puts right.
                worded = gr.Textbox(visible="hidden", elem_id="ask-worded", show_label=False)
                button = gr.Button("Ask", variant="primary", elem_id="ask-button", scale=0)
                hint = panel(Html(""), "ask-hint")
        with gr.Column(elem_id="ask-side"):
            panel(_pane(), "ask-pane")
        kept = gr.State([], time_to_live=12 * 3600)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on(
        [box.submit, button.click],
        ask.answer,
        inputs=[box, worded, kept],
        outputs=[box, worded, kept, shown, hint, anew],
        concurrency_id="ask",
        **quiet,
    )
    anew.click(ask.anew, outputs=[box, worded, kept, shown, hint, anew], **quiet)
    blocks = gr.context.Context.root_block
    assert blocks is not None
    blocks.load(ask.welcome, outputs=[shown], **quiet)


def routes(engine: Engine) -> APIRouter:
    """What the source pane reads: a quote in its place, as a piece of markup."""
    router = APIRouter()

    @router.get(SOURCE_ADDRESS, response_class=HTMLResponse)
    def source(
        id: str, start: int, end: int, sha256: str = "", whole: bool = False
    ) -> HTMLResponse:
        piece = _opened(engine.store.library, id, (start, end), sha256, whole)
        return HTMLResponse(piece, headers={"Cache-Control": "no-store"})

    return router


def _opened(
    library: Library, source_id: str, span: tuple[int, int], sha256: str, whole: bool
) -> Html:
    start, end = span
    try:
        with library.reading():
            source = library.source(source_id)
            text = library.text(source_id)
            passages = [] if whole else library.passages_of(source_id)
    except UnknownSource:
        return source_view.notice("This source is no longer in the library.")
    except SoundingsError as exc:
        return source_view.notice(f"This source cannot be shown now: {exc}")
    if sha256 and sha256 != source.sha256:
        return source_view.notice(
            f"“{source.title}” has changed since this answer was given. "
            "Ask again for quotes from its present text."
        )
    if not 0 <= start < end <= len(text):
        return source_view.notice("There is no such place in this source.")
    if whole:
        return source_view.whole(source, text, start, end)
    return source_view.in_place(source, text, _around(passages, start), start, end)


def _around(passages: Sequence[Passage], position: int) -> Passage | None:
    """The passage that holds a position."""
    return next((p for p in passages if p.start <= position < p.end), None)


class _Ask:
    """What the tab's events do. Holds nothing of any conversation: that comes and goes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def welcome(self) -> Html:
        library = self._engine.store.library
        with library.reading():
            sources = library.sources()
            outlines = outlines_of(
                (s.title, [h.title for h in library.headings(s.id)]) for s in sources
            )
        return view.welcome(sources, example_questions(outlines))

    def anew(self) -> tuple[str, str, list[Exchange], Html, Html, Any]:
        """An empty box, no conversation, the welcome."""
        return "", "", [], self.welcome(), Html(""), gr.update(visible=False)

    def answer(
        self, typed: str | None, worded: str | None, before: list[Exchange]
    ) -> Iterator[tuple[Any, ...]]:
        """First the question with a place held for its answer, then the answer in it. With
        `worded` it is asked as it stands, and nothing of the conversation is added."""
        question = (typed or "").strip()
        if not any(character.isalnum() for character in question):
            yield *[gr.skip()] * 4, element("p", _EMPTY), gr.skip()
            return
        kept = before[-(MOST_EXCHANGES - 1) :]
        asked = Exchange(question=question)
        yield "", "", gr.skip(), self._show([*kept, asked]), Html(""), gr.update(visible=True)
        after = [*kept, self._ask(question, kept, as_worded=bool(worded))]
        yield gr.skip(), gr.skip(), after, self._show(after), gr.skip(), gr.skip()

    def _show(self, exchanges: Sequence[Exchange]) -> Html:
        sources = {s.id: s for s in self._sources()}
        return view.conversation(exchanges, sources)

    def _sources(self) -> list[Source]:
        try:
            return self._engine.store.library.sources()
        except SoundingsError:  # the answer stands without what is known about its sources
            return []

    def _ask(self, question: str, before: Sequence[Exchange], *, as_worded: bool) -> Exchange:
        try:
            own = question if as_worded else None
            answer = self._engine.ask(question, _turns(before), standalone=own)
        except SoundingsError as exc:
            return Exchange(question=question, failure=str(exc))
        except Exception:
            _log.exception("a question was not answered")
            return Exchange(question=question, failure=_FAULT)
        return Exchange(question=question, answer=answer)


def _turns(exchanges: Sequence[Exchange]) -> list[Turn]:
    """The conversation so far, as the engine takes it; what failed left nothing behind."""
    turns: list[Turn] = []
    for exchange in exchanges:
        if exchange.answer is not None:
            turns.append(Turn(role="user", content=exchange.question))
            turns.append(Turn(role="assistant", content=exchange.answer.answer))
    return turns


def _pane() -> Html:
    """The source pane before anything is opened in it; the script fills it."""

    def control(name: str, text: str, **more: str | int | bool | None) -> Html:
        return element("button", text, type="button", id=f"source-{name}", class_="plain", **more)

    hint = "Choose a quote's number to read it in its place."
    return element(
        "aside",
        element(
            "div",
            element("h2", "Source", id="source-heading"),
            control("close", "Close"),
            class_="pane-head",
        ),
        element("div", element("p", hint, class_="notice"), id="source-shown"),
        element(
            "div",
            control("previous", "‹ Previous", aria_label="Previous"),
            element("span", "", id="source-count"),
            control("next", "Next ›", aria_label="Next"),
            control("whole", "Whole source"),
            class_="pane-foot",
            id="source-controls",
            hidden=True,
        ),
        id="source-pane",
        aria_labelledby="source-heading",
    )
