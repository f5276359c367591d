"""The login page: a form that works without script, and the way out."""

from functools import partial
from typing import Annotated
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web.identity.door import COOKIE, LOGIN, LOGOUT, Door, TooManyTries, cookie_of
from web.identity.passwords import MOST
from web.look import theme as look
from web.look.markup import Html, element, join
from web.reach import called_by, headers_of
from web.wire import NAMED

_WRONG = "This name and password do not go together. Check both, and try again."
_OUT = "You are logged out."
# With no-referrer, as on all other pages, a form's Origin would be "null" and it be refused.
_FORM_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


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
            entering = partial(door.enter, name, password, called.client)
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
            door.leave(before)
        entered = RedirectResponse(called.prefix + local(to), status_code=303)
        entered.set_cookie(
            COOKIE,
            cookie,
            max_age=door.seconds,
            path=called.prefix or "/",
            secure=called.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return entered

    @router.get(LOGOUT)
    def leave(request: Request) -> Response:
        # Other sites' links come without a Strict cookie, so that none of them can log one out.
        called = called_by(request.scope)
        cookie = cookie_of(headers_of(request.scope))
        left = RedirectResponse(f"{called.prefix}{LOGIN}?out=true", status_code=303)
        if cookie and door.leave(cookie):
            left.delete_cookie(COOKIE, path=called.prefix or "/")
        return left

    return router


def local(to: str) -> str:
    """An address of ours, whatever was asked for."""
    fit = to.startswith("/") and not to.startswith("//") and "\\" not in to and to.isprintable()
    return quote(to, safe="/?&=%#+-._~:@!$'()*,;") if fit else "/"


def plain_page(title: str, *parts: str) -> Html:
    """A whole page of ours without any of gradio's."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", Html(look.plain())),
    )
    body = element("body", element("main", *parts))
    return Html("<!doctype html>" + element("html", head, body, lang="en"))


def page_of(
    to: str, name: str = "", *, notice: str = "", error: str = "", status: int = 200
) -> Response:
    """The form, with what is to be told above it."""
    told: list[Html] = []
    if notice:
        told.append(element("p", notice, role="status", class_="notice"))
    if error:
        told.append(element("p", error, role="alert", class_="error", id="error"))
    form = element(
        "form",
        _field("Name", "name", "text", "username", name, error=bool(error)),
        _field("Password", "password", "password", "current-password", "", error=bool(error)),
        element("input", type="hidden", name="to", value=local(to)),
        element("button", "Log in", type="submit"),
        method="post",
        # The address of this very page: it may lie under a path of the proxy's.
        action="login",
    )
    heading = element("h1", "Log in to Soundings")
    title = "Error: log in to Soundings" if error else "Log in to Soundings"
    return HTMLResponse(
        plain_page(title, heading, *told, form), status_code=status, headers=_FORM_HEADERS
    )


def _field(label: str, name: str, kind: str, autocomplete: str, value: str, *, error: bool) -> Html:
    field = element(
        "input",
        id=name,
        name=name,
        type=kind,
        value=value,
        autocomplete=autocomplete,
        autocapitalize="none",
        spellcheck="false",
        required=True,
        aria_describedby="error" if error else None,
    )
    return join([element("label", label, for_=name), field])
