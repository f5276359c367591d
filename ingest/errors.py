"""What can go wrong with documents on their way in.

SoundingsError
└── IngestError
    ├── UnreadableFile     one file cannot be read; the run goes on with the others
    ├── NothingToIngest    the paths named hold nothing that could be read (wrong usage)
    ├── PruneRefused       a folder is empty or gone, and all that came from it would be retired
    ├── UploadRefused      a file that a browser sent is not taken
    ├── Stopped            somebody stopped a run
    ├── ConnectorFailed    where documents live could not be looked at
    ├── AlreadyAdding      other files are being read just now
    └── AlreadyThere       what is to be put back is in the library again
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


class UploadRefused(IngestError):
    """A file that a browser sent is not taken: its kind, its size, its name."""

    status = 422


class Stopped(IngestError):
    """Somebody stopped a run before it had changed anything."""


class AlreadyAdding(IngestError):
    """Other files are being read just now; one batch is read at a time."""

    status = 409


class AlreadyThere(IngestError):
    """What is to be put back from the bin has come back under another name."""

    status = 409


class ConnectorFailed(IngestError):
    """A connector is not there, lacks a package or a secret, or its reader failed."""
