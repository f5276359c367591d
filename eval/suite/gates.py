"""Gates: what a run must hold for a change to go out, read from a TOML file.

```toml
about = "What these gates are, and where their figures are from."
must_pass = ["an-id", "another"]      # these questions must be answered rightly

[[floor]]
metric = "right"                      # for metrics where higher is better
low = 0.55                            # its interval's lower bound must reach this …
value = 0.60                          # … or its value this, or both

[[ceiling]]
metric = "calibration_error"          # for metrics where lower is better
high = 0.30                           # its interval's upper bound must stay under this

[no_regression]
baseline = "runs/main"                # a run's folder, from the gate file's own; --baseline wins
metrics = ["right", "recall@5"]       # none may be worse than chance explains
p = 0.05
optional = false                      # true: only where a baseline is given
```
"""

import difflib
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.errors import GateError
from eval.suite.compare import CHANCE, Change, change_of, compare_runs
from eval.suite.runs import Run, read_run
from eval.suite.scoring.definitions import METRICS, Metric
from eval.suite.scoring.intervals import Score

Metrics = Mapping[str, Score]
Worst = Callable[[str], tuple[str, ...]]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Floor(_Table):
    """A metric's least lower bound, least value, or both."""

    metric: str
    low: float | None = None
    value: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Floor":
        if self.low is None and self.value is None:
            raise ValueError("a floor has 'low', 'value' or both")
        return self


class Ceiling(_Table):
    """A metric's greatest upper bound, greatest value, or both."""

    metric: str
    high: float | None = None
    value: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Ceiling":
        if self.high is None and self.value is None:
            raise ValueError("a ceiling has 'high', 'value' or both")
        return self


class NoRegression(_Table):
    """Metrics that may not be worse than in a baseline run, by more than chance explains."""

    baseline: str | None = None
    metrics: tuple[str, ...] = Field(min_length=1)
    p: float = Field(default=CHANCE, gt=0, lt=1)
    optional: bool = False


class Gates(_Table):
    """A file of gates."""

    about: str = ""
    floor: tuple[Floor, ...] = ()
    ceiling: tuple[Ceiling, ...] = ()
    must_pass: tuple[str, ...] = ()
    no_regression: NoRegression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A gate that holds the change: which, why, and the questions to look at (ids, worst first)."""

    gate: str
    why: str
    questions: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {"gate": self.gate, "why": self.why, "questions": list(self.questions)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gates say: `checked` is how many there were, `held` those that hold the change."""

    file: str
    checked: int
    held: tuple[Held, ...]

    @property
    def passes(self) -> bool:
        return not self.held

    def to_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "checked": self.checked,
            "passes": self.passes,
            "held": [held.to_json() for held in self.held],
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Verdict":
        held = (
            Held(gate=h["gate"], why=h["why"], questions=tuple(h["questions"]))
            for h in content["held"]
        )
        return cls(file=content["file"], checked=content["checked"], held=tuple(held))


