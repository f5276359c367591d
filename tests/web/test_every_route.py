"""Every address of the page, with each role and none, and with whatever may stand in a request: it
is refused to whom it is not for, and never fails."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from tests.serving import client, logged_in
from web.identity.door import DOORSTEP
from web.identity.people import Person, Role, may

pytest_plugins = ["tests.serving"]

# Whose each address is, by how it begins; an address that is none of these fails the test.
DEEDS = {
    "/source": "ask",
    "/printed": "ask",
    "/in-short": "ask",
    "/glance": "ask",
    "/followups": "ask",
    "/conversation/export": "ask",
    "/pack-file": "discuss",
    "/library": "library",
    "/evaluate": "evaluate",
    "/log": "administer",
}
ANYBODYS = ("/account", "/api", "/mcp", "/logout", *DOORSTEP)
# What begins or ends something for everybody; the tests of its own room send it more.
LASTING = ("/evaluate/start", "/evaluate/stop", "/library/cancel", "/logout", "/account/end")
STRANGE = [
    "",
    "x" * 3_000,
    "../../../etc/passwd",
    "..\\..\\etc\\passwd",
    "/etc/passwd",
    "\udc80",
    "\U0001f600\u202e\ufeff",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "-1",
    "1e309",
    "9" * 40,
    "NaN",
    "[[[[",
    "\r\nSet-Cookie: a=b",
]
BODIES = [
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe\x00",
    b'{"id": {"a": [1e999]}}',
    b'{"run": "../../x", "id": "\\ud800", "batch": null}',
    b"[" * 5_000 + b"]" * 5_000,
    b'{"a": ' * 5_000,
    b'{"x": 1e400, "y": NaN}',
]
KINDS = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/html; charset=none",
]


@pytest.fixture(scope="module")
def routes(people_page: FastAPI) -> list[tuple[str, str, list[str]]]:
    """The method, the path and the fields in the query of every route of ours."""
    return [
        (method, str(route.path), fields(route.dependant.query_params))
        for route in iter_route_contexts(people_page.routes)
        if isinstance(route.original_route, APIRoute)
        for method in sorted(route.methods - {"HEAD"})
    ]


def fields(params: Any) -> list[str]:
    """The names in a query, those of a model one by one."""
    models = [getattr(param.field_info.annotation, "model_fields", None) for param in params]
    return [name for p, model in zip(params, models, strict=True) for name in model or [p.alias]]


@pytest.fixture(scope="module")
def everybody(address: str) -> Iterator[dict[Role, httpx.Client]]:
    there = {role: logged_in(address, f"the-{role}") for role in Role}
    yield there
    for browser in there.values():
        browser.close()


def deed_of(path: str) -> str | None:
    """What somebody must be let to do who comes here; None where anybody may who is known."""
    if path.startswith(ANYBODYS):
        return None
    [deed] = [deed for start, deed in DEEDS.items() if path.startswith(start)]
    return deed


def test_each_address_is_for_whom_it_is_for_alone(
    address: str,
    routes: list[tuple[str, str, list[str]]],
    everybody: dict[Role, httpx.Client],
) -> None:
    assert len(routes) > 30
    with client(address) as nobody:
        for method, path, _ in routes:
            shut = nobody.request(method, path)
            assert path in DOORSTEP or shut.status_code in (303, 401), path
            deed = deed_of(path)
            for role, browser in everybody.items():
                if deed is None or may(Person(name="", role=role), deed):
                    continue
                refused = browser.request(method, path)
                assert refused.status_code == 403, f"{method} {path} as {role}"


def test_nothing_in_a_query_makes_an_address_fail(
    routes: list[tuple[str, str, list[str]]], everybody: dict[Role, httpx.Client]
) -> None:
    browser = everybody[Role.ADMINISTRATOR]
    for method, path, names in routes:
        if path in LASTING:
            continue
        for value in STRANGE if names else []:
            # By its bytes, since half a character cannot be sent otherwise
            raw = value.encode("utf-8", "surrogatepass")
            told = "".join(f"%{byte:02x}" for byte in raw) if len(raw) < 100 else value
            query = "&".join(f"{name}={told}" for name in names)
            reply = browser.request(method, f"{path}?{query}")
            assert sound(reply), f"{method} {path} {value[:40]!r}: {reply.status_code}"


def test_nothing_in_a_body_makes_an_address_fail(
    routes: list[tuple[str, str, list[str]]], everybody: dict[Role, httpx.Client]
) -> None:
    browser = everybody[Role.ADMINISTRATOR]
    for method, path, _ in routes:
        if method != "POST" or path in LASTING[1:]:
            continue
        for body in BODIES:
            for kind in KINDS if not body else KINDS[:1]:
                reply = browser.post(path, content=body, headers={"Content-Type": kind})
                assert sound(reply), f"{path} {body[:40]!r}: {reply.status_code} {reply.text}"


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/static/../../../../etc/passwd",
        "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/....//....//etc/passwd",
        "/library/..%2flog",
        "//log",
        "/LOG",
        "/log/",
        "/log;x",
        "/ask/../log",
        "/ask/%2e%2e/log",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=http://evil.example",
        "/gradio_api/proxy=http://evil.example",
        "/gradio_api/upload",
        "/gradio_api/info",
        "/gradio_api/startup-events/../file=/etc/passwd",
        "/gradio_api/heartbeat/../file=/etc/passwd",
        "/docs",
        "/openapi.json",
        "/theme.css/../../log",
    ],
)
def test_no_trick_with_a_path_leads_anywhere(
    address: str, everybody: dict[Role, httpx.Client], path: str
) -> None:
    """Written as it stands: httpx would tidy it up."""
    leader = everybody[Role.LEADER]
    request = leader.build_request("GET", address)
    request.url = request.url.copy_with(raw_path=path.encode())
    reply = leader.send(request)
    assert reply.status_code in (303, 400, 403, 404, 405), path
    assert "root:" not in reply.text


def sound(reply: httpx.Response) -> bool:
    """Whether a reply is one that we meant to give."""
    if reply.status_code < 400:
        return True
    if "json" in reply.headers.get("content-type", ""):
        assert {"error", "id"} <= set(json.loads(reply.text))
    return reply.status_code < 500 and bool(reply.text.strip())
