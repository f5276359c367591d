"""LlamaIndex's `CitationQueryEngine` as it comes, over our search and any model: what it answers,
read as an answer of ours would be, so that the same measures apply.

It has no outcome and no quotes. A reply that says that the sources do not hold the answer counts as
withheld; each marker that names a source counts as a quote of that whole source, and a sentence
names the sources whose numbers stand in it ("[2]", or "Source 2" in words).
"""

import re
from typing import Any

from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.llms import LLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import MetadataMode, NodeWithScore

from assistant.proof.said import sentences_of
from assistant.writing.locate import locate
from vectorstore import Store
from vectorstore.retriever import SoundingsRetriever

_MARKER = re.compile(r"\[(?:sources?\s*)?(\d+(?:\s*,\s*\d+)*)\]|\bsources?\s+(\d+)", re.IGNORECASE)
_BRACKETS = re.compile(r"\s*\[[^\]\n]*\d+[^\]\n]*\]")
_BEHIND = re.compile(r"([.!?])((?:\s*\[[^\]\n]*\d+[^\]\n]*\])+)")
_REFUSES = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|has|have)(?: not|n.t)(?: \w+){0,2} (?:contain|mention\w*|"
    r"provide\w*|include|specif\w+|state\w*|address|discuss|give\w*|any|enough|helpful|available|"
    r"directly|explicitly|answer|indicate)|no (?:\w+ )?(?:information|mention|details?|answer|"
    r"evidence|indication)|none of the (?:\w+ )?sources|not (?:\w+ )?(?:mentioned|provided|"
    r"specified|stated|available|helpful|addressed|discussed|found|given)|cannot (?:\w+ )?"
    r"(?:be determined|answer|determine|provide|find)|unable to)",
    re.IGNORECASE,
)

_OF_SOURCES = re.compile(r"\b(?:sources?|information|text|context|passages?|provided)\b", re.I)


def citing_engine(store: Store, llm: LLM) -> CitationQueryEngine:
    """The engine, with our search and the model, and nothing of its own changed."""
    return CitationQueryEngine(
        SoundingsRetriever(store), llm=llm, callback_manager=CallbackManager([])
    )


def refuses(reply: str) -> bool:
    """Whether the first sentence says that the sources do not hold the answer."""
    said = sentences_of(_BRACKETS.sub("", reply))
    return not said or bool(_REFUSES.search(said[0]) and _OF_SOURCES.search(said[0]))


def answer_of(engine: CitationQueryEngine, store: Store, question: str) -> dict[str, Any]:
    """Its answer as one of ours in JSON. Raises ModelError."""
    response = engine.query(question)
    reply = response.response or "" if isinstance(response, Response) else ""
    return as_answer(question, reply, response.source_nodes, store)


def as_answer(
    question: str, reply: str, nodes: list[NodeWithScore], store: Store
) -> dict[str, Any]:
    """A reply over these sources, which its markers count from 1, as an answer in JSON."""
    refused = refuses(reply)
    statements = [] if refused else statements_of(reply)
    named = sorted({marker for s in statements for marker in s["citations"]})
    return {
        "question": question,
        "outcome": "withheld" if refused else "answered",
        "engine": "citation",
        "answer": reply,
        "statements": statements,
        "citations": [
            _citation(marker, nodes[marker - 1], store) for marker in named if marker <= len(nodes)
        ],
    }


def statements_of(reply: str) -> list[dict[str, Any]]:
    """The sentences of a reply, with the sources that each names. A marker behind the full stop
    belongs to the sentence before it."""
    found = []
    for sentence in sentences_of(_BEHIND.sub(r"\2\1", reply)):
        markers = [
            int(number)
            for match in _MARKER.finditer(sentence)
            for number in (match.group(1) or match.group(2)).split(",")
        ]
        text = " ".join(_BRACKETS.sub("", sentence).split())
        if any(character.isalnum() for character in text):
            found.append({"text": text, "citations": sorted({m for m in markers if m > 0})})
    return found


def _citation(marker: int, found: NodeWithScore, store: Store) -> dict[str, Any]:
    """The source behind a marker, at its place in the library: the engine forgets the offsets."""
    node = found.node
    chunk = node.get_content(MetadataMode.NONE).partition("\n")[2].strip()
    source = node.metadata["source"]
    text = store.library.text(source)
    start, end = locate(chunk, text) or (0, 0)
    return {
        "marker": marker,
        "source": source,
        "start": start,
        "end": end,
        "quote": text[start:end],
    }
