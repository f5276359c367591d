"""The engine and the search as parts of LlamaIndex's world."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import StreamingResponse
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import Document, MetadataMode, NodeWithScore, QueryBundle
from llama_index.core.tools import QueryEngineTool

from assistant import Engine
from assistant.query_engine import SoundingsQueryEngine
from ingest.node_parser import SoundingsNodeParser
from vectorstore.library.context import in_context
from vectorstore.retriever import SoundingsRetriever
from vectorstore.search.embedding import SoundingsEmbedding


def test_the_engine_is_a_query_engine(starter_engine: Engine) -> None:
    engine = SoundingsQueryEngine(starter_engine)
    assert isinstance(engine, BaseQueryEngine)
    response = engine.query("What is the triple aim?")
    assert str(response).count("[1]") == 1
    library = starter_engine.store.library
    for found in response.source_nodes:
        node = found.node
        text = library.text(node.metadata["source"])
        assert text[node.start_char_idx : node.end_char_idx] == node.text


def test_the_engine_streams_and_runs_beside_others(starter_engine: Engine) -> None:
    question = "What is the triple aim?"
    plain = starter_engine.ask(question)
    response = SoundingsQueryEngine(starter_engine, streaming=True).query(question)
    assert isinstance(response, StreamingResponse)
    assert "".join(response.response_gen) == plain.answer
    assert [node.node.text for node in response.source_nodes] == [c.quote for c in plain.citations]
    assert response.metadata is not None and response.metadata["outcome"] == "answered"

    async def both() -> list[str]:
        engine = SoundingsQueryEngine(starter_engine)
        retriever = SoundingsRetriever(starter_engine.store, top_k=2)
        answered, found = await asyncio.gather(
            engine.aquery(question), retriever.aretrieve(question)
        )
        return [str(answered), *(node.node_id for node in found)]

    with ThreadPoolExecutor() as beside:  # a loop may be running in this one
        answered, *found = beside.submit(asyncio.run, both()).result()
    assert answered == plain.answer and len(found) == 2


def test_the_engine_can_be_a_tool(starter_engine: Engine) -> None:
    tool = QueryEngineTool.from_defaults(
        SoundingsQueryEngine(starter_engine), name="library", description="Asks the library."
    )
    assert "[1]" in str(tool.call("What is the triple aim?"))


def test_the_search_is_a_retriever(starter_engine: Engine) -> None:
    retriever = SoundingsRetriever(starter_engine.store, top_k=3)
    assert isinstance(retriever, BaseRetriever)
    found = retriever.retrieve("What is the triple aim?")
    assert len(found) == 3
    assert [n.score for n in found] == sorted((n.score for n in found), reverse=True)


class Shortest(BaseNodePostprocessor):
    """Stands for any reranker: it takes the shortest."""

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        assert query_bundle is not None and query_bundle.query_str == "What is the triple aim?"
        return [min(nodes, key=lambda each: len(each.text))]


def test_what_is_found_may_be_ranked_by_others(starter_engine: Engine) -> None:
    plain = SoundingsRetriever(starter_engine.store, top_k=5).retrieve("What is the triple aim?")
    ranked = SoundingsRetriever(starter_engine.store, top_k=5, postprocessors=[Shortest()])
    (found,) = ranked.retrieve("What is the triple aim?")
    assert found.node_id == min(plain, key=lambda each: len(each.text)).node_id


def test_an_ingestion_pipeline_makes_our_passages_and_vectors(starter_engine: Engine) -> None:
    library, encoder = starter_engine.store.library, starter_engine.store.encoder
    source = library.sources()[0]
    text = library.text(source.id)
    pipeline = IngestionPipeline(
        transformations=[SoundingsNodeParser(), SoundingsEmbedding(encoder)],
        disable_cache=True,
    )
    given = Document(id_=source.id, text=text, metadata={"title": source.title})
    empty = Document(id_="nothing", text="\n---\n")
    nodes = pipeline.run(documents=[given, empty])
    ours = library.passages_of(source.id)
    where = [(node.start_char_idx, node.end_char_idx) for node in nodes]
    assert where == [(p.start, p.end) for p in ours]
    for node, passage in zip(nodes, ours, strict=True):
        assert node.get_content() == text[node.start_char_idx : node.end_char_idx] == passage.text
        assert node.metadata["heading"] == passage.heading
        kinds = [kind for *_, kind in node.metadata["sentences"]]
        assert kinds == [sentence.kind for sentence in passage.sentences]
        shown = in_context(passage.title, passage.heading, passage.text)
        assert node.get_content(MetadataMode.EMBED) == shown
    one = encoder.encode([nodes[3].get_content(MetadataMode.EMBED)])[0]
    assert np.allclose(nodes[3].embedding, one, atol=1e-4)


def test_queries_are_embedded_as_queries() -> None:
    class Asymmetric:
        fingerprint = "asymmetric"

        def encode(self, texts: Sequence[str], *, query: bool = False) -> np.ndarray:
            return np.full((len(texts), 2), float(query))

    embedding = SoundingsEmbedding(Asymmetric())  # type: ignore[arg-type]
    assert embedding.get_query_embedding("what?") == [1.0, 1.0]
    assert embedding.get_text_embedding_batch(["a", "b"]) == [[0.0, 0.0], [0.0, 0.0]]
