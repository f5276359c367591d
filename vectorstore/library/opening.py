"""The library that the settings name: in the home's file, or on a database server."""

from typing import TYPE_CHECKING

from vectorstore.database.opening import served
from vectorstore.library.library import FILE_NAME, Library
from vectorstore.library.schema import DESCRIBED, POSTINGS, SCHEMA, SCHEMA_VERSION
from vectorstore.settings import Settings

if TYPE_CHECKING:
    from vectorstore.database.served import ServedDatabase

PART, SCRIPT = "library", SCHEMA + DESCRIBED + POSTINGS


def find_library(settings: Settings) -> Library | None:
    """None where there is none yet. Raises LibraryUnavailable."""
    database = served(settings)
    if database is None:
        path = settings.home / FILE_NAME
        return Library(path) if path.is_file() else None
    return on_server(database) if database.form(PART) else None


def make_library(settings: Settings) -> Library:
    """An empty one where there is none yet. Raises LibraryUnavailable."""
    database = served(settings)
    if database is None:
        return Library.create(settings.home / FILE_NAME)
    return on_server(database)


def on_server(database: "ServedDatabase", *, filling: bool = False) -> Library:
    """The library of a server, made if there is none; one that is being filled is not found by
    others. Raises LibraryUnavailable."""
    from vectorstore.library.postings import Postings

    form = -SCHEMA_VERSION if filling else SCHEMA_VERSION
    database.prepare(PART, form, SCRIPT)
    return Library(database, Postings(database))
