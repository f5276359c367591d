"""The Evaluate tab: run the suite, see the verdict, compare runs, walk through the failures, and
write gold questions."""

import gradio as gr
from fastapi import APIRouter

from assistant.answering.engine import Engine
from eval.page.parts import ADDRESS
from eval.page.routes import routes_of
from web.look import theme as look
from web.look.markup import element
from web.tab import panel


def head() -> str:
    """The styles and the script that the tab needs, for the page's head."""
    return look.dressed("eval", "evaluate")


def add_tab(engine: Engine) -> None:
    """Build the tab inside the current `gr.Tabs`: a frame that its script fills."""
    frame = element(
        "div",
        element("p", "", role="alert", id="ev-error"),
        element("p", "", role="status", id="ev-status", class_="unseen"),
        element("div", element("p", "One moment …", class_="quiet"), id="ev-shown"),
        id="ev",
        data_first=f"{ADDRESS}/first",
        data_progress=f"{ADDRESS}/progress",
    )
    with gr.Tab("Evaluate", id="evaluate", elem_id="tab-evaluate"):
        panel(frame, "evaluate")


def routes(engine: Engine) -> APIRouter:
    """What the script fetches and sends, for evaluators alone."""
    return routes_of(engine)
