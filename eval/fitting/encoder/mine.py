"""Hard negatives: sentences that the encoder takes for answers and that are none."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from eval.fitting.encoder.bm25 import Bm25, Floats
from eval.fitting.encoder.records import Record
from eval.fitting.encoder.texts import Part, overlaps
from vectorstore.encoder import SentenceEncoder
from vectorstore.library.lexicon import terms

NEAR, FAR = 6, 4  # how many are kept of the same document, and of others
# A sentence elsewhere that is as near as this share of the evidence's similarity may answer too
# (Moreira and others 2024, "NV-Retriever", section 4.1).
SURE = 0.95

Mined = list[tuple[list[int], list[int]]]  # for each record, negatives near and far
Place = tuple[Part, int]  # a passage, and the number of a sentence in it


def places_of(parts: Sequence[Part]) -> list[Place]:
    return [(part, number) for part in parts for number in range(len(part.sentences))]


def evidence_places(records: Sequence[Record], places: Sequence[Place]) -> list[list[int]]:
    """For each record the sentences that are evidence, those of its best piece first."""
    of_doc: dict[str, list[int]] = defaultdict(list)
    for i, (part, _) in enumerate(places):
        of_doc[part.doc].append(i)
    found = []
    for record in records:
        listed: dict[int, None] = {}
        for piece in record.evidence:
            for i in of_doc[record.doc]:
                part, number = places[i]
                if overlaps(part.sentences[number], [piece]):
                    listed.setdefault(i)
        found.append(list(listed))
    return found


def mine(model: str | Path, records: Sequence[Record], places: Sequence[Place]) -> Mined:
    """For each record: the nearest wrong sentences of its document, and those of other documents,
    as places, nearest first; by the similarity of question and sentence alone."""
    encoder = SentenceEncoder(str(model), precision="half")
    vectors = encoder.encode(
        [part.words(part.sentences[number]) for part, number in places], bulk=True
    )
    asked = encoder.encode([record.standalone for record in records], query=True, bulk=True)
    return _nearest(records, places, ((vectors @ vector) for vector in asked), SURE)


def mine_by_words(records: Sequence[Record], places: Sequence[Place]) -> Mined:
    """The same by BM25, which takes seconds where encoding takes minutes."""
    index = Bm25([part.words(part.sentences[number]) for part, number in places])
    return _nearest(records, places, (index.scores(r.standalone) for r in records), np.inf)


def _nearest(
    records: Sequence[Record], places: Sequence[Place], scores: Iterable[Floats], sure: float
) -> Mined:
    docs = np.array([part.doc for part, _ in places])
    right = evidence_places(records, places)
    found: Mined = []
    for record, near, evidence in zip(records, scores, right, strict=True):
        best = float(near[evidence].max()) if evidence else 1.0
        near[evidence] = -np.inf
        inside = docs == record.doc
        order = np.argsort(-near, kind="stable")
        same = [int(i) for i in order if inside[i] and np.isfinite(near[i])][:NEAR]
        far = [int(i) for i in order[:400] if not inside[i] and near[i] < sure * best][:FAR]
        found.append((same, far))
    return found


def nearest_words(records: Sequence[Record], places: Sequence[Place]) -> Mined:
    """The same from words alone: the wrong sentences of a record's document by the question's words
    that they hold. For many short documents, where encoding them all would cost more than it
    teaches."""
    of_doc: dict[str, list[int]] = defaultdict(list)
    for i, (part, _) in enumerate(places):
        of_doc[part.doc].append(i)
    found: Mined = []
    for record, evidence in zip(records, evidence_places(records, places), strict=True):
        wanted = set(terms(record.standalone))
        shared = {
            i: len(wanted & set(terms(part.words(part.sentences[number]))))
            for i in of_doc[record.doc]
            if i not in evidence
            for part, number in (places[i],)
        }
        found.append((sorted(shared, key=lambda i: -shared[i])[:2], []))
    return found
