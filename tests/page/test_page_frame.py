"""The page as a whole, in a real browser: its addresses, its theme, its keys, and a server that is
away for a while."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from assistant.ask.glance import Known, picture
from assistant.packs.material.themes import Theme
from tests.browsing import LONG, ask, chatting
from vectorstore import Source
from web.addresses import PAGES

pytest_plugins = ["tests.browsing"]

CONDUCTOR = "Who likens his role to a conductor's?"


def chosen(page: Page, name: str) -> None:
    expect(page.get_by_role("tab", name=name, selected=True)).to_be_visible()


def test_every_tab_has_an_address_that_reload_and_back_keep(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    expect(page).to_have_url(re.compile("/library$"))
    expect(page).to_have_title("Library · Soundings")
    page.get_by_role("tab", name="Evaluate").click()
    expect(page).to_have_url(re.compile("/evaluate$"))
    page.reload()
    chosen(page, "Evaluate")
    page.go_back()
    chosen(page, "Library")
    expect(page).to_have_title("Library · Soundings")
    page.go_back()
    chosen(page, "Ask")
    expect(page).to_have_title("Soundings")


@pytest.mark.slow
def test_back_leads_from_a_conversation_to_the_first_page(page: Page) -> None:
    ask(page, CONDUCTOR)
    expect(page).to_have_url(re.compile(r"/ask/[\w-]{20,}$"))
    expect(page).to_have_title(f"{CONDUCTOR} · Soundings")
    expect(page.locator(".next .example").first).to_be_visible(timeout=LONG)
    page.reload()
    expect(page.locator(".question")).to_contain_text(CONDUCTOR)
    page.go_back()
    expect(page.locator(".welcome")).to_be_visible()
    page.go_forward()
    expect(page.locator(".question")).to_contain_text(CONDUCTOR)


def test_an_address_below_the_page_loads_nothing_from_below(visit: Callable[..., Page]) -> None:
    page = visit()
    wrong: list[str] = []
    page.on("response", lambda reply: wrong.append(reply.url) if reply.status >= 400 else None)
    for path in PAGES:
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        expect(page.get_by_role("tab", selected=True)).to_be_visible()
    assert wrong == []


def test_the_question_box_has_the_focus_and_the_first_tab_stop_skips_to_it(page: Page) -> None:
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    page.get_by_role("heading", level=1).evaluate("() => document.activeElement.blur()")
    page.locator(".skip").focus()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(box).to_be_focused()


def test_arrows_go_through_the_tabs_which_are_one_stop(page: Page) -> None:
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    chosen(page, "Discuss")
    expect(page.get_by_role("tab", name="Discuss")).to_be_focused()
    page.keyboard.press("End")
    chosen(page, "Evaluate")
    page.keyboard.press("ArrowRight")
    chosen(page, "Ask")
    stops = page.get_by_role("tab").evaluate_all("all => all.map(tab => tab.tabIndex)")
    assert sorted(stops) == [-1, -1, -1, 0]


def test_the_picture_opens_a_document_and_escape_leads_back_to_it(page: Page) -> None:
    number = page.locator(".picture thead button").first
    number.click()
    expect(page.locator("#source-title")).to_be_focused()
    expect(page.locator(".picture")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(number).to_be_focused()


def test_help_opens_in_place_and_escape_puts_it_away(page: Page) -> None:
    opens = page.get_by_role("button", name="Help")
    opens.click()
    told = page.get_by_role("dialog", name="Help")
    expect(told).to_contain_text("Ask a question in your own words")
    page.keyboard.press("Escape")
    expect(told).to_be_hidden()
    expect(opens).to_be_focused()


def test_a_theme_is_chosen_and_kept(visit: Callable[..., Page]) -> None:
    page = visit(color_scheme="light")
    theme = page.get_by_label("Theme")
    theme.select_option("dark")
    expect(page.locator("body.dark")).to_have_count(1)
    page.reload()
    expect(theme).to_have_value("dark")
    expect(page.locator("body.dark")).to_have_count(1)
    theme.select_option("")
    expect(page.locator("body.dark")).to_have_count(0)


@pytest.mark.parametrize("zoom", [200, 400])
def test_nothing_is_cut_or_overlaps_when_magnified(visit: Callable[..., Page], zoom: int) -> None:
    """A window of 1280 by 800, magnified: what is left of it in CSS pixels."""
    size = {"width": 1280 * 100 // zoom, "height": 800 * 100 // zoom}
    page = visit(viewport=size)
    for name in ("Discuss", "Library", "Evaluate", "Ask"):
        page.get_by_role("tab", name=name).click()
        wide = page.evaluate(
            """() => document.documentElement.scrollWidth <= innerWidth ? [] :
              [...document.querySelectorAll("*")].map(e => [e, e.getBoundingClientRect()])
                .filter(([e, box]) => box.right > innerWidth && box.width)
                .map(([e, box]) => `${e.tagName} ${e.id} ${e.className} ${box.right}`)"""
        )
        assert not wide, (name, wide)
    boxes = [
        page.locator(each).bounding_box()
        for each in ("#page-title h1", "#page-look", ".tab-wrapper", ".welcome h2")
    ]
    for above, below in zip(boxes, boxes[1:], strict=False):
        assert above and below
        apart = above["x"] + above["width"] <= below["x"]
        assert apart or above["y"] + above["height"] <= below["y"] + 1


@pytest.mark.parametrize("documents", [5, 8])
def test_the_picture_is_never_wider_than_its_place(
    visit: Callable[..., Page], documents: int
) -> None:
    """Also with as many documents as have a column, large numbers, and words without end."""
    one = Source(
        id="s",
        title="w" * 60,
        sha256="",
        kind="txt",
        origin="",
        version=1,
        added="2026-01-01T00:00:00Z",
        characters=1_000,
        passages=12_345,
    )
    sources = {f"s{i}": replace(one, id=f"s{i}") for i in range(documents)}
    says = dict.fromkeys(sources, ("", 12345, 99))
    names = ("Transformation" * 5, "joining up development for clinicians")
    themes = [Theme(name=name, vector=np.zeros(1, np.float32), sources=says) for name in names]
    drawn = picture(Known(quotes={}, sections={}, people={}, themes=themes), sources)
    page = visit(viewport={"width": 320, "height": 400})
    page.route("**/glance", lambda route: route.fulfill(body=drawn))
    page.reload()
    place = page.locator("#glance-place")
    expect(place.locator(".picture tbody tr")).to_have_count(2)
    for width, window in ((320, 400), (1100, 800)):
        page.set_viewport_size({"width": width, "height": window})
        over = page.locator(".glance").evaluate(
            """glance => [...glance.querySelectorAll("*")].filter(e =>
              !e.matches(".unseen") &&
              e.getBoundingClientRect().right > glance.getBoundingClientRect().right
            ).map(e => e.outerHTML.slice(0, 80))"""
        )
        assert over == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        name = page.locator(".picture th[scope=row] button").last.bounding_box()
        assert name and name["width"] > 100


def test_the_page_holds_still_while_it_loads(browser: Browser, page: Page) -> None:
    script = """new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        if (!entry.hadRecentInput) window.shifted = (window.shifted ?? 0) + entry.value;
      }
    }).observe({type: "layout-shift", buffered: true})"""
    page.context.add_init_script(script)
    page.reload()
    expect(page.locator(".picture")).to_be_visible(timeout=LONG)
    assert page.evaluate("window.shifted ?? 0") < 0.02


@pytest.mark.slow
def test_a_server_that_is_away_is_told_in_our_words(
    home: Path, browser: Browser, tmp_path: Path
) -> None:
    with (tmp_path / "log").open("w") as errors, chatting(home, errors) as running:
        page = browser.new_context().new_page()
        page.goto(running.address)
        expect(page.locator(".picture")).to_be_visible(timeout=LONG)
        page.route("**/*", lambda route: route.abort())
        page.locator(".picture thead button").first.click()
        expect(page.locator("#page-away")).to_contain_text("cannot be reached. Trying again")
        expect(page.locator(".toast-body")).to_have_count(0)
        page.unroute("**/*")
        expect(page.locator("#page-away")).to_contain_text("Soundings is back")
        page.get_by_role("button", name="Load the page again").click()
        expect(page.locator(".welcome")).to_be_visible()
        page.context.close()
