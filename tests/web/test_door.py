"""Logging in, and by whom the page is reached: the real guard, door and login over HTTP."""

import os
import re
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from vectorstore import SettingsError
from vectorstore.settings import StoreSettings, load_settings
from web.guard import Guard
from web.identity import account, login
from web.identity import door as door_module
from web.identity import sessions as sessions_module
from web.identity.door import DOORSTEP, Door, open_door
from web.identity.people import DEEDS, Role, may, person_of
from web.identity.users import Users
from web.reach import Reach
from web.settings import PageSettings

HERE = "http://127.0.0.1:7860"
SECRET = "a long enough secret"
PUBLIC = "https://intranet.example/soundings"
PROXY = ("10.0.0.7", 50_000)


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Users:
    """Mary and Eve, who have passwords; one that a test changes, it puts back."""
    made = Users(tmp_path_factory.mktemp("users"))
    made.add("mary", Role.LEADER, SECRET)
    made.add("eve", Role.EVALUATOR, SECRET)
    return made


Visit = Callable[..., TestClient]


@pytest.fixture
def visit(users: Users, clock: Clock) -> Visit:
    """Somebody's browser, before the page with such settings."""

    def opened(
        at: str = HERE, near: tuple[str, int] = ("127.0.0.1", 4), **table: object
    ) -> TestClient:
        settings = PageSettings(**table)  # type: ignore[arg-type]
        door = Door(users, settings, clock)
        return browser(guarded(door, Reach.of(settings)), at, near)

    return opened


def browser(app: Guard, at: str, near: tuple[str, int]) -> TestClient:
    return TestClient(app, base_url=at, client=near, follow_redirects=False)


def guarded(door: Door, reach: Reach) -> Guard:
    """A page that says who sees it and under which address, and takes what gradio takes."""
    app = FastAPI(openapi_url=None)
    app.include_router(login.routes(door))
    app.include_router(account.routes(door))

    @app.get("/")
    @app.get("/api/who")
    def who(request: Request) -> list[str]:
        return [person_of(request).name, str(person_of(request).role), str(request.url)]

    @app.get("/gradio_api/queue/data")
    @app.get("/gradio_api/heartbeat/{name}")
    def listen() -> str:
        return "heard"

    @app.post("/gradio_api/queue/join")
    async def join(request: Request) -> int:
        return len(await request.body())

    posts = {"/login": 4_000, "/account/end": 4_000}
    also = [*DOORSTEP, "/logout", "/account", "/api/who"]
    return Guard(app, also=also, also_post=posts, reach=reach, door=door)


def enter(client: TestClient, name: str = "mary", password: str = SECRET, **more: str) -> int:
    form = {"name": name, "password": password, **more}
    return client.post("/login", data=form).status_code


# Sessions


def test_nobody_sees_anything_before_they_log_in(visit: Visit) -> None:
    client = visit()
    moved = client.get("/?view=1")
    assert (moved.status_code, moved.headers["location"]) == (303, "/login?to=%2F%3Fview%3D1")
    assert client.get("/api/who").status_code == 401
    assert client.get("/gradio_api/heartbeat/x").status_code == 303
    assert client.post("/gradio_api/queue/join", json={"session_hash": "x"}).status_code == 401


def test_a_login_lasts_until_logout(visit: Visit) -> None:
    client = visit()
    assert enter(client, to="/?view=1") == 303
    assert client.get("/").json()[:2] == ["mary", "leader"]
    kept = client.cookies["soundings"]
    assert client.get("/logout").status_code == 303
    client.cookies.set("soundings", kept)
    assert client.get("/").status_code == 303


def test_the_cookie_is_for_this_page_alone(visit: Visit) -> None:
    client = visit()
    given = client.post("/login", data={"name": "mary", "password": SECRET}).headers["set-cookie"]
    assert "HttpOnly" in given and "SameSite=strict" in given and "Path=/" in given
    assert "Secure" not in given  # it would not come back over plain http
    public = visit(at="https://intranet.example", page_address=PUBLIC)
    given = public.post("/login", data={"name": "mary", "password": SECRET}).headers["set-cookie"]
    assert "Secure" in given and "Path=/soundings" in given


def test_a_session_ends_after_its_hours(visit: Visit, clock: Clock) -> None:
    client = visit(session_hours=1)
    assert enter(client) == 303
    clock.now += 3599
    assert client.get("/").status_code == 200
    clock.now += 2
    assert client.get("/").status_code == 303


