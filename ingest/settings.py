"""The table `ingest` of the settings."""

from pydantic import Field

from vectorstore.settings import Table


class IngestSettings(Table):
    """How documents are cut. A change is noticed: make the library again with --rebuild."""

    passage_characters: int = Field(default=900, ge=200, le=4000)
    """The length at which a passage ends."""
