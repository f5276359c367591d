"""What a run's folder holds for people and for CI, and a judge's verdicts recorded beside it."""

import json
from pathlib import Path

from eval.authoring.judges import Agreement, agreement, read_verdicts
from eval.errors import RunError
from eval.suite.gates import Verdict
from eval.suite.report.html import run_page
from eval.suite.report.in_source import TextOf
from eval.suite.report.summary import run_junit, run_markdown
from eval.suite.runs import GATES_FILE, Run, read_run

JUDGES_FILE = "judges.jsonl"


def pages(run: Run, verdict: Verdict | None, text_of: TextOf) -> dict[str, str]:
    """File name → content: the reports, and the gates' verdict for those who come later."""
    said = None if verdict is None else verdict.to_json()
    return {
        "report.html": run_page(run, verdict, text_of),
        "report.md": run_markdown(run, verdict),
        "junit.xml": run_junit(run, verdict),
        GATES_FILE: json.dumps(said, ensure_ascii=False, indent=1) + "\n",
    }


def record_verdicts(folder: Path, verdicts: str, text_of: TextOf) -> list[Agreement]:
    """Keep other judges' verdicts (JSON Lines) in a run's folder and show in its report how far
    they agree. The gates' verdict stays what it was. Raises RunError."""
    run = read_run(folder)
    found = [
        agreement(judge, judged, run.results) for judge, judged in read_verdicts(verdicts).items()
    ]
    try:
        said = json.loads((folder / GATES_FILE).read_text(encoding="utf-8"))
        verdict = None if said is None else Verdict.from_json(said)
        (folder / JUDGES_FILE).write_text(verdicts, encoding="utf-8", newline="\n")
        page = run_page(run, verdict, text_of, found)
        (folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise RunError(f"cannot record the verdicts in {folder}: {exc}") from exc
    return found
