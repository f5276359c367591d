"""The commands `backup`, `restore` and `migrate`."""

import argparse
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from vectorstore.console import Commands, announce
from vectorstore.database.opening import Place, place_of, served
from vectorstore.library import FILE_NAME, Library
from vectorstore.moving.backup import Contents, backup, kept_files, restore
from vectorstore.moving.migrate import Part, migrate
from vectorstore.settings import Settings, StoreSettings, changed, without_password
from vectorstore.store import open_library

USERS = "users.toml"  # of a home that is not its server's
Also = Callable[[Place, Place], None]
Proof = Callable[[Place, Library, Library], str]


def add_commands(commands: Commands, parts: Sequence[Part], *, also: Also, proof: Proof) -> None:
    """Add this folder's commands to the front door's. `parts` and what `also` carries are moved
    with the library; `proof` says that what is kept rests on it as before."""
    making = commands.add_parser(
        "backup", help="the whole home in one file", description=_backup.__doc__
    )
    making.add_argument("file", metavar="FILE", type=Path, help="where to; it must not be there")
    making.set_defaults(run=partial(_backup, parts=parts, also=also))
    taking = commands.add_parser(
        "restore", help="a home from such a file", description=_restore.__doc__
    )
    taking.add_argument("file", metavar="FILE", type=Path, help="what `backup` wrote")
    taking.set_defaults(run=_restore)
    moving = commands.add_parser(
        "migrate", help="carry a home to servers, or back", description=_migrate.__doc__
    )
    moving.add_argument(
        "--to", metavar="URL", required=True, help="postgresql+psycopg://…, or embedded: a home"
    )
    moving.add_argument("--chroma", metavar="URL", help="a Chroma server for the index, too")
    moving.set_defaults(run=partial(_migrate, parts=parts, also=also, proof=proof))


def _backup(
    args: argparse.Namespace, settings: Settings, *, parts: Sequence[Part], also: Also
) -> int:
    """Write all that the home keeps into one file, with the program running: documents, packs,
    conversations, users, settings, gold and runs. Fetched language models are not in it, and no
    secret that comes from the environment. What is kept on a database server is in it, too, as it
    would be in a home."""
    if served(settings) is None:
        contents = backup(settings.home, args.file)
    else:
        with tempfile.TemporaryDirectory(dir=args.file.absolute().parent, prefix=".") as place:
            home = Path(place) / "home"
            served_there = {FILE_NAME, USERS, *(part.file for part in parts)}
            for name, path in kept_files(settings.home):
                if name not in served_there:
                    (home / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, home / name)
            embedded = replace(changed(settings, StoreSettings, library="embedded"), home=home)
            migrate(settings, embedded, parts, announce, copy=True)
            also(place_of(settings), home)
            contents = backup(home, args.file)
    size = args.file.stat().st_size / 1e6
    print(f"{args.file}: {len(contents.files)} files, {size:.1f} MB, {_library(contents.library)}")
    return 0


def _restore(args: argparse.Namespace, settings: Settings) -> int:
    """Make an empty home what it was when the file was written: it answers the same."""
    contents: Contents = restore(args.file, settings.home)
    print(f"{settings.home} is as it was on {contents.made}: {_library(contents.library)}")
    announce(
        "Its settings and users came with it. Where the file was not yours alone, look at them "
        "first: soundings config, soundings users list"
    )
    if contents.library is not None:
        library = Library(settings.home / FILE_NAME)
        print(f"{len(library.sources())} sources, {library.passage_count()} passages.")
    return 0


def _migrate(
    args: argparse.Namespace,
    settings: Settings,
    *,
    parts: Sequence[Part],
    also: Also,
    proof: Proof,
) -> int:
    """Carry the library, conversations, feedback, users and logs to a PostgreSQL database that
    several processes share, or from there to an empty home (`--to embedded`), and prove that every
    row arrived and that every saved quote stands where it stood. What is here stays here. A run
    that was stopped is begun again by the same command, and goes on where it was."""
    values = {"library": args.to} | ({"chroma": args.chroma} if args.chroma else {})
    target = changed(settings, StoreSettings, **values)
    library = migrate(settings, target, parts, announce)
    also(place_of(settings), place_of(target))
    print(f"library {library.fingerprint}: {len(library.sources())} sources, every row the same.")
    print(f"{proof(place_of(settings), open_library(settings), library)}.")
    named = [f"SOUNDINGS_{name.upper()}={value}" for name, value in values.items()]
    announce(f"To use it from now on: {without_password(' '.join(named))}")
    return 0


def _library(fingerprint: str | None) -> str:
    return "without a library" if fingerprint is None else f"library {fingerprint}"
