"""The login page: a form that works without script, and the way out."""

import logging
import secrets
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote, unquote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from vectorstore.errors import NotAllowed, SoundingsError
from web.faults import ID
from web.identity.door import AWAY, BACK, COOKIE, LOGIN, LOGOUT, Door, TooManyTries, cookie_of
from web.identity.openid import AWAY_COOKIE, AWAY_SECONDS, OpenId, ProviderFault
from web.identity.passwords import MOST
from web.look.markup import Html, element
from web.look.plain import HEADERS, field, plain_page
from web.reach import Called, called_by, first, headers_of
from web.wire import NAMED

_WRONG = "This name and password do not go together. Check both, and try again."
_OUT = "You are logged out."
_log = logging.getLogger(__name__)


def routes(door: Door) -> APIRouter:
    """The addresses of logging in and out."""
    router = APIRouter()
    threads = CapacityLimiter(4)  # a password takes long to check, and the page's threads go on

    @router.get(LOGIN, response_class=HTMLResponse)
    def form(to: str = "/", out: bool = False) -> Response:
        return page_of(to, notice=_OUT if out else "", openid=door.openid)

    @router.post(LOGIN, response_class=HTMLResponse)
    async def enter(
        request: Request,
        name: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=MOST)] = "",
        to: Annotated[str, Form(max_length=2_000)] = "/",
    ) -> Response:
        called = called_by(request.scope)
        request.scope.get(NAMED, {})["name"] = name
        try:
            browser = first(headers_of(request.scope), b"user-agent", "")
            entering = partial(door.enter, name, password, called.client, browser)
            cookie = await to_thread.run_sync(entering, limiter=threads)
        except TooManyTries as exc:
            minutes = -(-exc.seconds // 60)
            wait = f"Too many tries. Wait {minutes} minute{'s'[: minutes > 1]}, then try again."
            page = page_of(to, name, error=wait, status=429, openid=door.openid)
            page.headers["Retry-After"] = str(exc.seconds)
            return page
        if cookie is None:
            return page_of(to, name, error=_WRONG, status=401, openid=door.openid)
        before = cookie_of(headers_of(request.scope))
        if before:
            door.sessions.leave(before)
        entered = RedirectResponse(called.prefix + local(to), status_code=303)
        give(entered, cookie, called, door.seconds)
        return entered

    if door.openid is not None:
        _add_openid(router, door, door.openid)

    @router.get(LOGOUT)
    def leave(request: Request) -> Response:
        # Other sites' links come without a Strict cookie, so that none of them can log one out.
        called = called_by(request.scope)
        cookie = cookie_of(headers_of(request.scope))
        left = RedirectResponse(f"{called.prefix}{LOGIN}?out=true", status_code=303)
        if cookie and door.sessions.leave(cookie):
            left.delete_cookie(COOKIE, path=called.prefix or "/")
        return left

    return router


def _add_openid(router: APIRouter, door: Door, openid: OpenId) -> None:
    """The way to a provider and back."""
    threads = CapacityLimiter(8)  # a provider may be slow

    @router.get(AWAY)
    async def away(request: Request, to: Annotated[str, Query(max_length=2_000)] = "/") -> Response:
        called, secret = called_by(request.scope), secrets.token_urlsafe(32)
        try:
            asking = partial(openid.away, secret, _back(called))
            address = await to_thread.run_sync(asking, limiter=threads)
        except ProviderFault as exc:
            return _refused(request, openid, to, exc)
        gone = RedirectResponse(address, status_code=303)
        gone.set_cookie(
            AWAY_COOKIE,
            f"{secret}.{quote(local(to), safe='')}",
            max_age=AWAY_SECONDS,
            path=called.prefix + LOGIN,
            secure=called.scheme == "https",
            httponly=True,
            samesite="lax",  # the way back begins at the provider's
        )
        return gone

    @router.get(BACK)
    async def back(request: Request) -> Response:
        called, headers = called_by(request.scope), headers_of(request.scope)
        secret, _, to = (cookie_of(headers, AWAY_COOKIE) or "").partition(".")
        browser = first(headers, b"user-agent", "")
        coming = partial(
            door.come, secret, _back(called), dict(request.query_params), called.client, browser
        )
        try:
            if not secret:
                raise ProviderFault("this answer was not asked for from here, or came too late")
            cookie, name = await to_thread.run_sync(coming, limiter=threads)
        except (ProviderFault, NotAllowed) as exc:
            reply = _refused(request, openid, unquote(to), exc)
        else:
            request.scope.get(NAMED, {})["name"] = name
            reply = RedirectResponse(called.prefix + local(unquote(to)), status_code=303)
            give(reply, cookie, called, door.seconds)
        reply.delete_cookie(AWAY_COOKIE, path=called.prefix + LOGIN)
        return reply


def _back(called: Called) -> str:
    return f"{called.scheme}://{called.host}{called.prefix}{BACK}"


def _refused(request: Request, openid: OpenId, to: str, exc: SoundingsError) -> Response:
    """The login, with what went wrong; of a provider's fault the log says more."""
    error = str(exc)
    if isinstance(exc, ProviderFault):
        _log.warning("%s: %s", request.scope.get(ID), exc)
        error = f"The login at {openid.host} did not come to its end. Try again."
    return page_of(to, error=error, status=exc.status, openid=openid, up="../")


def give(reply: Response, cookie: str, called: Called, seconds: int) -> None:
    """Have a browser keep a session's cookie, for this page alone."""
    reply.set_cookie(
        COOKIE,
        cookie,
        max_age=seconds,
        path=called.prefix or "/",
        secure=called.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def local(to: str) -> str:
    """An address of ours, whatever was asked for."""
    fit = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    return quote(to, safe="/?&=%#+-._~:@!$'()*,;") if fit else "/"


def page_of(
    to: str,
    name: str = "",
    *,
    notice: str = "",
    error: str = "",
    status: int = 200,
    openid: OpenId | None = None,
    up: str = "",
) -> Response:
    """The form, with what is to be told above it."""
    told: list[Html] = []
    if notice:
        told.append(element("p", notice, role="status", class_="notice"))
    if error:
        told.append(element("p", error, role="alert", class_="error", id="error"))
    typed: dict[str, Any] = {
        "autocapitalize": "none",
        "spellcheck": "false",
        "required": True,
        "aria_describedby": "error" if error else None,
    }
    form = element(
        "form",
        field("Name", "name", name, autocomplete="username", **typed),
        field("Password", "password", kind="password", autocomplete="current-password", **typed),
        element("input", type="hidden", name="to", value=local(to)),
        element("button", "Log in", type="submit"),
        method="post",
        # Relative, since the page may lie under a path of the proxy's.
        action=f"{up}login",
    )
    if openid is not None:
        away = f"{up}login/away?to={quote(local(to), safe='')}"
        told.append(element("p", element("a", f"Log in at {openid.host}", href=away)))
    heading = element("h1", "Log in to Soundings")
    title = "Error: log in to Soundings" if error else "Log in to Soundings"
    return HTMLResponse(
        plain_page(title, heading, *told, form), status_code=status, headers=HEADERS
    )
