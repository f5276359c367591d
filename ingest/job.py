"""The ingest job: read, compare, segment, encode, index, commit.

Until the commit nothing changes but the store of vectors, which is kept by content: a run that
is stopped loses no work that a second run would do again, and leaves every answer as it was.
"""

import contextlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Protocol

from ingest.cutting.segment import fingerprint
from ingest.documents import Document
from ingest.errors import NothingToIngest, PruneRefused, Stopped, UnreadableFile
from ingest.folders import Candidate, find_files
from ingest.near import near_duplicates
from ingest.paths import resolved, shown
from ingest.plan import STARTER, UPLOADED, Plan, make_plan, origin_of, rebuild_plan, under
from ingest.readers.apart import Reading
from ingest.report import FileReport, Report
from ingest.settings import IngestSettings
from vectorstore import (
    Encoder,
    IndexMismatch,
    Library,
    Settings,
    StoreSettings,
    open_encoder,
)
from vectorstore.index.opening import open_indexes
from vectorstore.library import digest
from vectorstore.library.opening import find_library, make_library
from vectorstore.library.originals import KINDS, Originals
from vectorstore.writing import Shape, commit

VECTORS_AT_ONCE = 2_000
_log = logging.getLogger(__name__)


class Progress(Protocol):
    """Is told how a run goes."""

    def step(self, name: str, total: int | None = None) -> None:
        """A new step begins, of `total` parts if that is known."""

    def advance(self, parts: int = 1) -> None:
        """So many more parts of the step are done."""

    def file(self, name: str, state: str) -> None:
        """A file is "reading", "read" or "failed" now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Progress that nobody watches."""

    def step(self, name: str, total: int | None = None) -> None:
        pass

    def advance(self, parts: int = 1) -> None:
        pass

    def file(self, name: str, state: str) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stoppable:
    """Progress that goes on until somebody stops the run: then it raises Stopped."""

    told: Progress
    stop: threading.Event

    def step(self, name: str, total: int | None = None) -> None:
        self._look()
        self.told.step(name, total)

    def advance(self, parts: int = 1) -> None:
        self._look()
        self.told.advance(parts)

    def file(self, name: str, state: str) -> None:
        self._look()
        self.told.file(name, state)

    def _look(self) -> None:
        if self.stop.is_set():
            raise Stopped("stopped. The library is as it was.")


_NO_NAMES: Mapping[Path, str] = {}
_NO_FILES: Mapping[str, Path] = {}


