"""The grounding gate: a statement is proved only if its quotes are in the library, to the letter,
and support it; refused if they contradict it; else unconfirmed.

`judge` checks a statement of an answer against the slices behind it, the same for every engine.
`Checker` says whether any passage supports any claim: its numbers, dates and names must stand there
(`exact.py`), and the verifier must find that it follows (`verifier.py`). `open_checker` makes the
one that the settings ask for.
"""

from assistant.proof.check import Checker, Entailment, Support
from assistant.proof.exact import Beside
from assistant.proof.opening import open_checker
from assistant.proof.quotes import Slice, Standing, Verdict, judge

__all__ = [
    "Beside",
    "Checker",
    "Entailment",
    "Slice",
    "Standing",
    "Support",
    "Verdict",
    "judge",
    "open_checker",
]
