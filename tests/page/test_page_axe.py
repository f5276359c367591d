"""The whole page under axe-core: no violation of WCAG 2.2 A or AA, in any state, light or dark.

axe-core comes from PyPI with axe-playwright-python (MIT; axe-core itself MPL-2.0), for the tests
alone: one pinned file, put into the page over the browser's debugging line, so that the page's
policy stays as strict as it is for everybody.
"""

import math
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from assistant import Engine
from assistant.ask.view import conversation
from assistant.keeping.conversations import Conversation, Exchange
from tests.assistant.writing.conftest import Service, line_of, refuses, reply, streams
from tests.browsing import LONG, Served, ask, chatting
from tests.ingest.pdfs import draw, made
from tests.judged import judged_home
from web.identity import login

pytest_plugins = ["tests.browsing"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"
BOTH = "Who likens his role to a conductor's, and how do penguins keep warm?"
WIDTHS = (1440, 360)
NO_MODEL = refuses(401, "no such key")  # what it would write is quoted instead


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    running = Service()
    running.script = [NO_MODEL]
    yield running
    running.close()


@pytest.fixture(scope="module")
def served(
    starter_home: Path,
    starter_engine: Engine,
    service: Service,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    """A page with all there is: a language model, runs of the suite, feedback; to be changed."""
    home = judged_home(tmp_path_factory.mktemp("axe") / "home", starter_home, starter_engine)
    with pytest.MonkeyPatch.context() as environ, (home.parent / "chat.log").open("w") as errors:
        environ.setenv("SOUNDINGS_LLM", service.address)
        environ.setenv("SOUNDINGS_LLM_SECONDS", "600")
        with chatting(home, errors) as running:
            yield running


def faults(page: Page) -> list[str]:
    """What axe-core holds against the page as it is shown now: rule and place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    assert found["passes"], "axe-core looked at nothing"
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def faults_at_every_width(page: Page, scheme: str) -> list[str]:
    """Those on a wide screen and on a phone, at the end of the page: anywhere else the form that
    stays at the bottom may cut through a button; the page is as wide as it was again. Where the
    system forces its colours, they are dark on the wide screen and light on the phone."""
    found = []
    for width in (*WIDTHS[1:], WIDTHS[0]):
        if scheme == "forced":
            to = "dark" if width == WIDTHS[0] else "light"
            page.emulate_media(color_scheme=to, reduced_motion="reduce")  # no colour in between
            expect(page.locator("body.dark")).to_have_count(int(width == WIDTHS[0]))
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("scrollTo({top: document.documentElement.scrollHeight, behavior: 'instant'})")
        found += [f"at {width}: {fault}" for fault in faults(page)]
    return found


def tab(page: Page, name: str, waits_for: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.locator(waits_for).first).to_be_visible(timeout=LONG)


def states(page: Page, service: Service, said: str, folder: Path) -> Iterator[str]:
    """Leads the page through its states, and names each when it is there. `said` is what the
    library quotes of the conductor."""
    yield from _asking(page)
    yield from _growing(page, service, said)
    yield from _discussing(page, service, said)
    yield from _keeping(page, folder)
    yield from _judging(page)


def _asking(page: Page) -> Iterator[str]:
    yield "ask: the welcome"
    page.get_by_role("button", name="Help").click()
    yield "help"
    page.keyboard.press("Escape")
    page.locator("#ask-choice summary").click()
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#ask-hint")).to_contain_text("Type a question first")
    yield "ask: a hint, and the choice of sources"
    page.locator("#ask-choice summary").click()
    partial = ask(page, BOTH)
    expect(partial.locator(".outcome")).to_contain_text("Partly answered")
    withheld = ask(page, PENGUINS)
    expect(withheld.locator(".examples")).to_be_visible(timeout=LONG)
    answered = ask(page, CONDUCTOR)
    answered.get_by_role("button", name="No", exact=True).click()
    expect(answered.get_by_label("Why?")).to_be_visible()
    yield "ask: answers in part, withheld and whole, and why one did not help"
    answered.locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_be_visible()
    yield "ask: a source beside the answer"
    page.locator(".outline summary").click()
    page.get_by_label("Find in this source").fill("leader")
    expect(page.locator("#source-found")).to_contain_text("1 of")
    yield "ask: a source with its outline open, searched"
    page.keyboard.press("Escape")
    # What cannot be brought about at will: the markup that stands for it
    failed = Exchange(question=CONDUCTOR, failure="The library cannot be read now.")
    _put(
        page.locator("#ask-conversation"),
        conversation(Conversation(id="", exchanges=(failed,)), {}),
    )
    expect(page.locator(".failure")).to_be_visible()
    yield "ask: it did not work"
    page.get_by_role("button", name="New conversation").click()
    page.locator(".history summary").click()
    expect(page.locator(".welcome .delete").first).to_be_visible()
    yield "ask: the welcome with what was asked before"


def _put(panel: Locator, markup: str) -> None:
    panel.locator(".conversation").evaluate("(old, markup) => old.outerHTML = markup", markup)


def _growing(page: Page, service: Service, said: str) -> Iterator[str]:
    def step(handler: BaseHTTPRequestHandler) -> None:
        whole = reply((said, [line_of(service, said)]), ("More.", [1]))
        cut = whole.index("}") + 1
        streams(whole[:cut], then=lambda: service.over.wait(LONG), finish=None)(handler)

    service.script = [step]
    page.get_by_label("Your question").fill(CONDUCTOR)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".growing .marker")).to_have_count(1, timeout=LONG)
    yield "ask: an answer that grows"
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answer")).to_contain_text("You stopped this")
    yield "ask: an answer that was stopped"


def _discussing(page: Page, service: Service, said: str) -> Iterator[str]:
    tab(page, "Discuss", "#tab-discuss .theme")
    yield "discuss: nothing made"
    page.get_by_label("Topic").fill("the tides of Atlantis")
    page.get_by_role("button", name="Make pack").click()
    expect(page.locator("#discuss-pack")).to_contain_text("Not in this library", timeout=LONG)
    yield "discuss: not in this library"
    service.script = [streams("{", then=lambda: service.over.wait(LONG), finish=None)]
    page.locator("#discuss-themes .theme").first.click()
    page.get_by_role("button", name="Make pack").click()  # the model does not come to an end
    expect(page.locator(".under-way progress")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    yield "discuss: a pack being made"
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".under-way")).to_have_count(0)
    service.script = [NO_MODEL]
    page.get_by_label("Let the language model").uncheck()
    page.get_by_role("button", name="Make pack").click()
    expect(page.locator(".pack")).to_be_visible(timeout=LONG)
    prompt = page.locator(".prompt")
    prompt.nth(0).get_by_role("button", name="edit").click()
    expect(prompt.nth(0).locator(".editor")).to_be_visible()
    prompt.nth(1).get_by_role("button", name="accept").click()
    expect(prompt.nth(1).get_by_role("button", name="accept", pressed=True)).to_be_visible()
    page.get_by_role("button", name="Edit the run sheet").click()
    expect(page.locator("#sheet")).to_be_visible()
    yield "discuss: a pack, a prompt of it accepted and one being worded, and its run sheet"
    page.get_by_role("button", name="It did not work").click()
    expect(page.locator(".ran")).to_contain_text("it did not work")
    page.get_by_role("button", name="All packs").click()
    page.locator(".kept-packs li summary").first.click()  # others keep theirs, too
    yield "discuss: the packs that are kept"


def _keeping(page: Page, folder: Path) -> Iterator[str]:
    tab(page, "Library", "#library-rows tr")
    yield "library: the table"
    for name, content in (("kestrel.txt", b"It hovers."), ("broken.pdf", b"\0"), ("a.jpg", b"x")):
        (folder / name).write_bytes(content)
    made(folder / "harbour.pdf", [lambda canvas: draw(canvas, ["A lamp is lit."], 70, 700)])
    files = page.get_by_label("Choose files to add")
    page.route("**/library/file?*", sending := _Hold())
    page.route("**/library/adding", reading := _Hold(passing=1))
    files.set_input_files(sorted(folder.iterdir()))
    expect(page.locator("#library-sent progress").first).to_be_visible()
    yield "library: files being sent"
    sending.let_go()
    expect(page.locator("#library-reading [data-running]")).to_be_visible(timeout=LONG)
    yield "library: files being read"
    reading.let_go()
    expect(page.locator("#library-reading .failed")).to_contain_text("broken.pdf", timeout=LONG)
    expect(page.locator("#library-reading [data-running]")).to_have_count(0, timeout=LONG)
    expect(page.locator("#library-sent .failed")).to_contain_text("a.jpg")
    page.get_by_label("Words or a question").fill("conductor of an orchestra")
    page.keyboard.press("Enter")
    expect(page.locator("#library-hits .near").first).to_be_visible(timeout=LONG)
    yield "library: files read and refused, and passages found"
    page.locator("#library-rows tr", has_text="harbour").locator(".whole").click()
    page.get_by_role("button", name="The page as printed").click()
    expect(page.locator("#source-page img")).to_be_visible(timeout=LONG)
    yield "library: a page as printed, beside its text"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove Brief: Taking the lead").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".losing")).to_be_visible()
    yield "library: what a removal would lose"
    dialog.get_by_role("button", name="Keep it").click()


def _judging(page: Page) -> Iterator[str]:
    tab(page, "Evaluate", "h2:text('May this go out?')")
    ev = page.locator("#ev")
    yield "evaluate: what can be run, and a run kept"
    ev.get_by_role("checkbox", name="starter").uncheck()
    ev.get_by_role("checkbox", name="Questions written here").check()
    ev.get_by_role("button", name="Run the suite").click()
    expect(ev.get_by_role("progressbar")).to_be_visible()
    yield "evaluate: a run under way"
    expect(ev.locator(".verdict")).to_be_visible(timeout=LONG)
    yield "evaluate: a finished run beside its baseline"
    ev.locator(".flips").get_by_role("button").first.click()
    expect(ev.locator(".side")).to_have_count(2)
    yield "evaluate: a question that flipped, side by side"
    ev.get_by_role("button", name="‹ The run").click()
    ev.get_by_role("button", name="Walk through all of them").click()
    expect(ev.locator(".where")).to_contain_text("1 of")
    yield "evaluate: the walk through the failures"
    tab(page, "Evaluate", "#ev .where")
    ev.get_by_role("button", name="‹ The run").click()
    ev.get_by_role("button", name="‹ All runs").click()
    ev.get_by_role("button", name="Gold questions written here").click()
    expect(ev).to_contain_text("“He is not named.”")
    yield "evaluate: gold questions and feedback"
    ev.get_by_role("button", name="Make a draft").first.click()
    text = page.locator("#ev-text")
    expect(text).not_to_have_value("", timeout=LONG)
    text.evaluate("box => box.setSelectionRange(0, 0)")  # the cited words were marked
    ev.get_by_role("button", name="Take the marked words").click()
    expect(page.get_by_role("alert").filter(has_text="Mark the words")).to_be_visible()
    yield "evaluate: a gold question, and an error"


class _Hold:
    """Keeps back what the page asks for, after the first few, until it is let go."""

    def __init__(self, passing: float = 0) -> None:
        self._passing = passing
        self._kept: list[Route] = []

    def __call__(self, route: Route) -> None:
        if self._passing > 0:
            self._passing -= 1
            route.continue_()
        else:
            self._kept.append(route)

    def let_go(self) -> None:
        self._passing = math.inf
        for route in self._kept:
            route.continue_()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark", "forced"])
def test_every_tab_in_every_state(
    browser: Browser,
    served: Served,
    service: Service,
    starter_engine: Engine,
    scheme: str,
    tmp_path: Path,
) -> None:
    said = starter_engine.ask(CONDUCTOR).citations[0].quote
    context = browser.new_context(
        viewport={"width": WIDTHS[0], "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        forced_colors="active" if scheme == "forced" else "none",
    )
    page = context.new_page()
    page.goto(served.address)
    expect(page.locator(".picture")).to_be_visible(timeout=LONG)
    expect(page.locator("body.dark")).to_have_count(int(scheme == "dark"))
    found = {
        state: faults_at_every_width(page, scheme)
        for state in states(page, service, said, tmp_path)
    }
    context.close()
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_without_script(
    browser: Browser, visit: Callable[..., Page], scheme: str
) -> None:
    page = visit(color_scheme=scheme)
    page.goto(page.url.rstrip("/") + "/api")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert faults(page) == []
    for shown in (login.page_of("/"), login.page_of("/", "mary", error="Try again.", status=401)):
        page.set_content(bytes(shown.body).decode())
        assert faults(page) == []


def test_axe_finds_what_is_wrong(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator("#ask-button").evaluate("button => { button.textContent = '' }")
    assert any(fault.startswith("button-name") for fault in faults(page))
