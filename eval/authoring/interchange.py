"""Gold and answers in the forms of ragas and DeepEval: out for their judges, in as drafts.

ragas reads JSON Lines, a sample a line (`EvaluationDataset.from_jsonl`, ragas 0.2 and later);
DeepEval reads one JSON list of goldens (`EvaluationDataset.add_goldens_from_json_file`). Both
ignore keys that they do not know; ours are under `soundings` and `additional_metadata`, so that
what went out comes back in whole.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.errors import GoldError
from eval.gold.places import Target
from eval.gold.questions import GoldQuestion
from eval.suite.report.in_source import TextOf
from eval.suite.scoring.results import Result

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A question from elsewhere: `reference` is the answer they want, `contexts` the texts that
    hold it; `gold` is our own record where it was once exported from here."""

    question: str
    history: tuple[tuple[str, str], ...]
    reference: str
    contexts: tuple[str, ...]
    gold: Mapping[str, Any] | None = None


def to_ragas(results: Sequence[Result], text_of: TextOf) -> str:
    """JSON Lines. A follow-up's turns become its `user_input`, as ragas' multi-turn samples."""
    lines = []
    for result in results:
        gold, evidence = result.target.gold, contexts_of(result.target, text_of)
        sample: Json = {
            "user_input": gold.question,
            "response": result.answer.text,
            "retrieved_contexts": _retrieved(result, text_of),
            "reference_contexts": evidence,
            "reference": reference_of(gold),
            "soundings": our_record(result.target),
        }
        if gold.history:
            kinds = {"user": "human", "assistant": "ai"}
            turns = [{"type": kinds[role], "content": text} for role, text in gold.history]
            sample["user_input"] = [*turns, {"type": "human", "content": gold.question}]
        lines.append(json.dumps(sample, ensure_ascii=False, default=str))
    return "".join(line + "\n" for line in lines)


def to_deepeval(results: Sequence[Result], text_of: TextOf) -> str:
    """One JSON list of goldens, with what was answered."""
    goldens = []
    for result in results:
        gold = result.target.gold
        goldens.append(
            {
                "input": gold.question,
                "actual_output": result.answer.text,
                "expected_output": reference_of(gold),
                "context": contexts_of(result.target, text_of),
                "retrieval_context": _retrieved(result, text_of),
                "name": gold.id,
                "additional_metadata": {"soundings": our_record(result.target)},
            }
        )
    return json.dumps(goldens, ensure_ascii=False, indent=1, default=str) + "\n"


def from_ragas(text: str) -> list[Imported]:
    """Samples of ragas, today's names or those before 0.2 (`question`, `ground_truth`)."""
    return [_ragas(sample) for sample in objects(text)]


def _ragas(sample: Json) -> Imported:
    asked = sample.get("user_input", sample.get("question"))
    history: tuple[tuple[str, str], ...] = ()
    if isinstance(asked, list):
        roles = {"human": "user", "ai": "assistant"}
        turns = [(roles.get(turn.get("type"), "user"), turn.get("content", "")) for turn in asked]
        history, asked = tuple(turns[:-1]), turns[-1][1] if turns else None
    return _imported(
        asked,
        history,
        sample.get("reference", sample.get("ground_truth")),
        sample.get("reference_contexts"),
        sample.get("soundings"),
    )


def from_deepeval(text: str) -> list[Imported]:
    """Goldens of DeepEval."""
    found = []
    for golden in objects(text):
        ours = (golden.get("additional_metadata") or {}).get("soundings") or {}
        history = tuple((turn["role"], turn["content"]) for turn in ours.get("history", []))
        wanted, context = golden.get("expected_output"), golden.get("context")
        found.append(_imported(golden.get("input"), history, wanted, context, ours or None))
    return found


EXPORTS: dict[str, Callable[[Sequence[Result], TextOf], str]] = {
    "ragas": to_ragas,
    "deepeval": to_deepeval,
}
IMPORTS: dict[str, Callable[[str], list[Imported]]] = {
    "ragas": from_ragas,
    "deepeval": from_deepeval,
}


def reference_of(gold: GoldQuestion) -> str:
    """The answer wanted, as one text: the facts (where none is a must, the first evidence), or
    that there is none."""
    if gold.outcome == "withheld":
        return "The library does not answer this question."
    if gold.outcome == "reply":
        return "The turn asks nothing of the library."
    missing = f" The library does not say: {gold.missing}." if gold.missing else ""
    said = [fact[0] for fact in gold.facts]
    said = said or [place.quote.rstrip(".") for place in gold.evidence[:1] if place.quote]
    return "; ".join(said) + "." + missing


def contexts_of(target: Target, text_of: TextOf) -> list[str]:
    """The words of all evidence."""
    return [text_of(span.source)[span.start : span.end] for span in target.spans]


def our_record(target: Target) -> Json:
    """The gold question as our own JSON Lines have it, evidence by offsets left to its words."""
    gold = target.gold
    return {
        "id": gold.id,
        "outcome": gold.outcome,
        "history": [{"role": role, "content": text} for role, text in gold.history],
        "facts": [list(fact) for fact in gold.facts],
        "ways": [[[s.source, s.start, s.end] for s in way] for way in target.ways],
        "missing": gold.missing,
        "tags": dict(gold.tags),
        "split": gold.split,
    }


def _retrieved(result: Result, text_of: TextOf) -> list[str]:
    hits = result.answer.hits or result.answer.search
    return [text_of(hit.span.source)[hit.span.start : hit.span.end] for hit in hits]


def _imported(
    asked: Any,
    history: tuple[tuple[str, str], ...],
    reference: Any,
    contexts: Any,
    gold: Mapping[str, Any] | None,
) -> Imported:
    if not isinstance(asked, str) or not asked.strip():
        raise GoldError("a sample has no question ('user_input' or 'input')")
    return Imported(
        question=asked,
        history=history,
        reference=reference if isinstance(reference, str) else "",
        contexts=tuple(c for c in contexts or [] if isinstance(c, str)),
        gold=gold,
    )


def objects(text: str) -> list[Json]:
    """The objects of a JSON list, of JSON Lines, or the one object. Raises GoldError."""
    try:
        found = json.loads(text) if text.lstrip().startswith("[") else _one_or_lines(text)
    except ValueError as exc:
        raise GoldError(f"cannot read the samples: {exc}") from exc
    if not all(isinstance(item, dict) for item in found):
        raise GoldError("cannot read the samples: expected a JSON object each")
    return list(found)


def _one_or_lines(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]
