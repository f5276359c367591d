"""The command `ingest`."""

import argparse
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.connectors.run import due, ingest_connector, named
from ingest.errors import Stopped
from ingest.job import ingest
from ingest.progress import ConsoleProgress
from ingest.report import STATUSES, Report
from vectorstore.console import Commands, announce, print_json
from vectorstore.errors import SoundingsError, UsageError
from vectorstore.settings import Settings

MOST_PAIRS = 20  # near-duplicates that are printed


def add_commands(commands: Commands) -> None:
    """Add this folder's command to the front door's."""
    parser = commands.add_parser(
        "ingest", help="read documents into the library", description=_ingest.__doc__
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", type=Path)
    parser.add_argument(
        "--prune", action="store_true", help="retire sources that are no longer under these paths"
    )
    parser.add_argument(
        "--yes", action="store_true", help="prune even what came from a folder that is empty now"
    )
    parser.add_argument(
        "--rebuild", action="store_true", help="make passages, vectors and index again"
    )
    parser.add_argument(
        "--connector", metavar="NAME", help="what this connector of soundings.toml holds"
    )
    parser.add_argument(
        "--due", action="store_true", help="every connector that is due to be looked at"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.set_defaults(run=_ingest)


def _ingest(args: argparse.Namespace, settings: Settings) -> int:
    """Read files and folders into the library; with no PATH, the starter library. With --connector
    or --due, what connectors hold."""
    if args.connector or args.due:
        return _connectors(args, settings)
    with ConsoleProgress() as progress, _interrupted() as stop:
        report = ingest(
            settings,
            args.paths,
            prune=args.prune,
            yes=args.yes,
            rebuild=args.rebuild,
            progress=progress,
            stop=stop,
            announce=announce,
        )
    if args.json:
        print_json(report.to_json())
    else:
        _print(report)
    return 1 if report.counts["failed"] else 0


@contextmanager
def _interrupted() -> Iterator[threading.Event]:
    """What Ctrl-C sets, beside what it does anyhow: a library that is just being loaded may swallow
    its exception, and the run would go on."""
    stop = threading.Event()

    def heard(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    own = threading.current_thread() is threading.main_thread()  # another one hears no signals
    if own:
        signal.signal(signal.SIGINT, heard)
    try:
        yield stop
    except Stopped as exc:
        raise KeyboardInterrupt from exc
    finally:
        if own:
            signal.signal(signal.SIGINT, before)


def _connectors(args: argparse.Namespace, settings: Settings) -> int:
    if args.paths or args.rebuild or (args.connector and args.due):
        raise UsageError("give paths, or --connector NAME, or --due; connectors do not --rebuild")
    chosen = [named(settings, args.connector)] if args.connector else due(settings)
    reports: dict[str, Report] = {}
    failed: list[str] = []
    for connector in chosen:
        try:
            with ConsoleProgress() as progress:
                reports[connector.name] = ingest_connector(
                    settings,
                    connector,
                    prune=args.prune,
                    yes=args.yes,
                    progress=progress,
                    announce=announce,
                )
        except SoundingsError as exc:
            if not args.due:
                raise
            failed.append(connector.name)  # the others are looked at all the same
            announce(f"soundings: {exc}")
    if args.json:
        told = [report.to_json() for report in reports.values()]
        print_json(told[0] if args.connector else dict(zip(reports, told, strict=True)))
    elif args.due and not chosen:
        announce("No connector is due.")
    else:
        for report in reports.values():
            _print(report)
    return 1 if failed or any(r.counts["failed"] for r in reports.values()) else 0


def make_again(settings: Settings) -> None:
    """Make a library's passages, vectors and index again from its stored texts."""
    with ConsoleProgress() as progress:
        ingest(settings, rebuild=True, progress=progress, announce=announce)


def _print(report: Report) -> None:
    quiet = report.counts["unchanged"] > 20
    for file in report.files:
        if file.status == "unchanged" and quiet and not file.reason:
            continue
        stream = sys.stderr if file.status == "failed" else sys.stdout
        reason = f": {file.reason}" if file.reason else ""
        print(f"{file.status:10} {file.path}{reason}", file=stream)
    for pair in report.near_duplicates[:MOST_PAIRS]:
        share = f"{pair.likeness:.0%} of their wording is the same"
        print(f"{'alike':10} '{pair.source}' and '{pair.other}': {share}")
    if len(report.near_duplicates) > MOST_PAIRS:
        print(f"{'alike':10} and {len(report.near_duplicates) - MOST_PAIRS} pairs more (--json)")
    counts = [f"{report.counts[s]} {s}" for s in STATUSES if report.counts[s]]
    print(f"{', '.join(counts) or 'nothing to do'}.")
    print(f"The library holds {report.sources} sources, {report.passages} passages.")
