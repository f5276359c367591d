"""The command `check`."""

import argparse
import io
import sys
from collections.abc import Mapping
from typing import Any

from assistant.proof.check import Checker, Support
from assistant.proof.opening import open_checker
from assistant.settings import AssistantSettings
from vectorstore import UsageError
from vectorstore.batch import run_batch
from vectorstore.cli import check_batch_arguments
from vectorstore.console import Commands, announce, plain, print_json
from vectorstore.settings import Settings

CLAIM_CHARACTERS = 10_000
PASSAGE_CHARACTERS = 200_000


def add_commands(commands: Commands) -> None:
    """Add the command to the front door's."""
    check = commands.add_parser(
        "check", help="does a passage support a claim?", description=_check.__doc__
    )
    check.add_argument("claim", nargs="?", metavar="CLAIM")
    check.add_argument("--passage", metavar="TEXT", help="the passage; - reads standard input")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.add_argument("--batch", metavar="IN", help='JSON Lines: {"id", "passage", "claim"}')
    check.add_argument("--out", metavar="OUT", help="where the batch's verdicts go")
    check.set_defaults(run=_check)


def _check(args: argparse.Namespace, settings: Settings) -> int:
    """Say whether a passage supports a claim, and if not, where the two do not agree."""
    check_batch_arguments(args.claim, args, "claim with --passage TEXT")
    if (args.claim is None) != (args.passage is None):
        raise UsageError("a claim and --passage TEXT go together")
    if args.claim is not None:
        passage = _standard_input() if args.passage == "-" else args.passage
        _readable(args.claim, passage)
    checker = open_checker(settings.table(AssistantSettings), announce)
    if args.batch is not None:
        lines, failed = run_batch(
            args.batch,
            args.out,
            lambda line: _line(checker, line),
            required=("passage", "claim"),
        )
        announce(f"{lines} claims, {failed} failed.")
        return 0
    support = checker.check(args.claim, passage)
    if args.json:
        print_json({"id": None, **_json(support)})
        return 0
    print(f"{'● Supported' if support.supported else '○ Not supported'} ({support.score:.2f})")
    if support.why:
        print(f"  {plain(support.why)}")
    return 0


def _standard_input() -> str:
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    return sys.stdin.read()


def _line(checker: Checker, line: Mapping[str, Any]) -> dict[str, object]:
    _readable(line["claim"], line["passage"])
    return _json(checker.check(line["claim"], line["passage"]))


def _readable(claim: str, passage: str) -> None:
    """Raises UsageError for what cannot be checked."""
    for name, text, most in (
        ("claim", claim, CLAIM_CHARACTERS),
        ("passage", passage, PASSAGE_CHARACTERS),
    ):
        if not any(character.isalnum() for character in text):
            raise UsageError(f"the {name} is empty")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError(f"the {name} holds half a character (bytes that are not UTF-8)")
        if len(text) > most:
            raise UsageError(f"the {name} has {len(text):,} characters; at most {most:,} are read")


def _json(support: Support) -> dict[str, object]:
    return {
        "supported": support.supported,
        "score": support.score,
        "why": support.why,
        "findings": [{"feature": f"{x.what}s_missing", "why": x.why} for x in support.lacks],
    }
