"""Does this passage support this claim? What is exact is looked for; the rest is read."""

from dataclasses import dataclass
from typing import Protocol

from assistant.proof.exact import Beside, Lack, lacks
from assistant.proof.said import read, sentences_of
from assistant.proof.verifier import Verifier, shipped_verifier
from assistant.reading.chances import pooled
from vectorstore.library.lexicon import among

THRESHOLD = 0.5  # from which on a claim is supported
SCORE_DECIMALS = 4
LACKS_SHOWN = 3
WORDS_SHOWN = 5


class Entailment(Protocol):
    """Says how likely a passage is to entail a claim, by a model of its own."""

    def entails(self, claim: str, passage: str) -> float:
        """The probability, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Whether a passage supports a claim: the score (0 to 1; `supported` from THRESHOLD on), which
    numbers, dates and names it lacks, and which words it does not have."""

    supported: bool
    score: float
    lacks: tuple[Lack, ...]
    unsaid: tuple[str, ...]

    @property
    def why(self) -> str | None:
        """Why it is not supported, in words; None where it is."""
        if self.supported:
            return None
        if self.lacks:
            return "; ".join(lack.why for lack in self.lacks[:LACKS_SHOWN])
        if self.unsaid:
            return f"the passage says nothing of {', '.join(self.unsaid[:WORDS_SHOWN])}"
        return "the passage does not say so, or not as surely"


class Checker:
    """Checks claims against passages, by the verifier that ships unless told of another. Safe to
    use from several threads. `entailment` joins in where there is one: the score is then the mean
    of the log odds of both."""

    def __init__(self, *, verifier: Verifier | None = None, entailment: Entailment | None = None):
        self._verifier = verifier
        self._entailment = entailment

    def check(self, claim: str, passage: str, beside: Beside | None = None) -> Support:
        """Whether `passage` supports `claim`, which may lean on what is `beside` it. Neither may be
        empty of letters and digits."""
        score = (self._verifier or shipped_verifier()).supports(claim, passage)
        if self._entailment is not None:
            score = pooled(score, self._entailment.entails(claim, passage), least=1e-4)
        found = tuple(lacks(claim, passage, beside))
        score = round(score * THRESHOLD if found else score, SCORE_DECIMALS)
        return Support(
            supported=score >= THRESHOLD, score=score, lacks=found, unsaid=_unsaid(claim, passage)
        )


def _unsaid(claim: str, passage: str) -> tuple[str, ...]:
    """The claim's words with meaning that the passage does not hold, in order."""
    there = frozenset(word.stem for text in sentences_of(passage) for word in read(text).words)
    found = [w.folded for w in read(claim).words if w.full and not among(w.stem, there)]
    return tuple(dict.fromkeys(found))
