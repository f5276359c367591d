"""The page in a real browser: real Chromium, the real `soundings chat`, the starter library.

The fixtures are for every test module that says `pytest_plugins = ["tests.browsing"]`; one browser
and one running page serve all of them, so leave the library as it is.
"""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from tests.made import browser_path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, str(ROOT / "soundings.py")]
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What gradio writes when a page is left while one of its events is still open.
LEFT = re.compile(
    r"AbortError: (?:signal is|BodyStreamBuffer was) aborted|.*Connection errored out"
)
LONG = 180_000  # milliseconds: the first answer may have to wait for the encoder
FURTHEST = 90  # presses of Tab from one thing to the next

expect.set_options(timeout=15_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A running `soundings chat`, and the home that it serves."""

    address: str
    home: Path
    process: subprocess.Popen[str]


def run(home: Path, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    command = [*PROGRAM, "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=home.parent)


@contextmanager
def chatting(home: Path, errors: IO[str]) -> Iterator[Served]:
    """`soundings chat` on a free port, from the line that names its address to its end."""
    command = [*PROGRAM, "--home", str(home), "chat", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        watchdog.cancel()
        assert found is not None, "soundings chat did not start"
        yield Served(address=found.group(), home=home, process=process)
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def home(starter_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the starter library that the page may write to."""
    folder = tmp_path_factory.mktemp("page") / "home"
    shutil.copytree(starter_home, folder)
    return folder


@pytest.fixture(scope="session")
def served(home: Path) -> Iterator[Served]:
    with (home.parent / "chat.log").open("w") as errors, chatting(home, errors) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = browser_path()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens the page as a new person. At the end: no complaint, and nothing asked of others."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    elsewhere: list[str] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: _note_foreign(r.url, served.address, elsewhere))
        page.goto(served.address)
        expect(page.locator(".welcome")).to_be_visible()
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in complaints if not LEFT.match(text)] == []
    assert elsewhere == []


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit(viewport={"width": 1440, "height": 900})


def _note_foreign(url: str, address: str, elsewhere: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(address).netloc:
        elsewhere.append(url)


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the answer and return the place where it stands."""
    before = page.locator(".exchange").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    exchange = page.locator(".exchange").nth(before)
    expect(exchange.locator(".pending, .answer:not(.pending)")).to_be_visible(timeout=LONG)
    expect(exchange.locator(".pending")).to_have_count(0, timeout=LONG)
    return exchange


def reach(page: Page, target: Locator, *, by: str = "Tab") -> Locator:
    """Go on with the keyboard until `target` has the focus."""
    expect(target).to_be_visible()
    for _ in range(FURTHEST):
        if target.evaluate("element => element === document.activeElement"):
            return target
        page.keyboard.press(by)
    raise AssertionError(f"the keyboard does not reach {target}")


def press(page: Page, target: Locator, key: str = "Enter", *, by: str = "Tab") -> None:
    reach(page, target, by=by)
    page.keyboard.press(key)
