"""The engine and the search as parts of LlamaIndex's world."""

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.tools import QueryEngineTool

from assistant import Engine
from assistant.query_engine import SoundingsQueryEngine
from vectorstore.retriever import SoundingsRetriever


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
