"""What to do with the documents that were read: compare them with the library by content."""

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.cutting.segment import passages
from ingest.documents import Details, Document, readable
from ingest.readers import outline_again
from ingest.report import FileReport
from ingest.settings import IngestSettings
from vectorstore import Changes, Library, NewVersion, Source

STARTER = Path(__file__).resolve().parent / "library"
STARTER_ORIGIN = "starter:"
UPLOADED = "uploaded:"  # the origin of a file that was handed over: its name, and no place
CONNECTED = "connector:"  # the origin of what a connector loaded: its name, # and the id there
_RECORD = re.compile(r"(connector:[^#]*|.*?\.(?:jsonl|eml))#", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Documents to store under their source ids, sources to retire, and names to remember.

    `new_texts` are those to store whose texts the library did not have as current ones;
    `described` is what people now say of sources.
    """

    add: Mapping[str, Document] = field(default_factory=dict)
    retire: tuple[str, ...] = ()
    moved: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    new_texts: Mapping[str, Document] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    files: tuple[FileReport, ...] = ()

    @property
    def changes_anything(self) -> bool:
        return bool(self.add or self.retire or self.moved or self.aliases or self.described)

    def changes(self, settings: IngestSettings, started: str) -> Changes:
        """The plan as a commit, its passages cut."""
        return Changes(
            started=started,
            add=tuple(_new_version(id, document, settings) for id, document in self.add.items()),
            retire=self.retire,
            moved=self.moved,
            aliases=self.aliases,
            described=self.described,
        )


def make_plan(
    library: Library,
    documents: Sequence[Document],
    *,
    prune: Sequence[str] = (),
    there: Sequence[str] = (),
) -> Plan:
    """Compare documents with the library. `prune` are the roots whose missing sources retire;
    `there` are origins that were looked at and are there, though they gave no document.

    Content decides. The same text under the same origin is unchanged; under another it is a
    duplicate, or the same source moved if the old file is gone. Another text under the same
    origin is a new version; so is one under the name of a source whose file is gone. Every text
    that was read is in the library afterwards, and the same documents again change nothing.
    """
    return _Planner(library).plan(documents, prune, there)


def rebuild_plan(library: Library, plan: Plan) -> Plan:
    """`plan`, and every other source of the library cut again from its stored text."""
    kept = {
        source.id: _stored_document(library, source)
        for source in library.sources()
        if source.id not in plan.add and source.id not in plan.retire
    }
    return replace(plan, add={**plan.add, **kept})


class _Planner:
    """Goes through the documents, remembering what is taken.

    First those whose file or text the library knows, then the new ones: whether an old source is
    free to be taken over is known only when every text has found its place.
    """

    def __init__(self, library: Library) -> None:
        self.library = library
        self.sources = {source.id: source for source in library.sources()}
        self.by_origin = {s.origin: s for s in self.sources.values()}
        self.aliases = {a: s.id for s in self.sources.values() for a in s.aliases}
        said = library.described()
        self.described = {id: said[id] for id in self.sources if id in said}
        self.by_text: dict[str, str] = {}
        self.documents: dict[str, Document] = {}
        self.read: set[str] = set()
        self.files_read: set[str] = set()
        self.add: dict[str, Document] = {}
        self.retire: list[str] = []
        self.moved: dict[str, str] = {}
        self.new_aliases: dict[str, str] = {}
        self.files: list[FileReport] = []

    def plan(
        self, documents: Sequence[Document], prune: Sequence[str], there: Sequence[str]
    ) -> Plan:
        digests = {d.origin: hashlib.sha256(d.text.encode()).hexdigest() for d in documents}
        replaced = {
            mine.id: digests[d.origin]
            for d in documents
            if (mine := self._replaced_by(d)) is not None
        }
        self.documents = {document.origin: document for document in documents}
        self.read = {*digests, *there}
        self.files_read = {_file_of(origin) for origin in self.read}
        self.by_text = {  # of the sources that keep their text
            source.sha256: source.id
            for source in self.sources.values()
            if digests.get(source.origin, source.sha256) == source.sha256
            and replaced.get(source.id, source.sha256) == source.sha256
        }
        had = {source.sha256 for source in self.sources.values()}
        new = [d for d in documents if not self._place_known(d, digests[d.origin])]
        for document in new:
            self._place_new(document, digests[document.origin])
        if prune:
            self._prune(prune)
        return Plan(
            add=self.add,
            retire=tuple(self.retire),
            moved=self.moved,
            aliases=self.new_aliases,
            new_texts={
                id: document
                for id, document in self.add.items()
                if digests.get(document.origin) not in had
            },
            files=tuple(self.files),
        )

    def _replaced_by(self, document: Document) -> Source | None:
        """The source whose next version a file that was handed over is: the one it was before,
        or the one of its name."""
        if not document.origin.startswith(UPLOADED):
            return None
        return self.by_origin.get(document.origin) or self.sources.get(document.name)

    def _place_uploaded(self, document: Document, text_sha256: str) -> None:
        """A file that was handed over has no place that could be looked at again: it takes
        nothing from others, and its silence on a detail takes none back."""
        mine = self._replaced_by(document)
        twin = self.by_text.get(text_sha256)
        if mine is not None and mine.sha256 == text_sha256:
            self._report(document, "unchanged", mine.id)
        elif twin is not None:
            self._report(document, "duplicate", twin, f"the same text as '{twin}'")
        elif mine is not None and not self._is_placed(mine):
            details = document.details.over(_own_details(mine))
            self._store(mine.id, replace(document, details=details), text_sha256, "updated")
        else:
            self._store(self._free_id(document.name), document, text_sha256, "added")

    def _place_known(self, document: Document, text_sha256: str) -> bool:
        if document.origin.startswith(UPLOADED):
            self._place_uploaded(document, text_sha256)
            return True
        mine = self.by_origin.get(document.origin)
        twin = self.by_text.get(text_sha256)
        if mine is not None and mine.sha256 == text_sha256:
            self._same_text(document, mine)
        elif twin is not None:
            self._known_text(document, twin, mine)
        elif mine is not None:
            self._keep_old_text(mine)
            self._store(mine.id, document, text_sha256, "updated")
        else:
            return False
        return True

    def _place_new(self, document: Document, text_sha256: str) -> None:
        twin = self.by_text.get(text_sha256)  # another new one may have it by now
        old = self.sources.get(document.name)
        if twin is not None:
            self._known_text(document, twin, None)
        elif old is not None and self._is_superseded(old, text_sha256):
            reason = f"a newer version of '{old.id}' was added by hand"
            self._report(document, "unchanged", old.id, reason)
        elif old is not None and self._is_free(old):
            self._store(old.id, document, text_sha256, "updated")
        else:
            self._store(self._free_id(document.name), document, text_sha256, "added")

    def _same_text(self, document: Document, source: Source) -> None:
        if self._details_changed(document, source):
            self._store(source.id, document, source.sha256, "updated", "its details changed")
        else:
            self._report(document, "unchanged", source.id)

    def _details_changed(self, document: Document, source: Source) -> bool:
        """Whether a document that has a source's text says other things of itself, or of its pages.

        What is said now counts: a detail that was taken back is forgotten.
        """
        said = self._described(source.id, document).details
        title = said.title or untitled(source.id, document)
        if document.recognized != source.recognized:
            return True
        return replace(said, title=title) != _details(source)

    def _described(self, id: str, document: Document) -> Document:
        """A document with what people said of its source in place of what it says itself."""
        said = self.described.get(id)
        if said is None:
            return document
        return replace(document, details=Details.of(said).over(document.details))

    def _known_text(self, document: Document, twin: str, mine: Source | None) -> None:
        """The library, or this run, has this very text under another origin."""
        if mine is not None:
            self._give_up(mine)
        known = self.sources.get(twin)
        placed = twin in self.add or twin in self.moved
        if known is not None and not placed and self._is_absent(known.origin):
            self._move(known, document)
            return
        if self.aliases.get(document.origin) != twin:
            self._name(twin, [document.origin])
        self._report(document, "duplicate", twin, f"the same text as '{twin}'")

    def _move(self, source: Source, document: Document) -> None:
        """A source's file is gone, and this one has its text."""
        reason = f"moved from {source.origin}"
        if self._details_changed(document, source):
            reason += ", its details changed"
            self._store(source.id, document, source.sha256, "updated", reason)
            return
        self.moved[source.id] = document.origin
        self.aliases.pop(document.origin, None)
        self._report(document, "unchanged", source.id, reason)

    def _give_up(self, source: Source) -> None:
        """A source's own file has another source's text now: its text goes, or to its heir."""
        heir = self._heir_of_old_text(source)
        if heir is None:
            self.retire.append(source.id)
            return
        self.moved[source.id] = heir
        self.aliases.pop(heir)
        self.by_text[source.sha256] = source.id

    def _keep_old_text(self, source: Source) -> None:
        """A source is about to get a new text: another file that holds the old one keeps it."""
        heir = self._heir_of_old_text(source)
        if heir is None:
            return
        kept = replace(_stored_document(self.library, source), origin=heir, name=_name_of(heir))
        id = self._free_id(kept.name)
        names = self._unread_names(source)
        reason = f"it still holds what '{source.id}' said before"
        self._store(id, kept, source.sha256, "added", reason)
        self._name(id, [name for name in names if name != heir])

    def _heir_of_old_text(self, source: Source) -> str | None:
        """A file that holds a source's text and was not read in this run.

        None if there is no such file, or the text has found another place in this run already.
        """
        names = self._unread_names(source)
        place = self.by_text.get(source.sha256)
        if place is not None:
            self._name(place, names)
            return None
        return next((name for name in names if not self._is_absent(name)), None)

    def _unread_names(self, source: Source) -> list[str]:
        return sorted(o for o, id in self.aliases.items() if id == source.id and o not in self.read)

    def _name(self, id: str, names: Sequence[str]) -> None:
        for origin in names:
            self.new_aliases[origin] = self.aliases[origin] = id

    def _store(
        self,
        id: str,
        document: Document,
        text_sha256: str,
        status: str,
        reason: str | None = None,
    ) -> None:
        self.add[id] = self._described(id, document)
        self.by_text[text_sha256] = id
        self.aliases.pop(document.origin, None)
        self._report(document, status, id, reason)

    def _prune(self, roots: Sequence[str]) -> None:
        for source in self.sources.values():
            if self._is_placed(source) or not under(source.origin, roots):
                continue
            if not self._is_absent(source.origin):
                continue
            heir = self._heir(source)
            if heir is not None:
                self._inherit(source, heir)
                continue
            self.retire.append(source.id)
            self.files.append(FileReport(path=source.origin, status="retired", source=source.id))

    def _inherit(self, source: Source, heir: str) -> None:
        """A source's file is gone, and another place that its text was read from is there."""
        self.new_aliases.pop(heir, None)
        document = self.documents.get(heir)
        if document is not None and self._details_changed(document, source):
            self.add[source.id] = self._described(source.id, document)
        else:
            self.moved[source.id] = heir

    def _is_placed(self, source: Source) -> bool:
        return source.id in self.add or source.id in self.moved or source.id in self.retire

    def _is_free(self, source: Source) -> bool:
        """Whether nothing holds a source's text any longer, so that its name can be taken over."""
        absent = self._is_absent(source.origin) and self._heir(source) is None
        return absent and not self._is_placed(source)

    def _is_superseded(self, source: Source, text_sha256: str) -> bool:
        """Whether a file that was handed over has replaced this text."""
        uploaded = source.origin.startswith(UPLOADED)
        return uploaded and source.id in self.library.heirs(source.id, text_sha256)

    def _heir(self, source: Source) -> str | None:
        """Another place that a source's text was read from, and that is still there."""
        others = sorted(origin for origin, id in self.aliases.items() if id == source.id)
        return next((origin for origin in others if not self._is_absent(origin)), None)

    def _is_absent(self, origin: str) -> bool:
        """Whether the file is gone, or was read and no longer holds this record."""
        file = _file_of(origin)
        return (file in self.files_read and origin not in self.read) or _is_gone(file)

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
        title=details.title or untitled(id, document),
        kind=document.kind,
        origin=document.origin,
        file_sha256=document.file_sha256,
        text=document.text,
        headings=document.headings,
        pages=document.pages,
        recognized=document.recognized,
        passages=passages(document, settings),
        publisher=details.publisher,
        author=details.author,
        date=details.date,
        url=details.url,
    )


