"""Does this passage support this claim? The check, its verdict, and what it was learnt from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.errors import AssistantError
from assistant.proof.exact import Beside, Lack, lacks
from assistant.proof.features import FEATURES, ORDER, clause_similarity, compare
from assistant.proof.findings import Finding
from assistant.proof.said import clauses_of, read, sentences_of
from assistant.reading.calibration import Logistic
from assistant.reading.chances import pooled
from vectorstore import Encoder
from vectorstore.encoder import Vectors
from vectorstore.library.lexicon import among

SHIPPED = Path(__file__).parent / "gate.json"
SIMILARITY_DECIMALS = 4
SCORE_DECIMALS = 4
FINDINGS_SHOWN = 3
WORDS_SHOWN = 5
WORDS_KEPT = 20_000


class Entailment(Protocol):
    """Says how likely a passage is to entail a claim, by a model of its own."""

    def entails(self, claim: str, passage: str) -> float:
        """The probability, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Whether a passage supports a claim: the score (0 to 1; `supported` from the threshold on)
    and, most telling first, what does not agree. `lacks` says which
    numbers, dates and names it does not hold."""

    supported: bool
    score: float
    findings: tuple[Finding, ...]
    unsaid: tuple[str, ...]
    lacks: tuple[Lack, ...] = ()

    @property
    def why(self) -> str | None:
        """Why it is not supported, in words; None where it is."""
        if self.supported:
            return None
        if self.lacks:
            return "; ".join(lack.why for lack in self.lacks[:FINDINGS_SHOWN])
        if self.findings:
            return "; ".join(finding.why for finding in self.findings[:FINDINGS_SHOWN])
        if self.unsaid:
            return f"the passage says nothing of {', '.join(self.unsaid[:WORDS_SHOWN])}"
        return "what the passage says is not near enough to it"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GateModel:
    """What the check has learnt: weights, the threshold, when and from what, and the fingerprint
    of the encoder whose similarities it knows. A flag among `vetoes` decides alone."""

    weights: Logistic
    threshold: float
    vetoes: frozenset[str]
    encoder: str
    made: str
    data: Mapping[str, Any]


@cache
def shipped_model() -> GateModel:
    """The model that comes with the program."""
    return load_model(SHIPPED)


def load_model(path: Path) -> GateModel:
    """Read a gate model. Raises AssistantError where it is missing or of another version."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise AssistantError(f"cannot read the gate's model in {path}: {exc}") from exc
    if list(content["weights"]["features"]) != list(FEATURES):
        raise AssistantError(
            f"the gate's model in {path} was made by another version of the program. "
            "Make it again: python -m eval.fitting.fit_gate"
        )
    return GateModel(
        weights=Logistic.from_json(content["weights"], FEATURES),
        threshold=float(content["threshold"]),
        vetoes=frozenset(content["vetoes"]),
        encoder=content["encoder"],
        made=content["made"],
        data=content["data"],
    )


class Checker:
    """Checks claims against passages. Safe to use from several threads.

    `model` is the shipped one if left out, read at the first check. `entailment` joins in where
    there is one: the score is then the mean of its log-odds and of the
    model's own.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        model: GateModel | None = None,
        entailment: Entailment | None = None,
    ):
        self._encoder = encoder
        self._model = model
        self._entailment = entailment
        self._words: dict[str, Vectors] = {}

    def check(self, claim: str, passage: str, beside: Beside | None = None) -> Support:
        """Whether `passage` supports `claim`, which may lean on what is `beside` it. Neither may be
        empty of letters and digits."""
        row, findings = self.features(claim, passage)
        model = self._model or shipped_model()
        score = float(model.weights.probability(row[None, :])[0])
        if self._entailment is not None:
            entailed = self._entailment.entails(claim, passage)
            score = pooled(score, entailed, least=1e-4)
        found = lacks(claim, passage, beside)
        if found:
            score *= model.threshold
        score = round(score, SCORE_DECIMALS)
        return Support(
            supported=score >= model.threshold,
            score=score,
            findings=tuple(sorted(findings, key=lambda f: ORDER.index(f.feature))),
            unsaid=_unsaid(claim, passage),
            lacks=tuple(found),
        )

    def features(self, claim: str, passage: str) -> tuple[NDArray[np.float32], list[Finding]]:
        """The features of one pair, in the order of FEATURES, and what does not agree.

        Similarities are rounded, so that the number of threads, which moves their last bits,
        decides nothing.
        """
        said = sentences_of(claim) or [claim]
        there = sentences_of(passage) or [passage]
        parts = [(i, part) for i, text in enumerate(said) for part in clauses_of(text)]
        texts = [*said, *(part for _, part in parts), *there]
        distinct = list(dict.fromkeys(texts))
        place = {text: i for i, text in enumerate(distinct)}
        vectors = self._encoder.encode(distinct)[[place[text] for text in texts]]
        mine, clauses, theirs = np.split(vectors, [len(said), len(said) + len(parts)])
        return compare(
            said,
            there,
            np.round(mine @ theirs.T, SIMILARITY_DECIMALS),
            clause_similarity([i for i, _ in parts], clauses, theirs),
            self._nearest_words,
        )

    def _nearest_words(self, words: Sequence[str], others: Sequence[str]) -> list[float]:
        """For each word the cosine of the nearest of `others`; each word is encoded once."""
        new = [word for word in dict.fromkeys([*words, *others]) if word not in self._words]
        if len(self._words) > WORDS_KEPT:
            self._words, new = {}, list(dict.fromkeys([*words, *others]))
        known = self._words
        if new:
            known.update(zip(new, self._encoder.encode(new), strict=True))
        near = np.stack([known[w] for w in words]) @ np.stack([known[w] for w in others]).T
        return [float(value) for value in np.round(near.max(axis=1), SIMILARITY_DECIMALS)]


def _unsaid(claim: str, passage: str) -> tuple[str, ...]:
    """The claim's words with meaning that the passage does not hold, in order."""
    there = frozenset(word.stem for text in sentences_of(passage) for word in read(text).words)
    found = [w.folded for w in read(claim).words if w.full and not among(w.stem, there)]
    return tuple(dict.fromkeys(found))
