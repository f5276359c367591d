"""The database server that the settings name."""

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from vectorstore.settings import Settings, StoreSettings

if TYPE_CHECKING:
    from vectorstore.database.served import ServedDatabase

Place: TypeAlias = "Path | ServedDatabase"  # a home, or a database server in its stead


def served(settings: Settings) -> "ServedDatabase | None":
    """That of SOUNDINGS_LIBRARY, which is not asked yet; None where all is kept in the home."""
    library = settings.table(StoreSettings).library
    if library == "embedded":
        return None
    from vectorstore.database.served import served_at  # what it loads is of no use without one

    return served_at(library)


def place_of(settings: Settings) -> Place:
    """Where people's things are kept that every process needs: the server, or else the home."""
    return served(settings) or settings.home
