"""The benchmarks of search and of conversations, on tiny made sets."""

import json
import math
from pathlib import Path

import pytest

from assistant import Engine
from assistant.models import Turn
from eval.bench.conversations import REFERENCE, WAYS, Asked, measure, ndcg, questions, ratio_of
from eval.bench.search import Sought, recall
from vectorstore import Hit, Query

TRIPLE = "What is the triple aim?"


def hits_for(engine: Engine, question: str) -> tuple[Hit, ...]:
    return engine.store.searcher.search(question, 10).hits


def wanting(hit: Hit, kind: str, start: int, end: int) -> Sought:
    spans = ((hit.passage.source, start, end),)
    return Sought(set=kind, group="one", question=Query(text=TRIPLE), spans=spans)


def test_a_passage_counts_as_its_set_says(starter_engine: Engine) -> None:
    hit = hits_for(starter_engine, TRIPLE)[0]
    start, end = hit.passage.start, hit.passage.end
    assert wanting(hit, "covidqa", start, end).found_in(hit.passage)
    assert not wanting(hit, "covidqa", start, end + 1).found_in(hit.passage)
    assert wanting(hit, "starter", end - 1, end + 9).found_in(hit.passage)
    assert not wanting(hit, "starter", end, end + 9).found_in(hit.passage)
    assert wanting(hit, "squad2", end + 9, end + 99).found_in(hit.passage)


def test_the_rank_counts_passages_and_on_squad2_sources(starter_engine: Engine) -> None:
    passages = [hit.passage for hit in hits_for(starter_engine, TRIPLE)]
    last = next(h for h in reversed(hits_for(starter_engine, TRIPLE)))
    sources = list(dict.fromkeys(p.source for p in passages))
    by_passage = wanting(last, "covidqa", last.passage.start, last.passage.end).rank(passages)
    assert by_passage == len(passages)
    assert wanting(last, "squad2", 0, 1).rank(passages) == sources.index(last.passage.source) + 1
    elsewhere = Sought(
        set="squad2", group="", question=Query(text=TRIPLE), spans=(("nowhere", 0, 1),)
    )
    assert elsewhere.rank(passages) is None


def test_recall_counts_what_is_found_by_a_depth() -> None:
    ranks = [1, 5, 6, None]
    assert recall(ranks, 1).value == 0.25
    assert recall(ranks, 5).value == 0.5
    assert recall(ranks, 5).n == 4


def test_ndcg_counts_each_source_once_at_its_first_place() -> None:
    assert ndcg(["a", "a", "b"], frozenset("ab")) == 1.0
    assert ndcg(["x", "a"], frozenset("a")) == pytest.approx(1 / math.log2(3))
    assert ndcg([*"0123456789", "a"], frozenset("a")) == 0.0


def test_questions_without_a_source_that_answers_are_left_out(tmp_path: Path) -> None:
    meta = {"domain": "d", "conversation": 7, "rewrite": ""}
    line = {"question": "Why?", "history": [{"role": "user", "content": TRIPLE}], "meta": meta}
    file = tmp_path / "questions.jsonl"
    rows = [{**line, "gold_doc_ids": gold} for gold in ([], ["a"])]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    (asked,) = questions(file)
    assert (asked.rewrite, asked.gold, asked.conversation) == ("Why?", frozenset("a"), "d:7")
    assert asked.history == (Turn(role="user", content=TRIPLE),)


def test_a_follow_up_is_measured_beside_its_rewrite(starter_engine: Engine) -> None:
    source = hits_for(starter_engine, TRIPLE)[0].passage.source
    asked = [
        Asked(
            conversation=str(i),
            question="Which parts does it have?",
            rewrite="Which parts does the triple aim have?",
            history=(Turn(role="user", content=TRIPLE),),
            gold=frozenset([source]),
        )
        for i in range(4)
    ]
    values = measure(starter_engine.store, asked)
    assert set(values) == {(way, search) for way in WAYS for search in ("full text", "search")}
    ours, alone = values["ours", "search"], values["last turn alone", "search"]
    assert sum(ours) >= sum(alone)
    ratio = ratio_of(asked, values[REFERENCE], values[REFERENCE], range(4))
    assert (ratio.value, ratio.n) == (1.0, 4)
