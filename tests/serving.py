"""The page over real HTTP in this process, for tests that speak to it as programs and browsers do.

For every test module that says `pytest_plugins = ["tests.serving"]`. Importing gradio and building
the pages takes seconds, so one server serves them all: leave its library and users as they are.
"""

import copy
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant import Engine
from soundings import build_page
from tests.conftest import settings_of
from web.audit import AuditLog
from web.identity.door import Door
from web.identity.people import Role
from web.identity.users import Users
from web.reach import Reach
from web.settings import PageSettings

SECRET = "a long enough secret"


@pytest.fixture(scope="session")
def people_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the users and the log lie."""
    return tmp_path_factory.mktemp("people")


@pytest.fixture(scope="session")
def tokens(people_home: Path) -> dict[str, str]:
    """A token of somebody of each role. They have a password, too."""
    users = Users(people_home)
    for role in Role:
        users.add(f"the-{role}", role, SECRET)
    return {str(role): users.make_token(f"the-{role}") for role in Role}


@pytest.fixture(scope="session")
def noting(starter_engine: Engine, people_home: Path) -> Engine:
    """The engine, with a log of its own."""
    engine = copy.copy(starter_engine)
    engine.journal = AuditLog(people_home, days=1, text=True)
    return engine


@pytest.fixture(scope="session")
def people_page(
    noting: Engine, starter_home: Path, people_home: Path, tokens: dict[str, str]
) -> Any:
    """The page of several people, as an app."""
    door = Door(Users(people_home), PageSettings())
    return build_page(noting, settings_of(starter_home, {"SOUNDINGS_MCP": "true"}), door=door)


@pytest.fixture(scope="session")
def address(people_page: Any) -> Iterator[str]:
    """Where that page is served."""
    with serving(people_page) as at:
        yield at


@contextmanager
def serving(app: Any, table: PageSettings | None = None) -> Iterator[str]:
    """Serves an app on a free port for as long as it is entered; gives the address."""
    from web.limits.server import server_of

    bound = socket.create_server(("127.0.0.1", 0))
    server = server_of(app, table or PageSettings(), Reach())
    thread = threading.Thread(target=server.run, args=[[bound]])
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def client(address: str, token: str | None = None) -> httpx.Client:
    """A program that shows a token, or somebody who has yet to log in."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=address, headers=headers, timeout=300, trust_env=False)


@pytest.fixture
def leader(address: str) -> Iterator[httpx.Client]:
    """A leader who has logged in."""
    browser = logged_in(address, "the-leader")
    yield browser
    browser.close()


@pytest.fixture
def evaluator(address: str) -> Iterator[httpx.Client]:
    """An evaluator who has logged in."""
    browser = logged_in(address, "the-evaluator")
    yield browser
    browser.close()


@pytest.fixture
def administrator(address: str) -> Iterator[httpx.Client]:
    """An administrator who has logged in."""
    browser = logged_in(address, "the-administrator")
    yield browser
    browser.close()


def logged_in(address: str, name: str) -> httpx.Client:
    browser = client(address)
    entered = browser.post("/login", data={"name": name, "password": SECRET})
    assert entered.status_code == 303, entered.text
    return browser
