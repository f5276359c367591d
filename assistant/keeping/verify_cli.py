"""The command `verify`."""

import argparse
from pathlib import Path

from assistant.keeping.verify import Standing, Verification, read_answers, verify
from vectorstore.console import Commands, announce, print_json, print_table
from vectorstore.settings import Settings
from vectorstore.store import open_library

BELOW = 3  # the exit code where a quote is changed or gone
MOST_ROWS = 40  # beyond, quotes that were simply verified are only counted
EXCERPT = 60  # characters of a quote in the table


def add_commands(commands: Commands) -> None:
    """Add this command to the front door's."""
    parser = commands.add_parser(
        "verify", help="re-check saved answers, quote by quote", description=_verify.__doc__
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="one answer as JSON, or JSON Lines")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_verify)


def _verify(args: argparse.Namespace, settings: Settings) -> int:
    """Check every quote of saved answers against today's library; exit 3 if one does not stand."""
    found = verify(read_answers(args.file), open_library(settings))
    if args.json:
        print_json(found.to_json())
    else:
        _print(found)
    return 0 if found.holds else BELOW


def _print(found: Verification) -> None:
    shown = [
        each
        for each in found.quotes
        if len(found.quotes) <= MOST_ROWS or each.standing is not Standing.VERIFIED
    ]
    if shown:
        heads = ["quote", "answer", "marker", "source", "text", "today"]
        rows = [
            [
                each.standing,
                each.quote.answer,
                f"[{each.quote.marker}]" if each.quote.marker is not None else "",
                f"{each.quote.source} {each.quote.start}-{each.quote.end}",
                _excerpt(each.quote.quote),
                each.reason or "",
            ]
            for each in shown
        ]
        print_table(heads, rows)
    counts = [f"{n} {kind}" for kind, n in found.counts.items() if n]
    total = f"{len(found.quotes)} quotes in {found.answers} answers"
    print(f"{total}: {', '.join(counts)}." if counts else f"{total}.")
    if not found.quotes:
        announce("There was no quote to check.")


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"
