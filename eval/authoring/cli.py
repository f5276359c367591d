"""The actions of `eval` that are about gold questions: check, draft, exchange, calibrate, judge."""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from vectorstore.console import Commands, announce, positive, print_json, print_table
from vectorstore.errors import UsageError
from vectorstore.settings import Settings

FORMATS = ("ragas", "deepeval")


def add_gold_commands(actions: Commands) -> None:
    """Add these actions to `eval`'s."""
    _add_checks(actions)
    _add_exchange(actions)


def _add_checks(actions: Commands) -> None:
    lint = actions.add_parser("lint", help="check gold questions", description=_lint.__doc__)
    gold_flag(lint)
    lint.add_argument("--no-ask", action="store_true", help="leave out what needs the engine")
    lint.add_argument("--json", action="store_true", help="print JSON")
    lint.set_defaults(run=_lint)
    propose = actions.add_parser(
        "propose", help="draft gold questions", description=_propose.__doc__
    )
    gold_flag(propose)
    propose.add_argument("--number", type=positive, default=10, metavar="N", help="default: 10")
    propose.add_argument("--answers", type=Path, metavar="FILE", help="draft from saved answers")
    propose.add_argument("--coverage", action="store_true", help="only show what gold asks about")
    propose.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    propose.set_defaults(run=_propose)
    calibrate = actions.add_parser(
        "calibrate", help="set the threshold from gold", description=_calibrate.__doc__
    )
    gold_flag(calibrate)
    calibrate.add_argument("--answered", type=_share, default=0.93, metavar="SHARE")
    calibrate.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    calibrate.set_defaults(run=_calibrate)


def _add_exchange(actions: Commands) -> None:
    export = actions.add_parser("export", help="a run for ragas or DeepEval")
    export.add_argument("run_folder", type=Path, metavar="RUN", help="a run's folder")
    export.add_argument("--format", choices=FORMATS, required=True)
    export.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    export.set_defaults(run=_export)
    taken = actions.add_parser("import", help="gold drafts from ragas or DeepEval")
    taken.add_argument("file", type=Path, metavar="FILE")
    taken.add_argument("--format", choices=FORMATS, required=True)
    taken.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    taken.set_defaults(run=_import)
    judge = actions.add_parser("judge", help="another judge's verdicts", description=_judge.__doc__)
    judge.add_argument("run_folder", type=Path, metavar="RUN", help="a run's folder")
    judge.add_argument("verdicts", type=Path, metavar="FILE", help="JSON Lines: id, verdict")
    judge.add_argument("--json", action="store_true", help="print JSON")
    judge.set_defaults(run=_judge)


def gold_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gold",
        type=Path,
        nargs="+",
        action="extend",
        default=[],
        metavar="FILE",
        help="gold questions: YAML, JSON Lines or folders of them (default: what fits the library)",
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share above 0, up to 1")
    return share


def put(text: str, file: Path | None) -> None:
    """Print a text, or write it to a file. Raises RunError where that cannot be written."""
    from eval.errors import RunError

    if file is None:
        print(text, end="")
        return
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as exc:
        raise RunError(f"cannot write {file}: {exc.strerror or exc}") from exc
    announce(f"Written: {file}")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"cannot read {file}: {exc}") from exc


def _lint(args: argparse.Namespace, settings: Settings) -> int:
    """Check gold questions against the library; exit 1 where a question is at fault."""
    from assistant import open_engine
    from eval.authoring.lint import lint
    from eval.suite.run import read_gold
    from vectorstore import open_library

    engine = None if args.no_ask else open_engine(settings, announce)
    library = engine.store.library if engine else open_library(settings)
    gold = read_gold(args.gold, library)
    findings = lint(gold.questions, library, engine.ask if engine else None)
    if args.json:
        print_json([finding.to_json() for finding in findings])
    else:
        for finding in findings:
            print(f"{finding.level:7} {finding.id}: {finding.what}")
            for line in finding.see:
                print(f"          {line}")
    faults = sum(finding.level == "fault" for finding in findings)
    warnings = len(findings) - faults
    announce(f"{len(gold.questions)} questions, {faults} faults, {warnings} warnings.")
    return 1 if faults else 0


