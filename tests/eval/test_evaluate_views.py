"""What the Evaluate tab shows of runs, as markup; its addresses are for evaluators alone."""

import copy
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant import Engine
from eval.page import outcome, start
from eval.page.question import Walk, question
from eval.page.routes import routes_of
from eval.suite.aside import Progress
from eval.suite.compare import compare_runs
from eval.suite.failures import counted, failures
from eval.suite.gates import Floor, Gates, judge_run
from tests.made import As
from web.by_role import front
from web.guard import SANDBOX
from web.identity.people import Role

LONG = "It is 42 kilometres long."
BOATS = "Boats may not pass the weir."


def text_of(markup: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", markup))


def run_of(river: Any, **said: str | None) -> Any:
    """A run of questions that should say how long the river is; None: withheld."""
    return river.run(
        *(
            (
                river.gold(id, quotes=[LONG], facts=[["42"]], question=f"<b>{id}</b>?"),
                river.answer(*([words] if words else [])),
            )
            for id, words in said.items()
        )
    )


def test_a_held_verdict_names_each_gate_with_its_figure_and_its_limit(river: Any) -> None:
    run = run_of(river, a=LONG, b=BOATS, c=None)
    gates = Gates(floor=(Floor(metric="right", value=0.9),), must_pass=("c",))
    verdict = judge_run(run, gates, Path("gates.toml"))
    shown = text_of(outcome.outcome(run, "one", verdict, [], None, None))
    assert "Held by 2 of 2 gates" in shown
    assert re.search(r"Right answers\s*: right is 0.3333 \(n=3\), under 0.9", shown)
    assert re.search(r"Must pass\s*: 'c' must pass and was withheld instead of answered", shown)


def test_a_verdict_that_passes_names_what_is_worse_and_does_not_take_chance_for_it(
    river: Any,
) -> None:
    many = [f"q{n}" for n in range(12)]
    before = run_of(river, **dict.fromkeys(many, LONG))
    passed = judge_run(before, Gates(), Path("gates.toml"))
    for lost, chance in ((9, False), (1, True)):
        after = run_of(river, **{q: (BOATS if n < lost else LONG) for n, q in enumerate(many)})
        comparison = compare_runs(before, after)
        shown = text_of(outcome.outcome(after, "two", passed, [], comparison, "one"))
        told = f"{12 - lost} of 12 right, {lost} fewer than before"
        assert told + (" (that may be chance)." if chance else ".") in shown
        assert ("worse than before: Right answers" in shown) is not chance
        assert ("▼ worse" in shown) is not chance  # the figures say the same
        assert f"Right answers {12 - lost} of 12: " in re.sub(r"\s+", " ", shown)


def test_the_plots_of_the_report_stand_on_the_page_and_what_to_do_next(river: Any) -> None:
    run = run_of(river, a=LONG, b=BOATS)
    held = judge_run(run, Gates(must_pass=("b",)), Path("gates.toml"))
    shown = outcome.outcome(run, "one", held, [], None, None)
    titles = re.findall(r"<title>([^<]+)</title>", shown)
    assert "Key figures with 95 % intervals" in titles
    assert any(title.startswith("Reliability") for title in titles)
    assert 'class="matrix"' in shown
    steps = text_of(shown.split("next-steps")[1].split("</ol>")[0])
    assert "tells most against it" in steps and "b" in steps


def test_what_flipped_is_shown_worst_first(river: Any) -> None:
    first = run_of(river, a=LONG, b=LONG, c=BOATS)
    second = run_of(river, a=None, b=BOATS, c=LONG)
    comparison = compare_runs(first, second)
    assert [flip.id for flip in outcome.worst_first(comparison.flipped)] == ["b", "a", "c"]
    shown = outcome.outcome(second, "two", None, [], comparison, "one")
    assert "2 became wrong, 1 became right; 3 of 3 answers differ" in text_of(shown)


def test_a_question_shows_both_answers_and_where_they_part(river: Any) -> None:
    first, second = run_of(river, a=LONG), run_of(river, a=BOATS)
    counts = counted(second.results)
    ids = [result.id for result in failures(second.results)]
    walk = Walk(run="two", against="one", among=None, kind=None, ids=ids, counts=counts)
    shown = question(walk, second, first, second.results[0], river.library.text)
    before, after = shown.split('class="side"')[1:]
    assert f'<mark><span class="gold">{LONG}</span></mark>' in before
    assert f'<span class="gold">{LONG}</span>' in after and f"<mark>{BOATS}</mark>" in after
    assert "They part at:  evidence" in text_of(shown)
    assert "Found but not chosen" in text_of(shown)
    assert "<b>" not in shown and "&lt;b&gt;a&lt;/b&gt;?" in shown


@pytest.mark.parametrize(
    ("left", "words"),
    [(20.0, "less than a minute"), (65.0, "about a minute"), (170.0, "about 3 minutes")],
)
def test_progress_says_how_far_and_how_long(left: float, words: str) -> None:
    now = Progress(phase="asking", done=4, total=9, left=left)
    assert start.said(now) == f"Question 5 of 9 · {words} left"


# The addresses


def client_of(engine: Engine, role: Role | None) -> TestClient:
    app = front({})
    app.include_router(routes_of(engine))
    return TestClient(As(app, role))


@pytest.mark.parametrize("role", [Role.LEADER, Role.TRAINER, Role.KEEPER, None])
def test_nobody_but_evaluators_gets_in(starter_engine: Engine, role: Role | None) -> None:
    router = routes_of(starter_engine)
    client = client_of(starter_engine, role)
    assert len(router.routes) > 15
    for route in router.routes:
        for method in route.methods:  # type: ignore[attr-defined]
            reply = client.request(method, route.path, json={})  # type: ignore[attr-defined]
            assert reply.status_code == 403, (method, route)


def test_an_evaluator_gets_in_and_is_told_what_is_amiss(starter_engine: Engine) -> None:
    client = client_of(starter_engine, Role.EVALUATOR)
    first = client.get("/evaluate/first")
    assert first.status_code == 200 and "253 questions" in first.text
    assert first.headers["cache-control"] == "no-store"
    assert client.get("/evaluate/progress").json()["phase"] == "idle"
    for address in ("run?run=../x", "report?run=x", "file?run=x&file=metrics.json"):
        reply = client.get(f"/evaluate/{address}")
        assert reply.status_code == 409 and "not kept here" in reply.text
    assert "no file" in client.get("/evaluate/file?run=x&file=../../library.sqlite3").text
    nothing = client.post("/evaluate/start", json={"sets": []})
    assert nothing.status_code == 409 and "at least one set" in nothing.text
    taken = {"source": "launch-note", "start": 0, "end": 5, "words": "other"}
    assert "others now" in client.post("/evaluate/take", json=taken).text


def test_a_run_from_elsewhere_runs_nothing_here_and_leads_nowhere(
    starter_engine: Engine, tmp_path: Path
) -> None:
    engine = copy.copy(starter_engine)
    engine.store = copy.copy(starter_engine.store)
    engine.store.home = tmp_path
    run = tmp_path / "runs" / "theirs"
    run.mkdir(parents=True)
    (run / "metrics.json").write_text("{}")
    (run / "report.html").write_text("<script>alert(1)</script>")
    (run / "answers.jsonl").symlink_to(__file__)
    client = client_of(engine, Role.EVALUATOR)
    for address in ("report?run=theirs", "file?run=theirs&file=report.html"):
        policy = client.get(f"/evaluate/{address}").headers["content-security-policy"]
        assert policy == SANDBOX
    assert client.get("/evaluate/file?run=theirs&file=answers.jsonl").status_code == 409
