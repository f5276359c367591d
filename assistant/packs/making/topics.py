"""What a person typed as a topic, found in the library: as typed, its spelling mended, under the
names that a document would give it, or one part of it after the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.packs.material.extracts import ON_TOPIC, Gatherer, Topic, Vector
from assistant.packs.material.material import Material
from assistant.packs.material.phrases import topic_phrase
from assistant.turn.spelling import corrected
from prompts import Everyday, load_everyday
from vectorstore import Found, Store

_HELD = 0.57  # the nearness from which other words must mean the same
_UNKNOWN = 0.4
_FEW = 4  # extracts; of a topic with fewer the library says little under its own name
_MEANS = 0.75  # the nearness from which what is typed is an everyday topic in other words
_LENT = 0.9  # what is found under another name counts a little less
_PARTED = re.compile(r"\s*[;,]\s*(?:and\s+)?")
_AND = re.compile(r"\s+(?:and|&|\+|versus|vs\.?)\s+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resolved:
    """What the library has on what was typed: a material for each topic, the topics that it holds
    nothing on, and what the person should know of how these were found."""

    materials: tuple[Material, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


class Topics:
    """Finds topics over one state of a library."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._gatherer = Gatherer(store)
        self._named: tuple[list[Everyday], Vector] | None = None

    def resolve(self, typed: str) -> Resolved:
        """The materials for what was typed; none where the library holds nothing on any of it."""
        materials: list[Material] = []
        missing: list[str] = []
        notes: list[str] = []
        for part in _parts(_PARTED, typed):
            mended = corrected(part, self._store.library)
            found = self._found(mended)
            missing += [] if found else [part]
            for material in found:
                materials.append(material)
                notes += [material.note] if material.note else []
                missing += material.beside
            if mended.casefold() != part.casefold() and part not in missing:
                notes.insert(0, f"Taken as “{mended}”.")
        if materials and missing:
            named = " or ".join(f"“{one}”" for one in missing)
            notes.append(f"The library holds nothing on {named}, which is left out.")
        return Resolved(materials=tuple(materials), missing=tuple(missing), notes=tuple(notes))

    def vector(self, typed: str) -> Vector:
        """The vector of a topic as typed."""
        vector: Vector = self._store.encoder.encode([typed])[0]
        return vector

    def _found(self, phrase: str) -> list[Material]:
        """The material on a phrase; else on its parts that "and" joins, those that there are."""
        whole = self._one(phrase)
        parts = _parts(_AND, phrase)
        if whole is not None or len(parts) < 2:
            return [whole] if whole else []
        found = [(part, self._one(part)) for part in parts]
        lacking = tuple(part for part, material in found if material is None)
        held = [material for _, material in found if material is not None]
        return [m.without(lacking) if m is held[0] else m for m in held]

    def _one(self, phrase: str) -> Material | None:
        topic, found, extracts = self._gatherer.gather(phrase)
        held = self._is_held(topic, found)
        material = Material(
            topic=topic,
            phrase=topic_phrase(phrase),
            extracts=extracts,
            fingerprint=found.fingerprint,
        )
        if held and material.enough >= _FEW:
            return material
        everyday = self._everyday(phrase, topic)
        if everyday is None:
            return material if held and material.enough else None
        return self._under_other_names(material, everyday, held=held and bool(material.enough))

    def _under_other_names(
        self, material: Material, everyday: Everyday, *, held: bool
    ) -> Material | None:
        """With what the library says under the other names of an everyday topic."""
        best = {(e.source, e.start, e.end): e for e in (material.extracts if held else ())}
        named: list[str] = []
        for name in everyday.also:
            _, _, others = self._gatherer.gather(name)
            named += [name] if any(e.relevance >= ON_TOPIC for e in others) else []
            for other in others:
                lent = other.weighed(_LENT)
                known = best.get((lent.source, lent.start, lent.end))
                if known is None or known.relevance < lent.relevance:
                    best[lent.source, lent.start, lent.end] = lent
        if not named:
            return material if held else None
        listed = sorted(
            best.values(), key=lambda e: (-round(e.relevance, 6), e.source, e.start, e.end)
        )
        little = f"says little about {everyday.say}"
        little = little if held else f"does not speak of {everyday.say} by that name"
        note = f"The library {little}. It speaks of what belongs to it: "
        return material.widened(everyday.say, listed, f"{note}{'; '.join(named)}.", named)

    def _everyday(self, phrase: str, topic: Topic) -> Everyday | None:
        """The everyday topic that a phrase is, to the letter or nearly; None where it is none."""
        if self._named is None:
            listed = [(entry, typed) for entry in load_everyday() for typed in entry.typed]
            vectors = self._store.encoder.encode([typed for _, typed in listed])
            self._named = [entry for entry, _ in listed], vectors
        plain = re.sub(r"^(?:the|my|our|your) ", "", phrase.casefold().strip(" .?!"))
        for entry in self._named[0]:
            if plain in entry.typed:
                return entry
        near = self._named[1] @ topic.vector
        best = int(np.argmax(near))
        return self._named[0][best] if near[best] >= _MEANS else None

    def _is_held(self, topic: Topic, found: Found) -> bool:
        """Whether the library may speak of a topic: its words are known, or a sentence is so near
        that other words must mean the same. Whether an extract is about it its relevance tells."""
        frequency = self._store.library.document_frequency(sorted(topic.rarity))
        weight = sum(topic.rarity.values()) or 1.0
        unknown = sum(w for s, w in topic.rarity.items() if frequency[s] == 0) / weight
        near = max((float((v @ topic.vector).max()) for v in found.vectors.values()), default=0.0)
        return unknown <= _UNKNOWN or near >= _HELD


def _parts(by: re.Pattern[str], typed: str) -> Sequence[str]:
    return [part.strip() for part in by.split(typed) if any(c.isalnum() for c in part)]
