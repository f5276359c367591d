"""The page in a real browser: asking, opening sources, safety, looks, and the command."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import LONG, ROOT, Served, ask, chatting, run
from tests.conftest import settings_of

pytest_plugins = ["tests.browsing"]

WOOD = "What is Julie Wood's central argument?"
CONDUCTOR = "Who likens his role to a conductor's?"
PENGUINS = "How do penguins keep warm in winter?"


# Asking


def test_an_empty_page_says_what_the_library_is(page: Page) -> None:
    expect(page.locator(".facts")).to_contain_text(re.compile(r"5 sources · \d+ passages"))
    expect(page.locator(".facts")).to_contain_text(re.compile(r"last change \d+ [A-Z][a-z]+ 20"))
    assert page.title() == "Soundings"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("main").count() == 1


def test_an_example_is_asked_by_its_button(page: Page) -> None:
    example = page.locator(".example").first
    question = example.inner_text()
    example.click()
    expect(page.locator(".question")).to_contain_text(question, timeout=LONG)
    expect(page.locator(".answer .outcome strong")).to_be_visible(timeout=LONG)


def test_a_quote_opens_highlighted_in_its_source(page: Page, served: Served) -> None:
    exchange = ask(page, CONDUCTOR)
    expect(exchange.locator(".outcome")).to_contain_text(re.compile(r"● ?Answered · \d+ quote"))
    marker = exchange.locator(".marker").first
    said = exchange.locator("blockquote q").first.evaluate("q => q.textContent")
    assert "conductor" in said
    marker.click()
    quote = page.locator("#source-quote")
    expect(quote).to_be_in_viewport()
    assert quote.evaluate("mark => mark.textContent") == said
    assert "underline" in quote.evaluate("mark => getComputedStyle(mark).textDecorationLine")
    source = marker.get_attribute("data-source")
    start, end = (int(marker.get_attribute(f"data-{edge}") or -1) for edge in ("start", "end"))
    assert source is not None
    text = run(served.home, "sources", "show", source, "--text").stdout
    assert text[start:end] == said
    assert page.locator("#source-pane li", has=quote).count() == 1  # it is an item of a list


def test_a_marker_is_a_named_button(page: Page) -> None:
    exchange = ask(page, CONDUCTOR)
    first = exchange.get_by_role("button", name=re.compile(r"^quote 1, .*report"))
    expect(first).to_have_text("1")
    box = first.bounding_box()
    assert box is not None and min(box["width"], box["height"]) >= 24


def test_passages_are_gone_through_one_by_one(page: Page) -> None:
    near = ask(page, PENGUINS).locator(".near")
    near.first.click()
    count = page.locator("#source-count")
    expect(count).to_have_text("passage 1 of 3")
    page.get_by_role("button", name="Next").click()
    expect(count).to_have_text("passage 2 of 3")
    expect(near.nth(1)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Previous").click()
    expect(count).to_have_text("passage 1 of 3")
    expect(near.first).to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    expect(near.first).to_be_focused()


def test_a_button_of_any_tab_opens_its_quote(page: Page, served: Served) -> None:
    """The pane is the page's own: it asks nothing of a tab but the button."""
    shown = json.loads(run(served.home, "sources", "--json").stdout)
    source = shown[0] if isinstance(shown, list) else shown["sources"][0]
    text = run(served.home, "sources", "show", source["id"], "--text").stdout
    one = text.index("This is a brief")
    page.evaluate(
        """([id, spans]) => {
          const answer = document.createElement("div");
          answer.className = "answer";
          for (const [i, [start, end]] of spans.entries()) {
            const button = document.createElement("button");
            Object.assign(button, { type: "button", id: `any-${i}`, textContent: `any ${i}` });
            Object.assign(button.dataset, { source: id, start, end, sha256: "" });
            answer.append(button);
          }
          document.getElementById("page-main").append(answer);
        }""",
        [source["id"], [[one, one + 12], [one + 20, one + 40]]],
    )
    page.locator("#any-1").click()
    expect(page.locator("#source-title")).to_be_focused()
    assert (
        page.locator("#source-quote").evaluate("mark => mark.textContent")
        == text[one + 20 : one + 40]
    )
    page.get_by_role("button", name="Previous").click()
    expect(page.locator("#any-0")).to_have_attribute("aria-current", "true")
    assert (
        page.locator("#source-quote").evaluate("mark => mark.textContent") == text[one : one + 12]
    )
    page.keyboard.press("Escape")
    expect(page.locator("#any-0")).to_be_focused()
    page.locator("#any-0").click()
    expect(page.locator("#source-quote")).to_be_visible()
    page.locator("#any-0").evaluate("button => button.remove()")
    expect(page.locator("#source-quote")).to_have_count(0)


