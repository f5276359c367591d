"""Gates hold what they should, name the questions at fault, and refuse what they cannot read."""

from pathlib import Path
from typing import Any

import pytest

from eval.errors import GateError, RunError
from eval.suite.gate_draft import draft_gates
from eval.suite.gates import Verdict, judge_run, load_gates
from eval.suite.runs import Run, write_run
from eval.suite.scoring.definitions import METRICS

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."
SHIPPED = Path(__file__).resolve().parents[2] / "eval" / "gates"


def run_of_ten(river: Any, right: int) -> Run:
    return river.run(
        *(
            (
                river.gold(f"q{i}", quotes=["42 kilometres"], facts=[["42"]]),
                river.answer(LONG if i < right else BOATS),
            )
            for i in range(10)
        )
    )


def judged(run: Run, tmp_path: Path, text: str, baseline: Path | None = None) -> Verdict:
    file = tmp_path / "gates.toml"
    file.write_text(text)
    return judge_run(run, load_gates(file), file, baseline)


def test_a_floor_on_the_lower_bound(river: Any, tmp_path: Path) -> None:
    run = run_of_ten(river, 8)
    low = run.metrics["right"].low
    assert low is not None and 0.4 < low < 0.8
    assert judged(run, tmp_path, '[[floor]]\nmetric = "right"\nlow = 0.4').passes
    verdict = judged(run, tmp_path, '[[floor]]\nmetric = "right"\nlow = 0.6')
    (held,) = verdict.held
    assert "lower bound of right" in held.why and "under 0.6" in held.why
    assert held.questions == ("q8", "q9")


def test_a_floor_on_the_value(river: Any, tmp_path: Path) -> None:
    floor = '[[floor]]\nmetric = "right"\nvalue = '
    assert judged(run_of_ten(river, 8), tmp_path, floor + "0.8").passes
    assert not judged(run_of_ten(river, 8), tmp_path, floor + "0.81").passes


def test_a_ceiling(river: Any, tmp_path: Path) -> None:
    ceiling = '[[ceiling]]\nmetric = "calibration_error"\nvalue = '
    run = run_of_ten(river, 10)  # confidence 0.8, all with evidence
    assert judged(run, tmp_path, ceiling + "0.21").passes
    assert not judged(run, tmp_path, ceiling + "0.19").passes


def test_no_data_never_passes(river: Any, tmp_path: Path) -> None:
    floor = '[[floor]]\nmetric = "withheld_when_not"\nlow = 0.0'
    (held,) = judged(run_of_ten(river, 10), tmp_path, floor).held
    assert "no data" in held.why


def test_questions_that_must_pass(river: Any, tmp_path: Path) -> None:
    verdict = judged(run_of_ten(river, 9), tmp_path, 'must_pass = ["q0", "q9", "q77"]')
    assert [held.why for held in verdict.held] == [
        "'q9' must pass and was answered, and not rightly",
        "'q77' must pass and was not asked",
    ]
    assert verdict.checked == 3


def test_no_regression_tells_loss_from_noise(river: Any, tmp_path: Path) -> None:
    write_run(tmp_path / "before", run_of_ten(river, 10), {})
    rule = '[no_regression]\nbaseline = "before"\nmetrics = ["right"]'
    assert judged(run_of_ten(river, 10), tmp_path, rule).passes
    assert judged(run_of_ten(river, 8), tmp_path, rule).passes  # two flips are p = 0.5
    (held,) = judged(run_of_ten(river, 3), tmp_path, rule).held
    assert held.gate == "no_regression" and "from 1 to 0.3" in held.why
    assert held.questions == ("q3", "q4", "q5", "q6", "q7", "q8", "q9")


def test_no_regression_needs_a_baseline_over_the_same_gold(river: Any, tmp_path: Path) -> None:
    rule = '[no_regression]\nmetrics = ["right"]'
    with pytest.raises(GateError, match="names no baseline"):
        judged(run_of_ten(river, 10), tmp_path, rule)
    with pytest.raises(RunError, match="not a run's folder"):
        judged(run_of_ten(river, 10), tmp_path, rule, tmp_path / "nowhere")
    other = river.run((river.gold("else", "withheld"), river.answer()))
    write_run(tmp_path / "before", other, {})
    with pytest.raises(RunError, match="the gold differs"):
        judged(run_of_ten(river, 10), tmp_path, rule, tmp_path / "before")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[floor]]\nmetric = "rigth"\nlow = 0.5', "'rigth' is not a metric.*'right'"),
        ('[[floor]]\nmetric = "right"', "'low', 'value' or both"),
        ('[[floor]]\nmetric = "right"\nleast = 0.5', "least"),
        ("[[flor]]", "flor"),
        ("floor = ", "cannot read the gates"),
    ],
)
def test_a_mistake_in_the_gates_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "gates.toml"
    file.write_text(text)
    with pytest.raises(GateError, match=f"(?s){said}"):
        load_gates(file)


def test_drafted_gates_pass_the_run_they_are_from_and_hold_a_worse_one(
    river: Any, tmp_path: Path
) -> None:
    good = run_of_ten(river, 10)
    assert judged(good, tmp_path, draft_gates(good)).passes
    assert not judged(run_of_ten(river, 2), tmp_path, draft_gates(good)).passes


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda f: f.name)
def test_the_gates_that_ship_can_be_read_and_never_let_a_wrong_quote_through(file: Path) -> None:
    gates = load_gates(file)
    strict = {floor.metric for floor in gates.floor if floor.value == 1.0}
    assert {"quotes_exact", "statements_supported", "markers_resolved"} <= strict
    assert len(gates.floor) >= 10 and gates.must_pass
    assert all(METRICS[floor.metric].better == "higher" for floor in gates.floor)
