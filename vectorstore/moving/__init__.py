"""A home as one file: backed up while the program runs, and restored on another machine."""

from vectorstore.moving.backup import Contents, backup, restore

__all__ = ["Contents", "backup", "restore"]