def test_who_is_removed_or_gets_another_password_is_out_at_once(users: Users, visit: Visit) -> None:
    users.add("joan", Role.KEEPER, SECRET)
    client = visit()
    assert enter(client, "joan") == 303
    users.set_role("joan", Role.TRAINER)
    assert client.get("/").json()[1] == "trainer"
    users.set_password("joan", SECRET + "!")
    assert client.get("/").status_code == 303
    assert enter(client, "joan", SECRET + "!") == 303
    users.remove("joan")
    assert client.get("/").status_code == 303


def test_a_wrong_login_says_so_in_the_form(visit: Visit) -> None:
    wrong = visit().post("/login", data={"name": "<b>mary", "password": "no"})
    assert wrong.status_code == 401
    assert re.search(r'role="alert"[^>]*id="error">This name and password', wrong.text)
    assert 'value="&lt;b&gt;mary"' in wrong.text
    assert 'aria-describedby="error"' in wrong.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "x"])
def test_nobody_is_sent_elsewhere_after_the_login(visit: Visit, to: str) -> None:
    sent = visit().post("/login", data={"name": "mary", "password": SECRET, "to": to})
    assert sent.headers["location"] == "/"


def test_guessing_is_slowed_down(visit: Visit, clock: Clock) -> None:
    client = visit()
    for _ in range(door_module.TRIES_OF_A_NAME):
        assert enter(client, "mary", "wrong") == 401
    refused = client.post("/login", data={"name": "mary", "password": SECRET})
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert enter(client, "eve") == 303  # others are not kept out
    clock.now += door_module.WINDOW + 1
    assert enter(client) == 303


