"""The command line's common ground: results to standard output, all else to standard error."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any
from unicodedata import category

from vectorstore.library.invisible import visible
from vectorstore.settings import Settings

Run = Callable[[argparse.Namespace, Settings], int]
Commands = Any  # what argparse's add_subparsers returns; it has no public name


def announce(message: str) -> None:
    """A line for the person who waits."""
    print(message, file=sys.stderr, flush=True)


def plain(text: str) -> str:
    """`text` without what nobody sees and without the control characters by which a document
    could write on the terminal."""
    shown = visible(text)
    return "".join("\N{REPLACEMENT CHARACTER}" if category(c) == "Cc" else c for c in shown)


def bold(text: str) -> str:
    """`text` in bold on a terminal, and as it is anywhere else."""
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() else text


def print_json(value: object) -> None:
    """One JSON value and nothing else."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows in columns under their heads, each column as wide as it needs."""
    cells = [[plain(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(heads), *cells]) for i in range(len(heads))]
    for row in [list(heads), *cells]:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())


def positive(text: str) -> int:
    """An argument that must be a whole number above 0."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return number
