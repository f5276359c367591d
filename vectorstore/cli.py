"""The commands `search` and `sources`."""

import argparse
import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Protocol

from vectorstore.batch import Line, history_of, run_batch
from vectorstore.console import (
    Commands,
    announce,
    bold,
    plain,
    positive,
    print_json,
    print_table,
)
from vectorstore.dependants import Dependants, losing_in_words, resting_on
from vectorstore.errors import UsageError
from vectorstore.index.opening import open_indexes
from vectorstore.library import Library
from vectorstore.library.library import BIN_DAYS
from vectorstore.models import Hit, Source
from vectorstore.search import Query
from vectorstore.search.showing import by_source, marked, near
from vectorstore.settings import Settings, StoreSettings
from vectorstore.store import EMPTY, open_library, open_store
from vectorstore.wording import below, path_of
from vectorstore.writing import remove

QUERY_CHARACTERS = 10_000
EDITED = {
    "title": "title", "author": "author", "date": "date", "publisher": "publisher", "url": "url",
    "describe": "description",
}  # fmt: skip
_SAID = {
    "title": "what it is called in citations",
    "author": "who wrote it",
    "date": "when, best as 2016-06-13",
    "publisher": "who published it",
    "url": "where it is found",
    "describe": "what it is, in a line or two",
}


class Editing(Protocol):
    """Gives a source other details, and returns it as it is then."""

    def __call__(
        self,
        settings: Settings,
        source_id: str,
        fields: Mapping[str, str],
        *,
        announce: Callable[[str], None],
    ) -> Source: ...


class Restoring(Protocol):
    """Takes a removal back, and returns the source as it is then."""

    def __call__(
        self, settings: Settings, source_id: str, *, announce: Callable[[str], None]
    ) -> Source: ...


def add_commands(
    commands: Commands,
    dependants: Sequence[Dependants] = (),
    editing: Editing | None = None,
    restoring: Restoring | None = None,
) -> None:
    """Add this folder's commands to the front door's. `dependants` tell what rests on a source,
    for the one who is about to remove it; `editing` is what edits one, `restoring` what puts one
    back."""
    search = commands.add_parser("search", help="find passages", description=_search.__doc__)
    search.add_argument("query", nargs="?", metavar="QUERY")
    search.add_argument("--top-k", type=positive, metavar="N", help="how many passages to show")
    add_source_filter(search)
    search.add_argument("--json", action="store_true", help="print JSON")
    search.add_argument("--batch", metavar="IN", help='JSON Lines: {"id", "question", "history"?}')
    search.add_argument("--out", metavar="OUT", help="where the batch's hits go")
    search.set_defaults(run=_search)

    sources = commands.add_parser("sources", help="the library's documents")
    sources.add_argument("--json", action="store_true", help="print JSON")
    sources.set_defaults(run=_list)
    actions = sources.add_subparsers(metavar="ACTION")
    show = actions.add_parser("show", help="one document")
    show.add_argument("id", metavar="ID")
    show.add_argument("--text", action="store_true", help="its text, as offsets count it")
    show.add_argument("--json", action="store_true", help="print JSON")
    show.set_defaults(run=_show)
    taking = actions.add_parser("remove", help="take one document out of the library")
    taking.add_argument("id", metavar="ID")
    taking.add_argument(
        "--yes", action="store_true", help="do not ask, even where something rests on it"
    )
    taking.set_defaults(run=functools.partial(_remove, dependants=dependants))
    binned = actions.add_parser("bin", help="what was removed and can be put back")
    binned.add_argument("--json", action="store_true", help="print JSON")
    binned.set_defaults(run=_bin)
    if restoring is not None:
        putting = actions.add_parser("restore", help="put back one that was removed")
        putting.add_argument("id", metavar="ID")
        putting.set_defaults(run=functools.partial(_restore, restoring=restoring))
    if editing is not None:
        saying = actions.add_parser("edit", help="say what one is called, and what it is")
        saying.add_argument("id", metavar="ID")
        for option, field in EDITED.items():
            saying.add_argument(f"--{option}", dest=field, metavar="TEXT", help=_SAID[option])
        saying.set_defaults(run=functools.partial(_edit, editing=editing))


def _edit(args: argparse.Namespace, settings: Settings, editing: Editing) -> int:
    """Say what a document is called, who made it, and what it is; an empty text takes that back.

    It counts from now on, whatever the file or sources.toml say.
    """
    fields = {f: getattr(args, f) for f in EDITED.values() if getattr(args, f) is not None}
    if not fields:
        raise UsageError(f"say what to change: {', '.join(f'--{name}' for name in EDITED)}")
    source = editing(settings, args.id, fields, announce=announce)
    announce(f"'{source.id}' is now “{plain(source.title)}”.")
    return 0


def add_source_filter(command: argparse.ArgumentParser) -> None:
    """Let a command be narrowed to some documents; `narrowed` reads it."""
    command.add_argument(
        "--source", action="append", metavar="ID", help="only in this document (repeatable)"
    )


def narrowed(args: argparse.Namespace, library: Library) -> tuple[str, ...] | None:
    """The ids that `--source` gave; None where it gave none. Raises UnknownSource."""
    if args.source is None:
        return None
    return tuple(library.source(id).id for id in args.source)