def test_nobody_is_locked_out_by_others_who_guess(
    users: Users, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, most in (("TRIES_OF_A_NAME", 2), ("TRIES_FROM_EVERYWHERE", 4)):
        monkeypatch.setattr(door_module, name, most)
    settings = PageSettings()
    door = Door(users, settings, clock)
    app = guarded(door, Reach.of(settings))
    at_home = browser(app, HERE, ("10.1.1.1", 4))
    assert enter(at_home) == 303
    for number in range(6):
        guesser = browser(app, HERE, (f"10.2.2.{number}", 4))
        tried = [enter(guesser, "Mary", "wrong") for _ in range(3)]
        assert tried == ([401, 401, 429] if number < 2 else [429] * 3)
    assert enter(at_home) == 303
    assert enter(browser(app, HERE, ("10.3.3.3", 4)), "eve") == 303


def test_many_who_log_in_from_one_address_keep_nobody_out(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "TRIES_FROM_AN_ADDRESS", 2)
    client = visit()
    for _ in range(3):
        assert enter(client) == 303
    assert [enter(client, name, "wrong") for name in ("zoe", "eve")] == [401, 401]
    assert enter(client, "eve") == 429
    assert enter(client) == 303  # who was here before does not wait for what others do


def test_each_wrong_password_too_many_makes_the_next_wait_longer(
    visit: Visit, clock: Clock
) -> None:
    client, waits = visit(), []
    for _ in range(door_module.TRIES_OF_A_NAME):
        enter(client, "mary", "wrong")
    for _ in range(5):
        refused = client.post("/login", data={"name": "mary", "password": SECRET})
        waits.append(int(refused.headers["retry-after"]))
        clock.now += waits[-1]
        assert enter(client, "mary", "wrong") == 401
    assert waits == [2, 3, 5, 9, 17]  # 1, 2, 4, 8, 16 seconds, rounded up
    clock.now += 33
    assert enter(client) == 303


# Where somebody is logged in


def test_a_session_outlives_the_program_and_ends_with_its_password(
    users: Users, visit: Visit
) -> None:
    before, after = visit(), visit()
    assert enter(before) == 303
    after.cookies.set("soundings", before.cookies["soundings"])
    assert after.get("/").json()[0] == "mary"
    raw = b"".join(path.read_bytes() for path in users.path.parent.glob("sessions.sqlite*"))
    assert before.cookies["soundings"].encode() not in raw
    if os.name == "posix":
        for path in users.path.parent.glob("sessions.sqlite*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_one_person_cannot_have_sessions_without_end(users: Users) -> None:
    door = Door(users, PageSettings())
    mary = users.find("mary")
    assert mary is not None
    for _ in range(sessions_module.EACH + 5):
        last = door.begin(mary, "10.0.0.9", "a browser")
    assert len(door.sessions.listed(mary.id)) == sessions_module.EACH
    assert door.sessions.of(last) is not None
    door.sessions.end(mary.id)
    assert door.sessions.listed(mary.id) == []


def test_a_link_from_elsewhere_asks_once_more_before_the_login(visit: Visit) -> None:
    client = visit()
    arriving = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}
    there = client.get("/", headers=arriving)
    assert there.status_code == 200 and there.headers["refresh"] == "0; url=/"
    arriving["Sec-Fetch-Site"] = "same-origin"
    assert client.get("/", headers=arriving).status_code == 303


def test_other_pages_cannot_log_anybody_in(visit: Visit) -> None:
    client = visit()
    form = {"name": "mary", "password": SECRET}
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert client.post("/login", data=form, headers=headers).status_code == 403
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/login", data=form, headers=own).status_code == 303


def test_nobody_listens_to_anothers_page(users: Users, clock: Clock) -> None:
    settings = PageSettings()
    app = guarded(Door(users, settings, clock), Reach.of(settings))
    mary, eve = (browser(app, HERE, ("127.0.0.1", 4)) for _ in "me")
    assert enter(mary) == enter(eve, "eve") == 303
    body = {"session_hash": "hers", "data": ["x" * 100]}
    joined = mary.post("/gradio_api/queue/join", json=body)
    assert joined.json() == int(joined.request.headers["content-length"])
    assert mary.get("/gradio_api/queue/data?session_hash=hers").status_code == 200
    for asked in ("queue/data?session_hash=hers", "heartbeat/hers"):
        assert eve.get(f"/gradio_api/{asked}").status_code == 403
    assert eve.post("/gradio_api/queue/join", json=body).status_code == 403
    assert eve.post("/gradio_api/queue/join", content=b"{}").status_code == 400


def test_no_cookie_takes_long_to_read(visit: Visit) -> None:
    """As bytes, what they take depends on how long they are and on nothing else."""
    client = visit()

    def seconds(cookie: str) -> float:
        began = time.process_time()
        for _ in range(3):
            assert client.get("/", headers={"Cookie": cookie}).status_code == 303
        return time.process_time() - began

    plain = seconds("soundings=" + "a" * 30_000)
    for pump in ('soundings="' + "\\" * 30_000 + '"', "a=;" * 10_000, '"' * 30_000):
        assert seconds(pump) < 20 * max(plain, 0.01), pump[:20]


# Tokens


def test_a_token_is_for_programs_alone(users: Users, visit: Visit) -> None:
    client = visit()
    shown = {"Authorization": f"Bearer {users.make_token('eve')}"}
    assert client.get("/api/who", headers=shown).json()[:2] == ["eve", "evaluator"]
    assert client.get("/", headers=shown).status_code == 303
    for wrong in ("Bearer x", "Bearer ", "Basic bWFyeTp4", ""):
        assert client.get("/api/who", headers={"Authorization": wrong}).status_code == 401
    assert enter(client) == 303
    assert client.get("/api/who", headers={"Authorization": "Bearer x"}).status_code == 401
    users.drop_tokens("eve")
    assert client.get("/api/who", headers=shown).status_code == 401


# Reverse proxies


@pytest.mark.parametrize("path", ["/", "/soundings/"])
def test_behind_a_proxy_the_page_knows_its_public_address(visit: Visit, path: str) -> None:
    """Whether the proxy takes its prefix off or leaves it on."""
    client = visit(at="https://intranet.example", page_address=PUBLIC)
    moved = client.get(path)
    assert moved.headers["location"] == "/soundings/login?to=%2F"
    sent = client.post(path + "login", data={"name": "mary", "password": SECRET})
    assert sent.headers["location"] == "/soundings/"
    client.cookies.set("soundings", sent.cookies["soundings"])
    assert client.get(path).json()[2] == PUBLIC + "/"


def test_the_prefix_alone_leads_to_the_page(visit: Visit) -> None:
    client = visit(at="https://intranet.example", page_address=PUBLIC)
    assert client.get("/soundings").headers["location"] == "/soundings/"


def test_a_trusted_proxys_word_for_the_name_counts(visit: Visit) -> None:
    table = {"page_address": PUBLIC, "trusted_proxies": "10.0.0.0/24"}
    told = {"X-Forwarded-Host": "intranet.example", "Origin": "https://intranet.example"}
    client = visit(at="http://127.0.0.1:7860", near=PROXY, **table)
    assert client.get("/", headers=told).headers["location"] == "/soundings/login?to=%2F"
    told["X-Forwarded-Host"] = "evil.example"
    assert client.get("/", headers=told).status_code == 421


def test_other_names_are_refused(visit: Visit) -> None:
    for at in ("http://evil.example", "http://intranet.example.evil.example"):
        assert visit(at=at, page_address=PUBLIC, page_hosts="10.0.0.2").get("/").status_code == 421
    assert visit(at="http://10.0.0.2:7860", page_hosts="10.0.0.2").get("/").status_code == 303


HEADERS = {"user_header": "X-User", "role_header": "X-Role", "trusted_proxies": "10.0.0.7"}


def test_a_trusted_proxy_says_who_somebody_is(visit: Visit) -> None:
    client = visit(near=PROXY, **HEADERS)
    said = {"X-User": "olga@example.org", "X-Role": "Keeper"}
    assert client.get("/", headers=said).json()[:2] == ["olga@example.org", "keeper"]
    assert client.get("/", headers={"X-User": "mary"}).json()[1] == "leader"  # as the file has it
    assert client.get("/", headers={"X-User": "olga"}).status_code == 403
    assert client.get("/", headers={**said, "X-Role": "king"}).status_code == 403
    assert client.get("/", headers=[("X-User", "olga"), ("X-User", "eve")]).status_code == 403
    given = visit(near=PROXY, **HEADERS, header_role="trainer")
    assert given.get("/", headers={"X-User": "olga"}).json()[:2] == ["olga", "trainer"]


def test_a_proxys_name_is_the_same_persons_in_whatever_letters(visit: Visit) -> None:
    client = visit(near=PROXY, **HEADERS, header_role="leader")
    eve = client.get("/", headers={"X-User": "eve"}).json()[:2]
    assert client.get("/", headers={"X-User": "EVE"}).json()[:2] == eve == ["eve", "evaluator"]
    assert client.get("/", headers={"X-User": "OLGA"}).json()[0] == "olga"


def test_a_name_is_entered_in_whatever_letters(visit: Visit) -> None:
    client = visit()
    assert enter(client, "MARY") == 303
    assert client.get("/").json()[0] == "mary"


def test_a_name_that_is_given_again_is_another_person(users: Users, visit: Visit) -> None:
    users.add("nora", Role.KEEPER, SECRET)
    first = users.find("nora")
    client = visit()
    assert enter(client, "nora") == 303
    users.remove("nora")
    users.add("nora", Role.KEEPER, SECRET)
    second = users.find("nora")
    assert first is not None and second is not None
    assert first.person.key != second.person.key
    assert client.get("/").status_code == 303
    users.remove("nora")


def test_a_token_is_for_what_it_was_made_for(users: Users) -> None:
    asks = users.with_token(users.make_token("eve", scope=["ask"]))
    assert asks is not None and [deed for deed in DEEDS if may(asks, deed)] == ["ask"]
    leader = users.with_token(users.make_token("mary", scope=["evaluate"]))
    assert leader is not None and not any(may(leader, deed) for deed in DEEDS)


def test_nobody_elses_word_counts(visit: Visit) -> None:
    said = {"X-User": "eve", "X-Role": "evaluator"}
    assert visit(near=("10.0.0.8", 5), **HEADERS).get("/", headers=said).status_code == 303
    assert visit(near=PROXY).get("/", headers=said).status_code == 303


# The front door


def opened(home: Path, host: str, **table: str) -> Door | None:
    environ = {f"SOUNDINGS_{name.upper()}": value for name, value in table.items()}
    settings = load_settings(
        {"vectorstore": StoreSettings, "page": PageSettings}, home=str(home), environ=environ
    )
    return open_door(settings, Reach.of(settings.table(PageSettings), host), host)


def test_no_login_at_ones_own_machine_and_never_none_beyond_it(
    tmp_path: Path, users: Users
) -> None:
    assert opened(tmp_path, "127.0.0.1") is None
    for host, table in (
        ("0.0.0.0", {}),
        ("192.168.1.5", {}),
        ("127.0.0.1", {"page_address": PUBLIC}),
        ("127.0.0.1", {"page_hosts": "intranet"}),
    ):
        with pytest.raises(SettingsError, match="users add"):
            opened(tmp_path, host, **table)
    home = users.path.parent
    assert opened(home, "127.0.0.1") is not None
    assert opened(home, "192.168.1.5") is not None
    with pytest.raises(SettingsError, match="PAGE_ADDRESS"):
        opened(home, "0.0.0.0")
    assert opened(home, "0.0.0.0", page_address=PUBLIC) is not None
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        opened(home, "127.0.0.1", user_header="X-User")
