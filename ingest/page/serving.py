"""The addresses of the Library tab: pieces of markup to read, and what a keeper may post.

Everything here asks first who it is. What cannot be done is told as all errors are, and the tab
shows it.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from ingest.errors import UploadRefused
from ingest.page import editing, view
from ingest.page.adding import Adding
from ingest.page.adding_view import standing_view
from ingest.page.uploads import KEPT, Incoming
from ingest.restore import restore
from ingest.settings import IngestSettings
from vectorstore import Settings, Store
from vectorstore.dependants import Dependants, resting_on
from vectorstore.library.library import BIN_DAYS
from vectorstore.search.showing import near
from vectorstore.writing import remove
from web.by_role import only_for
from web.identity.people import LOCAL, Person, person_of
from web.limits.shares import Shares
from web.look.markup import Html

PREFIX = "/library"
DAYS = 7  # what counts as lately
RUNS = 5
HITS = 10
QUERY_CHARACTERS = 500


class HasStore(Protocol):
    """An engine, as far as this folder knows: something that answers from a store."""

    @property
    def store(self) -> Store: ...


_keeper = only_for("library")
Keeper = Annotated[Person, Depends(_keeper)]


class Desk:
    """What the tab's addresses do, over one home."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        dependants: Sequence[Dependants],
        announce: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._dependants = dependants
        self._announce = announce
        self._incoming = Incoming(settings.home, settings.table(IngestSettings))
        self._adding = Adding(settings, announce)
        self._sending = Shares(settings.table(IngestSettings).person_uploads, "files")

    def sources(self) -> HTMLResponse:
        return _piece(lambda: view.sources_table(self._store.library.sources()))

    def changes(self) -> HTMLResponse:
        since = (datetime.now(UTC) - timedelta(days=DAYS)).isoformat(timespec="seconds")
        library = self._store.library
        return _piece(lambda: view.changes(library.changes_since(since), library.runs(RUNS), DAYS))

    def bin(self) -> HTMLResponse:
        return _piece(lambda: view.bin(self._store.library.bin(), BIN_DAYS))

    def search(self, q: str) -> HTMLResponse:
        def shown() -> Html:
            query = q.strip()[:QUERY_CHARACTERS]
            found = near(self._store.searcher.search(query, HITS).hits) if query else ()
            sources = {s.id: s for s in self._store.library.sources()} if found else {}
            return view.hits(query, found, sources)

        return _piece(shown)

    def standing(self) -> HTMLResponse:
        def shown() -> Html:
            standing = self._adding.standing
            # While files are read this is asked for twice a second, and names no source
            sources = [] if standing.running else self._store.library.sources()
            return standing_view(standing, {s.id: s.title for s in sources})

        return _piece(shown)

    # The batches that are being filled are kept by the event loop's thread alone

    async def begin(self, person: Keeper) -> PlainTextResponse:
        """Room for files: the token that each of them is sent with."""
        self._adding.check_free()
        token = self._incoming.begin(person.key).token
        asyncio.get_running_loop().call_later(KEPT, self._incoming.give_up, token)
        return PlainTextResponse(token)

    async def receive(self, request: Request, batch: str, name: str) -> PlainTextResponse:
        """One file, as the body of the request. Answers with why it was not taken, if so."""
        try:
            sending = self._sending.taken(person_of(request).key)
            with sending, self._incoming.receive(batch, name) as sink:
                async for part in request.stream():
                    sink.write(part)
        except UploadRefused as exc:
            return PlainTextResponse(str(exc))
        except OSError as exc:
            return PlainTextResponse(f"it could not be kept: {exc.strerror}")
        return PlainTextResponse("")

    async def read(self, batch: str, person: Keeper) -> PlainTextResponse:
        """All files of the batch are here: read them."""

        def started() -> str:
            self._adding.check_free()
            taken = self._incoming.take(batch)
            if not taken.names:
                taken.discard()
                raise UploadRefused("none of these files can be read")
            self._adding.start(taken, "" if person == LOCAL else person.name)
            return ""

        return _line(started)

    def cancel(self) -> PlainTextResponse:
        """Stop the reading, if any goes on; the library stays as it was."""
        return _line(self._adding.cancel)

    def dismiss(self) -> PlainTextResponse:
        """Put the report of the last batch away, for good."""
        return _line(self._adding.dismiss)

    def removal(self, id: str) -> HTMLResponse:
        def asked() -> Html:
            library = self._store.library
            source = library.source(id)
            home = self._settings.home
            return view.removal(source, resting_on(self._dependants, home, library, id))

        return _piece(asked)

    def remove(self, id: str) -> HTMLResponse:
        return _piece(
            lambda: view.removed(
                remove(self._settings.home, self._store.library, id, self._store.indexes)
            )
        )

    def details(self, id: str) -> HTMLResponse:
        return _piece(lambda: editing.form(self._store.library.source(id)))

    def edit(self, id: str, filled: editing.Filled) -> PlainTextResponse:
        def saved() -> str:
            return editing.saved(self._settings, self._store, id, filled, self._announce)

        return _line(saved)

    def restore(self, id: str) -> PlainTextResponse:
        def restored() -> str:
            source = restore(self._settings, id, announce=self._announce)
            return f"“{source.title}” is in the library again, as version {source.version}."

        return _line(restored)


def library_routes(desk: Desk) -> APIRouter:
    """The addresses, each for keepers alone."""
    router = APIRouter(prefix=PREFIX, dependencies=[Depends(_keeper)])
    for path, serve in (
        ("/sources", desk.sources),
        ("/changes", desk.changes),
        ("/bin", desk.bin),
        ("/search", desk.search),
        ("/adding", desk.standing),
        ("/removal", desk.removal),
        ("/editing", desk.details),
    ):
        router.get(path, response_class=HTMLResponse)(serve)
    for path, do in (
        ("/begin", desk.begin),
        ("/file", desk.receive),
        ("/read", desk.read),
        ("/cancel", desk.cancel),
        ("/dismiss", desk.dismiss),
        ("/remove", desk.remove),
        ("/restore", desk.restore),
        ("/edit", desk.edit),
    ):
        router.post(path)(do)
    return router


def _piece(make: Callable[[], Html]) -> HTMLResponse:
    return HTMLResponse(make(), headers={"Cache-Control": "no-store"})


def _line(make: Callable[[], str]) -> PlainTextResponse:
    return PlainTextResponse(make())
