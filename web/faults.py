"""Every error as one kind of reply, `{"error", "id"}`.

What is our own fault is in the program's log under that id, with its trace.
"""

import json
import logging
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from vectorstore.errors import SoundingsError
from web.limits.shares import TooMuch
from web.wire import App, Message, Receive, Scope, Send, reply

ID = "soundings.request"  # where a request's id is in its ASGI scope
FAULT = (
    "Something went wrong on our side. The person who runs this page finds the reason in its log, "
    "under the id beside this."
)
_JSON = b"application/json"
_log = logging.getLogger(__name__)


def told(scope: Scope, error: str) -> str:
    """The body of a reply that tells an error."""
    said = json.dumps({"error": error, "id": scope.get(ID)}, ensure_ascii=False)
    return said.encode("utf-8", "replace").decode()


async def refuse(
    scope: Scope, send: Send, status: int, error: str, *more: tuple[bytes, bytes]
) -> None:
    """Reply with an error."""
    await reply(send, status, told(scope, error), _JSON, *more)


async def caught(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Call an app for a request, which gets an id if it has none. What it raises, and whatever it
    replies with status 500, is told in our words instead."""
    scope.setdefault(ID, secrets.token_hex(6))
    begun = failed = False

    async def sending(message: Message) -> None:
        nonlocal begun, failed
        if message["type"] == "http.response.start":
            failed = message["status"] == 500
            begun = not failed
        if not failed:
            await send(message)

    try:
        await app(scope, receive, sending)
    except Exception:
        failed = True
        # A reply that had begun breaks off whenever the program ends: no fault to wake anybody for
        level = logging.INFO if begun else logging.ERROR
        _log.log(level, "%s: %s %r", scope[ID], scope["method"], scope["path"], exc_info=True)
    else:
        if failed:
            _log.error("%s: %s %r replied 500", scope[ID], scope["method"], scope["path"])
    if failed and not begun:
        await refuse(scope, send, 500, FAULT)


def install(app: FastAPI) -> None:
    """Have an app tell all errors in this one way."""

    @app.exception_handler(SoundingsError)
    def expected(request: Request, exc: SoundingsError) -> Response:
        if exc.status >= 500:
            _log.error("%s: %s", request.scope.get(ID), exc, exc_info=exc)
        later = {"Retry-After": str(exc.seconds)} if isinstance(exc, TooMuch) else {}
        return _response(request, exc.status, str(exc), later)

    @app.exception_handler(HTTPException)
    def refused(request: Request, exc: HTTPException) -> Response:
        return _response(request, exc.status_code, str(exc.detail), dict(exc.headers or {}))

    @app.exception_handler(ClientDisconnect)
    def left(request: Request, exc: ClientDisconnect) -> Response:
        return _response(request, 413, "The body broke off, or is more than the page takes.", {})

    @app.exception_handler(RequestValidationError)
    def unfit(request: Request, exc: RequestValidationError) -> Response:
        return _response(request, 422, amiss(exc.errors()), {})


def amiss(errors: Any) -> str:
    """What pydantic found wrong with a request, in one line."""
    found = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in errors[:5]]
    return "; ".join(found)[:1_000]


def _response(request: Request, status: int, error: str, headers: dict[str, str]) -> Response:
    body = told(request.scope, error)
    return Response(body, status, headers=headers, media_type=_JSON.decode())
