"""What a pack on a topic is made of, and the chance with which it is drawn."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.packs.material.extracts import ON_TOPIC, Extract, Topic
from assistant.packs.material.phrases import Terms
from assistant.packs.models import PackRequest

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Material:
    """What the library has on one topic: how the topic reads in a sentence, its extracts, and the
    stems that are `common` among them."""

    topic: Topic
    phrase: str
    extracts: Sequence[Extract]
    terms: Terms
    common: frozenset[str]
    fingerprint: str

    @property
    def enough(self) -> int:
        """How many extracts are about the topic, the same sentence counted once."""
        apart: list[Extract] = []
        for extract in self.extracts:
            if extract.relevance >= ON_TOPIC and not any(extract.overlaps(a) for a in apart):
                apart.append(extract)
        return len(apart)


def chance(request: PackRequest, material: Material) -> random.Random:
    """Drawn from the request and the library alone, so that it is the same everywhere."""
    named = f"{request.seed}|{material.topic.phrase}|{material.fingerprint}"
    return random.Random(int.from_bytes(hashlib.sha256(named.encode()).digest()[:8], "big"))
