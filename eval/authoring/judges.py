"""Another judge's verdicts, recorded beside ours: shown with how far they agree, never a gate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.errors import RunError
from eval.suite.scoring.intervals import Score, Tally, wilson
from eval.suite.scoring.results import Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A judge against our "right": the share of questions on which both say the same, Cohen's
    kappa (Educational and Psychological Measurement 20, 1960), and where they differ.

    `unknown` counts verdicts that are neither yes nor no, or about no question of the run: they
    are left out, not taken for a no.
    """

    judge: str
    agreement: Score
    kappa: float | None
    unknown: int
    differ: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "judge": self.judge,
            "agreement": self.agreement.to_json(),
            "kappa": self.kappa,
            "unknown": self.unknown,
            "differ": list(self.differ),
        }


def read_verdicts(text: str) -> dict[str, dict[str, bool | None]]:
    """Judge → id → verdict, from JSON Lines `{"id", "judge"?, "verdict"}`.

    A verdict is true or false, a number from 0 to 1 (half or more is a yes), or null.
    """
    found: dict[str, dict[str, bool | None]] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record: Mapping[str, Any] = json.loads(line)
            id, verdict = record["id"], record["verdict"]
        except (ValueError, KeyError, TypeError) as exc:
            raise RunError(f"line {number} is not a verdict {{'id', 'verdict'}}: {exc!r}") from exc
        known = isinstance(verdict, bool | int | float) and 0 <= verdict <= 1
        judged = found.setdefault(str(record.get("judge", "judge")), {})
        judged[str(id)] = float(verdict) >= 0.5 if known else None
    return found


def agreement(
    judge: str, verdicts: Mapping[str, bool | None], results: Sequence[Result]
) -> Agreement:
    """How far a judge agrees with ours about a run's answers."""
    ours = {result.id: result.right for result in results}
    known = {id: v for id, v in verdicts.items() if v is not None and id in ours}
    same = [id for id in known if known[id] == ours[id]]
    score = wilson("agreement", [Tally(total=float(len(same)), n=len(known))] if known else [])
    return Agreement(
        judge=judge,
        agreement=score,
        kappa=_kappa([(ours[id], bool(known[id])) for id in known]),
        unknown=len(verdicts) - len(known),
        differ=tuple(sorted(id for id in known if known[id] != ours[id])),
    )


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> float | None:
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(a == b for a, b in pairs) / n
    a, b = sum(one for one, _ in pairs) / n, sum(other for _, other in pairs) / n
    by_chance = a * b + (1 - a) * (1 - b)
    return None if by_chance == 1 else round((observed - by_chance) / (1 - by_chance), 4)
