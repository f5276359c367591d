"""Logging in and out in a real browser, through a reverse proxy that has the page under a path."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from assistant import Engine
from soundings import build_page
from tests.browsing import LONG, ask
from tests.conftest import settings_of
from tests.serving import SECRET, serving
from web.identity.door import Door
from web.identity.users import Users
from web.reach import Reach
from web.settings import PageSettings

pytest_plugins = ["tests.browsing", "tests.serving"]

PATH = "/library/soundings"
_HOP = ("transfer-encoding", "connection", "content-length", "keep-alive")


class Proxy:
    """A small reverse proxy: takes its path off, passes the rest on as it comes."""

    def __init__(self) -> None:
        self.to = ""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                if not self.path.startswith(PATH + "/"):
                    self.send_error(404)
                    return
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                headers = {k: v for k, v in self.headers.items() if k.lower() not in _HOP}
                with (
                    httpx.Client(timeout=None, trust_env=False) as client,
                    client.stream(
                        self.command,
                        proxy.to + self.path[len(PATH) :],
                        headers=headers,
                        content=body,
                    ) as reply,
                ):
                    self.send_response(reply.status_code)
                    for name, value in reply.headers.multi_items():
                        if name.lower() not in _HOP:
                            self.send_header(name, value)
                    self.send_header("connection", "close")
                    self.end_headers()
                    try:
                        for piece in reply.iter_raw():
                            self.wfile.write(piece)
                            self.wfile.flush()
                    except OSError:  # the browser has gone
                        return

            do_POST = do_GET  # noqa: N815  # the name that http.server calls

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = f"http://localhost:{self.server.server_port}{PATH}"


@contextmanager
def standing(proxy: Proxy) -> Iterator[None]:
    thread = threading.Thread(target=proxy.server.serve_forever, args=[0.05])
    thread.start()
    try:
        yield
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def public(
    noting: Engine, starter_home: Path, people_home: Path, tokens: dict[str, str]
) -> Iterator[str]:
    """The address of the page as people have it."""
    proxy = Proxy()
    table = PageSettings(page_address=proxy.address)
    app = build_page(
        noting,
        settings_of(starter_home),
        Reach.of(table),
        Door(Users(people_home), table),
    )
    with serving(app) as proxy.to, standing(proxy):
        yield proxy.address


def test_a_leader_logs_in_asks_and_logs_out_by_the_proxys_address(
    browser: Browser, public: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(public + "/")
    expect(page.get_by_role("heading", name="Log in to Soundings")).to_be_visible()
    page.get_by_label("Name").focus()
    page.keyboard.type("the-leader")
    page.keyboard.press("Tab")
    page.keyboard.type("a wrong password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not go together")
    page.get_by_label("Password").focus()
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("#page-person")).to_contain_text("the-leader, leader", timeout=LONG)
    assert page.get_by_role("tab").all_inner_texts() in (["Ask"], [])
    ask(page, "Who likens his role to a conductor's?").locator(".marker").first.click()
    expect(page.locator("#source-quote")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
    page.goto(public + "/")
    expect(page.get_by_role("heading", name="Log in to Soundings")).to_be_visible()
    own = (f"{public}/", "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []
    context.close()


def test_the_login_needs_no_script(browser: Browser, public: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(public + "/")
    page.get_by_label("Name").fill("the-evaluator")
    page.get_by_label("Password").fill(SECRET)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(public + "/")
    assert {cookie["sameSite"] for cookie in context.cookies()} == {"Strict"}
    assert all(cookie["httpOnly"] for cookie in context.cookies())
    context.close()