def _stored_document(library: Library, source: Source) -> Document:
    return document_again(source, library.text(source.id), library.file_digests()[source.id])


def document_again(source: Source, text: str, file_sha256: str) -> Document:
    """A document of a text that was stored already."""
    blocks, headings = outline_again(source.kind, text)
    return Document(
        name=source.id,
        kind=source.kind,
        origin=source.origin,
        file_sha256=file_sha256,
        text=text,
        blocks=tuple(blocks),
        headings=tuple(headings),
        pages=source.pages,
        recognized=source.recognized,
        details=_own_details(source),
    )


def untitled(id: str, document: Document) -> str:
    """The title of a source whose file has none: the file's name, made readable, with its folder
    where another source has this name; a record's own name."""
    if document.kind == "jsonl":
        return id
    return _titled_by_place(id, document.origin)


def _titled_by_place(id: str, origin: str) -> str:
    name = _name_of(origin) or id
    if id == name or not id.startswith(name):
        return readable(id)
    folder = Path(_file_of(origin)).parent.name
    return f"{readable(name)} ({folder or id.removeprefix(name).strip('-')})"


def _own_details(source: Source) -> Details:
    """What a source was said to be; its title only where it had one."""
    details = _details(source)
    none = (source.id, _titled_by_place(source.id, source.origin))
    return replace(details, title=None) if details.title in none else details


