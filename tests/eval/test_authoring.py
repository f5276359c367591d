"""Drafts, interchange with other suites, another judge's verdicts, and one's own threshold."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.reading.calibration import SHIPPED, load
from eval.authoring.calibrate import calibrate
from eval.authoring.drafts import draft_of_answer, draft_of_import, write_drafts
from eval.authoring.interchange import EXPORTS, IMPORTS
from eval.authoring.judges import agreement, read_verdicts
from eval.authoring.lint import lint
from eval.authoring.propose import coverage, propose
from eval.errors import EvalError, GoldError, RunError
from eval.gold.places import locate
from eval.gold.questions import GOLD, load_gold
from eval.suite.report.pages import pages
from eval.suite.runs import write_run

LONG = "It is 42 kilometres long."
BERG = "Anna Berg leads the river board."


@pytest.mark.parametrize("form", ["ragas", "deepeval"])
def test_what_goes_out_comes_back(
    form: str, starter_engine: Any, suite: Any, tmp_path: Path
) -> None:
    text = EXPORTS[form](suite.run.results, suite.library.text)
    drafts = [
        draft_of_import(number, sample, suite.library)
        for number, sample in enumerate(IMPORTS[form](text), start=1)
    ]
    file = tmp_path / "back.yaml"
    file.write_text(write_drafts(drafts, ["Back again."]))
    back, gone_out = load_gold([file]), list(suite.gold.questions)
    assert [(q.id, q.question, q.history, q.outcome, q.facts, q.split) for q in back] == [
        (q.id, q.question, q.history, q.outcome, q.facts, q.split) for q in gone_out
    ]
    ways = [target.ways for target in locate(back, suite.library)]
    assert ways == [target.ways for target in locate(gone_out, suite.library)]


def test_ragas_has_its_own_names(river: Any) -> None:
    (result,) = river.scored(
        (river.gold(quotes=["42 kilometres"], facts=[["42"]]), river.answer(LONG))
    )
    (sample,) = [
        json.loads(line) for line in EXPORTS["ragas"]([result], river.library.text).splitlines()
    ]
    assert sample["user_input"] == "How long is the river?"
    assert sample["response"] == f"{LONG} [1]"
    assert sample["reference"] == "42."
    assert sample["reference_contexts"] == ["42 kilometres"]
    assert len(sample["retrieved_contexts"]) == 2


def test_deepeval_has_its_own_names(river: Any) -> None:
    (result,) = river.scored((river.gold(outcome="withheld"), river.answer()))
    (golden,) = json.loads(EXPORTS["deepeval"]([result], river.library.text))
    assert golden["input"] == "How long is the river?"
    assert golden["expected_output"] == golden["actual_output"]
    assert golden["context"] == []


def test_samples_of_others_become_drafts_with_what_was_not_found(river: Any) -> None:
    sample = {
        "user_input": [
            {"type": "human", "content": "What is the river?"},
            {"type": "ai", "content": "Water."},
            {"type": "human", "content": "How long is it?"},
        ],
        "reference": "42\n- id: injected",
        "reference_contexts": ["42 kilometres", "43 kilometres"],
    }
    (imported,) = IMPORTS["ragas"](json.dumps(sample))
    draft = draft_of_import(1, imported, river.library)
    text = write_drafts([draft], [])
    (record,) = yaml.safe_load(text)
    assert record["evidence"] == [{"source": "river", "quote": "42 kilometres"}]
    assert [turn["role"] for turn in record["history"]] == ["user", "assistant"]
    assert "# wanted: 42 - id: injected" in text
    assert "# not found in the library: 43 kilometres" in text


@pytest.mark.parametrize("text", ["{", "[1]", '{"input": ""}', "[{}]"])
def test_samples_that_are_none_are_refused(text: str) -> None:
    for read in IMPORTS.values():
        with pytest.raises(GoldError):
            read(text)


def test_drafts_are_of_passages_that_nobody_asked_about(river: Any) -> None:
    asked = locate([river.gold(quotes=["42 kilometres"])], river.library)
    (one,) = coverage(asked, river.library)
    assert (one.passages, one.asked) == (2, 1)
    assert propose(asked, river.library, 5) == []  # the other passage has no sentences to take


def test_drafts_over_the_starter_can_be_read_and_have_true_evidence(
    suite: Any, tmp_path: Path
) -> None:
    drafts = propose(suite.targets, suite.library, 6)
    assert len(drafts) == 6
    file = tmp_path / "drafts.yaml"
    file.write_text(write_drafts(drafts, ["For you to look through."]))
    questions = load_gold([file])
    assert [f for f in lint(questions, suite.library) if "evidence" in f.what] == []
    asked = {p for target in suite.targets for way in target.passages for p in way}
    for target in locate(questions, suite.library):
        assert not asked & target.passages[0]
    assert len({q.evidence[0].source for q in questions}) >= 3, "sources take turns"


def test_an_answer_marked_as_wrong_becomes_a_draft_with_its_trace(
    river: Any, tmp_path: Path
) -> None:
    answer = {**river.answer(BERG), "hits": [{"source": "river", "start": 1, "end": 2}]}
    text = write_drafts([draft_of_answer(1, answer)], ["Marked."])
    (record,) = yaml.safe_load(text)
    assert record["question"] == "How long is the river?"
    assert f"given: answered (confidence 0.8): {BERG} [1]" in text
    assert "# cited: river " in text and "# found: river 1-2" in text
    with pytest.raises(GoldError):
        draft_of_answer(1, {"error": "x"})


def test_no_drafts_is_an_empty_file_of_gold(tmp_path: Path) -> None:
    assert yaml.safe_load(write_drafts([], ["Nothing."])) == []


def test_a_judge_is_compared_and_unknown_is_not_no(river: Any) -> None:
    gold = [river.gold(f"q{i}", quotes=["42 kilometres"]) for i in range(5)]
    quotes = [LONG, LONG, BERG, BERG, BERG]
    results = river.scored(*((q, river.answer(s)) for q, s in zip(gold, quotes, strict=True)))
    verdicts = read_verdicts(
        '{"id": "q0", "verdict": true}\n{"id": "q1", "verdict": 0.2}\n{"id": "q2", "verdict": 0}\n'
        '{"id": "q3", "verdict": null}\n{"id": "q4", "verdict": "maybe"}\n'
        '{"id": "q9", "verdict": true}\n\n{"id": "q0", "judge": "other", "verdict": false}\n'
    )
    found = agreement("judge", verdicts["judge"], results)
    assert (found.agreement.n, found.unknown, found.differ) == (3, 3, ("q1",))
    assert found.agreement.value == pytest.approx(2 / 3, abs=1e-6)
    # Ours: yes yes no; theirs: yes no no. By chance 2/3·1/3 + 1/3·2/3 = 4/9; (6/9-4/9)/(5/9).
    assert found.kappa == pytest.approx(0.4)
    assert agreement("other", verdicts["other"], results).agreement.value == 0.0
    assert agreement("none", {}, results).agreement.value is None
    with pytest.raises(RunError, match="line 1"):
        read_verdicts('{"id": "q0"}')


def test_the_threshold_keeps_the_share_that_was_asked_for(river: Any, tmp_path: Path) -> None:
    pairs = [
        (river.gold(f"a{i}", quotes=["42 kilometres"]), river.answer(LONG, confidence=i / 10))
        for i in range(1, 10)
    ] + [(river.gold("n", "withheld"), river.answer(confidence=0.15))]
    results = river.scored(*pairs)
    content = calibrate(results, SHIPPED, answered_at_least=8 / 9)
    assert content["threshold"] == pytest.approx(0.2, abs=1e-4)
    assert content["threshold_from"]["answerable_given"]["value"] == pytest.approx(8 / 9, abs=1e-6)
    assert content["threshold_from"]["unanswerable_withheld"]["value"] == 1.0
    file = tmp_path / "calibration.json"
    file.write_text(json.dumps(content))
    assert load(file).threshold == content["threshold"]
    with pytest.raises(EvalError, match="it has 9 and 0"):
        calibrate(results[:9], SHIPPED, 0.9)


def test_the_commands_draft_and_exchange(
    starter_home: Path, suite: Any, tmp_path: Path, soundings: Any
) -> None:
    run_pages = pages(suite.run, None, suite.library.text)
    write_run(tmp_path / "run", suite.run, run_pages)
    home = ["--home", starter_home, "eval"]
    code, out, _ = soundings(*home, "propose", "--number", 2)
    assert code == 0 and len(yaml.safe_load(out)) == 2
    code, out, _ = soundings(*home, "propose", "--coverage", "--gold", GOLD / "starter")
    assert code == 0 and "asked about" in out
    file = tmp_path / "samples.json"
    code, _, _ = soundings(*home, "export", tmp_path / "run", "--format", "deepeval", "--out", file)
    assert code == 0
    code, out, _ = soundings(*home, "import", file, "--format", "deepeval")
    assert code == 0 and len(yaml.safe_load(out)) == len(suite.gold.questions)
    code, _, err = soundings(*home, "lint", "--no-ask")
    assert code == 0 and "0 faults" in err
    verdicts = tmp_path / "verdicts.jsonl"
    verdicts.write_text(json.dumps({"id": suite.run.results[0].id, "verdict": True}) + "\n")
    code, out, _ = soundings(*home, "judge", tmp_path / "run", verdicts)
    assert code == 0 and "n=1" in out
    assert "Other judges, for comparison only" not in run_pages["report.html"]
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Other judges, for comparison only" in page and "No gates were asked" in page
    code, out, _ = soundings(*home, "gates", tmp_path / "run")
    assert code == 0 and "[[floor]]" in out
