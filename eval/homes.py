"""Libraries that a measurement opens by itself, without the front door."""

from collections.abc import Mapping

from assistant import AssistantSettings
from vectorstore import Settings, StoreSettings, Table, load_settings

TABLES: dict[str, type[Table]] = {"vectorstore": StoreSettings, "assistant": AssistantSettings}


def settings_of(home: str | None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a home (None: the usual one); from this environment unless told another."""
    return load_settings(TABLES, home=home, environ=environ)
