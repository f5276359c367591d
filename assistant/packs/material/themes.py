"""The library's own themes: clusters of its passages, named by their headings and terms."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.packs.material.extracts import body_end, is_meta
from assistant.packs.material.phrases import Terms, heading_phrase
from vectorstore import Library, Passage, Store
from vectorstore.library.lexicon import terms
from vectorstore.search import pool, sentence_digests, stack

Vector = NDArray[np.float32]

MOST_THEMES = 14
_LEAST_WORDS = 25
_ROUNDS = 20
_STARTS = 8
_SEED = 20160907
_NAMES = 160  # candidate names that are encoded
_NEAREST = 3
_THERE = 0.25  # for a name that every passage of a cluster stands under, or holds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Theme:
    """A theme: its name, which can be typed as a topic, and how much each source says of it, as
    source id → (title, passages, words), the most first."""

    name: str
    vector: Vector
    sources: dict[str, tuple[str, int, int]]

    @property
    def passages(self) -> int:
        return sum(passages for _, passages, _ in self.sources.values())

    def to_json(self) -> dict[str, object]:
        return {
            "theme": self.name,
            "passages": self.passages,
            "sources": [
                {"source": source, "title": title, "passages": passages, "words": words}
                for source, (title, passages, words) in self.sources.items()
            ],
        }


def find_themes(store: Store) -> list[Theme]:
    """The themes of a library, the largest first; the same library gives the same themes.

    Spherical k-means (Dhillon and Modha 2001) over what sets the passages' vectors apart from
    their mean: in a library on one subject they are all alike otherwise.
    """
    passages, vectors = _passages(store.library, store.encoder.fingerprint)
    if not passages:
        return []
    middle = vectors.mean(axis=0)
    apart = _apart(vectors, middle)
    labels = _clusters(apart, max(1, min(MOST_THEMES, round(math.sqrt(len(passages))))))
    names, found = _names(store, passages)
    named = _apart(found, middle) if names else found
    themes: list[Theme] = []
    taken: list[str] = []
    clusters = sorted(set(labels.tolist()), key=lambda c: (-int((labels == c).sum()), c))
    for cluster in clusters:
        rows = np.flatnonzero(labels == cluster)
        members = [passages[i] for i in rows]
        name = _best_name(members, pool(apart[rows]), names, named, taken)
        if name is not None:
            taken.append(name)
            themes.append(Theme(name=name, vector=pool(vectors[rows]), sources=_sources(members)))
    return themes


def nearest(themes: Sequence[Theme], vector: Vector) -> list[Theme]:
    """The themes nearest to a topic's vector, best first."""
    return sorted(themes, key=lambda t: (-round(float(t.vector @ vector), 6), t.name))[:_NEAREST]


def _passages(library: Library, encoder: str) -> tuple[list[Passage], Vector]:
    """All passages that say something, and their vectors as rows."""
    found = []
    for source in library.sources():
        ends = body_end(library.text(source.id))
        found += [p for p in library.passages_of(source.id) if p.end <= ends]
    found = [p for p in found if len(p.text.split()) >= _LEAST_WORDS and not is_meta(p.heading)]
    keys = [sentence_digests(passage) for passage in found]
    known = library.vectors((key for listed in keys for key in listed), encoder)
    rows = [pool(stack(listed, known)) for listed in keys]
    return found, np.stack(rows) if rows else np.zeros((0, 0), dtype=np.float32)


def _clusters(vectors: Vector, count: int) -> NDArray[np.int64]:
    """The cluster of each row: the best of some starts, each drawn as k-means++ (Arthur and
    Vassilvitskii 2007) draws it, from one fixed seed."""
    rng = np.random.default_rng(_SEED)
    best: tuple[float, NDArray[np.int64]] | None = None
    for _ in range(_STARTS):
        centres = vectors[_begin(vectors, count, rng)]
        labels = np.argmax(vectors @ centres.T, axis=1)
        for _ in range(_ROUNDS):
            kept = [c for c in range(len(centres)) if (labels == c).any()]
            centres = np.stack([pool(vectors[labels == c]) for c in kept])
            moved = np.argmax(vectors @ centres.T, axis=1)
            if len(kept) == count and (moved == labels).all():
                break
            labels = moved
        fit = float((vectors @ centres.T).max(axis=1).sum())
        if best is None or fit > best[0] + 1e-6:
            best = (fit, labels)
    assert best is not None
    return best[1]


def _begin(vectors: Vector, count: int, rng: np.random.Generator) -> list[int]:
    """Rows to begin with, each drawn by how far it is from those before."""
    chosen = [int(rng.integers(len(vectors)))]
    far = 1.0 - vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        weight = np.maximum(far, 0.0) ** 2
        if weight.sum() <= 0:
            break
        chosen.append(int(rng.choice(len(vectors), p=weight / weight.sum())))
        far = np.minimum(far, 1.0 - vectors @ vectors[chosen[-1]])
    return chosen


def _apart(vectors: Vector, middle: Vector) -> Vector:
    """Unit vectors of what sets each row apart from what all have in common."""
    rest = vectors - middle
    lengths = np.linalg.norm(rest, axis=1, keepdims=True)
    unit: Vector = (rest / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return unit


def _names(store: Store, passages: Sequence[Passage]) -> tuple[list[str], Vector]:
    """What themes might be called, with the vectors of these names as rows."""
    headed = Counter(name for p in passages for name in _headings(p))
    common = Terms(p.text for p in passages).commonest(least=3)
    names = [name for name, _ in sorted(headed.items(), key=lambda n: (-n[1], n[0]))][: _NAMES // 2]
    names += [name for name, _ in common[: _NAMES - len(names)]]
    names = list(dict.fromkeys(names))
    if not names:
        return [], np.zeros((0, 0), dtype=np.float32)
    return names, store.encoder.encode(names)


def _headings(passage: Passage) -> set[str]:
    """What a passage stands under: its title and its heading, as far as they are phrases."""
    return set(filter(None, map(heading_phrase, (passage.title, passage.heading))))


def _best_name(
    members: Sequence[Passage],
    centre: Vector,
    names: Sequence[str],
    vectors: Vector,
    taken: Sequence[str],
) -> str | None:
    """The free name that is nearest to a cluster and stands in it, as a heading or in its texts."""
    headed = Counter(name for p in members for name in _headings(p))
    texts = [p.text.lower() for p in members]
    best: tuple[float, str] | None = None
    for name, vector in zip(names, vectors, strict=True):
        there = headed[name], sum(name.lower() in text for text in texts)
        if not any(there) or any(_same_name(name, other) for other in taken):
            continue
        value = float(vector @ centre) + _THERE * sum(there) / len(members)
        if best is None or value > best[0]:
            best = (value, name)
    return best[1] if best else None


def _same_name(one: str, other: str) -> bool:
    mine, theirs = set(terms(one)), set(terms(other))
    return 2 * len(mine & theirs) > min(len(mine), len(theirs))


def _sources(members: Sequence[Passage]) -> dict[str, tuple[str, int, int]]:
    """How much each source says: passages and words, the most first."""
    passages = Counter(p.source for p in members)
    words = Counter[str]()
    for passage in members:
        words[passage.source] += len(passage.text.split())
    titles = {p.source: p.title for p in members}
    ordered = sorted(passages, key=lambda s: (-words[s], s))
    return {s: (titles[s], passages[s], words[s]) for s in ordered}
