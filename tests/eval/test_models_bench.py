"""The bench of language models: its sample, its resumption, and how another engine is read."""

from pathlib import Path

import pytest
from llama_index.core.llms import MockLLM

from assistant import Engine
from eval.bench.citing import answer_of, citing_engine, refuses, statements_of
from eval.bench.models import Kept, sample
from eval.bench.models_table import outside
from eval.errors import RunError
from eval.gold.questions import GOLD, load_gold


def test_markers_belong_to_the_sentence_that_they_follow() -> None:
    said = "Water is wet [2], at times. It ends. [3] As Source 2 says, Ada won. [1, 2] Who knows."
    assert [(s["text"], s["citations"]) for s in statements_of(said)] == [
        ("Water is wet, at times.", [2]),
        ("It ends.", [3]),
        ("As Source 2 says, Ada won.", [1, 2]),
        ("Who knows.", []),
    ]


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        ("The provided sources do not mention the budget [1].", True),
        ("None of the sources contain that. But Ada won [2].", True),
        ("", True),
        ("Dr Black says it is not enough [1].", False),
        ("Ada won [2]. The sources do not say when.", False),
    ],
)
def test_a_reply_that_opens_with_a_refusal_is_one(reply: str, refused: bool) -> None:
    assert refuses(reply) == refused


def test_a_number_or_name_outside_its_quotes_is_told() -> None:
    quotes = "In 2016 Ada Berg met Tom’s crew of 14"
    assert outside("The captain Ada Berg met Tom's 14 men in 2016.", quotes) == []
    assert outside("The captain Eve Berg met 4 men.", quotes) == ["4", "Eve"]


def test_every_beginning_of_the_sample_has_a_third_that_is_not_answered() -> None:
    gold = load_gold([GOLD / "originals"])
    drawn = sample(gold, "held", 8)
    assert drawn == sample(gold, "held", 8) != sample(gold, "held", 9)
    assert all(question.split == "held" and not question.history for question in drawn)
    for end in (3, 15, 30):
        assert sum(question.outcome == "withheld" for question in drawn[:end]) == end // 3
    assert len({q.tags["kind"] for q in drawn[:30] if q.outcome != "withheld"}) >= 8


def test_what_was_asked_is_kept_and_never_mixed_with_another_run(tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    Kept(file, {"seed": 1}).add({"id": "q", "engine": "model", "seconds": None})
    again = Kept(file, {"seed": 1})
    assert again.has("q", "model")
    assert not again.has("q", "bare")
    with pytest.raises(RunError, match="Name another file"):
        Kept(file, {"seed": 2})


def test_what_the_citing_engine_cites_is_found_in_the_library(starter_engine: Engine) -> None:
    store = starter_engine.store
    engine = citing_engine(store, MockLLM())  # it repeats its prompt, whose example cites [2], [1]
    answer = answer_of(engine, store, "What is the triple aim?")
    assert [citation["marker"] for citation in answer["citations"]][:2] == [1, 2]
    for citation in answer["citations"]:
        text = store.library.text(citation["source"])
        assert citation["end"] - citation["start"] > 100
        assert text[citation["start"] : citation["end"]] == citation["quote"]
