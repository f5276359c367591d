"""What a leader does on the Ask tab, in a real browser: keeps, narrows, stops, takes along."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docx import Document
from playwright.sync_api import Browser, Page, Route, expect

from assistant.keeping.feedback import list_feedback
from tests.assistant.writing.conftest import Service, event, line_of, reply, streams
from tests.browsing import LONG, Served, ask, chatting, press, reach, run

pytest_plugins = ["tests.browsing"]

CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"


def test_a_conversation_is_opened_again_by_its_address_and_deleted(page: Page) -> None:
    ask(page, CONDUCTOR)
    expect(page).to_have_url(re.compile(r"/ask/[\w-]{20,}$"))
    address = page.url
    page.get_by_role("button", name="New conversation").click()
    page.locator(".history summary").click()
    link = page.locator(f'a[href="ask/{address.rpartition("/")[2]}"]')
    expect(link).to_have_text(CONDUCTOR)
    expect(page).not_to_have_url(address)
    link.click()
    expect(page.locator(".exchange .question")).to_contain_text(CONDUCTOR)
    expect(page).to_have_url(address)
    page.locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_be_visible()
    page.get_by_role("button", name="New conversation").click()
    page.locator(".history summary").click()
    delete = page.locator(f'.delete[data-conversation="{address.rpartition("/")[2]}"]')
    delete.click()
    expect(delete).to_have_text("Yes, delete for good")
    delete.click()
    expect(delete).to_have_count(0)
    page.goto(address)
    expect(page.locator("#ask-hint")).to_contain_text("This conversation is not here")


@pytest.mark.slow
def test_a_leaders_whole_path_by_keyboard_alone(page: Page, served: Served) -> None:
    reach(page, page.get_by_label("Your question"))
    page.keyboard.type(CONDUCTOR)
    page.keyboard.press("Enter")
    answer = page.locator(".exchange").first
    expect(answer.locator(".outcome strong")).to_have_text("Answered", timeout=LONG)
    marker = answer.locator(".marker").first
    press(page, marker, by="Shift+Tab")
    expect(page.locator("#source-quote")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#source-quote")).to_be_hidden()
    expect(marker).to_be_focused()
    reach(page, page.get_by_label("Your question"))
    page.keyboard.type("And where does he work?")
    page.keyboard.press("Enter")
    second = page.locator(".exchange").nth(1)
    edit = second.locator(".edit")
    expect(edit).to_be_visible(timeout=LONG)
    press(page, edit, by="Shift+Tab")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(PENGUINS)
    page.keyboard.press("Enter")
    third = page.locator(".exchange").nth(2)
    rewording = third.locator(".examples button").first
    expect(rewording).to_be_visible(timeout=LONG)
    press(page, rewording, by="Shift+Tab")
    fourth = page.locator(".exchange").nth(3)
    expect(fourth.locator(".outcome strong")).to_have_text("Answered", timeout=LONG)
    press(page, fourth.get_by_role("button", name="Yes"), by="Shift+Tab")
    expect(fourth.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as waiting:
        press(page, page.locator(".exports").get_by_role("link", name="Word"), by="Shift+Tab")
    assert CONDUCTOR in [p.text for p in Document(str(waiting.value.path())).paragraphs]
    press(page, page.get_by_role("button", name="New conversation"))
    expect(page.locator(".welcome")).to_be_visible()


def test_what_somebody_says_of_an_answer_reaches_the_evaluators(page: Page, served: Served) -> None:
    exchange = ask(page, CONDUCTOR)
    no = exchange.get_by_role("group", name="Was this helpful?").get_by_role("button", name="No")
    no.click()
    expect(no).to_have_attribute("aria-pressed", "true")
    exchange.get_by_label("Why?").fill("Which orchestra?")
    exchange.get_by_role("button", name="Send").click()
    expect(exchange.locator(".why-send")).to_have_text("Kept, thank you")
    ask(page, PENGUINS)  # draws the conversation again
    expect(no).to_have_attribute("aria-pressed", "true")
    said = list_feedback(served.home)
    assert [(f.question, f.verdict, f.reason) for f in said if f.reason] == [
        (CONDUCTOR, "not helpful", "Which orchestra?")
    ]


def test_a_reason_that_overtakes_its_verdict_is_kept(page: Page, served: Served) -> None:
    exchange = ask(page, CONDUCTOR)
    held: list[Route] = []

    def hold(route: Route) -> None:
        """Keep back the verdict, which is the first to be sent, until the reason is there."""
        said = "not helpful" in (route.request.post_data or "")
        route.continue_() if held or not said else held.append(route)

    page.route("**/queue/join*", hold)
    exchange.get_by_role("group", name="Was this helpful?").get_by_role("button", name="No").click()
    exchange.get_by_label("Why?").fill("Which baton?")
    with page.expect_response(lambda r: "Which baton?" in (r.request.post_data or "")):
        exchange.get_by_role("button", name="Send").click()
    held[0].continue_()
    ask(page, PENGUINS)
    reasons = [f.reason for f in list_feedback(served.home)]
    assert "Which baton?" in reasons


def test_a_question_is_asked_of_chosen_sources_by_keyboard(page: Page) -> None:
    page.locator("#ask-choice summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="None").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#choose-told")).to_have_text("0 of 5")
    page.get_by_label("Your question").fill(CONDUCTOR)
    page.keyboard.press("Enter")
    expect(page.locator("#ask-hint")).to_contain_text("Choose at least one source")
    page.get_by_role("checkbox", name=re.compile("Taking the lead")).focus()
    page.keyboard.press("Space")
    expect(page.locator("#choose-told")).to_have_text("1 of 5")
    exchange = ask(page, CONDUCTOR)
    expect(exchange.locator(".narrowed")).to_have_text(re.compile("Asked of: .*Taking the lead"))
    sources = exchange.locator("[data-source]").evaluate_all(
        "all => all.map(b => b.dataset.source)"
    )
    assert set(sources) == {"taking-the-lead"}
    page.reload()
    expect(page.locator("#choose-told")).to_have_text("1 of 5")


def test_a_withheld_answer_offers_what_is_covered(page: Page) -> None:
    exchange = ask(page, PENGUINS)
    offered = exchange.locator(".examples button").first
    expect(offered).to_be_visible(timeout=LONG)
    question = offered.inner_text()
    offered.click()
    second = page.locator(".exchange").nth(1)
    expect(second.locator(".outcome strong")).to_have_text("Answered", timeout=LONG)
    assert question in second.locator(".question").inner_text()


def test_a_conversation_is_taken_along(page: Page, served: Served, tmp_path: Path) -> None:
    ask(page, CONDUCTOR)
    ask(page, PENGUINS)
    saved = {}
    for name in ("Word", "Markdown", "Evidence"):
        with page.expect_download() as waiting:
            page.locator(".exports").get_by_role("link", name=name).click()
        saved[name] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(saved[name])
    assert CONDUCTOR in [p.text for p in Document(str(saved["Word"])).paragraphs]
    assert f"## {CONDUCTOR}" in saved["Markdown"].read_text(encoding="utf-8")
    checked = run(served.home, "verify", str(saved["Evidence"]), "--json")
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)["answers"] == 2


def test_an_answer_is_copied_as_markdown(visit: Callable[..., Page]) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    exchange = ask(page, CONDUCTOR)
    exchange.get_by_role("button", name="Copy as Markdown").click()
    expect(exchange.locator(".copy").nth(1)).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"## {CONDUCTOR}") and "\n- [1] Brief:" in copied


# With a language model


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.mark.slow
def test_statements_come_one_by_one_and_stop_ends_the_work(
    home: Path, browser: Browser, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service sends the second statement only when it is told to, and never an end."""
    monkeypatch.setenv("SOUNDINGS_LLM", service.address)
    monkeypatch.setenv("SOUNDINGS_LLM_SECONDS", "600")
    [first] = [c["shown"] for c in _cited(home)][:1]
    more, let_go = threading.Event(), threading.Event()

    def goes_on(handler: object) -> None:
        """Both statements cite the line that the first one is."""
        n = line_of(service, first)
        whole = reply((first, [n]), (" ".join(first.split()[:12]), [n]))
        cut = whole.index("}") + 1
        try:
            begins = streams(whole[:cut], then=lambda: drip(handler, whole[cut:-2]))
            begins(handler)  # type: ignore[arg-type]
        except OSError:
            let_go.set()

    def drip(handler: object, rest: str) -> None:
        while not service.over.wait(0.02):
            more_now = more.is_set() and not getattr(handler, "told", False)
            handler.told = more_now or getattr(handler, "told", False)  # type: ignore[attr-defined]
            handler.wfile.write(event(rest if more_now else " "))  # type: ignore[attr-defined]

    service.script = [goes_on]
    with (tmp_path / "log").open("w") as errors, chatting(home, errors) as running:
        context = browser.new_context()
        page = context.new_page()
        page.goto(running.address)
        expect(page.locator("#ask-choice summary")).to_be_visible()
        page.get_by_label("Your question").fill(CONDUCTOR)
        page.get_by_role("button", name="Ask", exact=True).click()
        growing = page.locator(".growing")
        expect(growing.locator(".marker")).to_have_count(1, timeout=LONG)
        growing.locator(".marker").focus()
        top = growing.bounding_box()
        more.set()
        expect(growing.locator(".marker")).to_have_count(2)
        assert growing.bounding_box() == top or growing.bounding_box()["y"] == top["y"]  # type: ignore[index]
        expect(growing.locator(".marker").first).to_be_focused()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".answer")).to_contain_text("You stopped this")
        expect(page.locator(".marker")).to_have_count(2)
        assert let_go.wait(30)
        let_go.clear()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".growing")).to_be_visible()
        expect(page.locator(".exchange")).to_have_count(1)
        page.get_by_role("button", name="New conversation").click()  # so does leaving it
        expect(page.locator(".welcome")).to_be_visible()
        assert let_go.wait(30)
        let_go.clear()
        page.get_by_label("Your question").fill(CONDUCTOR)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator(".growing")).to_be_visible(timeout=LONG)
        expect(page.locator(".exchange")).to_have_count(1)
        context.close()  # and a closed tab
        assert let_go.wait(30)


def _cited(home: Path) -> list[dict[str, str]]:
    done = run(home, "ask", CONDUCTOR, "--engine", "extractive", "--json")
    cited: list[dict[str, str]] = json.loads(done.stdout)["citations"]
    return cited
