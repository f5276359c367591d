"""Every error that Soundings raises on purpose.

SoundingsError                 an expected failure: one clear message, exit 1
├── UsageError                 the request itself is wrong: exit 2
├── SettingsError              a setting is unknown or has a wrong value
├── NotAllowed                 somebody's role does not let them do this
└── StoreError
    ├── LibraryUnavailable     the library file cannot be opened, read or written
    ├── LibraryBusy            another process is writing to the library
    ├── UnknownSource          no source has this id
    ├── IndexUnavailable       the vector index cannot be built, opened or asked
    │   └── IndexAway              the server that holds it does not answer
    ├── IndexMismatch          the library was made by another encoder or segmentation
    │   └── EncodingOutdated   and can be made again from its stored texts with the one asked for
    ├── EncoderUnavailable     the encoder's weights are missing, altered or unreadable
    ├── RerankerUnavailable    the reranker that the settings name cannot be loaded
    ├── BackupUnwritable       the home cannot be written into this file
    ├── BackupUnreadable       the file is no whole backup, or cannot be written to the home
    ├── HomeNotEmpty           a home that is in use is not restored over
    └── NotTheSame             what was carried elsewhere did not arrive as it was

The folders above this one draw their own branches in their own `errors.py`.
"""


class SoundingsError(Exception):
    """An expected failure. Its text is shown to the user as it is, without a traceback; a command
    ends with `exit_code`, a request with `status`."""

    exit_code = 1
    status = 503


class UsageError(SoundingsError):
    """The request itself is wrong: nothing was attempted."""

    exit_code = 2
    status = 400


class SettingsError(SoundingsError):
    """A setting is unknown or has a wrong value."""


class NotAllowed(SoundingsError):
    """Somebody's role does not let them do this."""

    status = 403


class StoreError(SoundingsError):
    """Something about the library, its index or its encoder."""


class LibraryUnavailable(StoreError):
    """The library file cannot be opened, read or written."""


class LibraryBusy(StoreError):
    """Another process is writing to the library."""

    status = 409


class UnknownSource(StoreError):
    """No source has this id."""

    status = 404


class IndexUnavailable(StoreError):
    """The vector index cannot be built, opened or asked."""


class IndexAway(IndexUnavailable):
    """The server that holds the index does not answer: nothing is known to be wrong with it."""


class IndexMismatch(StoreError):
    """The library was made by another encoder or segmentation than the settings ask for."""


class EncodingOutdated(IndexMismatch):
    """The library was made by another encoder, or in another form, than the settings ask for."""


class EncoderUnavailable(StoreError):
    """The encoder's weights are missing, altered or unreadable."""


class RerankerUnavailable(StoreError):
    """The reranker that the settings name is missing or is no reranker."""


class BackupUnwritable(StoreError):
    """The home cannot be written into this file."""


class BackupUnreadable(StoreError):
    """The file is no whole backup, or what it holds cannot be written to the home."""


class HomeNotEmpty(StoreError):
    """A home that is in use is not restored over."""


class NotTheSame(StoreError):
    """What was carried elsewhere did not arrive as it was."""
