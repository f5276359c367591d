"""The report in a real browser: from the verdict to the sentence in its source in two clicks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from eval.suite.gates import Gates, judge_run
from eval.suite.report.html import run_page
from tests.made import browser_path

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."


@pytest.fixture
def report(river: Any, tmp_path: Path) -> Path:
    """A report that a gate holds, with one question at fault among others."""
    questions = [river.gold(f"q{i}", quotes=["42 kilometres"], facts=[["42"]]) for i in range(30)]
    run = river.run(*((q, river.answer(BOATS if q.id == "q20" else LONG)) for q in questions))
    verdict = judge_run(run, Gates(must_pass=("q20",)), Path("gates.toml"))
    file = tmp_path / "report.html"
    file.write_text(run_page(run, verdict, river.library.text), encoding="utf-8")
    return file


def visit(file: Path, look: Callable[[Page, list[str]], None], **options: Any) -> None:
    """Open a file and look at it; `look` also gets what the page asked for or complained of."""
    path = browser_path()

    def open_and_look() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            page = browser.new_page(**options)
            noted: list[str] = []
            page.on("request", lambda request: noted.append(request.url))
            page.on("console", lambda message: noted.append(message.text))
            page.goto(file.as_uri())
            look(page, noted)
            browser.close()

    # In a thread of its own: another test may have a browser open in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(open_and_look).result()


def test_two_clicks_lead_to_the_sentence_in_its_source(report: Path) -> None:
    def look(page: Page, noted: list[str]) -> None:
        assert page.locator(".verdict strong").inner_text() == "✗ Held by 1 of 1 gates"
        assert page.locator("details[open]").count() == 0
        page.locator(".verdict a", has_text="q20").click()
        opened = page.locator("details.question[open]")
        assert opened.count() == 1
        assert opened.locator(".source mark").inner_text() == BOATS
        assert opened.locator(".source .gold").inner_text() == "42 kilometres"
        assert opened.locator(".source mark").is_visible()
        opened.get_by_text("Trace").click()
        assert opened.get_by_text("holds evidence").is_visible()
        assert noted == [report.as_uri()], "the page loads nothing but itself"

    visit(report, look)


def test_it_works_by_keyboard(report: Path) -> None:
    def look(page: Page, noted: list[str]) -> None:
        page.keyboard.press("Tab")  # the way past the figures
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "q20"
        page.keyboard.press("Enter")
        assert page.locator("details.question[open]").count() == 1
        summary = page.locator("details.question > summary").nth(3)
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details.question[open]").count() == 2

    visit(report, look)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_light_and_dark(report: Path, scheme: str) -> None:
    def look(page: Page, noted: list[str]) -> None:
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320
        colours = page.evaluate(
            "[getComputedStyle(document.documentElement).backgroundColor,"
            " getComputedStyle(document.body).color].map(c => +c.match(/\\d+/)[0])"
        )
        assert (colours[0] > colours[1]) == (scheme == "light")

    visit(report, look, viewport={"width": 320, "height": 640}, color_scheme=scheme)
