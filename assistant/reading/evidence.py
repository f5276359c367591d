"""Evidence: the sentences that answer, with their chances, and the chance that they do."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.finding.candidates import Candidate, candidates
from assistant.reading.calibration import Calibration
from assistant.reading.features import sight_of
from assistant.reading.reader import Reader
from assistant.turn.asked import ask_about
from vectorstore import Found, Library

Ranked = Sequence[tuple[Candidate, float]]

# Of a question's words with meaning: where the library holds none of more than so many, nothing in
# it answers, whatever was spoken of before.
STRANGE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was found, read: `ranked` are sentences with their chances to answer, best first, and
    `confidence` is the chance that one of the three best does."""

    ranked: Ranked
    confidence: float


def read_evidence(
    question: str,
    found: Found,
    library: Library,
    calibration: Calibration,
    reader: Reader | None,
) -> Evidence:
    """Read what was found for a question."""
    listed = candidates(found)
    if not listed:
        return Evidence(ranked=(), confidence=0.0)
    sight = sight_of(ask_about(question, library), found, listed, reader)
    chances = calibration.sentence.probability(sight.rows).tolist()
    row = sight.answer_row(chances)
    sure = float(calibration.answer.probability(row[None, :])[0])
    strange = sight.asked.unknown > STRANGE * len(sight.asked.rarity)
    return Evidence(
        ranked=ranked(listed, chances),
        confidence=min(sure, calibration.threshold / 2) if strange else sure,
    )


def ranked(listed: Sequence[Candidate], chances: Sequence[float]) -> list[tuple[Candidate, float]]:
    """Sentences with their chances, best first; ties in the order of source and place within it."""
    return sorted(zip(listed, chances, strict=True), key=lambda item: (-item[1], item[0].place))
