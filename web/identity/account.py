"""Where somebody is logged in: each of their sessions, which they may end."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from vectorstore.wording import moment_in_words
from web.identity.door import ACCOUNT, LOGOUT, Door, cookie_of
from web.identity.passwords import digest
from web.identity.people import may, person_of
from web.identity.sessions import Session, moment_of
from web.look.markup import Html, element, join
from web.look.plain import HEADERS, plain_page, table
from web.reach import called_by, headers_of

END = f"{ACCOUNT}/end"


def routes(door: Door) -> APIRouter:
    """The page of one's own sessions. It shows and ends nobody else's."""
    router = APIRouter()

    @router.get(ACCOUNT, response_class=HTMLResponse)
    def shown(request: Request) -> Response:
        person = person_of(request)
        here = digest(cookie_of(headers_of(request.scope)) or "")
        sessions = door.sessions.listed(person.key)
        log = element("p", element("a", "What was asked and done", href="log"))
        page = plain_page(
            "Account – Soundings",
            element("h1", "Account"),
            element("p", f"{person.name}, {person.role}"),
            _table(sessions, here) if sessions else element("p", _BY_PROXY),
            _form("others", "Log out everywhere else") if len(sessions) > 1 else Html(""),
            log if may(person, "administer") else Html(""),
            element("p", element("a", "Back to Soundings", href="./"), " "),
            element("p", element("a", "Log out", href=LOGOUT.lstrip("/"))),
        )
        return HTMLResponse(page, headers=HEADERS)

    @router.post(END)
    def end(request: Request, id: Annotated[str, Form(max_length=12)]) -> Response:
        person, cookie = person_of(request), cookie_of(headers_of(request.scope)) or ""
        if id == "others":
            door.sessions.end(person.key, but=cookie)
        else:
            door.sessions.end(person.key, id)
        return RedirectResponse(called_by(request.scope).prefix + ACCOUNT, status_code=303)

    return router


# What a user agent holds, the most telling first: most claim to be several others as well
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox",
    "SamsungBrowser/": "Samsung Internet", "CriOS/": "Chrome", "Chrome/": "Chrome",
    "Safari/": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
    "CrOS": "ChromeOS", "Mac OS X": "Mac", "Linux": "Linux",
}  # fmt: skip


def browser_of(agent: str) -> str:
    """A browser and its system, as people call them; what is neither known nor empty, as it is."""
    browser, system = (
        next((name for mark, name in known.items() if mark in agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return f"{browser} on {system}" if browser and system else agent or "unknown"


_BY_PROXY = "The proxy before this page says who you are; there is no session to end here."


def _table(sessions: list[Session], here: str) -> Html:
    rows = [
        (
            "This one" if session.cookie == here else browser_of(session.browser),
            session.address,
            *(moment_in_words(moment_of(when)) for when in (session.began, session.seen)),
            _form(session.id, "Log out"),
        )
        for session in sessions
    ]
    heads = ("Browser", "From", "Since", "Last seen", "")
    return table(heads, rows, "Where you are logged in")


def _form(id: str, label: str) -> Html:
    hidden = element("input", type="hidden", name="id", value=id)
    button = element("button", label, type="submit")
    # Relative, like every address here: the page may lie under a path of the proxy's.
    return element("form", join([hidden, button]), method="post", action=END.lstrip("/"))
