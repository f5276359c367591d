"""An OpenDocument text, opened: its parts, the objects embedded in it, what it says of itself."""

import posixpath
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.archive import check_archive, parse_member
from ingest.readers.extract import author_of, title_of
from ingest.readers.office.odt_text import OBJECT, name

Element = Any
_MANIFEST, _LINK = "META-INF/manifest.xml", name("xlink:href")
_KINDS = {
    "spreadsheet": "an OpenDocument spreadsheet", "presentation": "an OpenDocument presentation",
    "graphics": "an OpenDocument drawing",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """`parts` are the content and the styles; `objects` are by the links to them."""

    parts: list[Element]
    body: Element
    objects: dict[str, Element]
    about: Element | None

    def details(self, title: str | None) -> Details:
        """What the file says of itself; `title` is the one in its text."""
        day = self._said("meta:creation-date", "dc:date")
        return Details(
            title=title_of(self._said("dc:title")) or title,
            author=author_of(self._said("meta:initial-creator", "dc:creator")),
            date=day[:10] if day and day[:4] >= "1980" else None,
        )

    def _said(self, *names: str) -> str | None:
        for each in names:
            for element in self.about.iter(name(each)) if self.about is not None else ():
                if element.text and element.text.strip():
                    return str(element.text)
        return None


def open_text(path: Path) -> Package:
    """Raises UnreadableFile where it is no text, or under a password."""
    check_archive(path, "content.xml")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if _MANIFEST in names and b"encryption-data" in archive.read(_MANIFEST):
            raise UnreadableFile("protected by a password. Save it without one")
        parts = [parse_member(archive, n) for n in ("content.xml", "styles.xml") if n in names]
        body = next(parts[0].iter(name("office:text")), None)
        if body is None:
            raise UnreadableFile(f"{_kind(parts[0])}, but not a text. Save it as .odt, or as a PDF")
        links = {str(each.get(_LINK)) for each in body.iter(OBJECT)}
        members = {link: posixpath.join(posixpath.normpath(link), "content.xml") for link in links}
        return Package(
            parts=parts,
            body=body,
            objects={k: parse_member(archive, v) for k, v in members.items() if v in names},
            about=parse_member(archive, "meta.xml") if "meta.xml" in names else None,
        )


def _kind(content: Element) -> str:
    bodies = (str(child.tag) for body in content.iter(name("office:body")) for child in body)
    ends = (kind for tag in bodies for end, kind in _KINDS.items() if tag.endswith(end))
    return next(ends, "an OpenDocument file")
