"""Does what other programs ask for, as the JSON that CONTRACT promises, and notes who asked."""

import threading
from collections.abc import Sequence
from typing import Any

from assistant.answering.engine import Engine
from assistant.api.models import AskRequest, PackRequestBody, SearchRequest
from assistant.errors import EngineUnavailable
from assistant.keeping.journal import noting
from assistant.models import Turn
from assistant.packs.making.maker import PackMaker, finished
from assistant.packs.models import PackRequest
from assistant.turn.kinds import Kind
from vectorstore import UsageError
from vectorstore.search.showing import near
from web.limits.shares import Pool
from web.settings import PageSettings
from web.tab import OPEN


class Desk:
    """Asks, searches and makes packs for others. Safe to use from several threads; `asking` and
    `making` are those that it is done in, apart from the page's."""

    def __init__(self, engine: Engine, table: PageSettings) -> None:
        self._engine = engine
        self._maker = PackMaker(engine)
        self.asking = Pool("questions", threads=OPEN, each=table.person_asks)
        # A pack takes a processor for seconds
        self.making = Pool("packs", threads=1, each=table.person_packs)

    def ask(self, asked: AskRequest, by: str, stop: threading.Event) -> dict[str, Any]:
        """The answer. Raises as the engine does, and Stopped soon after `stop` is set."""
        self._check(asked.sources)
        engine = self._engine
        if asked.engine == "llm" and engine.writer is None:
            raise EngineUnavailable("no language model is configured here; leave out `engine`")
        if asked.engine == "extractive":
            engine = engine.unwritten()
        *_, answer = engine.stream(
            asked.question,
            [Turn(role=turn.role, content=turn.content) for turn in asked.history],
            sources=asked.sources,
            standalone=asked.standalone,
            kind=Kind(asked.kind) if asked.kind else None,
            by=by,
            stop=stop,
        )
        return {"id": asked.id, **answer.to_json()}

    def search(self, asked: SearchRequest, by: str, stop: threading.Event) -> dict[str, Any]:
        """Raises UsageError for an empty query, UnknownSource."""
        if not asked.query.strip():
            raise UsageError("the query is empty")
        self._check(asked.sources)
        searcher = self._engine.store.searcher
        with noting(self._engine.journal, by, "search", asked.query) as note:
            hits = near(searcher.search(asked.query, asked.top_k, sources=asked.sources).hits)
            note.sources = [hit.passage.source for hit in hits]
            note.outcome = f"{len(hits)} passages"
        return {"id": asked.id, "hits": [hit.to_json() for hit in hits]}

    def pack(self, asked: PackRequestBody, by: str, stop: threading.Event) -> dict[str, Any]:
        """Raises as PackMaker.making does."""
        request = PackRequest(**asked.model_dump())
        return finished(self._maker.making(request, by=by, stop=stop)).to_json()

    def _check(self, sources: Sequence[str] | None) -> None:
        """Raises UnknownSource."""
        for source in dict.fromkeys(sources or ()):
            self._engine.store.library.source(source)
