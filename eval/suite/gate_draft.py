"""Gates drafted from a measured run: floors a margin under what the build reaches.

A margin, since a change that is as good may land a little lower, and a gate that cries wolf is
soon taken out; under the interval's lower bound, since that is what the questions can vouch for.
What may never happen has no margin.
"""

import math
from collections.abc import Iterator

from eval.suite.report.summary import INVARIANTS
from eval.suite.runs import Run
from eval.suite.scoring.definitions import METRICS

MARGIN = 0.05
ALWAYS = (*INVARIANTS, "nothing_unstated")
FLOORS = (
    "recall@1",
    "recall@5",
    "recall@10",
    "ndcg@10",
    "right",
    "right_answerable",
    "fact_recall",
    "citation_precision",
    "citation_recall",
    "outcome_right",
    "given_when_answerable",
    "withheld_when_not",
    "abstention_auroc",
    "concise",
)
CEILINGS = ("calibration_error",)
EACH = 6  # must-pass questions of either sort


def draft_gates(run: Run) -> str:
    """The text of a file of gates that this run passes, for a person to look through."""
    lines = [
        "# Drafted from a measured run by `soundings eval gates RUN`; what was measured stands",
        f"# above each floor. A floor lies {MARGIN:g} under the lower bound of the 95 % interval:",
        "# an unchanged build gives the same figures to the letter, and a change that is as good",
        "# may land a little lower. What may never happen at all has no margin. When the build has",
        "# become better, draft the gates anew, so that they hold what was won.",
        f'about = "Floors {MARGIN:g} under the lower bounds of a run over {run.gold["n"]} '
        f'questions (gold {run.gold["digest"]}, library {run.library[:12]})."',
        f"must_pass = [{', '.join(_quoted(id) for id in must_pass(run))}]",
    ]
    for name in ALWAYS:
        if run.metrics[name].value == 1.0:
            lines += ["", "[[floor]]", f"metric = {_quoted(name)}", "value = 1.0"]
    for name in FLOORS:
        score = run.metrics[name]
        if score.low is not None and score.low > MARGIN:
            low = math.floor((score.low - MARGIN) * 100) / 100
            lines += ["", *_measured(run, name), "[[floor]]"]
            lines += [f"metric = {_quoted(name)}", f"low = {low:.2f}"]
    for name in CEILINGS:
        score = run.metrics[name]
        if score.high is not None:
            high = math.ceil((score.high + MARGIN) * 100) / 100
            lines += ["", *_measured(run, name), "[[ceiling]]"]
            lines += [f"metric = {_quoted(name)}", f"high = {high:.2f}"]
    return "\n".join(lines) + "\n"


def _measured(run: Run, name: str) -> Iterator[str]:
    score = run.metrics[name]
    yield (
        f"# {METRICS[name].title}: measured {score.value:.3f} "
        f"({score.low:.3f} to {score.high:.3f}, n={score.n})"
    )


def must_pass(run: Run) -> list[str]:
    """Questions on which no build may fail: those outside the library's subject that the run
    withheld, and the easy ones that it answered rightly; the surest, at most `EACH` of either."""
    outside, easy = [], []
    for result in run.results:
        tags, confidence = result.target.gold.tags, result.answer.confidence
        if not result.right or confidence is None:
            continue
        if not result.target.answerable and tags.get("kind") == "outside":
            outside.append((confidence, result.id))
        if result.target.answerable and tags.get("difficulty") == "easy":
            easy.append((-confidence, result.id))
    return [id for _, id in sorted(outside)[:EACH]] + [id for _, id in sorted(easy)[:EACH]]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
