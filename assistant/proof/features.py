"""What is known of a claim beside a passage, as numbers with names, so that a verdict can say why.

Each sentence of the claim is laid beside the passage's sentences; what it shares is measured in
the whole passage, in the nearest sentence with its neighbours, and in the nearest clause.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.proof.findings import (
    Finding,
    Whole,
    dates_apart,
    figures_apart,
    names_apart,
    pulls_apart,
)
from assistant.proof.said import Said, clauses_of, read
from vectorstore.encoder import Vectors
from vectorstore.library.lexicon import among

FEATURES = (
    "similarity",
    "similarity_second",
    "similarity_clauses",
    "similarity_around",
    "coverage",
    "coverage_around",
    "coverage_passage",
    "long_words_open",
    "pairs",
    "run",
    "new_words",
    "similarity_coverage",
    "meaning",
    "meaning_least",
    "numbers_missing",
    "numbers_elsewhere",
    "numbers_of_other",
    "numbers_changed",
    "dates_missing",
    "dates_elsewhere",
    "dates_changed",
    "names_missing",
    "names_elsewhere",
    "names_changed",
    "denied",
    "opposed",
    "overstated",
    "speaks_of_self",
    "length",
    "sentences",
    "passage_length",
    "has_figures",
    "has_names",
)
# The features that say of themselves what does not agree, the most telling first.
ORDER = (
    "numbers_changed",
    "dates_changed",
    "names_changed",
    "numbers_missing",
    "dates_missing",
    "names_missing",
    "denied",
    "opposed",
    "overstated",
    "numbers_elsewhere",
    "dates_elsewhere",
    "numbers_of_other",
    "names_elsewhere",
)
OF_SENTENCES = FEATURES[: FEATURES.index("speaks_of_self")]
SELF = frozenset("i my me we our am myself you your".split())
# Either there, in some sentence of the claim, or not: 1 or 0.
FLAGS = frozenset(ORDER)
ABOUT_THE_SAME = 0.6  # share of the claim's words in one sentence


NearestWords = Callable[[Sequence[str], Sequence[str]], list[float]]


def compare(
    claim: Sequence[str],
    passage: Sequence[str],
    similar: NDArray[np.float32],
    clause_similar: Sequence[float],
    nearest_words: NearestWords,
) -> tuple[NDArray[np.float32], list[Finding]]:
    """The features of a claim's sentences beside a passage's, and what does not agree.

    `similar` has shape (len(claim), len(passage)); `clause_similar` holds for each sentence of
    the claim how near the passage comes to the clause that it comes least near to.
    `nearest_words(words, others)` gives for each word the similarity of the nearest other.
    """
    there = [read(text) for text in passage]
    whole = Whole.of(there)
    rows, findings = [], []
    for i, text in enumerate(claim):
        values, found = _sentence(
            read(text), there, whole, similar[i], clause_similar[i], nearest_words
        )
        rows.append(values)
        findings += found
    weights = [max(len(read(text).order), 1) for text in claim]
    total = sum(weights)
    row = [
        max(values[name] for values in rows)
        if name in FLAGS
        else sum(values[name] * weight for values, weight in zip(rows, weights, strict=True))
        / total
        for name in OF_SENTENCES
    ]
    row += [
        float(any(w.folded in SELF for text in claim for w in read(text).words)),
        math.log1p(total),
        math.log(len(claim)),
        math.log1p(sum(len(said.order) for said in there)),
        float(any(read(text).figures or read(text).dates for text in claim)),
        float(any(read(text).names for text in claim)),
    ]
    return np.array(row, dtype=np.float32), findings


def _sentence(
    claim: Said,
    there: Sequence[Said],
    whole: Whole,
    similar: NDArray[np.float32],
    clause_similar: float,
    nearest_words: NearestWords,
) -> tuple[dict[str, float], list[Finding]]:
    """One sentence of a claim beside a passage."""
    shares = [share(claim.stems, said.stems) for said in there]
    best = max(range(len(there)), key=lambda i: (round(shares[i] + float(similar[i]), 4), -i))
    nearest = there[best]
    near = there[max(0, best - 1) : best + 2]
    around = frozenset(w.stem for said in near for w in said.words)
    clause = _clause(claim, nearest)
    ordered = np.sort(similar)[::-1]
    top = float(ordered[0])
    open_stems = [w.folded for w in claim.words if w.full and not among(w.stem, whole.stems)]
    letters = sum(len(w.folded) for w in claim.words if w.full) or 1
    pairs = list(pairwise(claim.order))
    meanings = _meanings(claim, near, around, nearest_words)
    values = {
        "similarity": top,
        "similarity_second": float(ordered[1]) if len(ordered) > 1 else 0.0,
        "similarity_clauses": clause_similar,
        "similarity_around": float(similar[best]),
        "coverage": shares[best],
        "coverage_around": share(claim.stems, around),
        "coverage_passage": share(claim.stems, whole.stems),
        "long_words_open": sum(len(word) for word in open_stems) / letters,
        "pairs": sum(pair in whole.pairs for pair in pairs) / len(pairs) if pairs else 0.0,
        "run": max(longest_run(claim.order, said.order) for said in near) / (len(pairs) + 1),
        "new_words": math.log1p(len(open_stems)),
        "similarity_coverage": top * share(claim.stems, around),
        "meaning": sum(meanings) / len(meanings),
        "meaning_least": sum(meanings[:2]) / len(meanings[:2]),
    }
    findings: list[Finding] = []
    about = shares[best] >= ABOUT_THE_SAME
    for name, found in (
        *figures_apart(claim, nearest if about else None, near, whole),
        *dates_apart(claim, nearest if about else None, near, whole),
        *names_apart(claim, nearest if about else None, around, whole),
        *(pulls_apart(claim, nearest, clause) if about else ()),
    ):
        values[name] = float(bool(found))
        findings += [Finding(feature=name, why=why) for why in found]
    return {**dict.fromkeys(FLAGS, 0.0), **values}, findings


def _meanings(
    claim: Said, near: Sequence[Said], around: frozenset[str], nearest_words: NearestWords
) -> list[float]:
    """How near each word of the claim comes to one of the evidence, the least near first; a word
    that is there, itself or as family, counts 1."""
    mine = {w.folded: among(w.stem, around) for w in claim.words if w.full}
    theirs = sorted({w.folded for said in near for w in said.words if w.full})
    absent = [word for word, there in mine.items() if not there]
    found = [1.0] * (len(mine) - len(absent))
    found += nearest_words(absent, theirs) if absent and theirs else [0.0] * len(absent)
    return sorted(found) or [1.0]


def _clause(claim: Said, nearest: Said) -> Said:
    """The clause of the nearest sentence that shares most with the claim; the whole sentence where
    none shares nearly as much."""
    parts = [read(part) for part in clauses_of(nearest.text)]
    best = max(parts, key=lambda part: len(claim.stems & part.stems), default=nearest)
    enough = len(claim.stems & best.stems) >= 0.75 * len(claim.stems & nearest.stems)
    return best if enough else nearest


def share(wanted: frozenset[str], there: frozenset[str]) -> float:
    """The share of `wanted` stems that are, themselves or as family, among `there`."""
    return sum(among(stem, there) for stem in wanted) / len(wanted) if wanted else 1.0


def longest_run(one: Sequence[str], other: Sequence[str]) -> int:
    """The length of the longest run of words that both hold."""
    before = [0] * (len(other) + 1)
    best = 0
    for word in one:
        now = [0] * (len(other) + 1)
        for j, theirs in enumerate(other):
            if word == theirs:
                now[j + 1] = before[j] + 1
                best = max(best, now[j + 1])
        before = now
    return best


def clause_similarity(parts: Sequence[int], vectors: Vectors, passage: Vectors) -> list[float]:
    """For each sentence of a claim, how near the passage comes to the clause it comes least near
    to. `parts` numbers the sentence that each clause, a row of `vectors`, belongs to."""
    nearest = (vectors @ passage.T).max(axis=1)
    worst: dict[int, float] = {}
    for part, value in zip(parts, nearest.tolist(), strict=True):
        worst[part] = min(worst.get(part, 1.0), value)
    return [worst[part] for part in sorted(worst)]
