"""A threshold for one's own library: from gold questions, kept with its date and data."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.errors import EvalError
from eval.suite.scoring.intervals import Tally, wilson
from eval.suite.scoring.results import Result

ROUNDED = 0.00005


def calibrate(
    results: Sequence[Result], calibration: Path, answered_at_least: float
) -> dict[str, Any]:
    """The calibration in `calibration` with another threshold: the highest at which, of the
    answerable questions, the share given stays at least `answered_at_least`.

    Raises EvalError where the gold has no answerable or no unanswerable question.
    """
    known = [
        (result.answer.confidence, result.target.answerable)
        for result in results
        if result.answer.confidence is not None
    ]
    answerable = sorted(c for c, yes in known if yes)
    others = [c for c, yes in known if not yes]
    if not answerable or not others:
        raise EvalError(
            "to set a threshold, the gold needs questions that the library answers and questions "
            f"that it does not; it has {len(answerable)} and {len(others)}"
        )
    allowed = int((1 - answered_at_least) * len(answerable) + 1e-9)
    # Answers keep four decimals of their confidence: the threshold lies under what was rounded.
    threshold = answerable[min(allowed, len(answerable) - 1)] - ROUNDED
    given = [Tally(total=float(c >= threshold)) for c in answerable]
    withheld = [Tally(total=float(c < threshold)) for c in others]
    content: dict[str, Any] = json.loads(calibration.read_text(encoding="utf-8"))
    content["threshold"] = round(threshold, 6)
    content["threshold_from"] = {
        "made": datetime.now(UTC).date().isoformat(),
        "answered_at_least": answered_at_least,
        "answerable_given": wilson("given_when_answerable", given).to_json(),
        "unanswerable_withheld": wilson("withheld_when_not", withheld).to_json(),
    }
    return content
