"""An answer as it grows: its statements with what became of each, and what is shown of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.models import (
    WITHHELD,
    Answer,
    Citation,
    Dropped,
    Fallback,
    Outcome,
    Statement,
    Use,
    answer_text,
)
from assistant.proof import Standing
from assistant.reading.chances import moved
from assistant.writing.models import Tokens
from assistant.writing.parse import Written

# By how much, in log odds, what a model says of the evidence moves what was thought of it before:
# a strong one answers from evidence that does not in about one case of twenty.
SAID = {"answered": 3.0, "partial": 1.5, "not_stated": -3.0}
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A statement of a model's, the quotes behind it, what became of it and, where it is not
    proved, why. `leads` is what the quotes were read with."""

    text: str
    behind: tuple[Citation, ...]
    standing: Standing
    support: float
    why: str | None = None
    leads: str = ""

    @property
    def quoted(self) -> bool:
        """Whether it is its quote."""
        return any(self.text in (quote.quote, quote.shown) for quote in self.behind)


class Draft:
    """The statements of one reply, over the answer that was found without a model.

    `failure` says why the reply did not come to its end, `outcome` what it says of the question,
    where it has the form for it, `missing` what it says that the evidence leaves open, `tokens`
    what it cost, and `read_again` whether a second reading judged its statements.

    A `small` model is worse at telling whether the evidence answers than what found the quotes:
    its silence takes no quotes away, and of its statements only those that are proved are shown.
    """

    def __init__(self, extractive: Answer, *, drop_unconfirmed: bool, small: bool = False):
        self.extractive = extractive
        self._small = small
        self._drops = drop_unconfirmed or small
        self._told = 0
        self.proofs: list[Proof] = []
        self.repaired = 0
        self.failure: str | None = None
        self.outcome: str | None = None
        self.missing: str | None = None
        self.tokens: Tokens | None = None
        self.cached = False
        self.read_again = False

    def take(self, proof: Proof) -> None:
        """Add a statement, once."""
        if all(proof.text != other.text for other in self.proofs):
            self.proofs.append(proof)

    def put_right(self, place: int, proofs: Sequence[Proof]) -> None:
        """Show these in the place of a statement that could not be confirmed."""
        self.proofs[place : place + 1] = proofs
        self.repaired += 1

    def take_back(self, place: int) -> None:
        """Leave out a statement that the model, asked again, no longer makes."""
        proof = self.proofs[place]
        why = f"{proof.why or 'ungrounded'}; asked again, the model took it back"
        self.proofs[place] = replace(proof, standing=Standing.REFUSED, why=why)

    @property
    def faulty(self) -> list[int]:
        """The places of the statements that are not proved."""
        return [i for i, p in enumerate(self.proofs) if p.standing is not Standing.PROVED]

    @property
    def shown(self) -> list[Proof]:
        if self.outcome == "not_stated":
            return []
        kept = (Standing.PROVED,) if self._drops else (Standing.PROVED, Standing.UNCONFIRMED)
        return [proof for proof in self.proofs if proof.standing in kept]

    @property
    def silent(self) -> bool:
        """Whether the reply says that the evidence does not answer, and is believed."""
        return self.outcome == "not_stated" and not self._outvoted

    @property
    def _outvoted(self) -> bool:
        return self._small and self.extractive.outcome is not Outcome.WITHHELD

    def grew(self) -> bool:
        """Whether there is more to show than when this was last asked."""
        told, self._told = self._told, 0 if self.silent else len(self.shown)
        return self._told > told

    def answer(self, use: Use, timings: Mapping[str, float]) -> Answer:
        """The answer so far: the extractive one where nothing of the model's stands, unless it says
        that the evidence does not answer."""
        prior = self.extractive.confidence
        plain = replace(
            self.extractive,
            dropped=(*self.extractive.dropped, *self._dropped()),
            written=use,
            timings_ms=dict(timings),
        )
        if not self.silent and not self.shown:
            return plain
        common = replace(
            plain,
            engine="llm",
            verdict=None,
            note=None,
            listed=(),
            confidence=None if prior is None else moved(prior, SAID.get(self.outcome or "", 0.0)),
        )
        if self.silent:
            return replace(
                common,
                outcome=Outcome.WITHHELD,
                reason=NOT_STATED,
                missing=None,
                answer=WITHHELD,
                statements=(),
                citations=(),
            )
        markers: dict[tuple[str, int, int], Citation] = {}
        statements = []
        for proof in self.shown:
            for quote in proof.behind:
                markers.setdefault(quote.place, replace(quote, marker=len(markers) + 1))
            cited = sorted(markers[quote.place].marker for quote in proof.behind)
            status = "quoted" if proof.quoted else str(proof.standing)
            statements.append(
                Statement(
                    text=proof.text, citations=tuple(cited), support=proof.support, status=status
                )
            )
        partial = self.outcome == "partial" or (self.missing and self.outcome is None)
        return replace(
            common,
            outcome=Outcome.PARTIAL if partial else Outcome.ANSWERED,
            reason=NOT_STATED if partial else None,
            missing=self.missing if partial else None,
            answer=answer_text(statements, list(markers.values())),
            statements=tuple(statements),
            citations=tuple(markers.values()),
        )

    def fallback(self) -> Fallback | None:
        """What of the reply is not shown, and why; None where all of it is."""
        dropped = self._dropped()
        whole = not self.shown and not self.silent
        if not whole and not dropped and not self.repaired and self.failure is None:
            return None
        why = self.failure
        if why is None and self.outcome == "not_stated":
            why = "it is a small model, and found nothing"
        if why is None and dropped:
            why = f"{len(dropped)} of the model's statements could not be confirmed"
        if why is None and self.repaired:
            why = f"{self.repaired} of the model's statements were put right"
        return Fallback(
            whole=whole,
            why=why or "the model gave no statement",
            replaced=self.repaired,
            left_out=len(dropped),
        )

    def _dropped(self) -> list[Dropped]:
        shown = self.shown
        silent = self.outcome == "not_stated"
        unsaid = "the reply says that the evidence does not answer" if silent else "ungrounded"
        return [
            Dropped(text=proof.text, why=proof.why or unsaid)
            for proof in self.proofs
            if proof not in shown
        ]


def uncited(written: Written, text: str) -> Proof:
    """A statement that cites no line that is there."""
    if written.cites:
        why = f"it cites line {written.cites[0]}, which does not exist"
    else:
        why = "it cites no line"
    return Proof(text=text, behind=(), standing=Standing.REFUSED, support=0.0, why=why)
