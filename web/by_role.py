"""One page for each role: what a role may not see is not in the page that it gets.

Each role has an app of its own, with its own events and its own queue, at the same addresses. A
request that asks for another role's event by hand asks an app that does not have it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Request

from web.faults import install
from web.identity.people import Person, Role, person_of, require
from web.wire import Receive, Scope, Send


class ByRole:
    """An ASGI app that hands each request to the page of its person's role."""

    def __init__(self, pages: Mapping[Role, FastAPI]) -> None:
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        person = person_of(Request(scope))
        await self._pages[person.role](scope, receive, send)


def front(pages: Mapping[Role, FastAPI]) -> FastAPI:
    """An app that starts and ends the pages' apps with itself; mount them when all else is in."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for page in dict.fromkeys(pages.values()):
                await stack.enter_async_context(page.router.lifespan_context(page))
            yield

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    install(app)
    return app


def include(app: FastAPI, router: APIRouter, deed: str) -> None:
    """Serve a router's routes to those who may do a deed."""
    app.include_router(router, dependencies=[Depends(only_for(deed))])


def only_for(deed: str) -> Callable[[Request], Awaitable[Person]]:
    """What a route depends on: who asks, where they may do a deed. For others it raises
    NotAllowed, to which the app of `front` replies with 403."""

    async def check(request: Request) -> Person:
        return require(request, deed)

    return check
