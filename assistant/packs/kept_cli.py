"""The command `packs`: those that people made at the page."""

import argparse
from pathlib import Path
from typing import Any

from assistant.errors import PackGone
from assistant.keeping.kept import opened
from assistant.packs.cli import FORMATS, format_of, put_file
from assistant.packs.desk import Desk, Listed
from assistant.packs.files.markdown import Part
from assistant.packs.sessions import Session, list_sessions
from vectorstore.console import Commands, announce, print_json, print_table
from vectorstore.database.opening import place_of
from vectorstore.settings import Settings
from vectorstore.store import open_library
from vectorstore.wording import moment_in_words
from web.identity.users import Users


def add_commands(commands: Commands) -> None:
    """Add this command to the front door's."""
    packs = commands.add_parser(
        "packs", help="the packs that are kept, and what became of them", description=_list.__doc__
    )
    packs.add_argument("--json", action="store_true", help="print JSON")
    packs.set_defaults(run=_list)
    actions = packs.add_subparsers(metavar="ACTION")
    show = actions.add_parser("show", help="one pack", description=_show.__doc__)
    show.add_argument("id", metavar="ID")
    show.add_argument("--part", choices=list(map(str, Part)), default="all", help="what of it")
    show.add_argument("--format", choices=FORMATS, help="default: by --out, else md")
    show.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print)")
    show.set_defaults(run=_show)
    remove = actions.add_parser("remove", help="delete one for good", description=_remove.__doc__)
    remove.add_argument("id", metavar="ID")
    remove.set_defaults(run=_remove)


def _list(args: argparse.Namespace, settings: Settings) -> int:
    """The packs that people made at the page, the latest first, with whose they are and what was
    said of them after the session."""
    sessions = list_sessions(place_of(settings))
    with opened(place_of(settings)) as kept:
        listed = Desk(kept).all() if kept else []
    names = Users(place_of(settings))
    if args.json:
        rows = [_json(one, names, [s for s in sessions if s.pack == one.id]) for one in listed]
        gone = [s for s in sessions if s.pack not in {one.id for one in listed}]
        print_json({"packs": rows, "sessions_of_deleted": [_said(s) for s in gone]})
        return 0
    if not listed:
        announce("No pack is kept. Each that is made at the page is, for whoever made it.")
        return 0
    said = {session.pack: session.in_words for session in reversed(sessions)}
    print_table(
        ["pack", "topic", "minutes", "whose", "changed", "in the room"],
        [
            [
                one.id,
                one.request.topic,
                one.request.minutes,
                names.name_of(one.owner) + (f" (shared: {one.shared})" if one.shared else ""),
                moment_in_words(one.changed),
                said.get(one.id, ""),
            ]
            for one in listed
        ],
    )
    return 0


def _show(args: argparse.Namespace, settings: Settings) -> int:
    """A kept pack as it is now."""
    from assistant.packs.files.formats import pack_file  # Word is loaded for a pack alone

    format = format_of(args)
    with opened(place_of(settings)) as kept:
        if kept is None:
            raise PackGone("no pack is kept here")
        pack = Desk(kept).read(args.id).pack
    sources = {source.id: source for source in open_library(settings).sources()}
    put_file(pack_file(pack, sources, format, Part(args.part)).content, args.out)
    return 0


def _remove(args: argparse.Namespace, settings: Settings) -> int:
    """Delete a kept pack for good. What was said of it after a session stays."""
    with opened(place_of(settings)) as kept:
        if kept is None:
            raise PackGone("no pack is kept here")
        Desk(kept).remove(args.id)
    announce("Deleted.")
    return 0


def _json(one: Listed, names: Users, sessions: list[Session]) -> dict[str, Any]:
    return {
        "id": one.id,
        "topic": one.request.topic,
        "audience": one.request.audience,
        "minutes": one.request.minutes,
        "who": names.name_of(one.owner),
        "changed": one.changed,
        "shared": one.shared,
        "sessions": [_said(session) for session in sessions],
    }


def _said(session: Session) -> dict[str, Any]:
    return {
        "topic": session.content["topic"],
        "worked": session.worked,
        "reason": session.reason,
        "when": session.when,
        "who": session.who,
    }