def test_a_source_is_a_document_with_an_outline_and_a_search(page: Page) -> None:
    ask(page, CONDUCTOR).locator(".marker").first.click()
    pane = page.locator("#source-pane")
    expect(page.locator("#source-quote")).to_be_in_viewport()
    assert page.locator("#source-quote").evaluate("mark => mark.closest('li') !== null")
    expect(pane.locator(".text h5").first).to_be_attached()
    expect(pane.get_by_text("about: ", exact=False)).to_be_hidden()  # front matter is folded
    pane.get_by_text("Outline").click()
    pane.get_by_role("button", name="Development needed").click()
    expect(pane.get_by_role("heading", name="Development needed")).to_be_in_viewport()
    expect(page.locator("#source-quote")).not_to_be_in_viewport()
    pane.get_by_role("button", name="To the quote").click()
    expect(page.locator("#source-quote")).to_be_in_viewport()
    find = pane.get_by_label("Find in this source")
    find.fill("ACCOUNTABLE officer")
    expect(page.locator("#source-found")).to_have_text(re.compile(r"1 of [2-9]"))
    page.keyboard.press("Enter")
    expect(page.locator("#source-found")).to_have_text(re.compile(r"2 of [2-9]"))
    find.fill("penguin")
    expect(page.locator("#source-found")).to_have_text("not found")


def test_a_source_at_a_quote_has_an_address_and_back_closes_it(page: Page) -> None:
    ask(page, CONDUCTOR).locator(".marker").first.click()
    said = page.locator("#source-quote").inner_text()
    expect(page).to_have_url(re.compile(r"#source=[\w-]+&start=\d+&end=\d+"))
    address = page.url
    page.reload()
    expect(page.locator("#source-quote")).to_have_text(said)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#source-quote")).to_have_count(0)
    expect(page).not_to_have_url(address)
    expect(page.locator(".marker").first).to_be_visible()
    page.locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_have_text(said)
    page.go_back()
    expect(page.locator("#source-quote")).to_have_count(0)
    expect(page.locator(".exchange")).to_have_count(1)
    page.go_forward()
    expect(page.locator("#source-quote")).to_have_text(said)


def test_the_keyboard_is_enough(page: Page) -> None:
    box = page.get_by_label("Your question")
    box.focus()
    page.keyboard.type(CONDUCTOR)
    page.keyboard.press("Enter")
    marker = page.locator(".marker").first
    expect(marker).to_be_visible(timeout=LONG)
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("m => m === document.activeElement"):
            break
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#source-title")).to_be_focused()
    expect(page.locator("#source-quote")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()


def test_shift_enter_starts_a_new_line(page: Page) -> None:
    box = page.get_by_label("Your question")
    box.focus()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(box).to_have_value("one\ntwo")
    expect(page.locator(".exchange")).to_have_count(0)


def test_an_empty_question_gets_a_hint(page: Page) -> None:
    page.get_by_label("Your question").fill("   ")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#ask-hint")).to_contain_text("Type a question first")
    expect(page.locator(".exchange")).to_have_count(0)


def test_a_follow_up_is_read_with_what_went_before(page: Page) -> None:
    ask(page, WOOD)
    second = ask(page, "What else does she say?")
    expect(second.locator(".reading")).to_contain_text("Julie Wood")
    second.get_by_role("button", name="edit").click()
    expect(page.get_by_label("Your question")).to_have_value(re.compile("Julie Wood"))
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)
    third = ask(page, "What else does she say?")
    expect(third.locator(".reading")).to_have_count(0)


