"""The Evaluate tab in a real browser, by keyboard alone: a run over a small gold file, its verdict
beside a baseline, the failures, and feedback that becomes a gold question."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from assistant import Engine
from tests.browsing import LONG, Served, chatting, press, reach
from tests.conftest import Command
from tests.judged import ASKED, BASELINE, judged_home

pytest_plugins = ["tests.browsing"]


@pytest.fixture(scope="module")
def served(
    starter_home: Path, starter_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A page over a home of its own, since runs are kept in it."""
    home = judged_home(tmp_path_factory.mktemp("evaluate") / "home", starter_home, starter_engine)
    with (home.parent / "chat.log").open("w") as errors, chatting(home, errors) as running:
        yield running


def opened(page: Page) -> Locator:
    """The Evaluate tab, chosen by keyboard."""
    reach(page, page.get_by_role("tab", name="Ask"))
    for name in ("Discuss", "Library", "Evaluate"):
        tab = page.get_by_role("tab", name=name)
        page.keyboard.press("ArrowRight")
        expect(tab).to_be_focused()
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("heading", name="May this go out?")).to_be_visible()
    return page.locator("#ev")


def test_a_run_has_an_address_that_back_and_reload_keep(page: Page) -> None:
    ev = opened(page)
    ev.locator("[data-go*='evaluate/run?']").first.click()
    expect(page.get_by_role("heading", name="Run of")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/evaluate\?view=run&run="))
    page.reload()
    expect(page.get_by_role("heading", name="Run of")).to_be_visible(timeout=LONG)
    page.go_back()
    expect(page.get_by_role("heading", name="May this go out?")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name="Run of")).to_be_visible()
    # On paper it is what there is to read, without what there is to press
    expect(ev.locator("form, details:not([open])").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Run of")).to_be_visible()
    expect(ev.get_by_role("img").first).to_be_visible()
    expect(ev.get_by_role("button", name="‹ All runs")).to_be_hidden()
    expect(ev.locator("form, details:not([open])").filter(visible=True)).to_have_count(0)


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
    expect(ev.locator(".verdict")).to_contain_text("1 of 3 right, 1 more than before")
    expect(ev.get_by_role("img", name="Reliability")).to_be_visible()
    expect(ev.locator(".next-steps")).to_contain_text("Hold the next run against this one")
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
        assert download.value.suggested_filename == f"{BASELINE}-{name}"


def test_feedback_becomes_a_gold_question(page: Page, served: Served, soundings: Command) -> None:
    ev = opened(page)
    press(page, ev.get_by_role("button", name="Gold questions written here"))
    expect(ev).to_contain_text("“He is not named.”")
    press(page, ev.get_by_role("button", name="Make a draft"))
    expect(page.get_by_role("heading", name="A gold question")).to_be_focused()
    expect(ev.get_by_label("Its text")).to_have_value(re.compile("likens his role"))
    marked = ev.locator("#ev-text").evaluate(
        "box => box.value.slice(box.selectionStart, box.selectionEnd)"
    )
    assert "conductor" in marked  # what the answer cited
    assert ev.locator("#ev-text").evaluate("box => box.scrollTop") > 0
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


def test_a_text_that_comes_late_does_not_replace_the_one_chosen_last(page: Page) -> None:
    ev = opened(page)
    press(page, ev.get_by_role("button", name="Gold questions written here"))
    press(page, ev.get_by_role("button", name="New question"))
    choice, text = ev.locator("#ev-source"), ev.get_by_label("Its text")
    expect(text).not_to_have_value("")
    first, last = (option.get_attribute("value") for option in choice.locator("option").all()[:2])
    before = text.input_value()
    late: list[Route] = []
    page.route(f"**/text?source={first}", lambda route: late.append(route))
    choice.select_option(last)
    expect(text).not_to_have_value(before)
    after = text.input_value()
    choice.select_option(first)
    choice.select_option(last)
    with page.expect_response(f"**/text?source={first}"):
        late[0].continue_()
    page.wait_for_timeout(200)  # milliseconds in which the late reply could still be shown
    expect(text).to_have_value(after)


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
    assert not (served.home / "runs" / BASELINE).exists()
    names = [folder.name for folder in (served.home / "runs").iterdir()]
    assert not [name for name in names if name.startswith(".")]
