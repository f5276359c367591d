"""What gradio makes of tabs: a page of them, and the parts that each is built of."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import gradio as gr
from fastapi import FastAPI

from web.identity.door import ACCOUNT, LOGOUT
from web.identity.people import person_of
from web.look import source_pane
from web.look import theme as look
from web.look.markup import Html, element

AT_ONCE = 8  # events of one kind that are served at the same time, but for questions
OPEN = 48  # questions that may be open at once: most of them wait, for a turn or for a model
THREADS = 80  # which wait with them; those of other tabs must find some left
WAITING = 96  # further events that may wait; beyond, the page says that it is busy
EACH = 16  # events of one person that may be under way or wait, where several share the page
PAGES = 24  # page sessions of one person whose results are kept until somebody listens for them
UNHEARD = 64  # messages to one page session, beyond which it has to listen first
SESSIONS = 300  # page sessions whose state is kept: each takes some hundred kilobytes


def panel(value: Html, elem_id: str) -> gr.Markdown:
    """A place for finished markup.

    gr.HTML compiles its template with `Function`, which the page's policy forbids. gr.Markdown
    passes one line of HTML through; its sanitizer would drop the attributes that name things
    for screen readers, and is not needed, since `Html` has escaped every text.
    """
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=False, latex_delimiters=[])


def page_of(adders: Sequence[Callable[[], None]], head: str, *, named: bool) -> FastAPI:
    """A page with the tabs that `adders` build, one each; with `named` it says who is there.

    `state.events()` of the app are the events that are under way there or wait.
    """
    with gr.Blocks(title="Soundings", analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="page-head", equal_height=False):
            panel(_top(), "page-title")
            if named:
                there = panel(Html(""), "page-person")
                blocks.load(_who, outputs=[there], api_visibility="private", show_progress="hidden")
            panel(_look(), "page-look")
        with gr.Row(elem_id="frame", equal_height=False):
            with gr.Column(elem_id="page-main"), gr.Tabs(elem_id="tabs"):
                for add in adders:
                    add()
            with gr.Column(elem_id="source-side"):
                panel(source_pane.pane(), "source-place")
    blocks.max_threads = THREADS
    blocks.queue(max_size=WAITING, default_concurrency_limit=AT_ONCE, api_open=False)
    blocks.state_session_capacity = SESSIONS
    _share(blocks._queue, EACH if named else WAITING + OPEN)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    theme = gr.themes.Base(font=list(look.FONTS), font_mono=list(look.MONO)).set(**look.THEME)
    app.state.events = partial(_events, blocks._queue)
    return gr.mount_gradio_app(  # type: ignore[no-any-return]
        app,
        blocks,
        path="/",
        theme=theme,
        head=head,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        max_file_size=0,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
    )


def _top() -> Html:
    """The way past the tabs, the title, and what is said while the server is away."""
    skip = element("a", "Skip to the question", href="#ask-question", class_="skip")
    away = element("p", "", id="page-away", role="alert")
    return element("div", skip, element("h1", "Soundings"), element("div", away, hidden=True))


# What a tab is for; of those that a role does not have, the styles hide the line.
HELP = {
    "ask": "Ask a question in your own words. Each number in an answer opens the quote in its "
    "document. What the documents do not answer, you are told.",
    "discuss": "Name a topic, an audience and a time, and get a pack to print for a discussion.",
    "library": "See what there is, add files, find passages, bring back what was removed.",
    "evaluate": "Run the questions with known answers, and see whether a change may go out.",
}
KEYS = {
    "Enter": "asks; Shift and Enter begin a new line",
    "Tab": "goes on; the first press offers to skip to the question",
    "Arrows": "go from tab to tab",
    "Escape": "closes a source, and leads back to its number",
}


def _help() -> list[Html]:
    """What the tabs and keys do: a part of the page that the browser opens and closes itself."""
    told = [element("p", text, data_help=tab) for tab, text in HELP.items()]
    keys = [element("li", element("kbd", key), f" {text}") for key, text in KEYS.items()]
    shut = element("button", "Close", type="button", class_="plain", popovertarget="page-help-text")
    opens = element("button", "Help", type="button", class_="plain", popovertarget="page-help-text")
    head = element("h2", "Help", id="page-help-title")
    parts = [head, *told, element("h3", "Keys"), element("ul", *keys), element("p", shut)]
    text = element(
        "div",
        *parts,
        id="page-help-text",
        popover="auto",
        role="dialog",
        aria_labelledby="page-help-title",
    )
    return [opens, text]


def _look() -> Html:
    """The choice of a theme, which the script keeps in the browser, and help."""
    themes = {"": "as the system", "light": "light", "dark": "dark"}
    options = [element("option", text, value=value) for value, text in themes.items()]
    label = element("label", "Theme ", element("select", *options, id="page-theme"))
    opens, text = _help()
    return element("div", element("p", label, " ", opens), text)


def _share(queue: Any, each: int) -> None:
    """Have gradio's queue take `each` events of a person's at most, so that nobody fills it for the
    others, nor the memory with results that nobody listens for; and refuse an event that it has
    not, or that lacks an input, where it would fail."""
    push = queue.push
    owners: dict[str, str] = {}  # page session → whose it is

    def of_person(key: str) -> int:
        return sum(person_of(event.request).key == key for event in _events(queue))

    def make_room(session: str, key: str) -> None:
        """Give up what was said to a person's oldest page sessions where they have so many."""
        unheard, busy = queue.pending_messages_per_session, {e.session_hash for e in _events(queue)}
        for gone in owners.keys() - unheard.keys():
            del owners[gone]
        idle = [one for one, owner in owners.items() if owner == key and one not in busy]
        for old in idle[: max(0, len(idle) - PAGES + 1)]:
            if old != session:
                unheard.pop(old)
                queue.pending_event_ids_session.pop(old, None)
        owners[session] = key

    async def shared(body: Any, request: Any, username: str | None) -> tuple[bool, Any, str]:
        session, key = body.session_hash, person_of(request).key
        event = queue.blocks.fns.get(body.fn_index)
        if event is None or len(body.data) < len(event.inputs):
            return False, "There is no such event.", "error"
        if of_person(key) >= each:
            return False, f"{each} of your requests are under way. Wait a little.", "queue_full"
        messages = queue.pending_messages_per_session.get(session)
        if messages is not None and messages.qsize() >= UNHEARD:
            return False, "Nobody listens to what this page is told. Load it again.", "queue_full"
        make_room(session, key)
        pushed: tuple[bool, Any, str] = await push(body=body, request=request, username=username)
        return pushed

    queue.push = shared


def _events(queue: Any) -> list[Any]:
    """What the people at a page have under way, or wait for."""
    waiting = [event for q in queue.event_queue_per_concurrency_id.values() for event in q.queue]
    return [*waiting, *(event for job in queue.active_jobs if job for event in job)]


def _who(request: gr.Request) -> Html:
    """Who is there, where else, and the way out."""
    person = person_of(request)
    there = element("a", "Account", href=ACCOUNT.lstrip("/"))
    out = element("a", "Log out", href=LOGOUT.lstrip("/"))
    return element("p", f"{person.name}, {person.role} ", there, " ", out)
