"""The proof that the suite works: answers are spoilt on purpose, from a fixed seed, and the metric
that is meant for it must notice; and an unchanged build must raise no alarm.

The quick tests spoil a real run over a part of the starter gold and look at the metric; the slow
ones spoil a run over all of it and hold it against the gates that ship.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant import Engine
from eval.gold.places import Target
from eval.gold.questions import GOLD, load_gold
from eval.suite.compare import compare_runs
from eval.suite.gates import Floor, Gates, judge_run, load_gates
from eval.suite.runs import metrics_json
from eval.suite.scoring.definitions import METRICS
from eval.suite.scoring.metrics import measure_one
from eval.suite.scoring.scoring import score_answers
from vectorstore import Library

GATES = Path(__file__).resolve().parents[2] / "eval" / "gates" / "starter.toml"
SEED = 7

Record = dict[str, Any]
Spoil = Callable[[list[Record], list[Target], Library, random.Random], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """`spoil` changes records in place and says how many; `metric` is the one meant for it."""

    name: str
    metric: str
    spoil: Spoil


def shift_offsets(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    cited = [c for r in records for c in r["citations"]]
    for citation in cited:
        citation["start"] += 1
        citation["end"] += 1
    return len(cited)


def swap_two_citations(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    able = [r for r in records if len({c["quote"] for c in r["citations"]}) > 1]
    record = chance.choice(able)
    one, other = record["citations"][:2]
    one["marker"], other["marker"] = other["marker"], one["marker"]
    return 1


def change_statement(
    records: list[Record], pattern: str, put: Callable[[re.Match[str]], str], chance: random.Random
) -> int:
    able = [(r, s) for r in records for s in r["statements"] if re.search(pattern, s["text"])]
    record, statement = chance.choice(able)
    spoilt = re.sub(pattern, put, statement["text"], count=1)
    record["answer"] = record["answer"].replace(
        " ".join(statement["text"].split()), " ".join(spoilt.split())
    )
    statement["text"] = spoilt
    return 1


def drop_a_negation(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    return change_statement(records, r"\b(not|no|never) ", lambda m: "", chance)


def change_a_number(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    return change_statement(records, r"\d+", lambda m: str(int(m[0]) + 1), chance)


def change_a_number_in_the_quote_too(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    able = [r for r in records if any(re.search(r"\d", c["quote"]) for c in r["citations"])]
    record = chance.choice(able)
    for part in (*record["statements"], *record["citations"]):
        key = "quote" if "quote" in part else "text"
        part[key] = re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), part[key])
    return 1


def answer_the_unanswerable(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    """With real quotes of the best passage found, so that nothing else is wrong about it."""
    spoilt = 0
    for record, target in zip(records, targets, strict=True):
        if target.answerable or record["outcome"] != "withheld":
            continue
        best = record["search"][0]
        text = library.text(best["source"])[best["start"] : best["end"]]
        record.update(cite(best, text, 0, min(len(text), 200)), outcome="answered", reason=None)
        spoilt += 1
    return spoilt


def cite(hit: Record, text: str, start: int, end: int) -> Record:
    """One statement that quotes a part of a hit."""
    quote = text[start:end]
    place = {"start": hit["start"] + start, "end": hit["start"] + end, "quote": quote}
    return {
        "answer": f"{quote} [1]",
        "statements": [{"text": quote, "citations": [1], "support": 1.0}],
        "citations": [
            {
                "marker": 1,
                "source": hit["source"],
                "title": "",
                "source_sha256": "",
                "passage": hit["passage"],
                "page": None,
                "heading": "",
                **place,
            }
        ],
    }


def shuffle_the_ranking(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    for record in records:
        chance.shuffle(record["search"])
        for rank, hit in enumerate(record["search"], start=1):
            hit["rank"] = rank
    return len(records)


def cut_a_third_of_the_sources(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    """As if they were not in the index: not found, and answers that lean on them withheld."""
    sources = sorted(source.id for source in library.sources())
    cut = set(chance.sample(sources, round(len(sources) / 3)))
    for record in records:
        record["search"] = [hit for hit in record["search"] if hit["source"] not in cut]
        for rank, hit in enumerate(record["search"], start=1):
            hit["rank"] = rank
        if any(c["source"] in cut for c in record["citations"]):
            withhold(record)
    return len(cut)


def withhold(record: Record) -> None:
    record.update(outcome="withheld", reason="not stated", statements=[], citations=[])
    record["answer"] = "The library does not answer this question."


def withhold_everything(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    for record in records:
        withhold(record)
    return len(records)


def quote_something_else(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    """Real quotes, of passages that were found last: exact, supported, and beside the point."""
    spoilt = [record for record in records if record["citations"]]
    for record in spoilt:
        last = record["search"][-1]
        text = library.text(last["source"])[last["start"] : last["end"]]
        record.update(cite(last, text, 0, len(text)))
    return len(spoilt)


def forget_a_citation(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    chance.choice([r for r in records if r["citations"]])["citations"].pop()
    return 1


def add_a_sentence(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    record = chance.choice([r for r in records if r["statements"]])
    record["answer"] += " Everyone agrees on this."
    return 1


def quote_whole_passages(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    spoilt = [record for record in records if record["statements"]]
    for record in spoilt:
        record["statements"] = record["statements"] * 9
        record["answer"] = " ".join(s["text"] + " [1]" for s in record["statements"])
    return len(spoilt)


def turn_confidence_round(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    sure = [record for record in records if record["confidence"] is not None]  # all but replies
    for record in sure:
        record["confidence"] = 1 - record["confidence"]
    return len(sure)


def claim_certainty(
    records: list[Record], targets: list[Target], library: Library, chance: random.Random
) -> int:
    sure = [record for record in records if record["confidence"] is not None]
    for record in sure:
        record["confidence"] = 0.999
    return len(sure)


SABOTAGES = [
    Sabotage(name=spoil.__name__, metric=metric, spoil=spoil)
    for spoil, metric in (
        (shift_offsets, "quotes_exact"),
        (swap_two_citations, "statements_supported"),
        (drop_a_negation, "statements_supported"),
        (change_a_number, "statements_supported"),
        (change_a_number_in_the_quote_too, "quotes_exact"),
        (answer_the_unanswerable, "withheld_when_not"),
        (shuffle_the_ranking, "recall@1"),
        (cut_a_third_of_the_sources, "recall@10"),
        (withhold_everything, "given_when_answerable"),
        (quote_something_else, "citation_precision"),
        (forget_a_citation, "markers_resolved"),
        (add_a_sentence, "nothing_unstated"),
        (quote_whole_passages, "concise"),
        (turn_confidence_round, "abstention_auroc"),
        (claim_certainty, "calibration_error"),
    )
]
each = pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda s: s.name)
INVARIANTS = Gates(
    floor=tuple(
        Floor(metric=name, value=1.0)
        for name in ("quotes_exact", "statements_supported", "markers_resolved", "nothing_unstated")
    )
)


@each
def test_the_metric_meant_for_it_notices(sabotage: Sabotage, suite: Any) -> None:
    records = suite.records()
    assert sabotage.spoil(records, suite.targets, suite.library, random.Random(SEED)) > 0
    spoilt = score_answers(suite.targets, records, suite.library)
    before = suite.run.metrics[sabotage.metric]
    after = measure_one(sabotage.metric, spoilt)
    assert before.value is not None and after.value is not None
    worse = -1 if METRICS[sabotage.metric].better == "lower" else 1
    assert worse * (before.value - after.value) > 0, (before, after)


@pytest.mark.parametrize(
    "sabotage",
    [s for s in SABOTAGES if s.metric in {floor.metric for floor in INVARIANTS.floor}],
    ids=lambda s: s.name,
)
def test_one_spoilt_answer_is_enough_where_nothing_may_ever_break(
    sabotage: Sabotage, suite: Any
) -> None:
    records = suite.records()
    sabotage.spoil(records, suite.targets, suite.library, random.Random(SEED))
    verdict = judge_run(suite.scored(records), INVARIANTS, GATES)
    assert sabotage.metric in {held.gate for held in verdict.held}
    named = [held.questions for held in verdict.held if held.gate == sabotage.metric]
    assert named and named[0], "the gate must name the question at fault"


def test_scoring_ten_times_gives_the_same_bytes_and_no_alarm(suite: Any) -> None:
    first = suite.scored(suite.records())
    for _ in range(10):
        again = suite.scored(suite.records())
        assert metrics_json(again) == metrics_json(first)
    comparison = compare_runs(first, suite.scored(suite.records()))
    assert comparison.changed == 0 and not comparison.flipped
    assert all(one.p in (None, 1.0) for one in comparison.differences)
    assert judge_run(first, INVARIANTS, GATES).passes


@pytest.fixture(scope="module")
def whole(starter_read: Engine, make_suite: Callable[..., Any]) -> Any:
    """A real run over all of the starter's gold."""
    return make_suite(starter_read, load_gold([GOLD / "starter"]))


@pytest.mark.slow
def test_the_gates_that_ship_let_this_build_through(whole: Any) -> None:
    verdict = judge_run(whole.run, load_gates(GATES), GATES)
    assert verdict.passes, [held.why for held in verdict.held]


@pytest.mark.slow
@each
def test_the_gates_that_ship_catch_it(sabotage: Sabotage, whole: Any) -> None:
    records = whole.records()
    sabotage.spoil(records, whole.targets, whole.library, random.Random(SEED))
    verdict = judge_run(whole.scored(records), load_gates(GATES), GATES)
    assert sabotage.metric in {held.gate for held in verdict.held}


@pytest.mark.slow
def test_two_real_runs_give_the_same_bytes(
    whole: Any, starter_read: Engine, make_suite: Callable[..., Any]
) -> None:
    again = make_suite(starter_read, load_gold([GOLD / "starter"])[::5])
    asked = {record["id"] for record in again.records()}
    first = [record for record in whole.records() if record["id"] in asked]
    assert again.records() == first
    assert metrics_json(again.run) == metrics_json(again.scored(first))
