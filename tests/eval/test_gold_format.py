"""Reading gold questions, and finding what is wrong with them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.models import Answer, Citation, Outcome
from eval.authoring.lint import lint
from eval.errors import GoldError
from eval.gold.questions import GOLD, Evidence, GoldQuestion, gold_digest, load_gold

RECORD = {
    "id": "one",
    "question": "How long is it?",
    "history": [{"role": "user", "content": "What is the river?"}],
    "outcome": "answered",
    "facts": [["42", "forty-two"]],
    "evidence": [{"source": "river", "quote": "42 kilometres"}],
    "tags": {"kind": "number"},
    "split": "held",
}


def write(folder: Path, name: str, *records: dict[str, Any]) -> Path:
    file = folder / name
    if name.endswith(".jsonl"):
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
    else:
        file.write_text(yaml.safe_dump(list(records)))
    return file


def test_yaml_and_json_lines_say_the_same(tmp_path: Path) -> None:
    one = load_gold([write(tmp_path, "a.yaml", RECORD)])
    other = load_gold([write(tmp_path, "a.jsonl", RECORD)])
    assert one == other
    assert gold_digest(one) == gold_digest(other)
    assert one[0].history == (("user", "What is the river?"),)


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", RECORD)
    write(tmp_path, "a.jsonl", {**RECORD, "id": "two"})
    (tmp_path / "README.md").write_text("not gold")
    assert [question.id for question in load_gold([tmp_path])] == ["two", "one"]


def test_the_digest_changes_with_what_is_asked_and_not_with_the_order(tmp_path: Path) -> None:
    questions = load_gold([write(tmp_path, "a.yaml", RECORD, {**RECORD, "id": "two"})])
    changed = load_gold([write(tmp_path, "b.yaml", RECORD, {**RECORD, "id": "two", "facts": []})])
    assert gold_digest(questions) == gold_digest(questions[::-1])
    assert gold_digest(questions) != gold_digest(changed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"anwser": "x"}, "'anwser' is not a field"),
        ({"question": ""}, "'question' must be text"),
        ({"outcome": "perhaps"}, "'outcome' must be one of"),
        ({"split": "test"}, "'split' must be one of"),
        ({"history": [{"role": "system", "content": "x"}]}, "a turn of 'history'"),
        ({"facts": ["42"]}, "each of 'facts' is a list"),
        ({"evidence": [{"source": "river"}]}, "evidence has a source and either a quote, or"),
        (
            {"evidence": [{"source": "river", "start": 3, "end": 4}]},
            "evidence has a source and either",
        ),
        ({"evidence": [{"source": "river", "quote": "x", "page": 3}]}, "evidence: .*page"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_id(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = write(tmp_path, "a.yaml", {**RECORD, **change})
    with pytest.raises(GoldError, match=rf"a\.yaml, 'one': {said}"):
        load_gold([file])


def test_what_is_not_gold_at_all_is_an_error(tmp_path: Path) -> None:
    for name, text in (("a.yaml", "{"), ("b.jsonl", "{"), ("c.yaml", "a: 1")):
        (tmp_path / name).write_text(text)
        with pytest.raises(GoldError):
            load_gold([tmp_path / name])
    (tmp_path / "none").mkdir()
    with pytest.raises(GoldError, match="holds no gold"):
        load_gold([tmp_path / "none"])


def test_the_gold_that_ships_is_enough() -> None:
    assert len(load_gold([GOLD / "starter"])) >= 150
    assert len(load_gold([GOLD / "originals"])) >= 120
    for question in load_gold([GOLD / "originals"]):
        assert all(place.quote is None for place in question.evidence), question.id


def whats(river: Any, *questions: GoldQuestion, ask: Any = None) -> list[tuple[str, str]]:
    return [(f.level, f.what) for f in lint(questions, river.library, ask)]


def test_nothing_is_wrong_with_a_sound_question(river: Any) -> None:
    sound = river.gold(quotes=["42 kilometres"], facts=[["42"]])
    assert whats(river, sound, river.gold("w", "withheld", question="Who owns the moon?")) == []


def test_a_reply_has_neither_evidence_nor_facts(river: Any) -> None:
    assert whats(river, river.gold("hi", "reply", question="Hello there!")) == []
    ((level, what),) = whats(river, river.gold("hi", "reply", quotes=["42 kilometres"]))
    assert level == "fault" and "asks nothing of the library and has evidence" in what


def test_evidence_that_has_gone(river: Any) -> None:
    gone = river.gold(quotes=["43 kilometres"], facts=[["43"]])
    ((level, what),) = whats(river, gone)
    assert level == "fault" and "no longer holds the quote" in what


def test_evidence_whose_digest_no_longer_fits(river: Any) -> None:
    right = hashlib.sha256(river.library.text("river")[3:9].encode()).hexdigest()
    wrong = hashlib.sha256(b"other").hexdigest()
    places = (
        Evidence(source="river", start=3, end=9, sha256=wrong),
        Evidence(source="river", start=3, end=9, sha256=right),
        Evidence(source="lake", quote="x"),
    )
    for place, count in zip(places, (1, 0, 1), strict=True):
        question = GoldQuestion(
            id="q", question="?", outcome="answered", evidence=(place,), tags={}, split="held"
        )
        faults = [what for level, what in whats(river, question) if level == "fault"]
        assert len(faults) == count, faults


def test_a_fact_outside_its_own_evidence(river: Any) -> None:
    ((level, what),) = whats(river, river.gold(quotes=["42 kilometres"], facts=[["nine"]]))
    assert (level, what) == ("fault", "its fact 'nine' is not in its own evidence")


def test_a_quote_that_stands_there_twice(river: Any) -> None:
    ((level, what),) = whats(river, river.gold(quotes=["river"], facts=[["river"]]))
    assert level == "fault" and "more than once" in what


def test_duplicates_exact_and_near(river: Any) -> None:
    first = river.gold("a", "withheld", question="Who is the owner of the large blue moon?")
    same = river.gold("b", "withheld", question="who is the owner  of the large blue MOON?")
    near = river.gold("c", "withheld", question="Who are the owners of the large, blue moon?")
    other = river.gold("d", "withheld", question="Who sails?")
    assert whats(river, first, same, near, other) == [
        ("fault", "it asks the same as 'a'"),
        ("warning", "it asks nearly the same as 'a'"),
    ]


def test_an_unanswerable_question_that_is_answered_is_shown_with_its_evidence(river: Any) -> None:
    def ask(question: str, history: object) -> Answer:
        citation = Citation(
            marker=1,
            source="river",
            title="",
            source_sha256="",
            passage="p1",
            start=3,
            end=9,
            quote="42 kilometres",
            page=None,
            heading="",
        )
        return Answer(
            question=question,
            standalone_question=question,
            outcome=Outcome.ANSWERED,
            reason=None,
            confidence=0.9,
            engine="extractive",
            answer="",
            citations=(citation,),
        )

    (finding,) = lint([river.gold(outcome="withheld")], river.library, ask)
    assert finding.level == "warning" and "0.90 sure" in finding.what
    assert finding.see == ("river 3-9: 42 kilometres",)


def test_the_starter_gold_has_no_fault(starter_engine: Any) -> None:
    findings = lint(load_gold([GOLD / "starter"]), starter_engine.store.library)
    assert [f for f in findings if f.level == "fault"] == []


def test_the_originals_gold_has_no_fault(originals_engine: Any) -> None:
    findings = lint(load_gold([GOLD / "originals"]), originals_engine.store.library)
    assert [f for f in findings if f.level == "fault"] == []
