"""What a person typed as a topic, found in the library: as typed, its spelling mended, under the
names that a document would give it, or one part of it after the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answering.engine import Engine
from assistant.packs.making.judging import Judge
from assistant.packs.material.extracts import ON_TOPIC, Extract, Gatherer, Topic, Vector
from assistant.packs.material.material import Material, key
from assistant.packs.material.phrases import asked_by, topic_phrase
from assistant.turn.spelling import corrected
from prompts import Everyday, load_everyday
from vectorstore import Encoder
from vectorstore.library.lexicon import terms

READ, READ_MORE = 36, 12  # extracts that are read of a topic, and of each other name of it
_FEW = 4  # extracts; of a topic with fewer the library says little under its own name
_BELONGS = 0.52  # the relevance to another name from which an extract belongs to the topic, if any
_MEANS = 0.75  # the nearness from which what is typed is an everyday topic in other words
_CALLED = 0.7
"""The nearness from which a name that documents give an everyday topic is one of what is typed. Of
56 topics of other worlds (tennis coaching, court decisions) the nearest came to 0.65."""
_NAMES = 3  # of these that are taken
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

    def __init__(self, engine: Engine, judge: Judge, gatherer: Gatherer) -> None:
        self._store = engine.store
        self._gatherer = gatherer
        self._judge = judge
        self._known: _Known | None = None

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
        """The material on a phrase, with what there is on its parts that "and" joins where that is
        little; on the parts alone, those that there are, where there is nothing on the whole."""
        whole = self._one(phrase)
        parts = _parts(_AND, phrase)
        if len(parts) < 2 or (whole is not None and whole.enough >= _FEW):
            return [whole] if whole else []
        found = [(part, self._one(part)) for part in parts]
        lacking = tuple(part for part, material in found if material is None)
        held = [material for _, material in found if material is not None]
        if whole is not None:
            return [whole.joined(held)]
        return [m.without(lacking) if m is held[0] else m for m in held]

    def _one(self, phrase: str) -> Material | None:
        topic, found, extracts = self._gatherer.gather(phrase)
        material = Material(
            topic=topic,
            phrase=topic_phrase(phrase),
            extracts=self._judge.about(topic, extracts[:READ]),
            asked=asked_by(phrase),
            fingerprint=found.fingerprint,
        )
        enough = material.enough
        everyday = self._everyday(phrase, topic, bool(enough)) if enough < _FEW else None
        if everyday is None:
            return material if material.extracts else None
        return self._under_other_names(material, everyday)

    def _under_other_names(self, material: Material, everyday: Everyday) -> Material | None:
        """With what the library says under the other names of an everyday topic."""
        best = {key(e): e for e in material.extracts}
        named: list[str] = []
        found: dict[str, list[Extract]] = {}
        for name in everyday.also:
            topic, _, extracts = self._gatherer.gather(name)
            found[name] = self._judge.about(topic, extracts[:READ_MORE])
        sure = any(e.relevance >= _BELONGS for others in found.values() for e in others)
        least = _BELONGS if sure else ON_TOPIC
        for name, others in found.items():
            named += [name] if any(e.relevance >= least for e in others) else []
            for other in others:
                known = best.get(key(other))
                if other.relevance >= least and (
                    known is None or known.relevance < other.relevance
                ):
                    best[key(other)] = other
        if not named:
            return material if material.extracts else None
        listed = sorted(best.values(), key=lambda e: (-round(e.relevance, 6), key(e)))
        little = f"says little about {everyday.say}"
        little = little if material.enough else f"does not speak of {everyday.say} by that name"
        note = f"The library {little}. It speaks of what belongs to it: "
        return material.widened(everyday.say, listed, f"{note}{'; '.join(named)}.", named)

    def _everyday(self, phrase: str, topic: Topic, held: bool) -> Everyday | None:
        """The everyday topic that a phrase is, to the letter or nearly, or, unless the library has
        it (`held`), one of its own that goes by the nearest of the names that documents give such
        topics; None where it is neither. What narrows one by a word that the library does not hold
        is another topic, as football coaching is, unless a name says it as well, as "difficult
        decisions" does for bad ones."""
        if self._known is None:
            self._known = _Known(self._store.encoder)
        known = self._known
        plain = re.sub(r"^(?:the|my|our|your) ", "", phrase.casefold().strip(" .?!"))
        for entry, typed in known.typed:
            if plain == typed:
                return entry
        near = known.typed_vectors @ topic.vector
        entry, typed = known.typed[int(np.argmax(near))]
        narrowed = self._store.library.document_frequency(sorted({*terms(plain)} - {*terms(typed)}))
        if near.max() >= _MEANS and all(narrowed.values()):
            return entry
        near = known.named_vectors @ topic.vector
        called = [known.named[i] for i in np.argsort(-near)[:_NAMES] if near[i] >= _CALLED]
        if held or not called:
            return None
        return Everyday(typed=(plain,), say=topic_phrase(phrase), also=tuple(called))


class _Known:
    """The everyday topics as they may be typed, and the names that documents give them, each with
    their vectors as rows."""

    def __init__(self, encoder: Encoder) -> None:
        listed = load_everyday()
        self.typed = [(entry, typed) for entry in listed for typed in entry.typed]
        self.named = list(dict.fromkeys(name for entry in listed for name in entry.also))
        self.typed_vectors: Vector = encoder.encode([typed for _, typed in self.typed])
        self.named_vectors: Vector = encoder.encode(self.named)


def _parts(by: re.Pattern[str], typed: str) -> Sequence[str]:
    return [part.strip() for part in by.split(typed) if any(c.isalnum() for c in part)]
