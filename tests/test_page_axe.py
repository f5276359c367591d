"""The whole page under axe-core: no violation of WCAG 2.2 A or AA, in any state, light or dark.

axe-core comes from PyPI with axe-playwright-python (MIT; axe-core itself MPL-2.0), for the tests
alone: one pinned file, put into the page over the browser's debugging line, so that the page's
policy stays as strict as it is for everybody.
"""

from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import LONG, ask
from vectorstore.page import login

pytest_plugins = ["tests.browsing"]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"


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


def tab(page: Page, name: str, waits_for: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.locator(waits_for).first).to_be_visible(timeout=LONG)


def states(page: Page) -> Iterator[str]:
    """Leads the page through its states, and names each when it is there."""
    yield "ask: the welcome"
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#ask-hint")).to_contain_text("Type a question first")
    yield "ask: a hint"
    exchange = ask(page, CONDUCTOR)
    yield "ask: an answer"
    exchange.locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_be_visible()
    yield "ask: a source beside the answer"
    page.keyboard.press("Escape")
    ask(page, PENGUINS)
    yield "ask: withheld"
    tab(page, "Discuss", "#tab-discuss .theme")
    yield "discuss: nothing made"
    page.locator(".theme").first.click()
    page.get_by_role("button", name="Make pack").click()
    expect(page.locator(".pack")).to_be_visible(timeout=LONG)
    yield "discuss: a pack"
    tab(page, "Library", "#library-rows tr")
    yield "library: the table"
    tab(page, "Evaluate", "h2:text('May this go out?')")
    yield "evaluate: nothing run"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_tab_in_every_state(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    assert {state: found for state in states(page) if (found := faults(page))} == {}


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
    page.evaluate("document.querySelector('#ask-button').textContent = ''")
    assert any(fault.startswith("button-name") for fault in faults(page))
