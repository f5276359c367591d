"""A home where answers have been judged: a small gold file, a baseline in which all was withheld,
and one piece of feedback."""

import json
import shutil
from pathlib import Path

from assistant import Engine, open_engine
from assistant.keeping.feedback import FeedbackBook, Verdict
from assistant.keeping.kept import FILE_NAME, Kept
from eval.suite.kept import Runs
from eval.suite.report.pages import pages
from eval.suite.run import Gold, read_gold, run_suite
from eval.suite.runs import write_run
from tests.conftest import settings_of

ASKED = "Who likens his role to a conductor's?"
GOLD = f"""\
- id: conductor
  question: "{ASKED}"
  outcome: answered
  facts: [["conductor"]]
  evidence:
  - source: top-leader-report
    quote: "likens his role to a conductor's"
  split: held
- id: wood
  question: "What is Julie Wood's central argument?"
  outcome: answered
  evidence:
  - source: top-leader-report
    quote: "Dr Amanda Doyle, NHSCC's co-chair"
  split: held
- id: penguins
  question: "How do penguins keep warm in winter?"
  outcome: answered
  evidence:
  - source: top-leader-report
    quote: "Deborah Fielding, chief accountable officer at Wiltshire CCG"
  split: held
"""
BASELINE = "2016-09-07-120000"


def judged_home(home: Path, starter_home: Path, engine: Engine) -> Path:
    """A copy of the starter library's home, to be changed at will. `engine` answers over it."""
    shutil.copytree(starter_home, home)
    gold = home / "gold" / "own.yaml"
    gold.parent.mkdir()
    gold.write_text(GOLD, encoding="utf-8")
    fitted = json.loads(engine.calibration.file.read_text(encoding="utf-8"))
    strict = home.parent / "strict.json"
    strict.write_text(json.dumps({**fitted, "threshold": 1.1}), encoding="utf-8")
    silent = open_engine(settings_of(home), calibration=strict)
    _keep(home, silent, read_gold([gold], silent.store.library))
    book = Kept(home / FILE_NAME)
    FeedbackBook(book).say(
        "anna",
        "c",
        1,
        Verdict.NOT_HELPFUL,
        reason="He is not named.",
        question=ASKED,
        answer=engine.ask(ASKED).to_json(),
    )
    book.close()
    return home


def _keep(home: Path, engine: Engine, gold: Gold) -> None:
    runs = Runs(home)
    run = run_suite(engine, gold, {"calibration": "strict"})
    write_run(runs.folder / BASELINE, run, pages(run, None, engine.store.library.text))
    runs.name_baseline(BASELINE)
