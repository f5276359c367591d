"""What a pack on a topic is made of, and the chance with which it is drawn."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.packs.material.extracts import ON_TOPIC, Extract, Topic, Vector, apart
from assistant.packs.models import PackRequest

Place = tuple[str, int, int]


def key(extract: Extract) -> Place:
    """An extract's place, which names it."""
    return (extract.source, extract.start, extract.end)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """What the library has on one topic: how the topic reads in a sentence, and its extracts, the
    most relevant first. `note` says how it was found, where that is not under its own name;
    `named` are the other names under which it was found; `beside` are topics that were typed with
    it and that the library holds nothing on; `asked` is the question that was typed for a topic."""

    topic: Topic
    phrase: str
    extracts: Sequence[Extract]
    fingerprint: str
    note: str | None = None
    beside: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    asked: str | None = None

    @property
    def enough(self) -> int:
        """How many extracts are about the topic, the same sentence counted once."""
        return len(apart(e for e in self.extracts if e.relevance >= ON_TOPIC))

    def nearest(self, vector: Vector) -> list[Extract]:
        """The extracts, the nearest to a vector first."""
        near = np.array([float(e.vector @ vector) for e in self.extracts])
        return [self.extracts[i] for i in np.argsort(-near, kind="stable")]

    def widened(
        self, phrase: str, extracts: Sequence[Extract], note: str, named: Sequence[str]
    ) -> "Material":
        """With what was found under other names."""
        return replace(self, phrase=phrase, extracts=extracts, note=note, named=tuple(named))

    def joined(self, parts: Sequence["Material"]) -> "Material":
        """With what there is on parts of the topic."""
        best: dict[Place, Extract] = {}
        for extract in (e for material in (self, *parts) for e in material.extracts):
            if key(extract) not in best or best[key(extract)].relevance < extract.relevance:
                best[key(extract)] = extract
        listed = sorted(best.values(), key=lambda e: (-round(e.relevance, 6), key(e)))
        return replace(self, extracts=listed, named=(*self.named, *(m.phrase for m in parts)))

    def without(self, beside: tuple[str, ...]) -> "Material":
        """Beside topics that the library holds nothing on."""
        return replace(self, beside=beside)


def chance(request: PackRequest, material: Material) -> random.Random:
    """Drawn from the request and the library alone, so that it is the same everywhere."""
    named = f"{request.seed}|{material.topic.phrase}|{material.fingerprint}"
    return random.Random(int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big"))
