"""The API over HTTP: POST /api/ask, /api/search and /api/pack, and what describes them."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response

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
from web.identity.people import person_of, require

VERSION = "1"  # of what is promised here; it changes when a field is renamed or dropped
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": ApiError, "description": "what was asked cannot be answered as it stands"},
    401: {"model": ApiError, "description": "a session or a token is needed"},
    403: {"model": ApiError, "description": "your role does not let you do this"},
    404: {"model": ApiError, "description": "the library does not hold such a source or topic"},
    422: {"model": ApiError, "description": "a field is missing, unknown, too long or too large"},
    429: {"model": ApiError, "description": "you have as much under way as one may; wait a little"},
    503: {"model": ApiError, "description": "the library cannot be read now"},
}


def routes(desk: Desk) -> APIRouter:
    """The API's addresses. Each looks for itself whether the person's role lets them."""
    router = APIRouter()

    @router.post("/api/ask", response_model=ApiAnswer, responses=_REFUSALS, tags=["ask"])
    async def ask(request: Request, asked: AskRequest) -> Response:
        """Ask the library a question. Every statement of the answer is proved by exact quotes;
        where the library does not answer, the outcome is `withheld`."""
        work = partial(desk.ask, asked, require(request, "ask").key)
        return JSONResponse(await desk.asking.run(request, work))

    @router.post("/api/search", response_model=ApiHits, responses=_REFUSALS, tags=["ask"])
    async def search(request: Request, asked: SearchRequest) -> Response:
        """Find the passages that are nearest to a query, best first."""
        work = partial(desk.search, asked, require(request, "ask").key)
        return JSONResponse(await desk.asking.run(request, work))

    @router.post("/api/pack", response_model=ApiPack, responses=_REFUSALS, tags=["discuss"])
    async def pack(request: Request, asked: PackRequestBody) -> Response:
        """Make a discussion pack on a topic. The same request gives the same pack."""
        work = partial(desk.pack, asked, require(request, "discuss").key)
        return JSONResponse(await desk.making.run(request, work))

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
