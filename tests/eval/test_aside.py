"""A run in a process of its own: it says how far it is, can be stopped, and is kept whole."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.errors import RunError
from eval.suite.aside import Aside, Order, Progress
from eval.suite.choices import ALWAYS
from eval.suite.kept import Runs

QUESTION = """\
- {id: a, question: "Who likens his role to a conductor's?", outcome: withheld, split: held}
- {id: b, question: "How do penguins keep warm?", outcome: withheld, split: held}
"""


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "gold.yaml"
    file.write_text(QUESTION)
    return file


@pytest.fixture
def aside(starter_home: Path) -> Iterator[Aside]:
    made = Aside(starter_home)
    yield made
    made.stop()


def watched(aside: Aside, until: str) -> list[Progress]:
    """What the run said of itself until it came to a phase."""
    seen = [aside.progress()]
    while seen[-1].under_way and seen[-1].phase != until:
        time.sleep(0.02)
        seen.append(aside.progress())
    return seen


def test_a_run_is_told_of_and_kept_with_its_verdict(
    aside: Aside, gold: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "runs" / "one"
    aside.start(Order(gold=(gold,), folder=folder, gates=ALWAYS))
    with pytest.raises(RunError, match="under way"):
        aside.start(Order(gold=(gold,), folder=tmp_path / "other"))
    seen = watched(aside, "done")
    assert seen[-1].phase == "done" and seen[-1].run == "one", seen[-1].message
    assert {"opening", "asking"} <= {progress.phase for progress in seen}
    assert seen[-1].total == 2
    assert any(progress.left is not None for progress in seen if progress.done == 1)
    runs = Runs(tmp_path)
    assert [result.id for result in runs.read("one").results] == ["a", "b"]
    verdict = runs.verdict("one")
    assert verdict is not None and verdict.passes
    assert (folder / "report.html").is_file()


def test_a_stopped_run_leaves_nothing(aside: Aside, gold: Path, tmp_path: Path) -> None:
    aside.start(Order(gold=(gold,), folder=tmp_path / "runs" / "one"))
    aside.stop()
    assert aside.progress().phase == "stopped" and aside.progress().run is None
    assert not (tmp_path / "runs").exists() or list((tmp_path / "runs").iterdir()) == []


def test_a_run_that_cannot_be_made_says_why(aside: Aside, tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"
    aside.start(Order(gold=(missing,), folder=tmp_path / "runs" / "one"))
    ended = watched(aside, "failed")[-1]
    assert ended.phase == "failed" and "none.yaml" in ended.message
    assert not (tmp_path / "runs" / "one").exists()
