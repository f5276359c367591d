"""The engine for LlamaIndex: a query engine that can be a tool of anything in that ecosystem.

A thin face: every answer comes from `Engine.ask`, proved as always. No model of LlamaIndex's is
touched, so that none needs to be configured.
"""

from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.answering.engine import Engine
from assistant.models import Answer


class SoundingsQueryEngine(BaseQueryEngine):
    """Answers a query with a `Response`: its text is the answer with markers, its source nodes
    are the quotes in the order of their markers, its metadata the whole answer as JSON."""

    def __init__(self, engine: Engine):
        super().__init__(callback_manager=CallbackManager([]))
        self._engine = engine

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return _response(self._engine.ask(query_bundle.query_str))

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return self._query(query_bundle)


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
