"""The API over HTTP: POST /api/ask, /api/search and /api/pack, and what describes them."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from assistant.api.desk import Desk
from assistant.api.models import (
    ApiAnswer,
    ApiError,
    ApiHits,
    ApiPack,
    AskRequest,
    PackRequestBody,
    SearchRequest,
)
from assistant.api.page import about
from assistant.errors import EngineUnavailable, Stopped, TopicNotHeld
from vectorstore import NotAllowed, SoundingsError, UnknownSource, UsageError
from web.identity.people import person_of, require

VERSION = "1"  # of what is promised here; it changes when a field is renamed or dropped
_GONE = 499  # the client has closed the connection: nobody reads this
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": ApiError, "description": "what was asked cannot be answered as it stands"},
    401: {"description": "a session or a token is needed"},
    403: {"model": ApiError, "description": "your role does not let you do this"},
    404: {"model": ApiError, "description": "the library does not hold such a source or topic"},
    503: {"model": ApiError, "description": "the library cannot be read now"},
}


def routes(desk: Desk) -> APIRouter:
    """The API's addresses. Each looks for itself whether the person's role lets them."""
    router = APIRouter()

    @router.post("/api/ask", response_model=ApiAnswer, responses=_REFUSALS, tags=["ask"])
    async def ask(request: Request, asked: AskRequest) -> Response:
        """Ask the library a question. Every statement of the answer is proved by exact quotes;
        where the library does not answer, the outcome is `withheld`."""
        return await _told(lambda: _asked(desk, request, asked))

    @router.post("/api/search", response_model=ApiHits, responses=_REFUSALS, tags=["ask"])
    async def search(request: Request, asked: SearchRequest) -> Response:
        """Find the passages that are nearest to a query, best first."""
        return await _told(
            lambda: run_in_threadpool(desk.search, require(request, "ask").name, asked)
        )

    @router.post("/api/pack", response_model=ApiPack, responses=_REFUSALS, tags=["discuss"])
    async def pack(request: Request, asked: PackRequestBody) -> Response:
        """Make a discussion pack on a topic. The same request gives the same pack."""
        return await _told(
            lambda: run_in_threadpool(desk.pack, require(request, "discuss").name, asked)
        )

    described: dict[str, Any] = get_openapi(
        title="Soundings",
        version=VERSION,
        summary="Answers over a library of documents, every sentence proved by an exact quote.",
        routes=router.routes,
    )
    described["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "soundings"},
    }
    described["security"] = [{"token": []}, {"session": []}]

    @router.get("/api/openapi.json")
    def openapi(request: Request) -> Response:
        server = {"url": str(request.scope.get("root_path") or "/")}
        return JSONResponse({**described, "servers": [server]})

    @router.get("/api", response_class=HTMLResponse)
    def page(request: Request) -> Response:
        return HTMLResponse(about(described, person_of(request)))

    return router


async def _asked(desk: Desk, request: Request, asked: AskRequest) -> dict[str, Any]:
    """The answer; the work on it stops where nobody waits for it any longer."""
    by, stop = require(request, "ask").name, threading.Event()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        stop.set()

    watching = asyncio.create_task(watch())
    try:
        return await run_in_threadpool(desk.ask, by, asked, stop)
    finally:
        watching.cancel()


async def _told(work: Callable[[], Any]) -> Response:
    """The result of `work` as JSON, or what went wrong with the status that says so."""
    try:
        return JSONResponse(await work())
    except Stopped:
        return Response(status_code=_GONE)
    except SoundingsError as exc:
        return JSONResponse({"error": str(exc)}, status_code=_status(exc))


def _status(exc: SoundingsError) -> int:
    if isinstance(exc, NotAllowed):
        return 403
    if isinstance(exc, (UnknownSource, TopicNotHeld)):
        return 404
    return 400 if isinstance(exc, (UsageError, EngineUnavailable)) else 503
