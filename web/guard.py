"""The page's guard: what a browser may ask of us, and what it is told to refuse.

An ASGI middleware in front of everything that the page serves. It lets through the few
addresses that the page uses, from our own origin only, and puts a content security policy on
every reply, so that nothing a document says can make a browser fetch, run or frame anything.
"""

import logging
import re
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, quote

from anyio import CapacityLimiter, to_thread

from vectorstore.errors import SoundingsError
from web.faults import ID, caught, refuse
from web.identity.bindings import ACT, LISTEN, Bindings, session_in, session_named
from web.identity.door import COOKIE, DOORSTEP, LOGIN, Door, cookie_of, for_tokens
from web.identity.openid import AWAY_COOKIE
from web.identity.people import LOCAL, PERSON, Person, Role
from web.limits.bodies import unsound
from web.limits.shares import Shares, TooMuch
from web.look.markup import element
from web.reach import CALLED, Called, Headers, Reach, first, headers_of
from web.settings import PageSettings
from web.wire import NAMED, ROUTE, App, Message, Receive, Scope, Send, again, limited, reply, whole

POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-src 'none'; frame-ancestors 'none'"
)
# For a file that we did not make ourselves: it is shown, and neither runs nor fetches anything.
SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

# A page with a form may say so: without any referrer its browser would hide whose form it is. And
# a page may ask for less than is allowed.
_STRICTER = ((b"referrer-policy", b"same-origin"), (b"content-security-policy", SANDBOX.encode()))

