"""A connector's documents in the library: versions, removals and reports as for files."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from ingest.connectors.loading import Record, load
from ingest.documents import Details, Document, readable, short
from ingest.errors import ConnectorFailed, PruneRefused, UnreadableFile
from ingest.job import Progress, Quiet, take
from ingest.plan import CONNECTED, under
from ingest.readers import KINDS, check_size
from ingest.readers.apart import Reading
from ingest.report import FileReport, Report
from ingest.settings import Connector, IngestSettings
from vectorstore import Settings
from vectorstore.library.opening import find_library

LOOKED = "connectors.json"  # in the home: connector → when it was last looked at


def named(settings: Settings, name: str) -> Connector:
    """The connector of this name. Raises ConnectorFailed where the settings have none."""
    known = settings.table(IngestSettings).connector
    for connector in known:
        if connector.name == name:
            return connector
    names = ", ".join(c.name for c in known) or "none"
    raise ConnectorFailed(f"there is no connector '{name}' in soundings.toml ({names} there)")


def due(settings: Settings, now: datetime | None = None) -> list[Connector]:
    """The connectors that say how often to look, and were last looked at so long ago."""
    looked, now = _looked(settings.home), now or datetime.now(UTC)
    return [
        connector
        for connector in settings.table(IngestSettings).connector
        if (every := connector.interval) is not None
        and (connector.name not in looked or now - looked[connector.name] >= every)
    ]


def ingest_connector(
    settings: Settings,
    connector: Connector,
    *,
    prune: bool = False,
    yes: bool = False,
    progress: Progress | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Report:
    """Load what a connector holds into the library of `settings`' home.

    `prune` also retires sources that came from it and are no longer there; where it holds nothing
    at all it raises PruneRefused, unless `yes` says that this is meant. Raises ConnectorFailed,
    and whatever an ingest raises, the library as it was.
    """
    progress = progress or Quiet()
    progress.step(f"Looking at {connector.name}")
    records = load(connector)
    root = CONNECTED + connector.name
    files, documents = _read(settings, connector, records, progress)
    if prune and not records:
        _check_meant(settings, root, yes=yes)
    report = take(
        settings,
        files,
        documents,
        prune=[root] if prune else [],
        there=[root, *(file.path for file in files)],
        progress=progress,
        announce=announce,
    )
    if not any(file.status == "failed" for file in files):
        _note(settings.home, connector.name)
    return report


def _read(
    settings: Settings, connector: Connector, records: Sequence[Record], progress: Progress
) -> tuple[list[FileReport], list[Document]]:
    """The documents of records; what cannot be read becomes a line of the report."""
    table = settings.table(IngestSettings)
    files: list[FileReport] = []
    documents: list[Document] = []
    progress.step("Reading documents", len(records))
    reading = Reading(seconds=table.read_seconds, ocr=table.ocr)
    with tempfile.TemporaryDirectory() as folder, reading:
        for record in records:
            origin = f"{CONNECTED}{connector.name}#{record.id}"
            digest = hashlib.sha256(record.id.encode()).hexdigest()[:12]
            place = Path(folder).resolve() / f"{connector.name}-{digest}"
            try:
                documents += _read_one(reading, place, record, origin)
            except UnreadableFile as exc:
                skipped = record.content is not None and record.ending not in KINDS
                status = "skipped" if skipped else "failed"
                files.append(FileReport(path=origin, status=status, reason=str(exc)))
            progress.advance()
    return files, documents


def _read_one(reading: Reading, place: Path, record: Record, origin: str) -> list[Document]:
    """The documents of a record: one, or those of a file and of what lies in it."""
    if record.content is None:
        said = {**record.details, "id": place.name, "text": record.text}
        file = place.with_name("record.jsonl")
        file.write_text(json.dumps(said), encoding="utf-8")
        [document] = reading.read(file)
        details = replace(document.details, title=_title(document, record))
        return [replace(document, origin=origin, details=details)]
    file = place.with_suffix(record.ending)
    if record.ending in KINDS:
        check_size(record.ending, record.size or 0)  # before all of it is fetched into memory
        file.write_bytes(record.content())
    found = []
    for document in reading.read(file):
        inside = document.origin.removeprefix(str(file))
        details = document.details.over(Details.of(record.details))
        title = document.details.title or (document.name if inside else _title(document, record))
        details = replace(details, title=title)
        found.append(replace(document, origin=f"{origin}{inside}", details=details))
    file.unlink()
    return found


def _title(document: Document, record: Record) -> str:
    """What a document is called: by its metadata, its first heading, or the end of its id."""
    heading = document.headings[0].title if document.headings else None
    last = PurePosixPath(unquote(record.id).partition("?")[0]).stem
    return document.details.title or short(heading or "") or readable(last) or document.name


def _check_meant(settings: Settings, root: str, *, yes: bool) -> None:
    library = find_library(settings)
    if yes or library is None:
        return
    lost = [s.id for s in library.sources() if under(s.origin, [root])]
    if lost:
        name = root.removeprefix(CONNECTED)
        raise PruneRefused(
            f"the connector '{name}' holds nothing, and {len(lost)} sources came from it. Nothing "
            f"was retired. If they are to go: soundings ingest --connector {name} --prune --yes"
        )


def _looked(home: Path) -> dict[str, datetime]:
    try:
        kept = json.loads((home / LOOKED).read_text(encoding="utf-8"))
        return {name: datetime.fromisoformat(when) for name, when in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}  # never looked, or not known any more: then it is time to


def _note(home: Path, name: str) -> None:
    looked = {**_looked(home), name: datetime.now(UTC)}
    kept = {each: when.isoformat(timespec="seconds") for each, when in looked.items()}
    aside = home / f"{LOOKED}.new"
    home.mkdir(parents=True, exist_ok=True)
    aside.write_text(json.dumps(kept), encoding="utf-8")
    aside.replace(home / LOOKED)
