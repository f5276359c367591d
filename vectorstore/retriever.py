"""Search for LlamaIndex: a retriever over a store."""

import asyncio
from collections.abc import Sequence

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.callbacks import CallbackManager
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from vectorstore.store import Store


class SoundingsRetriever(BaseRetriever):
    """Passages as nodes, best first, with exact offsets and the fused score in [0, 1].

    `sources` narrows the search to these source ids. `postprocessors` look at what is found one
    after another, a reranker of LlamaIndex's for example; `top_k` passages are given to the first.
    """

    def __init__(
        self,
        store: Store,
        *,
        top_k: int = 6,
        sources: Sequence[str] | None = None,
        postprocessors: Sequence[BaseNodePostprocessor] = (),
    ) -> None:
        super().__init__(callback_manager=CallbackManager([]))
        self._store = store
        self._top_k = top_k
        self._sources = sources
        self._postprocessors = postprocessors

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._store.searcher.search(
            query_bundle.query_str, self._top_k, sources=self._sources
        )
        nodes = [
            NodeWithScore(
                node=TextNode(
                    id_=hit.passage.id,
                    text=hit.passage.text,
                    start_char_idx=hit.passage.start,
                    end_char_idx=hit.passage.end,
                    metadata={
                        "source": hit.passage.source,
                        "title": hit.passage.title,
                        "heading": hit.passage.heading,
                        "page": hit.passage.page,
                    },
                ),
                score=hit.score,
            )
            for hit in found.hits
        ]
        for postprocessor in self._postprocessors:
            nodes = postprocessor.postprocess_nodes(nodes, query_bundle)
        return nodes

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)
