"""The Discuss tab: a topic in, a discussion pack out, changed prompt by prompt, saved and kept."""

import json
import logging
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import gradio as gr
from fastapi import APIRouter, Request
from fastapi.responses import Response

from assistant.answering.engine import Engine
from assistant.keeping.kept import kept_of
from assistant.packs import shelf
from assistant.packs.desk import Desk
from assistant.packs.files.formats import FORMATS, pack_file
from assistant.packs.files.markdown import Part
from assistant.packs.models import (
    AUDIENCE,
    AUDIENCE_CHARACTERS,
    MINUTES,
    TOPIC_CHARACTERS,
)
from assistant.packs.sessions import SessionBook
from assistant.packs.workshop import Workshop
from vectorstore import SoundingsError, UsageError
from web.identity.people import require
from web.limits.shares import Pool, Shares, TooMuch, pooled
from web.look import theme as look
from web.look.markup import Html, element
from web.running import Running
from web.tab import panel

FILE_ADDRESS = "/pack-file"
DEED = "discuss"
AT_ONCE = 2  # packs that are made at the same time
_FAULT = (
    "Something went wrong on our side, and nothing was changed. Try it again. If it goes wrong "
    "again, the person who runs this page finds the reason in its log."
)
_log = logging.getLogger(__name__)


def head() -> str:
    """The styles and the script that the tab needs, for the page's head."""
    return look.dressed("assistant.packs", "discuss")


def add_tab(engine: Engine) -> None:
    """Build the tab inside the current `gr.Tabs`."""
    discuss = _discuss(engine)
    with (
        gr.Tab("Discuss", id="discuss", elem_id="tab-discuss") as tab,
        gr.Row(elem_id="discuss", equal_height=False),
    ):
        with gr.Column(elem_id="discuss-form"):
            topic = gr.Textbox(
                label="Topic", max_length=TOPIC_CHARACTERS, lines=1, elem_id="discuss-topic"
            )
            audience = gr.Textbox(
                label="For whom",
                value=AUDIENCE,
                max_length=AUDIENCE_CHARACTERS,
                elem_id="discuss-for",
            )
            with gr.Row(elem_id="discuss-numbers"):
                minutes = gr.Number(label="Minutes", value=MINUTES, precision=0)
                prompts = gr.Number(label="Prompts (0: as many as fit)", value=0, precision=0)
            by_model = gr.Checkbox(
                label="Let the language model word the questions",
                value=discuss.workshop.has_model,
                visible=discuss.workshop.has_model,
                elem_id="discuss-model",
            )
            with gr.Row(elem_id="discuss-buttons"):
                make = gr.Button("Make pack", variant="primary", elem_id="discuss-make")
                stop = gr.Button("Stop", elem_id="discuss-stop", visible=False)
            themes = panel(Html(""), "discuss-themes")
        with gr.Column(elem_id="discuss-main"):
            shown = panel(shelf.welcome(), "discuss-pack")
            said = element("p", "", role="status", id="discuss-status", class_="unseen")
            panel(said, "discuss-live")
        # The script puts what a button of the pack does here, and submits it.
        act = gr.Textbox(visible="hidden", elem_id="discuss-act", show_label=False)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    gr.on(
        [topic.submit, make.click],
        discuss.make,
        inputs=[topic, audience, minutes, prompts, by_model],
        outputs=[shown, stop],
        concurrency_id="pack",
        concurrency_limit=AT_ONCE,
        **quiet,
    )
    act.submit(
        discuss.act,
        inputs=[act],
        outputs=[shown, stop],
        concurrency_id="pack",
        trigger_mode="multiple",  # Back is pressed before the last of it has come: none is dropped
        **quiet,
    )
    stop.click(discuss.stop, **quiet)
    blocks = gr.context.Context.root_block
    assert blocks is not None
    blocks.unload(discuss.stop)
    tab.select(discuss.themes, outputs=[themes], **quiet)


def routes(engine: Engine) -> APIRouter:
    """The files of packs."""
    router = APIRouter()
    discuss = _discuss(engine)

    @router.get(FILE_ADDRESS)
    @pooled(Pool("files of packs", threads=2, each=4))
    def file(request: Request, id: str, format: str = "docx", part: str = "all") -> Response:
        return discuss.file(request, id, format, part)

    return router


class _Discuss:
    """What the tab's events do. Each says who asks for it, and may be refused."""

    def __init__(self, engine: Engine) -> None:
        desk = Desk(kept_of(engine), days=engine.settings.keep_days)
        self.workshop = Workshop(engine, desk, SessionBook(kept_of(engine, always=True)))
        self._running = Running()
        self._making = Shares(1, "packs")  # so that nobody has both places

    def themes(self, request: gr.Request) -> Html:
        require(request, DEED)
        try:
            return self.workshop.themes()
        except SoundingsError as exc:
            return element("p", str(exc))

    def make(
        self,
        topic: str | None,
        audience: str | None,
        minutes: float | None,
        prompts: float | None,
        by_model: bool,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """How far it has come, step by step, and at last the pack."""
        owner = require(request, DEED)
        asked = self.workshop.request_of(topic, audience, minutes, prompts)
        button = gr.update(visible=True)
        try:
            with self._making.taken(owner.key), self._running.begun(request) as stop:
                making = self.workshop.make(owner, asked, by_model=by_model, stop=stop)
                for shown in self._told(making):
                    yield shown, button
                    button = gr.skip()
        except TooMuch as exc:
            yield shelf.failed(str(exc)), gr.skip()
            return
        yield gr.skip(), gr.update(visible=False)

    def act(self, typed: str | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """What a button of the pack does."""
        person = require(request, DEED)
        order = _order(typed)
        long = order.get("do") in ("another", "others")
        yield gr.skip(), gr.update(visible=True) if long else gr.skip()
        with self._running.begun(request) as stop:
            for shown in self._told(self.workshop.act(person, order, stop)):
                yield shown, gr.skip()
        yield gr.skip(), gr.update(visible=False)

    def stop(self, request: gr.Request) -> None:
        """End the work on this person's pack, if there is any; what is kept lies there still."""
        self._running.stop(request)

    def file(self, request: Request, id: str, format: str, part: str) -> Response:
        """A file of a pack as it lies, to be saved."""
        person = require(request, DEED)
        if format not in FORMATS or part not in list(Part):
            raise UsageError(f"there is no part '{part}' of a pack as '{format}'")
        laid = self.workshop.desk.find(person, id)
        made = pack_file(laid.pack, self.workshop.sources(), format, Part(part))
        headers = {
            "Content-Disposition": f'attachment; filename="{made.name}"',
            "Cache-Control": "no-store",
        }
        return Response(made.content, media_type=made.media, headers=headers)

    def _told(self, steps: Iterator[Html]) -> Iterator[Html]:
        """The steps; a fault of ours as a line that says so."""
        try:
            yield from steps
        except Exception:
            _log.exception("a pack was not made or changed")
            yield shelf.failed(_FAULT)


def _order(typed: str | None) -> dict[str, Any]:
    """What the script asks for; nothing of it is trusted."""
    try:
        order = json.loads(typed or "{}")
    except ValueError:
        return {}
    return order if isinstance(order, dict) else {}


@lru_cache(maxsize=2)
def _discuss(engine: Engine) -> _Discuss:
    """One for the tab and its files, so that both know the same packs."""
    return _Discuss(engine)
