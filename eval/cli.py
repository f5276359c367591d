"""The command `eval` and its actions. What is heavy is imported where it is used."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from eval.authoring.cli import add_gold_commands, gold_flag, put
from eval.suite.packs.cli import add_pack_commands
from vectorstore.console import Commands, announce, print_json
from vectorstore.errors import UsageError
from vectorstore.settings import Settings

if TYPE_CHECKING:
    from eval.suite.gates import Gates, Verdict
    from eval.suite.runs import Run

BELOW = 3  # the exit code of a run that a gate holds


def add_commands(commands: Commands) -> None:
    """Add this folder's command to the front door's."""
    parser = commands.add_parser("eval", help="the grounding suite: measure, compare, gate")
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    _add_run(actions)
    _add_compare(actions)
    _add_gates(actions)
    add_gold_commands(actions)
    add_pack_commands(actions)


def _add_run(actions: Commands) -> None:
    run = actions.add_parser("run", help="ask all gold questions", description=_run.__doc__)
    gold_flag(run)
    run.add_argument("--out", type=Path, metavar="DIR", help="where the run is kept")
    run.add_argument("--gate", type=Path, metavar="FILE", help="gates to hold it against (TOML)")
    run.add_argument("--baseline", type=Path, metavar="DIR", help="an earlier run, for the gates")
    run.add_argument(
        "--calibration", type=Path, metavar="FILE", help="a calibration instead of the shipped one"
    )
    run.add_argument("--engine", choices=("extractive", "llm"), help="which engine answers")
    run.add_argument("--json", action="store_true", help="print the figures as JSON")
    run.add_argument(
        "--aside", action="store_true", help="give way to other programs, and count line by line"
    )
    run.set_defaults(run=_run)


def _add_compare(actions: Commands) -> None:
    compare = actions.add_parser(
        "compare", help="how two runs differ", description=_compare.__doc__
    )
    compare.add_argument("first", type=Path, metavar="A", help="the earlier run's folder")
    compare.add_argument("second", type=Path, metavar="B", help="the later run's folder")
    compare.add_argument("--force", action="store_true", help="even over other gold or library")
    compare.add_argument("--out", type=Path, metavar="FILE", help="write an HTML page")
    compare.add_argument("--json", action="store_true", help="print JSON")
    compare.set_defaults(run=_compare)


def _add_gates(actions: Commands) -> None:
    gates = actions.add_parser(
        "gates", help="draft gates from a run", description=_draft_gates.__doc__
    )
    gates.add_argument("run_folder", type=Path, metavar="RUN", help="a run's folder")
    gates.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    gates.set_defaults(run=_draft_gates)


def _run(args: argparse.Namespace, settings: Settings) -> int:
    """Ask every gold question, score the answers and keep the run; exit 3 if a gate holds it."""
    from assistant import open_engine
    from eval.suite.kept import Runs
    from eval.suite.report.pages import pages
    from eval.suite.report.summary import run_lines
    from eval.suite.run import read_gold, run_suite, settings_of_run
    from eval.suite.runs import check_target, metrics_json, write_run

    folder = args.out or Runs(settings.home).new_folder(datetime.now())
    check_target(folder)
    if args.baseline is not None and args.gate is None:
        raise UsageError("--baseline goes with --gate FILE")
    gates = _gates(args.gate)
    if args.aside and hasattr(os, "nice"):
        os.nice(10)
    engine = open_engine(settings, announce, engine=args.engine, calibration=args.calibration)
    gold = read_gold(args.gold, engine.store.library)
    shaped = settings_of_run(settings, args.engine, engine.calibration.file)
    run = run_suite(engine, gold, shaped, _count if args.aside else _progress)
    verdict = _verdict(run, gates, args)
    write_run(folder, run, pages(run, verdict, engine.store.library.text))
    if args.json:
        print_json({**metrics_json(run), "verdict": verdict.to_json() if verdict else None})
    else:
        print("\n".join(run_lines(run, verdict)))
    announce(f"The run is in {folder}; open {folder / 'report.html'}")
    return BELOW if verdict is not None and not verdict.passes else 0


def _gates(file: Path | None) -> "Gates | None":
    from eval.suite.gates import load_gates

    return None if file is None else load_gates(file)


def _verdict(run: "Run", gates: "Gates | None", args: argparse.Namespace) -> "Verdict | None":
    from eval.suite.gates import judge_run

    return None if gates is None else judge_run(run, gates, args.gate, args.baseline)


def _count(done: int, total: int) -> None:
    announce(f"Asked {done} of {total}")


def _progress(done: int, total: int) -> None:
    """One line that counts, where someone is watching."""
    if sys.stderr.isatty():
        print(f"\rAsked {done} of {total}", end="\n" if done == total else "", file=sys.stderr)
    elif done == 0:
        announce(f"Asking {total} questions …")


def _compare(args: argparse.Namespace, settings: Settings) -> int:
    """Compare two runs question by question: what differs, whether by chance, and where."""
    from eval.suite.compare import compare_runs
    from eval.suite.report.summary import comparison_lines
    from eval.suite.runs import read_run

    comparison = compare_runs(read_run(args.first), read_run(args.second), force=args.force)
    if args.out is not None:
        from eval.suite.report.comparison_page import comparison_page
        from vectorstore import open_library

        put(comparison_page(comparison, open_library(settings).text), args.out)
    if args.json:
        print_json(comparison.to_json())
    else:
        print("\n".join(comparison_lines(comparison)))
    return 0


def _draft_gates(args: argparse.Namespace, settings: Settings) -> int:
    """Draft gates that a run passes, each with what was measured, for a person to look through."""
    from eval.suite.gate_draft import draft_gates
    from eval.suite.runs import read_run

    put(draft_gates(read_run(args.run_folder)), args.out)
    return 0
