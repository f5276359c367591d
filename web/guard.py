"""The page's guard: what a browser may ask of us, and what it is told to refuse.

An ASGI middleware in front of everything that the page serves. It lets through the few
addresses that the page uses, from our own origin only, and puts a content security policy on
every reply, so that nothing a document says can make a browser fetch, run or frame anything.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from typing import Any
from urllib.parse import quote

from vectorstore.errors import SoundingsError
from web.identity.bindings import ACT, Bindings, session_in, session_named
from web.identity.door import LOGIN, Door, for_tokens
from web.identity.people import LOCAL, PERSON, Person, Role
from web.look.markup import element
from web.reach import CALLED, Called, Headers, Reach, headers_of

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

# A page with a form may say so: without any referrer its browser would hide whose form it is.
_FOR_FORMS = (b"referrer-policy", b"same-origin")

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
# At the login, and nowhere else, may be who is not known yet.
_NOBODY = Person(name="", role=Role.LEADER)
_log = logging.getLogger(__name__)


class Guard:
    """Wraps an ASGI app.

    `also` names further addresses that may be read (GET), `also_post` those that may be posted
    to, each with the most bytes of a body that it takes; `{name}` in one stands for one part of
    a path. `reach` says which names are ours. Without a `door` there is one local person.
    """

    def __init__(
        self,
        app: App,
        *,
        also: Collection[str] = (),
        also_post: Mapping[str, int] | None = None,
        reach: Reach | None = None,
        door: Door | None = None,
    ) -> None:
        self._app = app
        self._also = [_pattern(address) for address in also]
        self._also_post = [(_pattern(a), limit) for a, limit in (also_post or {}).items()]
        self._reach = reach or Reach()
        self._door = door
        self._bindings = Bindings()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # no part of the page uses web sockets
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = headers_of(scope)
        called = self._reach.called(scope, headers)
        sending = _with_headers(send)
        if called.prefix and scope["path"] == called.prefix and scope["method"] in ("GET", "HEAD"):
            await _move(sending, called.prefix + "/")
            return
        path = _below(called.prefix, scope["path"])
        status, reason = self._verdict(scope["method"], path, headers, called)
        if reason:
            await _refuse(sending, status, reason)
            return
        person = LOCAL
        if self._door is not None:
            try:
                found = self._door.who(path, headers, called)
            except SoundingsError as exc:
                _log.error("nobody can come in: %s", exc)
                await _refuse(sending, 503, "This page cannot be used now; its log says why.")
                return
            if found is None and path != LOGIN:
                await self._turn_away(scope, path, headers, called, sending)
                return
            person = found or _NOBODY
        limited = _limited(receive, self._most(scope["method"], path))
        if self._door is not None and found is not None:
            whose = session_named(path, scope.get("query_string", b""))
            if path in ACT:
                body = await _whole(limited)
                whose, limited = session_in(body), _again(body, receive)
                if whose is None:
                    await _refuse(sending, 400, "This names no session.")
                    return
            if whose is not None and not self._bindings.is_theirs(whose, person.name):
                await _refuse(sending, 403, "This is somebody else's session.")
                return
        passed = _as_called(scope, headers, called, path)
        await self._app({**passed, PERSON: person, CALLED: called}, limited, sending)

    async def _turn_away(
        self, scope: Scope, path: str, headers: Headers, called: Called, send: Send
    ) -> None:
        """Send a person to the login, and tell a program that it lacks one."""
        assert self._door is not None
        unsaid = "" if for_tokens(path) else "navigate"
        if self._door.by_header and called.vouched:
            await _refuse(send, 403, "You have no role here. Ask whoever runs this page for one.")
        elif scope["method"] != "GET" or first(headers, b"sec-fetch-mode", unsaid) != "navigate":
            await _refuse(send, 401, "Log in first.", (b"www-authenticate", b"Bearer"))
        else:
            query = scope.get("query_string", b"").decode("latin-1")
            asked = f"{path}?{query}" if query else path
            if first(headers, b"sec-fetch-site", "none") in ("cross-site", "same-site"):
                # A link from elsewhere comes without our Strict cookie. Asked for again by a
                # page of ours, this time it comes with it, where there is one.
                await _ask_again(send, called.prefix + quote(asked, safe="/?&=%#"))
            else:
                await _move(send, f"{called.prefix}{LOGIN}?to={quote(asked, safe='')}")

    def _verdict(self, method: str, path: str, headers: Headers, called: Called) -> tuple[int, str]:
        """The status and the reason for a refusal; no reason where there is none."""
        if not self._reach.answers_to(called.host):
            # Another name that leads here is how a foreign page gets past the browser.
            return 421, "This page is not served under this name."
        site = first(headers, b"sec-fetch-site", "none")
        for origin in headers.get(b"origin", []):
            # A form on a page without referrer says "null", and its browser whose page it is.
            own = origin == "null" and site == "same-origin"
            if not own and not self._reach.is_ours(origin, called):
                return 403, "Requests from other pages are refused."
        visit = method == "GET" and first(headers, b"sec-fetch-mode", "") == "navigate"
        if site not in ("none", "same-origin") and not visit:
            return 403, "Requests from other pages are refused."
        if not self._known(method, path):
            return 404, "There is nothing here."
        length = first(headers, b"content-length", "0")
        if not length.isdecimal() or int(length) > self._most(method, path):
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

    def _most(self, method: str, path: str) -> int:
        """The most bytes of a body that the address takes."""
        if method != "POST":
            return BODY_LIMIT
        found = (most for pattern, most in self._also_post if pattern.fullmatch(path))
        return next(found, BODY_LIMIT)


def _pattern(address: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^{}]+\}", address)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def first(headers: Headers, name: bytes, otherwise: str) -> str:
    """The first value of a header."""
    return headers.get(name, [otherwise])[0]


def _below(prefix: str, path: str) -> str:
    """Our own part of a path; a proxy may have taken its prefix off, or left it on."""
    return path[len(prefix) :] if prefix and path.startswith(prefix + "/") else path


def _as_called(scope: Scope, headers: Headers, called: Called, path: str) -> Scope:
    """The request as the app is to see it: under the name, scheme and path that people use, and
    without what forwarding headers say."""
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name.lower() != b"host" and not name.lower().startswith(_FORWARDED)
    ]
    return {
        **scope,
        "headers": [(b"host", called.host.encode("latin-1")), *kept],
        "scheme": called.scheme,
        "root_path": called.prefix,
        "path": called.prefix + path,
        "raw_path": quote(called.prefix + path).encode(),
    }


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
                if (name.lower(), value) == _FOR_FORMS
                or (name.lower() not in ours and not name.lower().startswith(_HIDDEN))
            ]
            said = {name.lower() for name, _ in theirs}
            message = {**message, "headers": [*theirs, *(h for h in HEADERS if h[0] not in said)]}
        await send(message)

    return sending


async def _whole(receive: Receive) -> bytes:
    """A request's whole body."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed


async def _refuse(send: Send, status: int, reason: str, *more: tuple[bytes, bytes]) -> None:
    await _reply(send, status, reason, b"text/plain; charset=utf-8", *more)


async def _move(send: Send, to: str) -> None:
    await _reply(send, 303, "", b"text/plain", (b"location", to.encode("latin-1")))


async def _ask_again(send: Send, address: str) -> None:
    again = element("a", "Go on to Soundings", href=address)
    refresh = (b"refresh", f"0; url={address}".encode("latin-1"))
    await _reply(send, 200, again, b"text/html; charset=utf-8", refresh)


async def _reply(
    send: Send, status: int, text: str, kind: bytes, *more: tuple[bytes, bytes]
) -> None:
    body = text.encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    headers.append((b"cache-control", b"no-store"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
