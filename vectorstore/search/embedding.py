"""The encoder, for LlamaIndex: an embedding over whatever encoder a store has."""

from llama_index.core.base.embeddings.base import BaseEmbedding
from pydantic import PrivateAttr

from vectorstore.encoder import Encoder


class SoundingsEmbedding(BaseEmbedding):
    """Vectors of unit length; queries and texts each with the encoder's own prompts."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, encoder: Encoder, *, embed_batch_size: int = 256) -> None:
        super().__init__(model_name=encoder.fingerprint, embed_batch_size=embed_batch_size)
        self._encoder = encoder

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._encoder.encode(texts).tolist()
        return vectors

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._encoder.encode([query], query=True)[0].tolist()
        return vector

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)