def load_gates(file: Path, known: Mapping[str, Metric] = METRICS) -> Gates:
    """Read gates on the metrics `known`.

    Raises GateError for an unknown key or metric, or a file that cannot be read.
    """
    try:
        gates = Gates(**tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as exc:
        said = exc
        if isinstance(exc, ValidationError):
            first = exc.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise GateError(f"{file}: {place}: {first['msg']}") from exc
        raise GateError(f"cannot read the gates in {file}: {said}") from exc
    named = [floor.metric for floor in gates.floor] + [one.metric for one in gates.ceiling]
    for metric in [*named, *(gates.no_regression.metrics if gates.no_regression else ())]:
        if metric not in known:
            near = difflib.get_close_matches(metric, known, n=1, cutoff=0.0)
            raise GateError(f"{file}: '{metric}' is not a metric. Did you mean '{near[0]}'?")
    return gates


def judge_run(run: Run, gates: Gates, file: Path, baseline: Path | None = None) -> Verdict:
    """Hold a run against gates. Raises GateError where there is no baseline to compare with,
    RunError where the baseline has another gold or library."""
    held = shortfalls(run.metrics, gates, lambda metric: worst(run, metric))
    held += [h for id in gates.must_pass if (h := _fails(run, id))]
    checked = len(gates.floor) + len(gates.ceiling) + len(gates.must_pass)
    rule = gates.no_regression
    if rule is not None and not (rule.optional and (rule.baseline or baseline) is None):
        held += _regressed(run, rule, _baseline(rule, file, baseline))
        checked += len(rule.metrics)
    return Verdict(file=file.name, checked=checked, held=tuple(held))


def shortfalls(metrics: Metrics, gates: Gates, worst_of: Worst) -> list[Held]:
    """The floors and ceilings that figures do not meet, each with what `worst_of` its metric."""
    held = [h for floor in gates.floor if (h := _below(metrics, floor, worst_of))]
    return held + [h for ceiling in gates.ceiling if (h := _above(metrics, ceiling, worst_of))]


def _baseline(rule: NoRegression, file: Path, named: Path | None) -> Path:
    if named is not None:
        return named
    if rule.baseline is None:
        raise GateError(f"{file}: no_regression names no baseline. Add one, or give --baseline DIR")
    return file.parent / rule.baseline


def _below(metrics: Metrics, floor: Floor, worst_of: Worst) -> Held | None:
    score = metrics[floor.metric]
    for name, least in (("value", floor.value), ("low", floor.low)):
        found = getattr(score, name)
        if least is not None and (found is None or found < least):
            part = "" if name == "value" else "the lower bound of "
            why = f"{part}{floor.metric} is {_of(found, score)}, under {least:g}"
            return Held(gate=score.metric, why=why, questions=worst_of(score.metric))
    return None


def _above(metrics: Metrics, ceiling: Ceiling, worst_of: Worst) -> Held | None:
    score = metrics[ceiling.metric]
    for name, most in (("value", ceiling.value), ("high", ceiling.high)):
        found = getattr(score, name)
        if most is not None and (found is None or found > most):
            part = "" if name == "value" else "the upper bound of "
            why = f"{part}{ceiling.metric} is {_of(found, score)}, over {most:g}"
            return Held(gate=score.metric, why=why, questions=worst_of(score.metric))
    return None


def _of(found: float | None, score: Score) -> str:
    return "not known (no data)" if found is None else f"{found:.4g} (n={score.n})"


def worst(run: Run, metric: str, most: int = 12) -> tuple[str, ...]:
    """The questions that pull a metric down, worst first; for one over all questions, those
    that were not answered rightly."""
    name = metric if any(metric in result.scores for result in run.results) else "right"
    best = 1.0
    low = [
        (value, result.id)
        for result in run.results
        if (value := result.value(name)) is not None and value < best
    ]
    return tuple(id for _, id in sorted(low)[:most])


def _fails(run: Run, id: str) -> Held | None:
    result = run.result(id)
    if result is None:
        return Held(gate="must_pass", why=f"'{id}' must pass and was not asked")
    if result.right:
        return None
    wanted, given = result.target.gold.outcome, result.answer.outcome or "failed"
    how = f"{given} instead of {wanted}" if wanted != given else f"{given}, and not rightly"
    return Held(gate="must_pass", why=f"'{id}' must pass and was {how}", questions=(id,))


def _regressed(run: Run, rule: NoRegression, folder: Path) -> list[Held]:
    comparison = compare_runs(read_run(folder), run)
    held = []
    for difference in comparison.differences:
        if difference.metric not in rule.metrics:
            continue
        if difference.difference is None or difference.p is None:
            held.append(
                Held(gate="no_regression", why=f"{difference.metric} has no data to compare")
            )
            continue
        if change_of(difference, rule.p) is Change.WORSE:
            why = (
                f"{difference.metric} went from {difference.first:.4g} to {difference.second:.4g} "
                f"(p={difference.p:.3g}, n={difference.n})"
            )
            held.append(Held(gate="no_regression", why=why, questions=_lost(comparison.flipped)))
    return held


def _lost(flipped: Sequence[Any]) -> tuple[str, ...]:
    return tuple(flip.id for flip in flipped if flip.second.right is False)
