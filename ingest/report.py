"""What an ingest run did: one line a file, and the counts."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from ingest.near import NearDuplicate

STATUSES = ("added", "updated", "unchanged", "duplicate", "retired", "skipped", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReport:
    """What became of one file (or one record of a file): see STATUSES."""

    path: str
    status: str
    source: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole run. `encoded` counts the sentences whose vectors had to be made."""

    files: tuple[FileReport, ...]
    sources: int
    passages: int
    encoded: int
    library: str
    near_duplicates: tuple[NearDuplicate, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(file.status for file in self.files)
        return {status: counted[status] for status in STATUSES}

    def to_json(self) -> dict[str, Any]:
        return {
            "files": [asdict(file) for file in self.files],
            "counts": self.counts,
            "sources": self.sources,
            "passages": self.passages,
            "encoded": self.encoded,
            "library": self.library,
            "near_duplicates": [asdict(pair) for pair in self.near_duplicates],
        }
