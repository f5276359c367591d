"""The table of `eval.bench.models`: what the engines' answers come to, side by side."""

import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from assistant import Engine
from eval.gold.places import Target
from eval.suite.scoring.answered import Answered, read_answer
from eval.suite.scoring.intervals import (
    Indices,
    Score,
    Tally,
    bootstrap,
    bootstrap_of,
    paired_means,
    wilson,
)
from eval.suite.scoring.scoring import answer_scores

TITLES = {
    "extractive": "extractive",
    "model": "with the model",
    "citation": "CitationQueryEngine",
}
Records = Mapping[tuple[str, str], Mapping[str, Any]]
Scored = Mapping[str, Mapping[str, Tally]]

_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[^.!?] )[A-Z][\w’'-]+")


def _median(row: str, tallies: Sequence[Tally]) -> Score:
    values = np.array([tally.total for tally in tallies])
    return _of_values(row, values, lambda rows: float(np.median(values[rows])))


def _of_values(row: str, values: Any, over: Callable[[Indices], float | None]) -> Score:
    return bootstrap_of(row, len(values), len(values), over)


ROWS: dict[str, Callable[[str, Sequence[Tally]], Score]] = {
    "right answers": wilson,
    "right where answerable": wilson,
    "answered though the sources do not hold it": wilson,
    "words an answer": bootstrap,
    "sentences with a valid supporting citation": wilson,
    "quotes to the letter": wilson,
    "cited sentences with a number or name outside what they cite": wilson,
    "answers of the model's that fell back whole": wilson,
    "seconds to the first proved statement, median": _median,
    "seconds to the whole answer, median": _median,
}


def lines_of(targets: Sequence[Target], records: Records, engine: Engine) -> Iterator[str]:
    """The tables, in Markdown: ours over the questions that both of ours have been asked, and all
    engines over those that all have, where these are fewer."""
    ours = _asked_of(("extractive", "model"), targets, records)
    every = _asked_of(tuple(TITLES), targets, records)
    if len(ours) > len(every):
        yield from _table(("extractive", "model"), ours, records, engine)
    yield from _table(tuple(TITLES), every, records, engine)


def _asked_of(
    names: Sequence[str], targets: Sequence[Target], records: Records
) -> Sequence[Target]:
    return [t for t in targets if all((t.gold.id, name) in records for name in names)]


def _table(
    names: Sequence[str], targets: Sequence[Target], records: Records, engine: Engine
) -> Iterator[str]:
    there = sum(t.answerable for t in targets)
    yield f"{len(targets)} questions, of which the library answers {there}, wholly or partly"
    yield ""
    if not targets:
        return
    scored = {name: _scored(name, targets, records, engine) for name in names}
    yield "| | " + " | ".join(TITLES[name] for name in names) + " |"
    yield "| --- |" + " --- |" * len(names)
    for row, share in ROWS.items():
        cells = []
        for name in names:
            tallies = [scores[row] for scores in scored[name].values() if row in scores]
            cells.append(_shown(share(row, tallies)))
        yield f"| {row} | " + " | ".join(cells) + " |"
    yield ""
    yield _apart(scored["extractive"], scored["model"])
    yield _kept_short(scored["extractive"], scored["model"])
    yield _fallbacks(targets, records)
    yield _overhead(targets, records)
    yield ""


def _scored(
    name: str, targets: Sequence[Target], records: Records, engine: Engine
) -> dict[str, dict[str, Tally]]:
    """Question → row → what it adds to that row."""
    found = {}
    for target in targets:
        record = records[target.gold.id, name]
        answer = read_answer(_as_wanted(record["answer"], target))
        scores = answer_scores(target, answer, engine.store.library, engine.checker)
        rows = {
            "right answers": scores.get("right"),
            "right where answerable": scores.get("right_answerable"),
            "words an answer": scores.get("words"),
            "sentences with a valid supporting citation": scores.get("statements_supported"),
            "quotes to the letter": scores.get("quotes_exact"),
            "answers of the model's that fell back whole": scores.get("fell_back"),
            "cited sentences with a number or name outside what they cite": _outside(answer),
        }
        given = answer.outcome in ("answered", "partial")
        if not target.answerable:
            rows["answered though the sources do not hold it"] = Tally(total=float(given))
        if given:
            rows["seconds to the whole answer, median"] = Tally(total=record["seconds"]["whole"])
            if name != "citation":
                first = Tally(total=record["seconds"]["first"])
                rows["seconds to the first proved statement, median"] = first
        found[target.gold.id] = {row: t for row, t in rows.items() if t is not None and t.n}
    return found


def _as_wanted(answer: Mapping[str, Any], target: Target) -> Mapping[str, Any]:
    """What cannot say "in part" is not held to it."""
    can_not = answer.get("engine") == "citation" and answer["outcome"] == "answered"
    return {**answer, "outcome": "partial"} if can_not and _is_partial(target) else answer


def _is_partial(target: Target) -> bool:
    return target.gold.outcome == "partial"


def _outside(answer: Answered) -> Tally:
    """Of the statements that cite something, those with a number or a name that is not there. It is
    looked for letter by letter, not by the gate: "three" does not stand for "3"."""
    quotes = {citation.marker: citation.quote for citation in answer.citations}
    bad = n = 0
    for statement in answer.statements:
        behind = [quotes[marker] for marker in statement.markers if marker in quotes]
        if behind:
            n += 1
            bad += bool(outside(statement.text, " ".join(behind)))
    return Tally(total=bad, n=n)


def outside(statement: str, quotes: str) -> list[str]:
    """The numbers of a statement, and its capitalised words but for those that begin a sentence,
    that its quotes do not hold, whatever their case."""
    there = quotes.casefold().replace("’", "'")
    numbers = set(_NUMBER.findall(quotes))
    names = [n.removesuffix("'s") for n in _NAME.findall(statement.replace("’", "'"))]
    return [n for n in _NUMBER.findall(statement) if n not in numbers] + [
        n for n in names if n.casefold() not in there
    ]


def _apart(one: Scored, other: Scored) -> str:
    right = np.array([[q["right answers"].total for q in e.values()] for e in (one, other)])
    found = paired_means("right", right, np.ones_like(right))
    return (
        f"Right answers, with the model less extractive: {found.difference:+.2f} "
        f"({found.low:+.2f} to {found.high:+.2f}), p = {found.p:.2f} (paired, n = {found.n})"
    )


def _kept_short(one: Scored, other: Scored) -> str:
    row = "words an answer"
    both = [q for q in one if row in one[q] and row in other[q]]
    words = np.array([[engine[q][row].total for q in both] for engine in (one, other)])
    if not both:
        return "Words: no question is answered by both"
    score = _of_values("words", words[0], lambda r: words[1][r].sum() / words[0][r].sum())
    return f"Words of the model's over the extractive answers': {_shown(score)}"


def _fallbacks(targets: Sequence[Target], records: Records) -> str:
    answers = [records[t.gold.id, "model"]["answer"] for t in targets]
    asked = [a for a in answers if "fallback" in a]
    fell = [a["fallback"] for a in asked if a["fallback"]]
    whole = sum(f["whole"] for f in fell)
    return (
        f"The model was asked {len(asked)} times: {whole} replies fell back whole, and of "
        f"{sum(len(a['statements']) for a in asked)} statements shown "
        f"{sum(f['replaced'] for f in fell)} are quotes in the place of the model's own; "
        f"{sum(f['left_out'] for f in fell)} were left out"
    )


def _overhead(targets: Sequence[Target], records: Records) -> str:
    """Our time, search and gate included, over the bare model's, where both gave as many tokens."""
    ratios = []
    for target in targets:
        bare = records.get((target.gold.id, "bare"))
        mine = records[target.gold.id, "model"]
        tokens = mine["answer"].get("tokens") or {}
        if bare and bare["seconds"] and bare["tokens"] == tokens.get("completion"):
            ratios.append(mine["seconds"]["whole"] / bare["seconds"]["whole"])
    if not ratios:
        return "Overhead: the bare model was asked nothing"
    values = np.array(ratios)
    score = _of_values("ratio", values, lambda rows: float(statistics.median(values[rows])))
    return f"Our time over the bare model's, same prompt and tokens, median: {_shown(score)}"


def _shown(score: Score) -> str:
    if score.value is None:
        return "-"
    digits = 2 if score.value < 10 else 0
    if score.low is None or score.high is None:
        return f"{score.value:.{digits}f} (n {score.n})"
    return (
        f"{score.value:.{digits}f} ({score.low:.{digits}f} to {score.high:.{digits}f}, n {score.n})"
    )
