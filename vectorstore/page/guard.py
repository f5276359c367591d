"""The page's guard: what a browser may ask of us, and what it is told to refuse.

An ASGI middleware in front of everything that the page serves. It lets through the few
addresses that the page uses, from our own origin only, and puts a content security policy on
every reply, so that nothing a document says can make a browser fetch, run or frame anything.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from vectorstore.page.people import LOCAL, PERSON

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-src 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

# What the page's own parts ask for. gradio serves much more (files, proxies, uploads, an open
# API, its documentation); none of it is needed, so none of it is reachable.
READ = ("/assets/", "/static/", "/gradio_api/heartbeat/")
READ_EXACTLY = frozenset(
    {"/", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/config"}
    | {f"/gradio_api/{name}" for name in ("queue/data", "app_id", "startup-events")}
)
WRITE_EXACTLY = frozenset(f"/gradio_api/{name}" for name in ("queue/join", "cancel", "reset"))
BODY_LIMIT = 256 * 1024  # bytes: a question of 10,000 characters, and gradio's wrapping

_FORWARDED = (b"x-forwarded", b"forwarded", b"x-gradio", b"x-direct-url")
_HIDDEN = (b"server", b"access-control")


def is_loopback(host: str) -> bool:
    """Whether `host` can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """Wraps an ASGI app.

    `also` names further addresses that may be read (GET), `also_post` those that may be posted
    to, each with the most bytes of a body that it takes; `{name}` in one stands for one part of
    a path.
    """

    def __init__(
        self, app: App, *, also: Collection[str] = (), also_post: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._also = [_pattern(address) for address in also]
        self._also_post = [(_pattern(a), limit) for a, limit in (also_post or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no part of the page uses web sockets
            await send({"type": "websocket.close", "code": 1008})
            return
        status, reason = self._verdict(scope)
        if reason:
            await _refuse(_with_headers(send), status, reason)
            return
        kept = [(k, v) for k, v in scope["headers"] if not k.lower().startswith(_FORWARDED)]
        passed = {**scope, "headers": kept, PERSON: LOCAL}
        await self._app(passed, _limited(receive, self._most(scope)), _with_headers(send))

    def _verdict(self, scope: Scope) -> tuple[int, str]:
        """The status and the reason for a refusal; no reason where there is none."""
        headers = {k.lower(): v.decode("latin-1") for k, v in scope["headers"]}
        host = headers.get(b"host", "")
        if not is_loopback(_hostname(f"//{host}")):
            # Another name that leads here is how a foreign page gets past the browser.
            return 421, "This page is served to this machine only."
        origin = headers.get(b"origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return 403, "Requests from other pages are refused."
        site = headers.get(b"sec-fetch-site", "none")
        visit = scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == "navigate"
        if site not in ("none", "same-origin") and not visit:
            return 403, "Requests from other pages are refused."
        if not self._known(scope["method"], scope["path"]):
            return 404, "There is nothing here."
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > self._most(scope):
            return 413, "This is more than the page takes."
        return 200, ""

    def _known(self, method: str, path: str) -> bool:
        if method == "POST":
            return path in WRITE_EXACTLY or any(p.fullmatch(path) for p, _ in self._also_post)
        if method not in ("GET", "HEAD"):
            return False
        if path in READ_EXACTLY or path.startswith(READ):
            return True
        return any(pattern.fullmatch(path) for pattern in self._also)

    def _most(self, scope: Scope) -> int:
        """The most bytes of a body that the address takes."""
        if scope["method"] != "POST":
            return BODY_LIMIT
        found = (most for p, most in self._also_post if p.fullmatch(scope["path"]))
        return next(found, BODY_LIMIT)


def _pattern(address: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^{}]+\}", address)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _hostname(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _limited(receive: Receive, most: int) -> Receive:
    """A body without a declared length is cut off at the limit all the same."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            theirs = [
                (name, value)
                for name, value in message.get("headers", ())
                if name.lower() not in ours and not name.lower().startswith(_HIDDEN)
            ]
            message = {**message, "headers": [*theirs, *HEADERS]}
        await send(message)

    return sending


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = reason.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
