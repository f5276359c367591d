"""The Evaluate tab in a real browser, by keyboard alone: a run over a small gold file, its verdict
beside a baseline, the failures, and feedback that becomes a gold question."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant import Engine, open_engine
from assistant.feedback import FeedbackBook, Verdict
from assistant.kept import FILE_NAME, Kept
from eval.kept import Runs
from eval.pages import pages
from eval.run import Gold, read_gold, run_suite
from eval.runs import write_run
from tests.browsing import LONG, Served, chatting
from tests.conftest import Command, settings_of

pytest_plugins = ["tests.browsing"]

ASKED = "Who likens his role to a conductor's?"
GOLD = f"""\
- id: conductor
  question: "{ASKED}"
  outcome: answered
  facts: [["conductor"]]
  evidence:
  - source: top-leader-report
    quote: "likens his role to a conductor's"
  split: held
- id: wood
  question: "What is Julie Wood's central argument?"
  outcome: answered
  evidence:
  - source: top-leader-report
    quote: "Dr Amanda Doyle, NHSCC's co-chair"
  split: held
- id: penguins
  question: "How do penguins keep warm in winter?"
  outcome: answered
  evidence:
  - source: top-leader-report
    quote: "Deborah Fielding, chief accountable officer at Wiltshire CCG"
  split: held
"""
TABS = 60  # presses of Tab after which a control that was not reached is out of reach


@pytest.fixture(scope="module")
def served(
    starter_home: Path, starter_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A page over a home of its own, since runs are kept in it: with a small gold file, a baseline
    in which all was withheld, and one piece of feedback."""
    home = tmp_path_factory.mktemp("evaluate") / "home"
    shutil.copytree(starter_home, home)
    gold = home / "gold" / "own.yaml"
    gold.parent.mkdir()
    gold.write_text(GOLD, encoding="utf-8")
    fitted = json.loads(starter_engine.calibration.file.read_text(encoding="utf-8"))
    strict = home.parent / "strict.json"
    strict.write_text(json.dumps({**fitted, "threshold": 1.1}), encoding="utf-8")
    silent = open_engine(settings_of(home), calibration=strict)
    _keep(home, silent, read_gold([gold], silent.store.library))
    book = Kept(home / FILE_NAME)
    FeedbackBook(book).say(
        "anna",
        "c",
        1,
        Verdict.NOT_HELPFUL,
        reason="He is not named.",
        question=ASKED,
        answer=starter_engine.ask(ASKED).to_json(),
    )
    book.close()
    with (home.parent / "chat.log").open("w") as errors, chatting(home, errors) as running:
        yield running


def _keep(home: Path, engine: Engine, gold: Gold) -> None:
    runs = Runs(home)
    run = run_suite(engine, gold, {"calibration": "strict"})
    write_run(runs.folder / "2016-09-07-120000", run, pages(run, None, engine.store.library.text))
    runs.name_baseline("2016-09-07-120000")


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
    reach(page, page.get_by_role("tab", name="Ask"))
    tab = page.get_by_role("tab", name="Evaluate")
    for _ in range(6):  # from tab to tab with the arrows, where these do it
        if not tab.evaluate("tab => tab === document.activeElement"):
            page.keyboard.press("ArrowRight")
    reach(page, tab)
    page.keyboard.press("Enter")
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="May this go out?")).to_be_visible()
    return page.locator("#ev")