def test_a_reading_is_put_right_and_asked_as_it_stands(page: Page) -> None:
    ask(page, WOOD)
    second = ask(page, "What else does she say?")
    second.get_by_role("button", name="edit").click()
    box = page.get_by_label("Your question")
    expect(box).to_be_focused()
    box.fill("Who compared it to conducting?")
    page.keyboard.press("Enter")
    third = page.locator(".exchange").nth(2)
    expect(third.locator(".answer:not(.pending)")).to_be_visible(timeout=LONG)
    expect(third.locator(".question")).to_contain_text("Who compared it to conducting?")
    expect(third.locator(".reading")).to_have_count(0)
    fourth = ask(page, "And who said so?")  # the next question leans on the conversation again
    expect(fourth.locator(".reading")).to_contain_text("And who said so? (after: ")


def test_what_the_library_does_not_hold_is_withheld(page: Page) -> None:
    exchange = ask(page, PENGUINS)
    expect(exchange.locator(".outcome")).to_contain_text("Not in this library")
    expect(exchange.locator(".marker")).to_have_count(0)
    near = exchange.locator(".near")
    assert 1 <= near.count() <= 3
    near.first.click()
    expect(page.locator("#source-quote")).to_be_in_viewport()
    expect(page.locator("#source-count")).to_contain_text("passage 1 of")


def test_what_has_come_is_said_to_screen_readers(page: Page) -> None:
    exchange = ask(page, CONDUCTOR)
    said = exchange.locator(".outcome").inner_text()
    expect(page.get_by_role("status").filter(has_text="Answered")).to_have_text(said.strip())


# Safety


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)> Who leads?",
        "<script>alert(1)</script> & <b>bold</b> what is a CCG?",
        "**what** is a [link](http://example.com) ![x](http://example.com/x.png) http://example.com",
        "what is\n\n# a heading\n\n<iframe src='http://example.com'></iframe>",
        "what is ${1+1} {{value}} $$x^2$$ `code`?",
    ],
)
def test_a_question_is_shown_as_text(page: Page, text: str) -> None:
    exchange = ask(page, text)
    shown = exchange.locator(".question").evaluate("h => h.lastChild.textContent")
    assert shown == text
    assert page.locator(".exchange :is(img, script, iframe, b, a, em, code, math)").count() == 0


def test_two_people_do_not_share_a_conversation(visit: Callable[..., Page]) -> None:
    one, other = visit(), visit()
    ask(one, WOOD)
    expect(other.locator(".exchange")).to_have_count(0)
    follow = ask(other, "What else does she say?")
    expect(follow.locator(".reading")).to_have_count(0)
    expect(one.locator(".exchange")).to_have_count(1)


def reply(url: str, data: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data=data, headers=named)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, _lowered(answer.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, _lowered(refused.headers)


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize("path", ["/", "/theme.css", "/source?id=none&start=0&end=1", "/nowhere"])
def test_every_reply_carries_the_policy(served: Served, path: str) -> None:
    _, headers = reply(served.address + path)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/docs",
        "/openapi.json",
        "/monitoring",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/file=http://example.com/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.com/",
        "/gradio_api/upload",
        "/static/../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/routes.py",
    ],
)
def test_what_the_page_does_not_need_is_closed(served: Served, path: str) -> None:
    status, _ = reply(served.address + path)
    assert status in (403, 404)


@pytest.mark.parametrize("name", ["upload", "run/predict", "call/x", "component_server"])
def test_no_upload_and_no_open_api(served: Served, name: str) -> None:
    url = f"{served.address}/gradio_api/{name}"
    status, _ = reply(url, data=b"{}", Content_Type="application/json")
    assert status == 404


def test_other_pages_cannot_ask(served: Served) -> None:
    join = served.address + "/gradio_api/queue/join"
    body = json.dumps({"data": ["x", None], "fn_index": 0, "session_hash": "s"}).encode()
    kind = {"Content_Type": "application/json"}
    assert reply(join, body, **kind, Origin="http://evil.example")[0] == 403
    assert reply(join, body, **kind, Origin="null")[0] == 403
    assert reply(join, body, **kind, Sec_Fetch_Site="cross-site")[0] == 403
    assert reply(served.address + "/", Host="evil.example")[0] == 421
    assert reply(join, b" " * 300_000, **kind)[0] == 413


def test_the_page_names_no_other_host_to_load_from(served: Served) -> None:
    with urllib.request.urlopen(served.address, timeout=30) as answer:
        text = answer.read().decode()
    loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"(https?:[^\"]+)", text)
    assert loaded == []


# Looks


