"""Documents in: readers by file type, sentence and passage segmentation, and the ingest job.

The job reads files and folders, compares them with the library by content, and commits what
changed in one step. The starter library that ships with the program lies in `library/`.
"""

from ingest.errors import IngestError, NothingToIngest, PruneRefused, UnreadableFile
from ingest.job import Progress, ingest
from ingest.near import NearDuplicate
from ingest.report import FileReport, Report
from ingest.settings import IngestSettings

__all__ = [
    "FileReport",
    "IngestError",
    "IngestSettings",
    "NearDuplicate",
    "NothingToIngest",
    "Progress",
    "PruneRefused",
    "Report",
    "UnreadableFile",
    "ingest",
]
