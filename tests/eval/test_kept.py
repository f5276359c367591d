"""The runs of a home: listed, one the baseline, compared, removed; and what can be chosen."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from eval.errors import RunError
from eval.suite.choices import gate_sets, gates_for, gold_sets, own_gold
from eval.suite.gates import judge_run, load_gates
from eval.suite.kept import Runs
from eval.suite.report.pages import pages
from eval.suite.resting import gold_resting_on
from eval.suite.runs import Run, write_run

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."


def keep(river: Any, home: Path, name: str, said: str = LONG, n: int = 10) -> Run:
    """A run of questions that are all answered with these words, kept under this name."""
    run: Run = river.run(
        *(
            (river.gold(f"q{i}", quotes=["42 kilometres"], facts=[["42"]]), river.answer(said))
            for i in range(n)
        )
    )
    write_run(home / "runs" / name, run, pages(run, None, river.library.text))
    return run


def test_the_latest_run_is_listed_first_and_a_broken_one_with_its_problem(
    river: Any, tmp_path: Path
) -> None:
    keep(river, tmp_path, "2026-01-01-000000")
    keep(river, tmp_path, "2026-01-02-000000")
    broken = tmp_path / "runs" / "2026-01-03-000000"
    broken.mkdir()
    (broken / "metrics.json").write_text("{")
    (tmp_path / "runs" / ".2026-01-04-000000.part-1").mkdir()
    third, second, first = Runs(tmp_path).listed()
    assert third.problem is not None and third.right is None
    assert (second.name, first.name) == ("2026-01-02-000000", "2026-01-01-000000")
    assert first.right is not None and first.right.value == 1.0
    assert first.library == river.library.fingerprint


def test_one_run_is_the_baseline_until_it_is_removed(river: Any, tmp_path: Path) -> None:
    keep(river, tmp_path, "one")
    keep(river, tmp_path, "two")
    runs = Runs(tmp_path)
    assert runs.baseline is None
    runs.name_baseline("one")
    runs.name_baseline("two")
    assert Runs(tmp_path).baseline == "two"
    assert [run.baseline for run in runs.listed()] == [True, False]
    runs.remove("two")
    assert runs.baseline is None
    assert [folder.name for folder in (tmp_path / "runs").iterdir()] == ["one"]


@pytest.mark.parametrize("name", ["../one", ".", "", "two", "baseline"])
def test_only_what_is_listed_can_be_named(river: Any, tmp_path: Path, name: str) -> None:
    keep(river, tmp_path, "one")
    runs = Runs(tmp_path / "runs" / "..")
    runs.name_baseline("one")
    for act in (runs.find, runs.read, runs.remove, runs.name_baseline):
        with pytest.raises(RunError, match="not kept"):
            act(name)
    assert runs.find("one").is_dir()


def test_runs_over_other_gold_are_compared_with_a_note(river: Any, tmp_path: Path) -> None:
    keep(river, tmp_path, "one")
    keep(river, tmp_path, "two", BOATS, n=4)
    comparison = Runs(tmp_path).compare("one", "two")
    assert comparison.n == 4 and len(comparison.flipped) == 4
    assert "gold differs" in comparison.notes[0]


def test_a_run_made_anew_is_read_anew(river: Any, tmp_path: Path) -> None:
    keep(river, tmp_path, "one")
    assert len(Runs(tmp_path).read("one").results) == 10
    keep(river, tmp_path, "one", n=3)
    assert len(Runs(tmp_path).read("one").results) == 3


def test_the_next_folder_is_named_after_the_time(tmp_path: Path) -> None:
    folder = Runs(tmp_path).new_folder(datetime(2016, 9, 7, 12, 30, 5))
    assert folder == tmp_path / "runs" / "2016-09-07-123005"


# What can be chosen


def test_only_gold_that_stands_on_this_library_applies(river: Any, tmp_path: Path) -> None:
    assert gold_sets(river.library, tmp_path) == []
    file = own_gold(tmp_path)
    file.parent.mkdir()
    file.write_text(
        "[{id: a, question: How long, outcome: answered, split: held, tags: {},"
        " evidence: [{source: river, quote: 42 kilometres}]}]"
    )
    (own,) = gold_sets(river.library, tmp_path)
    assert (own.id, own.n, own.applies) == ("own", 1, True)
    file.write_text(file.read_text().replace("source: river", "source: sea"))
    (own,) = gold_sets(river.library, tmp_path)
    assert own.lacking == ("sea",) and not own.applies
    file.write_text("[{id: a}]")
    (own,) = gold_sets(river.library, tmp_path)
    assert own.problem is not None and "question" in own.problem


def test_questions_written_here_rest_on_their_sources(river: Any, tmp_path: Path) -> None:
    assert gold_resting_on(tmp_path, river.library, "river") == []
    file = own_gold(tmp_path)
    file.parent.mkdir()
    file.write_text(
        "[{id: a, question: How long, outcome: answered, split: held, tags: {},"
        " evidence: [{source: river, quote: 42 kilometres}]}]"
    )
    (resting,) = gold_resting_on(tmp_path, river.library, "river")
    assert (resting.kind, resting.id, resting.text) == ("gold question", "a", "How long")
    file.write_text("[{id: a}]")
    assert gold_resting_on(tmp_path, river.library, "river") == []


def test_the_gates_fit_what_is_asked(tmp_path: Path) -> None:
    assert gates_for(["starter"], tmp_path).id == "starter"
    assert gates_for(["starter", "own"], tmp_path).id == "always"
    assert gates_for(["starter"], tmp_path, "always").id == "always"
    assert gates_for(["own"], tmp_path, "starter").id == "always"
    (tmp_path / "gates.toml").write_text('[[floor]]\nmetric = "right"\nlow = 0.5')
    assert gates_for(["starter"], tmp_path).id == "own"


def test_the_gates_for_everything_hold_a_step_back_where_there_is_a_baseline(
    river: Any, tmp_path: Path
) -> None:
    keep(river, tmp_path, "one")
    worse = keep(river, tmp_path, "two", BOATS)
    file = next(one.path for one in gate_sets(tmp_path) if one.id == "always")
    gates = load_gates(file)
    assert judge_run(worse, gates, file).passes
    verdict = judge_run(worse, gates, file, tmp_path / "runs" / "one")
    assert "right went from 1 to 0" in verdict.held[0].why
