"""The Evaluate tab in a real browser, by keyboard alone: a run over a small gold file, its verdict,
a second run beside it, the failures, and feedback that becomes a gold question."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import LONG, Served, chatting, run

pytest_plugins = ["tests.browsing"]

GOLD = """\
- id: conductor
  question: "Who likens his role to a conductor's?"
  outcome: answered
  facts: [["conductor"]]
  evidence:
  - source: top-leader-report
    quote: "Dr Amanda Doyle, NHSCC's co-chair"
  split: held
- id: penguins
  question: "How do penguins keep warm in winter?"
  outcome: answered
  evidence:
  - source: launch-note
    quote: "the NHS will be worse off unless it is nurtured"
  split: held
- id: tides
  question: "When is high tide at Dover?"
  outcome: withheld
  split: held
"""
TABS = 40  # presses of Tab after which a control that was not reached is out of reach


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A page over a home of its own, since runs are kept in it; with a small gold file."""
    home = tmp_path_factory.mktemp("evaluate") / "home"
    done = run(home, "ingest")
    assert done.returncode == 0, done.stderr
    (home / "gold").mkdir()
    (home / "gold" / "own.yaml").write_text(GOLD, encoding="utf-8")
    with (home.parent / "chat.log").open("w") as errors, chatting(home, errors) as running:
        yield running


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the control has the focus."""
    expect(target).to_be_visible()
    for _ in range(TABS):
        if target.evaluate("control => control === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached by keyboard")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    reach(page, target)
    page.keyboard.press(key)


def opened(page: Page) -> Locator:
    """The Evaluate tab, chosen by keyboard."""
    tab = page.get_by_role("tab", name="Evaluate")
    reach(page, tab)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="May this go out?")).to_be_visible()
    return page.locator("#ev")


def made(page: Page, ev: Locator) -> None:
    """A run over the small gold file, from the form to its verdict."""
    starter = ev.get_by_role("checkbox", name="starter")
    own = ev.get_by_role("checkbox", name="Questions written here")
    reach(page, starter)
    page.keyboard.press("Space")
    reach(page, own)
    page.keyboard.press("Space")
    expect(starter).not_to_be_checked()
    expect(own).to_be_checked()
    press(page, ev.get_by_role("button", name="Run the suite"))
    expect(ev.get_by_role("progressbar")).to_be_visible()
    expect(ev.locator(".verdict")).to_be_visible(timeout=LONG)


def test_the_evaluators_path_by_keyboard(page: Page, served: Served) -> None:
    ev = opened(page)
    made(page, ev)
    expect(page.get_by_role("heading", name="Run of")).to_be_focused()
    expect(ev.locator(".verdict")).to_contain_text("May go out: all 5 gates hold")
    expect(ev.get_by_role("row", name="Right answers").first).to_contain_text("0.333")

    # Through the failures with the arrows, and by kind
    press(page, ev.get_by_role("button", name="Walk through all of them"))
    expect(ev.locator(".where")).to_have_text("1 of 2 not right")
    page.keyboard.press("ArrowRight")
    expect(ev.locator(".where")).to_have_text("2 of 2 not right")
    expect(page.get_by_role("heading", name="How do penguins")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Who likens his role")).to_be_focused()
    expect(ev.locator(".source mark").first).to_contain_text("conductor")
    expect(ev.locator(".source .gold").first).to_contain_text("Dr Amanda Doyle")
    press(page, ev.locator(".filter").get_by_role("button", name="Not found"))
    expect(ev.locator(".where")).to_have_text("1 of 1 not right")

    # The report and the files
    press(page, ev.get_by_role("button", name="‹ The run"))
    with page.expect_popup() as popup:
        press(page, ev.get_by_role("link", name="Open the full report"))
    expect(popup.value.locator(".verdict")).to_contain_text("May go out")
    with page.expect_download() as download:
        press(page, ev.get_by_role("link", name="junit.xml"))
    assert download.value.suggested_filename.endswith("-junit.xml")
