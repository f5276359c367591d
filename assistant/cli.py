"""The command `ask`; `check`, `models` and `verify` come from files of their own."""

import argparse
from typing import Any

from assistant.answering.engine import ENGINES, check_question, open_engine
from assistant.ask.rewordings import rewordings
from assistant.errors import BadQuestion
from assistant.keeping import verify_cli
from assistant.keeping.models_cli import add_commands as add_model_commands
from assistant.keeping.places import page_of
from assistant.models import UNCONFIRMED, Answer, Outcome, Turn, Use
from assistant.proof.cli import add_commands as add_gate_commands
from assistant.turn.kinds import Kind
from vectorstore.batch import history_of, run_batch
from vectorstore.cli import add_source_filter, check_batch_arguments, narrowed
from vectorstore.console import Commands, announce, plain, print_json
from vectorstore.settings import Settings

ASKED_FOR = [str(k) for k in (Kind.POINT, Kind.LIST, Kind.OVERVIEW, Kind.COMPARISON, Kind.CLAIM)]


def add_commands(commands: Commands) -> None:
    """Add this folder's commands to the front door's."""
    ask = commands.add_parser("ask", help="ask a question", description=_ask.__doc__)
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--engine", choices=ENGINES, help="which engine answers")
    ask.add_argument(
        "--kind", choices=ASKED_FOR, help="what it is to be answered as; told from its words if not"
    )
    add_source_filter(ask)
    ask.add_argument("--json", action="store_true", help="print JSON")
    ask.add_argument(
        "--batch", metavar="IN", help='JSON Lines: {"id", "question", "history"?, "standalone"?}'
    )
    ask.add_argument("--out", metavar="OUT", help="where the batch's answers go")
    ask.set_defaults(run=_ask)
    add_gate_commands(commands)
    add_model_commands(commands)
    verify_cli.add_commands(commands)


def _ask(args: argparse.Namespace, settings: Settings) -> int:
    """Answer a question from the library, every sentence with its quote."""
    check_batch_arguments(args.question, args, "question")
    if args.question is not None:
        check_question(args.question)
    engine = open_engine(settings, announce, engine=args.engine)
    sources = narrowed(args, engine.store.library)
    if args.batch is not None:
        lines, failed = run_batch(
            args.batch,
            args.out,
            lambda line: engine.ask(
                line["question"],
                [Turn(role=role, content=content) for role, content in history_of(line)],
                sources=sources,
                standalone=_wording(line.get("standalone")),
            ).to_json(),
            required=("question",),
        )
        announce(f"{lines} questions, {failed} failed.")
        return 0
    kind = Kind(args.kind) if args.kind else None
    answer = engine.ask(args.question, sources=sources, kind=kind)
    if args.json:
        print_json({"id": None, **answer.to_json()})
    else:
        _print(answer)
    if not args.json and answer.outcome is Outcome.WITHHELD:
        for question in rewordings(engine, answer, sources=sources):
            print(plain(f"  It does answer: {question}"))
    return 0


def _wording(standalone: Any) -> str | None:
    if standalone is None or isinstance(standalone, str):
        return standalone
    raise BadQuestion("standalone must be a text: the question as it stands alone")


_SIGNS = {Outcome.ANSWERED: "● Answered", Outcome.PARTIAL: "◐ Partly answered"}


def _print(answer: Answer) -> None:
    if answer.outcome is Outcome.REPLY:
        print("\n".join(plain(line) for line in answer.answer.splitlines()))
        return
    if answer.outcome is Outcome.WITHHELD:
        print(f"○ Not in this library ({answer.reason}). The nearest passages:\n")
        for hit in answer.hits[:3]:
            place = plain(" › ".join(p for p in (hit.passage.title, hit.passage.heading) if p))
            text = plain(" ".join(hit.passage.text.split()))
            print(f"  {place}\n    {text[:200]}{'…' if len(text) > 200 else ''}\n")
        return
    sign = f"● {answer.verdict.capitalize()}" if answer.verdict else _SIGNS[answer.outcome]
    print(f"{sign} (confidence {answer.confidence:.2f}; taken for: {answer.kind})")
    if answer.written:
        print(plain(_who_wrote(answer.written)))
    if answer.missing:
        print(plain(f"  The library does not answer: {answer.missing}"))
    print()
    shown = {citation.quote: citation.shown for citation in answer.citations}
    side = None
    for statement in answer.statements:
        if statement.side != side:
            side = statement.side
            print(plain(f"  {side}:"))
        quote = shown.get(statement.text)
        text = f"“{quote}”" if quote else " ".join(statement.text.split())
        mark = f"  ({UNCONFIRMED})" if statement.status == "unconfirmed" else ""
        print(plain(f"  {text}"), f"{list(statement.citations)}{mark}")
    if answer.note:
        print(plain(f"\n  {answer.note}"))
    print()
    said = {statement.text for statement in answer.statements}
    for citation in answer.citations:
        page = f", {page}" if (page := page_of(citation)) else ""
        heading = f" › {citation.heading}" if citation.heading else ""
        print(plain(f"  [{citation.marker}] {citation.title}{heading}{page}"))
        print(f"      {citation.source} {citation.start}-{citation.end}")
        if citation.quote not in said:
            print(plain(f"      “{' '.join(citation.quote.split())}”"))


def _who_wrote(use: Use) -> str:
    """Which engine spoke, and what of a model's reply is not shown."""
    fallback = use.fallback
    if fallback is not None and fallback.whole:
        return f"  In the sources' own words; {use.model} did not answer: {fallback.why}"
    told = f"  Read and written by {use.model}"
    if use.checked:
        told += ", its statements read a second time"
    if fallback is None:
        return told
    return f"{told}; {fallback.replaced} put right, {fallback.left_out} left out ({fallback.why})"
