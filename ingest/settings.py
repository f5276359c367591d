"""The table `ingest` of the settings."""

from pydantic import Field

from vectorstore.settings import Table

MEGABYTE = 1_000_000  # bytes


class IngestSettings(Table):
    """How documents are cut. A change is noticed: make the library again with --rebuild."""

    passage_characters: int = Field(default=900, ge=200, le=4000)
    """The length at which a passage ends; a change needs `--rebuild`."""

    read_seconds: int = Field(default=60, ge=1, le=3600)
    """How long one file may take to be read; past it the file is reported as failed."""

    ocr: str = Field(default="auto", pattern=r"^(?:auto|off|[A-Za-z_]+(?:\+[A-Za-z_]+)*)$")
    """How pages that are only pictures are read: `auto` (by Tesseract where it is installed, in its
    languages), `off`, or languages (`eng+deu`)."""

    upload_file_megabytes: int = Field(default=100, ge=1, le=2000)
    """How large a file may be that is added on the page."""

    upload_megabytes: int = Field(default=400, ge=1, le=20_000)
    """How large the files may be in all that are added there at once."""

    @property
    def upload_file_bytes(self) -> int:
        return self.upload_file_megabytes * MEGABYTE

    @property
    def upload_bytes(self) -> int:
        return self.upload_megabytes * MEGABYTE
