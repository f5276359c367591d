"""The questions that models are judged by: which are taken, and where their answers stand."""

import json
from pathlib import Path

from eval.fitting.learning_set import last_turns
from vectorstore import Query


def turn(id: str, answerability: str, rewrite: str | None, *gold: str) -> dict[str, object]:
    return {
        "id": id,
        "question": "and there?",
        "answerable": answerability != "UNANSWERABLE",
        "gold_doc_ids": list(gold),
        "meta": {"answerability": answerability, "rewrite": rewrite},
    }


def test_last_turns_stand_alone_and_are_answered_by_whole_sources_or_not_at_all(
    tmp_path: Path,
) -> None:
    lines = [
        turn("a", "ANSWERABLE", "Who lives in Bury?", "bury-1", "bury-2"),
        turn("b", "PARTIAL", "Who lives in Leeds?", "leeds"),
        turn("c", "UNANSWERABLE", None),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    first, last = last_turns(file)
    assert first[:3] == ("a", Query(text="Who lives in Bury?"), True)
    assert [source for source, _, _ in first[3]] == ["bury-1", "bury-2"]
    assert all(start == 0 and end > 10**9 for _, start, end in first[3])
    assert last == ("c", Query(text="and there?"), False, [])
