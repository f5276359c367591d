"""A question with its answer and what it scored: one line of a run's `answers.jsonl`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.errors import RunError
from eval.gold.places import Span, Target
from eval.gold.questions import GoldQuestion
from eval.suite.scoring.answered import Answered, read_answer
from eval.suite.scoring.intervals import DECIMALS, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`record` is the answer's JSON as kept; `scores` hold only the metrics that apply."""

    target: Target
    answer: Answered
    record: Mapping[str, Any] = field(repr=False)
    scores: Mapping[str, Tally]

    @property
    def id(self) -> str:
        return self.target.gold.id

    @property
    def right(self) -> bool:
        return self.scores["right"].total == 1.0

    def value(self, metric: str) -> float | None:
        """This question's mean for a metric; None where the metric says nothing about it."""
        tally = self.scores.get(metric)
        return None if tally is None else tally.total / tally.n

    def to_json(self) -> dict[str, Any]:
        gold = self.target.gold
        return {
            **self.record,
            "gold": {
                "question": gold.question,
                "history": [{"role": role, "content": text} for role, text in gold.history],
                "outcome": gold.outcome,
                "facts": [list(fact) for fact in gold.facts],
                "missing": gold.missing,
                "tags": dict(gold.tags),
                "split": gold.split,
                "ways": [[asdict(span) for span in way] for way in self.target.ways],
                "passages": [sorted(passages) for passages in self.target.passages],
            },
            "scores": {
                name: {"total": round(tally.total, DECIMALS), "n": tally.n}
                for name, tally in sorted(self.scores.items())
            },
        }


def read_result(line: Mapping[str, Any]) -> Result:
    """The result of a line. Raises RunError where it is not one."""
    try:
        gold = line["gold"]
        question = GoldQuestion(
            id=line["id"],
            question=gold["question"],
            outcome=gold["outcome"],
            history=tuple((turn["role"], turn["content"]) for turn in gold["history"]),
            facts=tuple(tuple(fact) for fact in gold["facts"]),
            missing=gold["missing"],
            tags=gold["tags"],
            split=gold["split"],
        )
        target = Target(
            gold=question,
            ways=tuple(tuple(Span(**span) for span in way) for way in gold["ways"]),
            passages=tuple(frozenset(passages) for passages in gold["passages"]),
        )
        scores = {
            name: Tally(total=tally["total"], n=tally["n"])
            for name, tally in line["scores"].items()
        }
    except (KeyError, TypeError) as exc:
        raise RunError(f"'{line.get('id', '?')}' is not a result of a run: {exc!r}") from exc
    record = {name: value for name, value in line.items() if name not in ("gold", "scores")}
    return Result(target=target, answer=read_answer(record), record=record, scores=scores)
