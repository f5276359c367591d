"""Does what other programs ask for, as the JSON that CONTRACT promises, and notes who asked."""

import threading
from typing import Any

from assistant.answering.engine import Engine
from assistant.api.models import AskRequest, PackRequestBody, SearchRequest
from assistant.errors import EngineUnavailable
from assistant.models import Turn
from assistant.packs.making.maker import PackMaker
from assistant.packs.models import PackRequest
from assistant.turn.kinds import Kind
from vectorstore import UsageError
from vectorstore.search.showing import near


class Desk:
    """Asks, searches and makes packs for others. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._maker = PackMaker(engine)
        self._making = threading.Lock()  # one at a time: each takes a processor for seconds

    def ask(self, by: str, asked: AskRequest, stop: threading.Event) -> dict[str, Any]:
        """The answer. Raises as the engine does, and Stopped soon after `stop` is set."""
        for source in asked.sources or ():
            self._engine.store.library.source(source)  # raises UnknownSource
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

    def search(self, by: str, asked: SearchRequest) -> dict[str, Any]:
        """Raises UsageError for an empty query, UnknownSource."""
        if not asked.query.strip():
            raise UsageError("the query is empty")
        for source in asked.sources or ():
            self._engine.store.library.source(source)
        searcher = self._engine.store.searcher
        hits = near(searcher.search(asked.query, asked.top_k, sources=asked.sources).hits)
        if self._engine.journal is not None:
            found = [hit.passage.source for hit in hits]
            self._engine.journal.note(by, "search", asked.query, found, f"{len(hits)} passages")
        return {"id": asked.id, "hits": [hit.to_json() for hit in hits]}

    def pack(self, by: str, asked: PackRequestBody) -> dict[str, Any]:
        """Raises as PackMaker.make does."""
        request = PackRequest(**asked.model_dump())
        with self._making:
            return self._maker.make(request, by=by).to_json()
