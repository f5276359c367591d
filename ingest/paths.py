"""Paths: one name for a file however it was named, and a form that is safe to show."""

import os
from pathlib import Path
from unicodedata import category


def resolved(path: Path) -> Path:
    """A named path without `..` and links, so that a file is known however it was named.

    A file that is itself a link keeps the name that it was given.
    """
    return path.resolve() if path.is_dir() else path.parent.resolve() / path.name


def shown(path: Path) -> str:
    """A path for people to read, whatever bytes are in it."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return "".join("\N{REPLACEMENT CHARACTER}" if category(c) == "Cc" else c for c in text)
