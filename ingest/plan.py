"""What to do with the documents that were read: compare them with the library by content."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.documents import Details, Document
from ingest.readers import outline_again
from ingest.report import FileReport
from ingest.segment import passages
from ingest.settings import IngestSettings
from vectorstore import Changes, Library, NewVersion, Source

STARTER = Path(__file__).parent / "library"
STARTER_ORIGIN = "starter:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Documents to store under their source ids, sources to retire, and names to remember."""

    add: Mapping[str, Document] = field(default_factory=dict)
    retire: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileReport, ...] = ()

    @property
    def changes_anything(self) -> bool:
        return bool(self.add or self.retire or self.moved or self.aliases)

    def changes(self, settings: IngestSettings, started: str) -> Changes:
        """The plan as a commit, its passages cut."""
        return Changes(
            started=started,
            add=tuple(_new_version(id, document, settings) for id, document in self.add.items()),
            retire=self.retire,
            moved=self.moved,
            aliases=self.aliases,
        )


def make_plan(
    library: Library, documents: Sequence[Document], *, prune: Sequence[str] = ()
) -> Plan:
    """Compare documents with the library. `prune` are the roots whose missing sources retire.

    Content decides. The same text under the same origin is unchanged; under another it is a
    duplicate, or the same source moved if the old file is gone. Another text under the same
    origin is a new version; so is one under the name of a source whose file is gone.
    """
    return _Planner(library).plan(documents, prune)


def rebuild_plan(library: Library, plan: Plan) -> Plan:
    """`plan`, and every other source of the library cut again from its stored text."""
    kept = {
        source.id: _stored_document(library, source)
        for source in library.sources()
        if source.id not in plan.add and source.id not in plan.retire
    }
    return replace(plan, add={**plan.add, **kept})


class _Planner:
    """Goes through the documents once, remembering what is taken."""

    def __init__(self, library: Library):
        self.sources = {source.id: source for source in library.sources()}
        self.by_origin = {s.origin: s for s in self.sources.values()}
        self.aliases = {a: s.id for s in self.sources.values() for a in s.aliases}
        self.by_text = {s.sha256: s.id for s in self.sources.values()}
        self.add: dict[str, Document] = {}
        self.retire: list[str] = []
        self.moved: dict[str, str] = {}
        self.new_aliases: dict[str, str] = {}
        self.files: list[FileReport] = []

    def plan(self, documents: Sequence[Document], prune: Sequence[str]) -> Plan:
        for document in documents:
            self._place(document)
        if prune:
            self._prune(prune, {document.origin for document in documents})
        return Plan(
            add=self.add,
            retire=tuple(self.retire),
            moved=self.moved,
            aliases=self.new_aliases,
            files=tuple(self.files),
        )

    def _place(self, document: Document) -> None:
        text_sha256 = hashlib.sha256(document.text.encode()).hexdigest()
        mine = self.by_origin.get(document.origin)
        twin = self.by_text.get(text_sha256)
        if mine is not None and mine.sha256 == text_sha256:
            self._same_text(document, mine)
        elif twin is not None:
            self._known_text(document, twin, mine)
        elif mine is not None:
            self._store(mine.id, document, text_sha256, "updated")
        else:
            old = self.sources.get(document.name)
            if old is not None and old.id not in self.add and _is_gone(old.origin):
                self._store(old.id, document, text_sha256, "updated")
            else:
                self._store(self._free_id(document.name), document, text_sha256, "added")

    def _same_text(self, document: Document, source: Source) -> None:
        known = _details(source)
        details = document.details.over(known)
        if details == known:
            self._report(document, "unchanged", source.id)
        else:
            document = replace(document, details=details)
            self._store(source.id, document, source.sha256, "updated", "its details changed")

    def _known_text(self, document: Document, twin: str, mine: Source | None) -> None:
        """The library, or this run, has this very text under another origin."""
        known = self.sources.get(twin)
        if mine is None and known is not None and _is_gone(known.origin) and twin not in self.add:
            self.moved[twin] = document.origin
            self._report(document, "unchanged", twin, f"moved from {known.origin}")
            return
        if mine is not None:
            self.retire.append(mine.id)
        if self.aliases.get(document.origin) != twin:
            self.new_aliases[document.origin] = twin
        self._report(document, "duplicate", twin, f"the same text as '{twin}'")

    def _store(
        self,
        id: str,
        document: Document,
        text_sha256: str,
        status: str,
        reason: str | None = None,
    ) -> None:
        self.add[id] = document
        self.by_text[text_sha256] = id
        self._report(document, status, id, reason)

    def _prune(self, roots: Sequence[str], read: set[str]) -> None:
        for source in self.sources.values():
            if source.id in self.add or source.id in self.moved or source.id in self.retire:
                continue
            if not _under(source.origin, roots) or source.origin in read:
                continue
            path, _, record = source.origin.partition("#")
            file_was_read = any(origin.partition("#")[0] == path for origin in read)
            if not _is_gone(source.origin) and not (record and file_was_read):
                continue
            heir = next((a for a in source.aliases if not _is_gone(a)), None)
            if heir is not None:
                self.moved[source.id] = heir
                continue
            self.retire.append(source.id)
            self.files.append(
                FileReport(path=source.origin, status="retired", source=source.id)
            )

    def _free_id(self, name: str) -> str:
        taken = self.sources.keys() | self.add.keys()
        id, number = name, 2
        while id in taken:
            id, number = f"{name}-{number}", number + 1
        return id

    def _report(
        self, document: Document, status: str, source: str, reason: str | None = None
    ) -> None:
        self.files.append(
            FileReport(path=document.origin, status=status, source=source, reason=reason)
        )


def _new_version(id: str, document: Document, settings: IngestSettings) -> NewVersion:
    details = document.details
    return NewVersion(
        source=id,
        title=details.title or id,
        kind=document.kind,
        origin=document.origin,
        file_sha256=document.file_sha256,
        text=document.text,
        headings=document.headings,
        pages=document.pages,
        passages=passages(document, settings),
        publisher=details.publisher,
        author=details.author,
        date=details.date,
        url=details.url,
    )


def _stored_document(library: Library, source: Source) -> Document:
    text = library.text(source.id)
    blocks, headings = outline_again(source.kind, text)
    return Document(
        name=source.id,
        kind=source.kind,
        origin=source.origin,
        file_sha256=library.file_digests()[source.id],
        text=text,
        blocks=tuple(blocks),
        headings=tuple(headings),
        pages=source.pages,
        details=_details(source),
    )


def _details(source: Source) -> Details:
    return Details(
        title=source.title,
        publisher=source.publisher,
        author=source.author,
        date=source.date,
        url=source.url,
    )


def _is_gone(origin: str) -> bool:
    """Whether the file that a source came from is no longer there."""
    if origin.startswith(STARTER_ORIGIN):
        return not (STARTER / origin.removeprefix(STARTER_ORIGIN)).exists()
    return not Path(origin.partition("#")[0]).exists()


def _under(origin: str, roots: Sequence[str]) -> bool:
    """Whether an origin lies at or under one of these paths."""
    path = origin.partition("#")[0]
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
