"""BM25 over a list of texts in memory."""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vectorstore.library.lexicon import terms

K1, B = 1.2, 0.75

Floats = NDArray[np.float32]


class Bm25:
    """BM25 over texts, with the stems of the full-text index."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(terms(text)) for text in texts]
        lengths = np.array([sum(c.values()) for c in counts], dtype=np.float32)
        norms = K1 * (1 - B + B * lengths / max(1.0, float(lengths.mean())))
        rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for i, count in enumerate(counts):
            for term, times in count.items():
                rows[term].append((i, times))
        self._rows = {}
        for term, found in rows.items():
            at = np.array([i for i, _ in found])
            n = np.array([n for _, n in found], dtype=np.float32)
            rarity = np.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            self._rows[term] = (at, rarity * n * (K1 + 1) / (n + norms[at]))
        self._size = len(texts)

    def scores(self, question: str) -> Floats:
        """Of each text, relative to the best; shape (texts,)."""
        found = np.zeros(self._size, dtype=np.float32)
        for term in set(terms(question)):
            if term in self._rows:
                at, weights = self._rows[term]
                found[at] += weights
        best = float(found.max())
        return found / best if best > 0 else found
