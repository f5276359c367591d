"""The action `packs` of `eval`."""

import argparse
import sys
from pathlib import Path

from vectorstore.console import Commands, announce, positive, print_json
from vectorstore.settings import Settings

BELOW = 3


def add_pack_commands(actions: Commands) -> None:
    """Add this action to `eval`'s."""
    packs = actions.add_parser("packs", help="measure discussion packs", description=_packs.__doc__)
    packs.add_argument("--topics", type=Path, metavar="FILE", help="YAML: held, not_held")
    packs.add_argument("--prompts", type=positive, default=4, metavar="N", help="default: 4")
    packs.add_argument("--minutes", type=positive, default=40, metavar="M", help="default: 40")
    packs.add_argument("--seed", type=int, default=0, metavar="S", help="default: 0")
    packs.add_argument("--out", type=Path, metavar="DIR", help="where the packs are kept")
    packs.add_argument("--gate", type=Path, metavar="FILE", help="gates to hold them against")
    packs.add_argument("--json", action="store_true", help="print the figures as JSON")
    packs.set_defaults(run=_packs)


def _packs(args: argparse.Namespace, settings: Settings) -> int:
    """Make a pack on each of a set of topics and measure it; exit 3 if a gate holds them."""
    from assistant import open_engine
    from eval.suite.gates import load_gates
    from eval.suite.packs.measures import PACK_METRICS
    from eval.suite.packs.measuring import (
        TOPICS,
        judge_packs,
        load_topics,
        pack_lines,
        run_packs,
        write_packs,
    )

    topics = load_topics(args.topics or TOPICS)
    gates = load_gates(args.gate, PACK_METRICS) if args.gate is not None else None
    run = run_packs(
        open_engine(settings, announce),
        topics,
        prompts=args.prompts,
        minutes=args.minutes,
        seed=args.seed,
        progress=_progress,
    )
    verdict = judge_packs(run, gates, args.gate) if gates is not None else None
    if args.out is not None:
        write_packs(args.out, run, verdict)
        announce(f"The packs are in {args.out}")
    if args.json:
        print_json({**run.to_json(), "verdict": verdict.to_json() if verdict else None})
    else:
        print("\n".join(pack_lines(run, verdict)))
    return BELOW if verdict is not None and not verdict.passes else 0


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        print(f"\rMade {done} of {total} packs", end=end, file=sys.stderr)
