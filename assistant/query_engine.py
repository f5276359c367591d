"""The engine for LlamaIndex: a query engine that can be a tool of anything in that ecosystem.

A thin face: every answer comes from `Engine.ask`, proved as always. No model of LlamaIndex's is
touched, so that none needs to be configured.
"""

import asyncio
from collections.abc import Generator, Iterator
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response, StreamingResponse
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.answering.engine import Engine
from assistant.models import Answer


class SoundingsQueryEngine(BaseQueryEngine):
    """Answers a query with a `Response`: its text is the answer with markers, its source nodes
    are the quotes in the order of their markers, its metadata the whole answer as JSON.

    With `streaming` it is a `StreamingResponse`, whose text comes as statements are proved; nodes
    and metadata are there once it has ended. Should a second reading have changed what was sent,
    the answer as it stands comes after it, in a paragraph of its own.
    """

    def __init__(self, engine: Engine, *, streaming: bool = False):
        super().__init__(callback_manager=CallbackManager([]))
        self._engine = engine
        self._streaming = streaming

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        if not self._streaming:
            return _response(self._engine.ask(query_bundle.query_str))
        answers = self._engine.stream(query_bundle.query_str)
        nothing: list[str] = []
        response = StreamingResponse(response_gen=(text for text in nothing))
        response.response_gen = _told(answers, response)
        return response

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)


def _told(answers: Iterator[Answer], response: StreamingResponse) -> Generator[str, None, None]:
    """The text of an answer as it grows; at the end the response has its nodes and metadata."""
    said = ""
    for answer in answers:
        if answer.answer.startswith(said):
            yield answer.answer[len(said) :]
            said = answer.answer
    if answer.answer != said:
        yield f"\n\n{answer.answer}"
    whole = _response(answer)
    response.source_nodes, response.metadata = whole.source_nodes, whole.metadata


def _response(answer: Answer) -> Response:
    metadata: dict[str, Any] = answer.to_json()
    nodes = [
        NodeWithScore(
            node=TextNode(
                id_=f"{citation.source}:{citation.start}-{citation.end}",
                text=citation.quote,
                start_char_idx=citation.start,
                end_char_idx=citation.end,
                metadata={
                    "marker": citation.marker,
                    "source": citation.source,
                    "title": citation.title,
                    "heading": citation.heading,
                    "page": citation.page,
                },
            ),
            score=max(s.support for s in answer.statements if citation.marker in s.citations),
        )
        for citation in answer.citations
    ]
    return Response(response=answer.answer, source_nodes=nodes, metadata=metadata)
