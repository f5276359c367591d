"""Changes to a source that need no file: taking a removal back, and saying what it is called."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from ingest.documents import Details, short
from ingest.errors import AlreadyThere
from ingest.job import Job, Progress, Quiet, shape_for
from ingest.plan import Plan, document_again
from ingest.report import FileReport
from vectorstore import Library, Settings, Source, open_encoder, open_library

DETAILS = tuple(Details.__slots__)
EDITABLE = (*DETAILS, "description")


def restore(
    settings: Settings,
    source_id: str,
    *,
    progress: Progress | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Source:
    """Add a removed source again as it was, and return it. It becomes its own next version.

    Raises UnknownSource where it was not removed, AlreadyThere where its text has come back
    under another name since, and whatever an ingest raises.
    """
    library = open_library(settings)
    with library.exclusive():
        source, text, file_sha256 = library.removed(source_id)
        twin = next((s for s in library.sources() if s.sha256 == source.sha256), None)
        if twin is not None:
            raise AlreadyThere(
                f"the text of '{source.title}' is in the library again, as '{twin.id}'. "
                "Nothing was added."
            )
        line = FileReport(path=source.origin, status="added", source=source.id, reason="put back")
        said = library.described().get(source.id)
        plan = Plan(
            add={source.id: document_again(source, text, file_sha256)},
            described={source.id: said} if said else {},
            files=(line,),
        )
        _run(settings, library, plan, progress, announce)
    return library.source(source_id)


def edit(
    settings: Settings,
    source_id: str,
    fields: Mapping[str, str],
    *,
    progress: Progress | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Source:
    """Say what a source is called, who made it and what it is, and return it as it is then.

    `fields` are some of EDITABLE; they count from now on, whatever its file says of itself. An
    empty text takes one back: what the file says counts from when it is read again. Raises
    UnknownSource, and whatever an ingest raises.
    """
    library = open_library(settings)
    with library.exclusive():
        source = library.source(source_id)
        file_sha256 = library.file_digests()[source.id]
        said = {name: short(fields[name]) for name in EDITABLE if name in fields}
        kept = {**library.described().get(source.id, {}), **said}
        document = document_again(source, library.text(source.id), file_sha256)
        details = replace(document.details, **{n: v for n, v in said.items() if n in DETAILS})
        line = FileReport(path=source.origin, status="updated", source=source.id, reason="edited")
        plan = Plan(
            add={source.id: replace(document, details=details)},
            described={source.id: {name: text for name, text in kept.items() if text}},
            files=(line,),
        )
        _run(settings, library, plan, progress, announce)
    return library.source(source_id)


def _run(
    settings: Settings,
    library: Library,
    plan: Plan,
    progress: Progress | None,
    announce: Callable[[str], None],
) -> None:
    encoder = open_encoder(settings, library, announce)
    shape = shape_for(settings, library, encoder, rebuild=False)
    job = Job(settings=settings, library=library, encoder=encoder, progress=progress or Quiet())
    job.run(plan, [], shape)
