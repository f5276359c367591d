"""What the Evaluate tab's script fetches and sends: views as markup, and a run's files."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from assistant.answering.engine import Engine
from eval.errors import GoldError, RunError
from eval.page import outcome, start
from eval.page.draft_routes import add_draft_routes
from eval.page.parts import ADDRESS
from eval.page.question import Walk, none_left, question
from eval.page.serving import FRESH, Fields, listed, text, told
from eval.suite.aside import Aside, Order
from eval.suite.choices import GoldSet, digest_of, gate_sets, gates_for, gold_sets
from eval.suite.failures import counted, failures
from eval.suite.kept import Runs
from web.by_role import only_for
from web.guard import SANDBOX
from web.limits.shares import Pool, pooled
from web.look.markup import Html

FILES = {
    "report.html": "text/html",
    "metrics.json": "application/json",
    "answers.jsonl": "application/x-ndjson",
    "junit.xml": "application/xml",
}


def routes_of(engine: Engine) -> APIRouter:
    """Everything under `/evaluate`."""
    router = APIRouter(prefix=f"/{ADDRESS}", dependencies=[Depends(only_for("evaluate"))])
    add_draft_routes(router, engine)
    tab = Evaluation(engine)
    exporting = Pool("files of runs", threads=2, each=4)

    @router.get("/first")
    def first() -> Response:
        return told(tab.first)

    @router.get("/progress")
    def progress() -> Response:
        return told(tab.progress)

    @router.post("/start")
    def begin(fields: Fields) -> Response:
        return told(lambda: tab.start(listed(fields, "sets"), text(fields, "gates")))

    @router.post("/stop")
    def stop(fields: Fields) -> Response:
        return told(tab.stop)

    @router.post("/baseline")
    def baseline(fields: Fields) -> Response:
        return told(lambda: tab.baseline(text(fields, "run")))

    @router.post("/remove")
    def remove(fields: Fields) -> Response:
        return told(lambda: tab.remove(text(fields, "run")))

    @router.get("/run")
    def run(run: str, against: str | None = None) -> Response:
        return told(lambda: tab.run(run, against))

    @router.get("/question")
    def one(
        run: str,
        against: str | None = None,
        question: str | None = None,
        kind: str | None = None,
        among: str | None = None,
    ) -> Response:
        return told(lambda: tab.question(run, against or None, question, kind, among))

    @router.get("/report")
    @pooled(exporting)
    def report(request: Request, run: str) -> Response:
        return told(lambda: tab.file(run, "report.html", shown=True))

    @router.get("/file")
    @pooled(exporting)
    def file(request: Request, run: str, file: str) -> Response:
        return told(lambda: tab.file(run, file))

    return router


class Evaluation:
    """What the tab does. One for all people, so that they see one and the same run."""

    def __init__(self, engine: Engine) -> None:
        self._library = engine.store.library
        self._home = engine.store.home
        self._runs = Runs(self._home)
        self._aside = Aside(self._home)

    def first(self) -> Html:
        return start.first(
            gold_sets(self._library, self._home),
            gate_sets(self._home),
            self._runs.listed(),
            self._aside.progress(),
            self._library.fingerprint,
        )

    def progress(self) -> Response:
        now = self._aside.progress()
        content = {
            "number": now.number,
            "phase": now.phase,
            "under_way": now.under_way,
            "done": now.done,
            "total": now.total,
            "said": start.said(now),
            "run": now.run if now.phase == "done" else None,
        }
        return JSONResponse(content, headers=FRESH)

    def start(self, sets: Sequence[str], gates: str) -> Html:
        """Begin a run over these sets. Raises EvalError where they do not go together."""
        chosen = [one for one in gold_sets(self._library, self._home) if one.id in sets]
        if not chosen:
            raise GoldError("choose at least one set of questions first")
        amiss = [one.title for one in chosen if not one.applies]
        if amiss:
            raise GoldError(f"this set does not fit the library as it is now: {amiss[0]}")
        found = gates_for([one.id for one in chosen], self._home, gates or None)
        order = Order(
            gold=tuple(one.path for one in chosen),
            folder=self._runs.new_folder(datetime.now()),
            gates=found.path,
            baseline=self._baseline_for(chosen),
        )
        self._aside.start(order)
        return self.first()

    def _baseline_for(self, chosen: Sequence[GoldSet]) -> Path | None:
        """The baseline's folder, where a run over these sets can be held against it: over the
        same gold and the same library."""
        name = self._runs.baseline
        if name is None:
            return None
        run, gold = self._runs.read(name), digest_of(chosen)
        same = run.library == self._library.fingerprint and run.gold["digest"] == gold
        return self._runs.find(name) if same else None

    def stop(self) -> Html:
        self._aside.stop()
        return self.first()

    def baseline(self, run: str) -> Html:
        self._runs.name_baseline(run)
        return self.first()

    def remove(self, run: str) -> Html:
        self._runs.remove(run)
        return self.first()

    def run(self, name: str, against: str | None) -> Html:
        """A run beside another: the one named, none where that is empty, else the baseline."""
        run = self._runs.read(name)
        beside = self._runs.baseline if against is None else (against or None)
        if beside == name:
            beside = None
        comparison = None if beside is None else self._runs.compare(beside, name)
        verdict = self._runs.verdict(name)
        return outcome.outcome(run, name, verdict, self._runs.listed(), comparison, beside)

    def question(
        self, name: str, against: str | None, id: str | None, kind: str | None, among: str | None
    ) -> Html:
        run = self._runs.read(name)
        other = None if against is None else self._runs.read(against)
        if among == "flips" and against is not None:
            flips = outcome.worst_first(self._runs.compare(against, name).flipped)
            ids = [flip.id for flip in flips]
        else:
            among = None
            ids = [result.id for result in failures(run.results, kind)]
        counts = counted(run.results)
        walk = Walk(run=name, against=against, among=among, kind=kind, ids=ids, counts=counts)
        result = run.result(id) if id is not None else (run.result(ids[0]) if ids else None)
        if result is None:
            return none_left(walk)
        return question(walk, run, other, result, self._library.text)

    def file(self, run: str, file: str, *, shown: bool = False) -> Response:
        """One of a run's files, to look at or to keep."""
        if file not in FILES:
            raise RunError(f"a run has no file '{file}' to give out")
        path = self._runs.find(run) / file
        # A run may have been copied from elsewhere: what it holds runs nothing in our origin
        headers = {**FRESH, "Content-Security-Policy": SANDBOX}
        if not path.is_file() or path.is_symlink():
            raise RunError(f"this run has no {file}")
        name = None if shown else f"{run}-{file}"
        return FileResponse(path, media_type=FILES[file], filename=name, headers=headers)