def check_batch_arguments(one: str | None, args: argparse.Namespace, what: str) -> None:
    """A single question or a batch with its output: one of the two. Raises UsageError."""
    if (one is None) == (args.batch is None):
        raise UsageError(f"give either one {what}, or --batch IN --out OUT")
    if (args.batch is None) != (args.out is None):
        raise UsageError("--batch IN and --out OUT go together")


def _search(args: argparse.Namespace, settings: Settings) -> int:
    """Find the passages nearest to a query, best first."""
    check_batch_arguments(args.query, args, "query")
    limit = args.top_k or settings.table(StoreSettings).top_k
    if args.query is not None:
        _check(args.query)
    store = open_store(settings, announce)
    sources = narrowed(args, store.library)

    def hits(query: str, history: Sequence[tuple[str, str]] = ()) -> Sequence[Hit]:
        _check(query)
        asked = Query.in_conversation(query, history)
        return near(store.searcher.search(asked, limit, sources=sources).hits)

    def batch_hits(line: Line) -> dict[str, object]:
        return {"hits": [hit.to_json() for hit in hits(line["question"], history_of(line))]}

    if args.batch is not None:
        lines, failed = run_batch(args.batch, args.out, batch_hits, required=("question",))
        announce(f"{lines} queries, {failed} failed.")
        return 0
    found = hits(args.query)
    if args.json:
        print_json({"id": None, "hits": [hit.to_json() for hit in found]})
        return 0
    if not found:
        where = "the library" if sources is None else "what --source names"
        announce(f"Nothing in {where} is near to “{plain(args.query)}”.")
    for group in by_source(found):
        passage = group[0].passage
        print(f"{plain(passage.title or passage.source)}  [{passage.source}]\n")
        for hit in group:
            _print(hit, args.query)
    return 0


def _print(hit: Hit, query: str) -> None:
    """One hit under its source's title, the words that matched in bold."""
    passage = hit.passage
    place = path_of("", below(passage.title, passage.heading) or passage.title, passage.page)
    print(f"   {hit.rank}. {plain(place)}  [{passage.start}-{passage.end}]  score {hit.score:.2f}")
    pieces = marked(query, plain(" ".join(passage.text.split())))
    print("      " + "".join(bold(text) if match else text for text, match in pieces) + "\n")


def _check(query: str) -> None:
    if not query.strip():
        raise UsageError("the query is empty")
    if len(query) > QUERY_CHARACTERS:
        raise UsageError(
            f"the query has {len(query):,} characters; at most {QUERY_CHARACTERS:,} are searched"
        )


def _list(args: argparse.Namespace, settings: Settings) -> int:
    sources = open_library(settings).sources()
    if args.json:
        print_json([asdict(source) for source in sources])
        return 0
    if not sources:
        announce(EMPTY[:1].upper() + EMPTY[1:])
        return 0
    rows = [[s.id, s.title, s.date or "", s.kind, s.passages, s.version] for s in sources]
    print_table(["id", "title", "date", "kind", "passages", "version"], rows)
    for source in sources:
        if source.aliases:
            names = ", ".join([source.origin, *source.aliases])
            print(
                f"{plain(source.id)} is the text of {1 + len(source.aliases)} files: {plain(names)}"
            )
    return 0


def _show(args: argparse.Namespace, settings: Settings) -> int:
    library = open_library(settings)
    source = library.source(args.id)
    if args.text:
        sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
        sys.stdout.write(library.text(args.id))
    elif args.json:
        print_json(asdict(source))
    else:
        shown = {**asdict(source), "pages": len(source.pages) or None}
        for name, value in shown.items():
            if value not in (None, (), ""):
                text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
                print(f"{name:12} {plain(text)}")
    return 0


def _remove(
    args: argparse.Namespace, settings: Settings, dependants: Sequence[Dependants] = ()
) -> int:
    """Take one document out of the library, having said what loses its evidence by it."""
    library = open_library(settings)
    source = library.source(args.id)
    losing = resting_on(dependants, settings.home, library, source.id)
    for line in losing_in_words(losing):
        announce(plain(line))
    if losing and not args.yes and sys.stdin.isatty() and not _agreed(source.title):
        announce("Nothing was removed.")
        return 1
    removed = remove(settings.home, library, source.id, open_indexes(settings))
    announce(f"Removed '{removed.title}', which was read from {removed.origin}.")
    return 0


def _bin(args: argparse.Namespace, settings: Settings) -> int:
    """What was removed in the last days, and can be put back."""
    found = open_library(settings).bin()
    if args.json:
        print_json([{**asdict(source), "removed": when} for source, when in found])
    elif found:
        print_table(["id", "title", "removed"], [[s.id, s.title, when] for s, when in found])
    else:
        announce(f"Nothing was removed in the last {BIN_DAYS} days.")
    return 0


def _restore(args: argparse.Namespace, settings: Settings, restoring: Restoring) -> int:
    """Put back a document that was removed, with its text as it was."""
    source = restoring(settings, args.id, announce=announce)
    announce(f"'{source.id}' is in the library again, as version {source.version}.")
    return 0


def _agreed(title: str) -> bool:
    """Whether the person at the terminal wants it all the same."""
    print(f"Remove '{plain(title)}' all the same? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes")
