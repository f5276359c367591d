"""What can go wrong with documents on their way in.

SoundingsError
└── IngestError
    ├── UnreadableFile     one file cannot be read; the run goes on with the others
    ├── NothingToIngest    the paths named hold nothing that could be read (wrong usage)
    └── PruneRefused       a folder is empty or gone, and all that came from it would be retired
"""

from vectorstore.errors import SoundingsError, UsageError


class IngestError(SoundingsError):
    """Something about the documents on their way in."""


class UnreadableFile(IngestError):
    """One file cannot be read. Its text is the `reason` in the report."""


class NothingToIngest(IngestError, UsageError):
    """The paths named do not exist, or hold no file of a kind that is read."""


class PruneRefused(IngestError):
    """Pruning would retire all that came from a folder: a disk not mounted looks like that."""
