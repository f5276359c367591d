"""The Ask tab: questions, and answers with their quotes."""

import logging
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import gradio as gr
from fastapi import APIRouter

from assistant import view
from assistant.engine import QUESTION_CHARACTERS, Engine
from assistant.examples import example_questions, outlines_of
from assistant.models import Turn
from assistant.view import Exchange
from vectorstore import SoundingsError, Source
from vectorstore.page.markup import Html, element
from vectorstore.page.tab import panel

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
    with gr.Tab("Ask", id="ask", elem_id="tab-ask"):
        with gr.Column(elem_id="ask"):
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
    """What the tab's own script reads; nothing yet."""
    return APIRouter()


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
