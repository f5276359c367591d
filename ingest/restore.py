"""Taking a removal back: the source as it was, from the text that the library keeps."""

from collections.abc import Callable

from ingest.errors import IngestError
from ingest.job import Job, Progress, Quiet, shape_for
from ingest.plan import Plan, document_again
from ingest.report import FileReport
from vectorstore import Library, Settings, Source, open_encoder
from vectorstore.library import FILE_NAME
from vectorstore.writing import writing


def restore(
    settings: Settings,
    source_id: str,
    *,
    progress: Progress | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Source:
    """Add a removed source again as it was, and return it. It becomes its own next version.

    Raises UnknownSource where it was not removed, IngestError where its text has come back
    under another name since, and whatever an ingest raises.
    """
    library = Library(settings.home / FILE_NAME)
    with writing(settings.home):
        source, text, file_sha256 = library.removed(source_id)
        twin = next((s for s in library.sources() if s.sha256 == source.sha256), None)
        if twin is not None:
            raise IngestError(
                f"the text of '{source.title}' is in the library again, as '{twin.id}'. "
                "Nothing was added."
            )
        encoder = open_encoder(settings, library, announce)
        shape = shape_for(settings, library, encoder, rebuild=False)
        line = FileReport(path=source.origin, status="added", source=source.id, reason="put back")
        plan = Plan(add={source.id: document_again(source, text, file_sha256)}, files=(line,))
        job = Job(settings=settings, library=library, encoder=encoder, progress=progress or Quiet())
        job.run(plan, [], shape)
    return library.source(source_id)