def _details(source: Source) -> Details:
    return Details(
        title=source.title,
        publisher=source.publisher,
        author=source.author,
        date=source.date,
        url=source.url,
    )


def origin_of(path: Path) -> str:
    """How the library remembers a file or folder: its path, or its place in the starter library."""
    if path.is_relative_to(STARTER):
        inside = path.relative_to(STARTER).as_posix()
        return STARTER_ORIGIN + ("" if inside == "." else inside)
    return str(path)


def _file_of(origin: str) -> str:
    """The file of an origin, which may name a record in it: `records.jsonl#id`."""
    found = _RECORD.match(origin)
    return found.group(1) if found else origin


def _name_of(origin: str) -> str:
    """What a source read from there is called: its record's id, or its file's name."""
    file = _file_of(origin)
    return origin[len(file) + 1 :] or Path(file).stem


def _is_gone(file: str) -> bool:
    """Whether the file that a source came from is no longer there. In doubt it is not gone."""
    if file.startswith(STARTER_ORIGIN):
        return not (STARTER / file.removeprefix(STARTER_ORIGIN)).exists()
    if file.startswith((UPLOADED, CONNECTED)):
        return False
    try:
        return not Path(file).exists()
    except OSError:
        return False


def under(origin: str, roots: Sequence[str]) -> bool:
    """Whether an origin lies at or under one of these, as `origin_of` gives them."""
    file = _file_of(origin)
    return any(
        file == root or file.startswith(root if root.endswith((os.sep, ":")) else root + os.sep)
        for root in roots
    )