def ingest(
    settings: Settings,
    paths: Sequence[Path] = (),
    *,
    prune: bool = False,
    yes: bool = False,
    rebuild: bool = False,
    names: Mapping[Path, str] = _NO_NAMES,
    wait: float = 0,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> Report:
    """Read `paths` (with none, the starter library) into the library of `settings`' home.

    `prune` also retires sources that came from under these paths and are no longer there; where
    a path is gone or empty it raises PruneRefused, unless `yes` says that this is meant.
    `rebuild` re-makes passages, vectors and index from the stored texts with the settings in
    force; with no paths it reads no files. `names` are those of `paths` that were handed over and
    will be gone again: they are known by these names, not by where they lie. Another run that
    writes is waited for, for `wait` seconds. Once `stop` is set, Stopped is raised, unless the
    commit has begun. Raises SoundingsError, with the library as it was.
    """
    stop = stop or threading.Event()
    progress = _Stoppable(told=progress or Quiet(), stop=stop)
    files: list[FileReport] = []
    documents: list[Document] = []
    printed: dict[str, Path] = {}
    if paths or not rebuild:
        there = list(paths or [STARTER])
        if prune and (library := find_library(settings)) is not None:
            there = _holding_something(there, library, yes=yes)
        if there:
            table = settings.table(IngestSettings)
            reading = Reading(seconds=table.read_seconds, ocr=table.ocr, stop=stop)
            files, documents = read_all(there, progress, reading, names, printed)
    roots = [origin_of(resolved(path)) for path in paths or [STARTER]] if prune else []
    return take(
        settings,
        files,
        documents,
        printed=printed,
        prune=roots,
        rebuild=rebuild,
        wait=wait,
        progress=progress,
        announce=announce,
    )


def take(
    settings: Settings,
    files: Sequence[FileReport],
    documents: Sequence[Document],
    *,
    printed: Mapping[str, Path] = _NO_FILES,
    prune: Sequence[str] = (),
    there: Sequence[str] = (),
    rebuild: bool = False,
    wait: float = 0,
    progress: Progress,
    announce: Callable[[str], None],
) -> Report:
    """Take documents that were read into the library; `files` are lines of the report that stand
    already, `printed` the files (by digest) whose pages can be shown as they are printed, `prune`
    and `there` as in `make_plan`, the rest as in `ingest`."""
    if not documents and find_library(settings) is None:
        return Report(files=tuple(files), sources=0, passages=0, encoded=0, library="")
    library = make_library(settings)
    with library.exclusive(wait):
        encoder = open_encoder(settings, library, announce, rebuild=rebuild)
        shape = shape_for(settings, library, encoder, rebuild=rebuild)
        plan = make_plan(library, documents, prune=prune, there=there)
        if rebuild:
            plan = rebuild_plan(library, plan)
        job = Job(settings=settings, library=library, encoder=encoder, progress=progress)
        encoded = job.run(plan, files, shape)
        _keep(library, Originals(settings.home), printed)
        alike = near_duplicates(_texts(library), plan.new_texts)
    return Report(
        files=tuple(sorted([*files, *_noted(plan.files, documents)], key=lambda f: f.path)),
        sources=len(library.sources()),
        passages=library.passage_count(),
        encoded=encoded,
        library=library.fingerprint,
        near_duplicates=alike,
    )


def _holding_something(paths: Sequence[Path], library: Library, *, yes: bool) -> list[Path]:
    """Those of `paths` that are to be read, where sources may be retired.

    A path from which sources came and which is empty or gone now (is a disk not mounted?) is
    left out if `yes` says that they may go; else raises PruneRefused.
    """
    found = []
    for path in paths:
        with contextlib.suppress(NothingToIngest):
            if find_files([path])[0]:
                found.append(path)
                continue
        root = origin_of(resolved(path))
        lost = [source.id for source in library.sources() if under(source.origin, [root])]
        if lost and not yes:
            how = "holds no file that can be read" if path.exists() else "is not there"
            raise PruneRefused(
                f"{path} {how}, and {len(lost)} sources came from it. Nothing was retired. "
                f"If they are to go: soundings ingest {path} --prune --yes"
            )
        if not lost:
            found.append(path)
    return found


def _keep(library: Library, originals: Originals, printed: Mapping[str, Path]) -> None:
    """Keep the files that sources were read from. Where there is no room for one, its text is
    there all the same."""
    wanted = library.files_wanted()
    for file_sha256 in wanted & printed.keys():
        try:
            originals.keep(printed[file_sha256], file_sha256)
        except OSError as exc:
            _log.warning("%s is not kept to be shown: %s", printed[file_sha256].name, exc)
    originals.sweep(wanted)


def _texts(library: Library) -> Iterator[tuple[str, str]]:
    return ((source.id, library.text(source.id)) for source in library.sources())


def shape_for(settings: Settings, library: Library, encoder: Encoder, *, rebuild: bool) -> Shape:
    """What shapes this run. Raises IndexMismatch where the library was cut by other rules."""
    segmentation = fingerprint(settings.table(IngestSettings))
    made = library.meta("segmentation")
    if made and made != segmentation and not rebuild:
        raise IndexMismatch(
            f"this library was cut by the rules '{made}', the settings ask for '{segmentation}'. "
            "Make it again: soundings ingest --rebuild"
        )
    name = settings.table(StoreSettings).encoder
    if "encoder" not in settings.origins and not rebuild:
        name = library.meta("encoder_name") or name
    return Shape(encoder=encoder.fingerprint, encoder_name=name, segmentation=segmentation)


def read_all(
    paths: Sequence[Path],
    progress: Progress,
    reading: Reading | None = None,
    names: Mapping[Path, str] = _NO_NAMES,
    printed: dict[str, Path] | None = None,
) -> tuple[list[FileReport], list[Document]]:
    """Read every file under `paths`; what cannot be read becomes a line of the report. Files whose
    pages can be shown as they are printed go into `printed`, under their digests."""
    candidates, skipped = find_files(paths)
    files = [
        FileReport(path=shown(item.path), status="skipped", reason=item.reason) for item in skipped
    ]
    documents: list[Document] = []
    progress.step("Reading files", len(candidates))
    with reading or Reading() as reading:
        for candidate in candidates:
            given = names.get(candidate.path)
            name = shown(candidate.path) if given is None else UPLOADED + given
            progress.file(name, "reading")
            try:
                found = reading.read(candidate.path)
                documents += (_named(d, candidate, given) for d in found)
                if printed is not None and found and found[0].kind in KINDS:
                    printed[found[0].file_sha256] = candidate.path
                progress.file(name, "read")
            except UnreadableFile as exc:
                files.append(FileReport(path=name, status="failed", reason=str(exc)))
                progress.file(name, "failed")
            progress.advance()
    return files, documents


def _named(document: Document, candidate: Candidate, given: str | None) -> Document:
    """A document with what the catalogue says of its file, and where the library has it from:
    its place, or the name that it was given."""
    record = document.origin.removeprefix(str(candidate.path))
    details = candidate.details.over(document.details)
    if given is None:
        return replace(document, details=details, origin=origin_of(candidate.path) + record)
    name = document.name if record else PurePath(given).stem
    return replace(document, details=details, name=name, origin=UPLOADED + given + record)


def _noted(files: Sequence[FileReport], documents: Sequence[Document]) -> list[FileReport]:
    """The lines of the report, with what the readers have to say of their files."""
    notes = {document.origin: document.notes for document in documents}
    return [
        replace(
            file, reason="; ".join(filter(None, (file.reason, *notes.get(file.path, ())))) or None
        )
        for file in files
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run, under the lock."""

    settings: Settings
    library: Library
    encoder: Encoder
    progress: Progress

    def run(self, plan: Plan, files: Sequence[FileReport], shape: Shape) -> int:
        """Carry out the plan and return how many sentences were encoded.

        A plan that changes nothing writes nothing, but for sweeping up what a crash left.
        """
        if not plan.changes_anything:
            current = self.library.meta("generation") or ""
            open_indexes(self.settings).sweep(current, current)
            return 0
        self.progress.step("Cutting passages")
        started = datetime.now(UTC).isoformat(timespec="seconds")
        changes = plan.changes(self.settings.table(IngestSettings), started)
        encoded = self._encode(
            [text for v in changes.add for p in v.passages for text in v.encoded(p)]
        )
        self.progress.step("Building the index")
        lines = [asdict(file) for file in (*files, *plan.files) if file.status != "unchanged"]
        indexes = open_indexes(self.settings)
        commit(self.settings.home, self.library, changes, shape, json.dumps(lines), indexes)
        return encoded

    def _encode(self, texts: Sequence[str]) -> int:
        """Make and keep the vectors that the library does not have yet."""
        keys = {digest(text): text for text in texts}
        known = self.library.known_vectors(keys, self.encoder.fingerprint)
        # Longest first, so that texts of like length share a batch.
        missing = sorted((k for k in keys if k not in known), key=lambda k: (-len(keys[k]), k))
        if missing:
            self.progress.step("Encoding sentences", len(missing))
        for start in range(0, len(missing), VECTORS_AT_ONCE):
            part = missing[start : start + VECTORS_AT_ONCE]
            vectors = self.encoder.encode(
                [keys[k] for k in part], progress=self.progress.advance, bulk=True
            )
            self.library.put_vectors(part, vectors, self.encoder.fingerprint)
        return len(missing)
