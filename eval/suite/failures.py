"""What kind of failure an answer that is not right is: where to look for its cause."""

from collections import Counter
from collections.abc import Sequence

from eval.suite.report.summary import broken_invariants
from eval.suite.scoring.results import Result

# Worst first: what a reader may take for true comes before what they are only not told.
KINDS = {
    "unsupported": "Unsupported: a quote is not exact, or a statement goes beyond its quotes",
    "failed": "Failed: asking ended with an error",
    "answered": "Wrongly answered: the library does not say, and an answer was given",
    "not-chosen": "Found but not chosen: search had the evidence, the answer cites other places",
    "incomplete": "Incomplete: evidence is cited; a fact or the right outcome is missing, or the "
    "answer is too long",
    "withheld": "Wrongly withheld: search had the evidence, and no answer was given",
    "not-found": "Not found: none of the evidence is among the ten best passages",
}
SEVERITY = {kind: place for place, kind in enumerate(KINDS)}


def failure(result: Result) -> str | None:
    """The kind (a key of KINDS) of a question's failure; None for one that was answered rightly
    and breaks nothing. Each has one kind: the first that applies on the way to an answer."""
    if result.answer.error is not None:
        return "failed"
    if broken_invariants(result):
        return "unsupported"
    if result.right:
        return None
    if not result.target.answerable:
        return "answered"
    if result.value("recall@10") == 0.0:
        return "not-found"
    if result.answer.outcome == "withheld":
        return "withheld"
    return "not-chosen" if result.value("evidence_cited") == 0.0 else "incomplete"


def failures(results: Sequence[Result], kind: str | None = None) -> list[Result]:
    """The results that failed, worst kind first, in the run's order within a kind."""
    found = [(name, result) for result in results if (name := failure(result)) is not None]
    found.sort(key=lambda pair: SEVERITY[pair[0]])
    return [result for name, result in found if kind is None or name == kind]


def counted(results: Sequence[Result]) -> dict[str, int]:
    """How many failures there are of each kind that occurs, worst first."""
    counts = Counter(failure(result) for result in results)
    return {kind: counts[kind] for kind in KINDS if counts[kind]}