def _propose(args: argparse.Namespace, settings: Settings) -> int:
    """Draft questions from passages that the gold does not ask about, or from saved answers
    (`ask --json`, `--batch`) that someone marked as wrong."""
    from eval.authoring.drafts import draft_of_answer, write_drafts
    from eval.authoring.interchange import objects
    from eval.authoring.propose import coverage, propose
    from eval.gold.places import locate
    from eval.suite.run import gold_or_none
    from vectorstore import open_library

    if args.answers is not None:
        marked = enumerate(objects(_text(args.answers)), start=1)
        drafts = [draft_of_answer(number, answer) for number, answer in marked]
        put(write_drafts(drafts, ["Answers that were marked as wrong."]), args.out)
        return 0
    library = open_library(settings)
    targets = locate(gold_or_none(args.gold, library), library)
    covered = coverage(targets, library)
    if args.coverage:
        rows = [[c.source, c.section, c.passages, c.asked] for c in covered]
        print_table(["source", "section", "passages", "asked about"], rows)
        return 0
    asked, whole = sum(c.asked for c in covered), sum(c.passages for c in covered)
    about = [
        f"Drafts: {asked} of {whole} passages are asked about so far.",
        "Put each question into words, check its facts, change its tags, throw away what no",
        "reader would ask; then: soundings eval lint --gold THIS-FILE",
    ]
    put(write_drafts(propose(targets, library, args.number), about), args.out)
    return 0


def _calibrate(args: argparse.Namespace, settings: Settings) -> int:
    """Set the threshold under which an answer is withheld: the highest at which, of the gold's
    answerable questions, at least SHARE are still answered (default: 0.93). Questions of the
    split `held` are left for measuring. Try the result out: soundings eval run --calibration FILE.
    """
    from assistant import open_engine
    from eval.authoring.calibrate import calibrate
    from eval.suite.run import read_gold, run_suite

    engine = open_engine(settings, announce)
    gold = read_gold(args.gold, engine.store.library)
    tune = tuple(question for question in gold.questions if question.split == "tune")
    run = run_suite(engine, replace(gold, questions=tune), {})
    content = calibrate(run.results, engine.calibration.file, args.answered)
    put(json.dumps(content, indent=1) + "\n", args.out)
    return 0


def _export(args: argparse.Namespace, settings: Settings) -> int:
    from eval.authoring.interchange import EXPORTS
    from eval.suite.runs import read_run
    from vectorstore import open_library

    run = read_run(args.run_folder)
    put(EXPORTS[args.format](run.results, open_library(settings).text), args.out)
    return 0


def _import(args: argparse.Namespace, settings: Settings) -> int:
    from eval.authoring.drafts import draft_of_import, write_drafts
    from eval.authoring.interchange import IMPORTS
    from vectorstore import open_library

    library = open_library(settings)
    samples = enumerate(IMPORTS[args.format](_text(args.file)), start=1)
    drafts = [draft_of_import(number, sample, library) for number, sample in samples]
    put(write_drafts(drafts, [f"Drafts from {args.file.name} ({args.format})."]), args.out)
    return 0


def _judge(args: argparse.Namespace, settings: Settings) -> int:
    """Record another judge's verdicts (a model's, a person's) with a run and show how far they
    agree with the run's own. They never gate anything."""
    from eval.suite.report.pages import record_verdicts
    from vectorstore import open_library

    found = record_verdicts(args.run_folder, _text(args.verdicts), open_library(settings).text)
    if args.json:
        print_json([one.to_json() for one in found])
        return 0
    for one in found:
        share = one.agreement
        between = "" if share.low is None else f" ({share.low:.3f} to {share.high:.3f})"
        value = "no data" if share.value is None else f"{share.value:.3f}{between}, n={share.n}"
        kappa = "no data" if one.kappa is None else f"{one.kappa:.3f}"
        print(f"{one.judge}: agreement {value}; kappa {kappa}; {one.unknown} verdicts unknown")
        if one.differ:
            print(f"  differs on: {', '.join(one.differ)}")
    return 0
