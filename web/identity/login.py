"""The login page: a form that works without script, and the way out."""

from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.identity.door import COOKIE, LOGIN, LOGOUT, Door, TooManyTries, cookie_of
from web.identity.passwords import MOST
from web.look.markup import Html, element
from web.look.plain import HEADERS, field, plain_page
from web.reach import Called, called_by, first, headers_of
from web.wire import NAMED

_WRONG = "This name and password do not go together. Check both, and try again."
_OUT = "You are logged out."


def routes(door: Door) -> APIRouter:
    """The addresses of logging in and out."""
    router = APIRouter()
    threads = CapacityLimiter(4)  # a password takes long to check, and the page's threads go on

    @router.get(LOGIN, response_class=HTMLResponse)
    def form(to: str = "/", out: bool = False) -> Response:
        return page_of(to, notice=_OUT if out else "")

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
            page = page_of(to, name, error=wait, status=429)
            page.headers["Retry-After"] = str(exc.seconds)
            return page
        if cookie is None:
            return page_of(to, name, error=_WRONG, status=401)
        before = cookie_of(headers_of(request.scope))
        if before:
            door.sessions.leave(before)
        entered = RedirectResponse(called.prefix + local(to), status_code=303)
        give(entered, cookie, called, door.seconds)
        return entered

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
    to: str, name: str = "", *, notice: str = "", error: str = "", status: int = 200
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
        # The address of this very page: it may lie under a path of the proxy's.
        action="login",
    )
    heading = element("h1", "Log in to Soundings")
    title = "Error: log in to Soundings" if error else "Log in to Soundings"
    return HTMLResponse(
        plain_page(title, heading, *told, form), status_code=status, headers=HEADERS
    )