# What the page's own parts ask for. gradio serves much more (files, proxies, uploads, an open
# API, its documentation); none of it is needed, so none of it is reachable.
READ = ("/assets/", "/static/", "/gradio_api/heartbeat/")
READ_EXACTLY = frozenset(
    {"/", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/config"}
    | {f"/gradio_api/{name}" for name in ("queue/data", "app_id", "startup-events")}
)
WRITE_EXACTLY = frozenset(f"/gradio_api/{name}" for name in ("queue/join", "cancel", "reset"))
BODY_LIMIT = 256 * 1024  # bytes: a question of 10,000 characters, and gradio's wrapping

COMING = 16  # people who are looked up on a server at a time
SESSION_CHARACTERS = 64  # of a page session's name; gradio makes up eleven

_FORWARDED = (b"x-forwarded", b"forwarded", b"x-gradio", b"x-direct-url")
_HIDDEN = (b"server", b"access-control")
# At the login, and nowhere else, may be who is not known yet.
_NOBODY = Person(name="", role=Role.LEADER)
_log = logging.getLogger(__name__)


class Note(Protocol):
    """Keeps what somebody did: the security log."""

    def __call__(
        self, person: str, deed: str, *, about: str, address: str, outcome: str
    ) -> None: ...


class Guard:
    """Wraps an ASGI app.

    `also` names further addresses that may be read (GET), `also_post` those that may be posted
    to, each with the most bytes of a body that it takes; `{name}` in one stands for one part of
    a path. `reach` says which names are ours. Without a `door` there is one local person. `table`
    says how much one person may ask at once, and how deep JSON may go. What comes of requests for
    the addresses in `noted` is told to `note`, with the deed that each is.
    """

    def __init__(
        self,
        app: App,
        *,
        also: Collection[str] = (),
        also_post: Mapping[str, int] | None = None,
        reach: Reach | None = None,
        door: Door | None = None,
        table: PageSettings | None = None,
        noted: Mapping[str, str] | None = None,
        note: Note | None = None,
    ) -> None:
        self._app = app
        self._also = [(address, _pattern(address)) for address in also]
        self._also_post = [(a, _pattern(a), limit) for a, limit in (also_post or {}).items()]
        self._reach = reach or Reach()
        self._door = door
        self._table = table or PageSettings()
        self._bindings = Bindings()
        self._shares = Shares(self._table.person_requests)
        self._coming = CapacityLimiter(COMING)
        self._noted = noted or {}
        self._note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":  # no part of the page uses web sockets
            await send({"type": "websocket.close", "code": 1008})
        else:
            await caught(self._guarded, scope, receive, _with_headers(send))

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        called = self._reach.called(scope, headers)
        if called.prefix and scope["path"] == called.prefix and scope["method"] in ("GET", "HEAD"):
            await _move(send, called.prefix + "/")
            return
        path = _below(called.prefix, scope["path"])
        status, reason = self._verdict(scope, path, headers, called)
        if reason:
            await refuse(scope, send, status, reason)
            return
        person: Person | None = LOCAL
        if self._door is not None:
            try:
                person = await self._who(self._door, path, headers, called)
            except SoundingsError as exc:
                _log.error("%s: nobody can come in: %s", scope[ID], exc)
                await refuse(scope, send, 503, "This page cannot be used now; its log says why.")
                return
            if person is None and path not in DOORSTEP:
                await self._turn_away(scope, path, headers, called, send)
                return
        taken = person.key if person else called.client
        listens = path == LISTEN or path.startswith(READ)
        try:
            with nullcontext() if listens else self._shares.taken(taken):
                passed = {**_as_called(scope, headers, called, path), CALLED: called}
                passed = {**passed, PERSON: person or _NOBODY, NAMED: {}}
                await self._pass(path, passed, receive, self._noting(path, passed, send))
        except TooMuch as exc:
            later = (b"retry-after", str(exc.seconds).encode())
            await refuse(scope, send, exc.status, str(exc), later)

    async def _who(self, door: Door, path: str, headers: Headers, called: Called) -> Person | None:
        """Who sends it. A server that does not answer keeps those waiting who are looked up on it,
        and nobody else."""
        if isinstance(door.users.place, Path):
            return door.who(path, headers, called)
        looking = partial(door.who, path, headers, called)
        return await to_thread.run_sync(looking, limiter=self._coming, abandon_on_cancel=True)

    def _noting(self, path: str, scope: Scope, send: Send) -> Send:
        """Tells of the request when its reply begins, if it is one that is told of."""
        deed = self._noted.get(f"{scope['method']} {path}")
        note = self._note
        if deed is None or note is None:
            return send

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                asked = b"" if path in DOORSTEP else scope["query_string"]  # no codes in the log
                said = {**dict(parse_qsl(asked.decode("latin-1"))), **scope[NAMED]}
                about = ", ".join(f"{name}: {value}" for name, value in said.items())
                status = message["status"]
                outcome = "done" if status < 400 else f"refused ({status})"
                by = scope[PERSON].key or "nobody"
                tell = partial(
                    note, by, deed, about=about, address=scope[CALLED].client, outcome=outcome
                )
                await to_thread.run_sync(tell)
            await send(message)

        return sending

    async def _pass(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, where its body and its page session are what they may be."""
        most = self._most(scope["method"], path)
        taking = limited(receive, most)
        session = session_named(path, scope.get("query_string", b""))
        if scope["method"] == "POST" and most <= BODY_LIMIT:
            body = await whole(taking)
            if body is None:
                await refuse(scope, send, 413, "This is more than the page takes.")
                return
            wrong = unsound(body, self._table.json_depth, halves=path in ACT)
            if path in ACT:
                session = session_in(body)
                wrong = wrong or ("This names no session." if session is None else None)
            if wrong:
                await refuse(scope, send, 400, wrong)
                return
            taking = again(body, receive)
        if session is not None and scope[PERSON] is not _NOBODY:
            if len(session) > SESSION_CHARACTERS or not session.isascii():
                await refuse(scope, send, 400, "This is no session's name.")
                return
            if not self._bindings.is_theirs(session, scope[PERSON].key):
                await refuse(scope, send, 403, "This is somebody else's session.")
                return
        await self._app(scope, taking, send)

    async def _turn_away(
        self, scope: Scope, path: str, headers: Headers, called: Called, send: Send
    ) -> None:
        """Send a person to the login, and tell a program that it lacks one."""
        assert self._door is not None
        unsaid = "" if for_tokens(path) else "navigate"
        if self._door.by_header and called.vouched:
            await refuse(
                scope, send, 403, "You have no role here. Ask whoever runs this page for one."
            )
        elif scope["method"] != "GET" or first(headers, b"sec-fetch-mode", unsaid) != "navigate":
            await refuse(scope, send, 401, "Log in first.", (b"www-authenticate", b"Bearer"))
        else:
            query = scope.get("query_string", b"").decode("latin-1")
            asked = f"{path}?{query}" if query else path
            if first(headers, b"sec-fetch-site", "none") in ("cross-site", "same-site"):
                # A link from elsewhere comes without our Strict cookie. Asked for again by a
                # page of ours, this time it comes with it, where there is one.
                await _ask_again(send, called.prefix + quote(asked, safe="/?&=%#"))
            else:
                await _move(send, f"{called.prefix}{LOGIN}?to={quote(asked, safe='')}")

    def _verdict(
        self, scope: Scope, path: str, headers: Headers, called: Called
    ) -> tuple[int, str]:
        """The status and the reason for a refusal; no reason where there is none."""
        method = scope["method"]
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
        if "\0" in path or b"%00" in scope.get("query_string", b""):
            return 400, "The address holds a zero character."
        route = self._route(method, path)
        if route is None:
            return 404, "There is nothing here."
        scope[ROUTE] = route
        if b"content-length" in headers and b"transfer-encoding" in headers:
            # Whoever stands before us may have read the other one, and taken two requests for one.
            return 400, "The length of this body is told in two ways."
        length = first(headers, b"content-length", "0")
        if not length.isdecimal() or int(length) > self._most(method, path):
            return 413, "This is more than the page takes."
        return 200, ""

    def _route(self, method: str, path: str) -> str | None:
        """The address, as it is served, that a path is one of; None where it is none."""
        if method not in ("GET", "HEAD", "POST"):
            return None
        if path in (WRITE_EXACTLY if method == "POST" else READ_EXACTLY):
            return path
        if method == "POST":
            return next((a for a, p, _ in self._also_post if p.fullmatch(path)), None)
        under = [start for start in READ if path.startswith(start)]
        return next(iter([*under, *(a for a, p in self._also if p.fullmatch(path))]), None)

    def _most(self, method: str, path: str) -> int:
        """The most bytes of a body that the address takes."""
        if method != "POST":
            return BODY_LIMIT
        found = (most for _, pattern, most in self._also_post if pattern.fullmatch(path))
        return next(found, BODY_LIMIT)


def _pattern(address: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^{}]+\}", address)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def _below(prefix: str, path: str) -> str:
    """Our own part of a path; a proxy may have taken its prefix off, or left it on."""
    return path[len(prefix) :] if prefix and path.startswith(prefix + "/") else path


def _as_called(scope: Scope, headers: Headers, called: Called, path: str) -> Scope:
    """The request as the app is to see it: under the name, scheme and path that people use, and
    without what forwarding headers say, and others' cookies."""
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if name.lower() not in (b"host", b"cookie") and not name.lower().startswith(_FORWARDED)
    ]
    cookies = {name: cookie_of(headers, name) for name in (COOKIE, AWAY_COOKIE)}
    ours = [(b"cookie", f"{n}={v}".encode("latin-1")) for n, v in cookies.items() if v is not None]
    return {
        **scope,
        "headers": [(b"host", called.host.encode("latin-1")), *kept, *ours],
        "scheme": called.scheme,
        "root_path": called.prefix,
        "path": called.prefix + path,
        "raw_path": quote(called.prefix + path).encode(),
    }


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in HEADERS}
            theirs = [
                (name, value)
                for name, value in message.get("headers", ())
                if (name.lower(), value) in _STRICTER
                or (name.lower() not in ours and not name.lower().startswith(_HIDDEN))
            ]
            said = {name.lower() for name, _ in theirs}
            message = {**message, "headers": [*theirs, *(h for h in HEADERS if h[0] not in said)]}
        await send(message)

    return sending


async def _move(send: Send, to: str) -> None:
    await reply(send, 303, "", b"text/plain", (b"location", to.encode("latin-1")))


async def _ask_again(send: Send, address: str) -> None:
    again = element("a", "Go on to Soundings", href=address)
    refresh = (b"refresh", f"0; url={address}".encode("latin-1"))
    await reply(send, 200, again, b"text/html; charset=utf-8", refresh)
