"""The commands `backup` and `restore`."""

import argparse
from pathlib import Path

from vectorstore.console import Commands
from vectorstore.library import FILE_NAME, Library
from vectorstore.moving.backup import backup, restore
from vectorstore.settings import Settings


def add_commands(commands: Commands) -> None:
    """Add this folder's commands to the front door's."""
    making = commands.add_parser(
        "backup", help="the whole home in one file", description=_backup.__doc__
    )
    making.add_argument("file", metavar="FILE", type=Path, help="where to; it must not be there")
    making.set_defaults(run=_backup)
    taking = commands.add_parser(
        "restore", help="a home from such a file", description=_restore.__doc__
    )
    taking.add_argument("file", metavar="FILE", type=Path, help="what `backup` wrote")
    taking.set_defaults(run=_restore)


def _backup(args: argparse.Namespace, settings: Settings) -> int:
    """Write all that the home keeps into one file, with the program running: documents, packs,
    conversations, users, settings, gold and runs. Fetched language models are not in it, and no
    secret that comes from the environment."""
    contents = backup(settings.home, args.file)
    size = args.file.stat().st_size / 1e6
    print(f"{args.file}: {len(contents.files)} files, {size:.1f} MB, {_library(contents.library)}")
    return 0


def _restore(args: argparse.Namespace, settings: Settings) -> int:
    """Make an empty home what it was when the file was written: it answers the same."""
    contents = restore(args.file, settings.home)
    print(f"{settings.home} is as it was on {contents.made}: {_library(contents.library)}")
    if contents.library is not None:
        library = Library(settings.home / FILE_NAME)
        print(f"{len(library.sources())} sources, {library.passage_count()} passages.")
    return 0


def _library(fingerprint: str | None) -> str:
    return "without a library" if fingerprint is None else f"library {fingerprint}"
