"""The indexes that the settings name."""

from vectorstore.errors import SettingsError
from vectorstore.index import Indexes
from vectorstore.index.embedded import EmbeddedIndexes
from vectorstore.settings import Settings, StoreSettings


def open_indexes(settings: Settings) -> Indexes:
    """Those in the home, or on the Chroma server of SOUNDINGS_CHROMA. Nobody is asked yet."""
    table = settings.table(StoreSettings)
    if table.chroma == "embedded":
        return EmbeddedIndexes(settings.home)
    from vectorstore.index.served import ServedIndexes  # what it loads is of no use without one

    return ServedIndexes(
        table.chroma,
        tenant=table.chroma_tenant,
        database=table.chroma_database,
        headers=_headers(table.chroma_headers.get_secret_value()),
    )


def _headers(given: str) -> dict[str, str]:
    """ "Name: value" a line. Raises SettingsError."""
    found = {}
    for line in filter(str.strip, given.splitlines()):
        name, sign, value = line.partition(":")
        if not sign or not name.strip():
            raise SettingsError(
                "SOUNDINGS_CHROMA_HEADERS: a line is not 'Name: value', as in "
                "'Authorization: Bearer …'"
            )
        found[name.strip()] = value.strip()
    return found
