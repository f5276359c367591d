"""A run from the command line: its folder, its exit codes, and what it refuses."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant import AssistantSettings, BadQuestion, Engine
from eval.errors import GoldError, RunError
from eval.gold.questions import GOLD, GoldQuestion, load_gold
from eval.suite.run import Gold, read_gold, run_suite
from eval.suite.runs import METRICS_FILE, metrics_json, read_run, write_run
from vectorstore import Library, UsageError

LONG = "It is 42 kilometres long."
PROMISED = {"metrics.json", "answers.jsonl", "report.html", "report.md", "junit.xml"}


def some_gold(*questions: GoldQuestion) -> Gold:
    return Gold(files=(), questions=questions)


def write_gold(file: Path, **changes: Any) -> Path:
    record = {
        "id": "co-chair",
        "question": "Who is NHSCC's co-chair?",
        "outcome": "answered",
        "facts": [["Amanda Doyle"]],
        "evidence": [{"source": "top-leader-report", "quote": "Dr Amanda Doyle, NHSCC's co-chair"}],
        **changes,
    }
    file.write_text(json.dumps(record) + "\n")
    return file


def test_three_commands_from_a_failing_gate_to_the_question_at_fault(
    starter_home: Path, tmp_path: Path, soundings: Any
) -> None:
    gold = write_gold(tmp_path / "gold.jsonl", facts=[["somebody else"]])
    gates = tmp_path / "gates.toml"
    gates.write_text('must_pass = ["co-chair"]\n[[floor]]\nmetric = "quotes_exact"\nvalue = 1.0\n')
    first = ["--home", starter_home, "eval", "run", "--gold", gold, "--gate", gates]
    code, out, err = soundings(*first, "--out", tmp_path / "one")
    assert code == 3, err
    assert "'co-chair' must pass and was answered, and not rightly" in out
    assert {file.name for file in (tmp_path / "one").iterdir()} >= PROMISED
    page = (tmp_path / "one" / "report.html").read_text()
    assert "Held by 1 of 2 gates" in page and 'href="#q-co-chair"' in page
    assert str(tmp_path / "one") in err

    write_gold(gold)
    code, out, _ = soundings(*first, "--json", "--out", tmp_path / "two")
    assert code == 0
    printed = json.loads(out)
    assert printed["verdict"]["passes"] is True
    assert printed["metrics"]["right"]["value"] == 1.0

    code, _, err = soundings("eval", "compare", tmp_path / "one", tmp_path / "two")
    assert code == 1 and "the gold differs" in err
    html = tmp_path / "compare.html"
    forced = ["--home", starter_home, "eval", "compare", "--force", "--out", html]
    code, out, _ = soundings(*forced, tmp_path / "one", tmp_path / "two", "--json")
    assert code == 0
    assert json.loads(out)["flipped"][0]["became"] == "right"
    assert "became right" in html.read_text()


def test_the_folder_keeps_what_the_contract_promises(suite: Any, tmp_path: Path) -> None:
    write_run(tmp_path / "run", suite.run, {"report.md": "x"})
    content = json.loads((tmp_path / "run" / METRICS_FILE).read_text())
    assert content["library"] == suite.library.fingerprint
    assert content["gold"]["n"] == len(suite.gold.questions)
    assert set(content["metrics"]["right"]) == {"value", "n", "low", "high"}
    assert "settings" in content and content["versions"]["program"]
    lines = [json.loads(line) for line in (tmp_path / "run" / "answers.jsonl").open()]
    assert [line["id"] for line in lines] == [q.id for q in suite.gold.questions]
    trace = {"standalone_question", "hits", "search", "statements", "citations", "dropped"}
    assert trace <= set(lines[0])
    timings = json.loads((tmp_path / "run" / "timings.json").read_text())
    assert timings["metrics"]["ms_total"]["value"] > 0


def test_nothing_that_varies_is_among_the_metrics(suite: Any, tmp_path: Path) -> None:
    write_run(tmp_path / "run", suite.run, {})
    for name in (METRICS_FILE, "answers.jsonl"):
        text = (tmp_path / "run" / name).read_text()
        assert '"timings' not in text and '"started"' not in text
        assert str(tmp_path) not in text and str(suite.library.path.parent) not in text


def test_a_run_comes_back_as_it_was(suite: Any, tmp_path: Path) -> None:
    write_run(tmp_path / "run", suite.run, {})
    back = read_run(tmp_path / "run")
    assert metrics_json(back) == metrics_json(suite.run)
    assert [r.right for r in back.results] == [r.right for r in suite.run.results]
    assert [r.answer for r in back.results] == [r.answer for r in suite.run.results]


def test_an_earlier_run_is_replaced_and_anything_else_is_not(river: Any, tmp_path: Path) -> None:
    run = river.run((river.gold("w", "withheld"), river.answer()))
    write_run(tmp_path / "run", run, {"old.md": "x"})
    write_run(tmp_path / "run", run, {"new.md": "x"})
    assert not (tmp_path / "run" / "old.md").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["run"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="not a run's folder"):
        write_run(tmp_path / "mine", run, {})
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_a_run_that_cannot_be_written_leaves_nothing(river: Any, tmp_path: Path) -> None:
    run = river.run((river.gold("w", "withheld"), river.answer()))
    write_run(tmp_path / "run", run, {"page.md": "x"})
    before = sorted(file.name for file in (tmp_path / "run").iterdir())
    with pytest.raises(RunError, match="cannot write"):
        write_run(tmp_path / "run", run, {"no/such/place.md": "x"})
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == before
    assert [file.name for file in tmp_path.iterdir()] == ["run"]


def test_gold_that_fits_the_library_is_chosen(starter_engine: Engine, river: Any) -> None:
    chosen = read_gold([], starter_engine.store.library)
    assert len(chosen.questions) == len(load_gold([GOLD / "starter"]))
    with pytest.raises(GoldError, match="no gold set that ships fits this library"):
        read_gold([], river.library)


def test_gold_over_other_sources_is_refused(starter_engine: Engine) -> None:
    gold = Gold(files=(), questions=tuple(load_gold([GOLD / "originals"])))
    with pytest.raises(GoldError, match=r"lacks 5 of the 5 sources.*soundings ingest"):
        run_suite(starter_engine, gold, {})


class Stumbling(Engine):
    """The real engine, save that one question makes it fail."""

    def ask(self, question: str, *args: Any, **kwargs: Any) -> Any:
        if "moon" in question:
            raise BadQuestion("not about the moon")
        return super().ask(question, *args, **kwargs)


def test_a_question_that_fails_is_kept_and_the_rest_go_on(starter_engine: Engine) -> None:
    engine = Stumbling(starter_engine.store, AssistantSettings())
    questions = [
        GoldQuestion(id=id, question=text, outcome="withheld", tags={}, split="held")
        for id, text in (("a", "Who owns the moon?"), ("b", "Who wrote Wuthering Heights?"))
    ]
    seen: list[tuple[int, int]] = []
    run = run_suite(engine, some_gold(*questions), {}, lambda *at: seen.append(at))
    assert [r.answer.error for r in run.results] == ["not about the moon", None]
    assert run.metrics["completed"].value == 0.5
    assert run.outcomes["withheld"]["failed"] == 1
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_a_library_that_changes_meanwhile_spoils_the_run(
    starter_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    prints = iter(["before", "after", "after", "after"])
    monkeypatch.setattr(Library, "fingerprint", property(lambda self: next(prints)))
    with pytest.raises(RunError, match="was changed"):
        run_suite(starter_engine, some_gold(), {})


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["run", "--baseline", "x"], 2, "--baseline goes with --gate"),
        (["run", "--gate", "nowhere.toml"], 1, "cannot read the gates"),
        (["compare", "nowhere", "nowhere"], 1, "is not a run's folder"),
        (["gates", "nowhere"], 1, "is not a run's folder"),
        (["calibrate", "--answered", "2"], 2, "not a share"),
        ([], 2, "ACTION"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_done(
    argv: list[str], code: int, said: str, soundings: Any, tmp_path: Path
) -> None:
    found, _, err = soundings("--home", tmp_path, "eval", *argv)
    assert (found, said in err) == (code, True), err
    assert "Traceback" not in err


def test_help_of_the_suite_loads_nothing_heavy() -> None:
    import subprocess

    code = (
        "import contextlib, sys, soundings\n"
        "with contextlib.suppress(SystemExit): soundings.main(['eval', 'run', '--help'])\n"
        "print('LOADED', *sorted({m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=GOLD.parents[1]
    )
    loaded = set(done.stdout.split("LOADED", 1)[1].split())
    assert not loaded & {"torch", "chromadb", "sklearn", "ir_measures", "scipy"}