def test_our_own_scripts_and_styles_are_light(tmp_path: Path) -> None:
    """What every visitor loads beyond gradio's: all of it is in the page's head."""
    from assistant.ask import tab as ask_tab
    from assistant.packs import tab as discuss
    from eval import tab as evaluate
    from ingest.tab import LibraryTab
    from web.look import source_pane
    from web.look import theme as look

    library = LibraryTab(settings_of(tmp_path))
    parts = (look, source_pane, ask_tab, discuss, library, evaluate)
    assert all("<style>" in part.head() for part in parts)
    assert len("".join(part.head() for part in parts).encode()) < 160_000


def test_on_a_phone_the_source_is_a_sheet(visit: Callable[..., Page]) -> None:
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True)
    marker = ask(page, CONDUCTOR).locator(".marker").first
    marker.click()
    pane = page.locator("#source-side")
    expect(page.locator("#source-quote")).to_be_in_viewport()
    box = pane.bounding_box()
    assert box is not None and (box["x"], box["width"]) == (0, 360)
    assert page.locator("#page-main").evaluate("main => main.inert")
    page.get_by_role("button", name="Close").click()
    expect(pane).to_be_hidden()
    expect(marker).to_be_focused()


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_nothing_scrolls_sideways(visit: Callable[..., Page], width: int) -> None:
    page = visit(viewport={"width": width, "height": 700})
    ask(page, WOOD)
    page.locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Pairs of colours as (foreground, background) that carry text somewhere on the page
PAIRS = [
    ("--ink", "--paper"),
    ("--ink", "--sheet"),
    ("--quiet", "--paper"),
    ("--action", "--paper"),
    ("--action", "--sheet"),
    ("--on-action", "--action"),
    ("--on-action", "--action-deep"),
    ("--on-highlight", "--highlight"),
    ("--loss", "--paper"),
    ("--underline", "--paper"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_contrast(visit: Callable[..., Page], scheme: str) -> None:
    page = visit(color_scheme=scheme)
    names = sorted({name for pair in PAIRS for name in pair})
    values = page.evaluate(
        "names => names.map(n => getComputedStyle(document.body).getPropertyValue(n).trim())", names
    )
    colours = dict(zip(names, values, strict=True))
    if scheme == "dark":
        assert _luminance(colours["--paper"]) < 0.1
    for front, back in PAIRS:
        assert _contrast(colours[front], colours[back]) >= 4.5, (front, back)


def _luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.2)."""
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(one: str, other: str) -> float:
    dark, light = sorted([_luminance(one), _luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_print_shows_answer_and_sources_without_the_furniture(page: Page) -> None:
    exchange = ask(page, CONDUCTOR)
    withheld = ask(page, PENGUINS)
    offered = withheld.get_by_role("heading", name="What this library does answer")
    expect(offered).to_be_visible(timeout=LONG)
    page.emulate_media(media="print")
    expect(offered).to_be_hidden()  # as what stands below it
    expect(exchange.locator(".references li").first).to_be_visible()
    expect(exchange.locator("blockquote").first).to_be_visible()
    for furniture in ("#ask-form", "#source-side", "[role=tablist]", ".actions"):
        expect(page.locator(furniture).first).to_be_hidden()


# The command


def test_ctrl_c_ends_it_quietly(home: Path, browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "chat.log"
    with log.open("w") as errors, chatting(home, errors) as running:
        context = browser.new_context()
        page = context.new_page()
        page.goto(running.address)
        expect(page.locator(".welcome")).to_be_visible()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(timeout=30) == 0
        context.close()
    assert "Traceback" not in log.read_text()
    assert "Error" not in log.read_text()


def test_a_port_in_use_is_told(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(home, "chat", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert "Choose another port" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_is_not_served_to_others(home: Path) -> None:
    done = run(home, "chat", "--host", "0.0.0.0")
    assert done.returncode == 1
    assert "soundings users add" in done.stderr


def test_an_empty_library_is_told(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "chat", "--port", "0")
    assert done.returncode == 1
    assert "soundings ingest" in done.stderr


def test_other_commands_do_not_load_gradio() -> None:
    code = (
        "import sys, soundings\n"
        "try: soundings.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print('loaded', [m for m in ('gradio', 'fastapi', 'uvicorn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.stdout.strip().endswith("loaded []"), done.stdout + done.stderr
