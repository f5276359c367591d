"""Search: dense and lexical candidates, scored alike, and a second look by a reranker.

`search.py` finds and makes one ranked list, `ranking.py` weighs the signals of a passage (its
weights are learnt, in `ranking.json`), `reranker.py` is the slot for a cross-encoder, `showing.py`
has what a person is shown of it, `embedding.py` the encoder for LlamaIndex.
"""

from vectorstore.search.search import (
    CANDIDATES,
    Found,
    Query,
    Searcher,
    pool,
    sentence_digests,
    stack,
)

__all__ = ["CANDIDATES", "Found", "Query", "Searcher", "pool", "sentence_digests", "stack"]