@pytest.mark.slow
def test_a_run_its_verdict_and_its_failures(page: Page, visit: Callable[..., Page]) -> None:
    ev = opened(page)
    press(page, ev.get_by_role("checkbox", name="starter"), "Space")
    press(page, ev.get_by_role("checkbox", name="Questions written here"), "Space")
    press(page, ev.get_by_role("button", name="Run the suite"))
    expect(ev.get_by_role("progressbar")).to_be_visible()
    second = opened(visit())
    expect(second.get_by_role("progressbar")).to_be_visible()  # the same run
    expect(ev.locator(".verdict")).to_be_visible(timeout=LONG)

    # The verdict first, then the figures beside the baseline's, then what flipped
    expect(page.get_by_role("heading", name="Run of")).to_be_focused()
    expect(ev.locator(".verdict")).to_contain_text("May go out: all 9 gates hold")
    right = ev.get_by_role("row", name="Right answers")
    expect(right).to_contain_text("0.333")
    expect(right).to_contain_text("+0.333")
    flip = ev.locator(".flips").get_by_role("button", name=ASKED)
    expect(ev.locator(".flips")).to_contain_text("became right")
    press(page, flip)
    sides = ev.locator(".side")
    expect(sides).to_have_count(2)
    expect(sides.nth(0)).to_contain_text("withheld")
    expect(sides.nth(1).locator(".source mark", has_text="conductor").first).to_be_visible()
    expect(sides.nth(1).locator(".source .gold").first).to_contain_text("conductor")
    styles = [
        sides.nth(1)
        .locator(f".source {mark}")
        .first.evaluate("mark => getComputedStyle(mark).textDecorationStyle")
        for mark in ("mark", ".gold")
    ]
    assert styles == ["dotted", "solid"]
    expect(ev.locator(".ev-view")).to_contain_text("They part at: ")

    # A citation opens in the source pane and gives the focus back
    marker = sides.nth(1).get_by_role("button", name="quote 1")
    press(page, marker)
    expect(page.locator("#source-quote")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()

    # Through the failures with the arrows, and by kind
    press(page, page.get_by_role("tab", name="Evaluate"))
    press(page, ev.get_by_role("button", name="‹ The run"))
    press(page, ev.get_by_role("button", name="Walk through all of them"))
    where, asked = ev.locator(".where"), ev.locator("h2")
    expect(where).to_have_text("1 of 2 not right")
    first = asked.inner_text()
    page.keyboard.press("ArrowRight")
    expect(where).to_have_text("2 of 2 not right")
    expect(asked).to_be_focused()
    assert asked.inner_text() != first
    page.keyboard.press("ArrowLeft")
    expect(asked).to_have_text(first)
    kind = ev.locator(".filter").get_by_role("button").last
    count = re.search(r"\((\d)\)$", kind.inner_text())
    assert count is not None
    press(page, kind)
    expect(where).to_have_text(f"1 of {count[1]} not right")
    expect(ev.get_by_role("button", pressed=True)).to_have_count(1)


def test_the_report_opens_and_the_files_are_given_out(page: Page) -> None:
    ev = opened(page)
    press(page, ev.locator("tbody [data-go]").last)
    with page.expect_popup() as popup:
        press(page, ev.get_by_role("link", name="Open the full report"))
    expect(popup.value.locator(".verdict")).to_contain_text("No gates were asked")
    for name in ("metrics.json", "answers.jsonl", "junit.xml"):
        with page.expect_download() as download:
            press(page, ev.get_by_role("link", name=name))
        assert download.value.suggested_filename == f"2016-09-07-120000-{name}"


def test_feedback_becomes_a_gold_question(page: Page, served: Served, soundings: Command) -> None:
    ev = opened(page)
    press(page, ev.get_by_role("button", name="Gold questions written here"))
    expect(ev).to_contain_text("“He is not named.”")
    press(page, ev.get_by_role("button", name="Make a draft"))
    expect(page.get_by_role("heading", name="A gold question")).to_be_focused()
    reach(page, ev.get_by_label("Question, in a reader's own words"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Whose job is like that of a conductor?")
    reach(page, ev.get_by_label("Facts that must be stated"))
    page.keyboard.type("conductor | orchestra")
    reach(page, ev.get_by_role("combobox", name="Source"))
    for _ in range(5):
        if ev.locator("#ev-source").input_value() == "top-leader-report":
            break
        page.keyboard.press("ArrowDown")
    press(page, ev.get_by_label("Find in it"), "Tab")
    text = ev.get_by_label("Its text")
    expect(text).to_have_value(re.compile("likens his role"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("likens his role to a conductor")
    page.keyboard.press("Enter")
    reach(page, text)
    page.keyboard.press("Shift+ArrowRight")  # the apostrophe
    page.keyboard.press("Shift+ArrowRight")  # and the s
    press(page, ev.get_by_role("button", name="Take the marked words"))
    expect(ev.locator("#ev-evidence q")).to_have_text("likens his role to a conductor's")
    press(page, ev.get_by_role("button", name="Add to the gold questions"))
    expect(ev).to_contain_text("Added to the gold questions")
    file = served.home / "gold" / "own.yaml"
    assert "Whose job is like that of a conductor?" in file.read_text(encoding="utf-8")
    code, out, _ = soundings("--home", served.home, "eval", "lint", "--no-ask", "--gold", file)
    assert code == 0, out


def test_a_run_is_stopped_and_another_removed(page: Page, served: Served) -> None:
    ev = opened(page)
    press(page, ev.get_by_role("button", name="Run the suite"))
    press(page, ev.get_by_role("button", name="Stop"))
    expect(ev).to_contain_text("Nothing of it was kept", timeout=LONG)
    rows = ev.locator("tbody tr")
    before = rows.count()
    press(page, rows.last.locator("summary"))
    press(page, rows.last.get_by_role("button", name="Remove it"))
    expect(rows).to_have_count(before - 1)
    assert not (served.home / "runs" / "2016-09-07-120000").exists()
    names = [folder.name for folder in (served.home / "runs").iterdir()]
    assert not [name for name in names if name.startswith(".")]
