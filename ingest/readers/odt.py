"""OpenDocument texts: the XML of the format itself, parsed by lxml (BSD).

The package that exists for the format, odfpy, has had no release since 2020.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.errors import UnreadableFile
from ingest.readers.archive import check_archive, parse_member
from ingest.readers.docx import counted
from ingest.readers.extract import Extract, author_of, finished, title_of
from ingest.readers.tables import stand_alone

_SPACES = {
    name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
    for name in ("office", "text", "table", "style", "meta", "draw")
} | {
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "dc": "http://purl.org/dc/elements/1.1/",
}
Element = Any


def _name(prefixed: str) -> str:
    prefix, name = prefixed.split(":")
    return f"{{{_SPACES[prefix]}}}{name}"


_P, _H, _LIST, _TABLE = map(_name, ("text:p", "text:h", "text:list", "table:table"))
_STYLE, _NOTE, _BODY = map(_name, ("text:style-name", "text:note", "text:note-body"))
_BOX, _ROW = map(_name, ("draw:text-box", "table:table-row"))
_CELLS = (_name("table:table-cell"), _name("table:covered-table-cell"))
_LEFT_OUT = set(
    map(
        _name,
        (
            *("text:tracked-changes", "text:table-of-content", "text:hidden-text"),
            *("office:annotation", "office:forms", "text:sequence-decls", "text:note-citation"),
            *("text:alphabetical-index", "text:variable-decls", "text:user-field-decls"),
        ),
    )
)
_WHITE = {_name("text:tab"): " ", _name("text:line-break"): "\n", _name("text:s"): " "}
_FORMATS = {"1": "decimal", "a": "lowerLetter"}
_HEADING = re.compile(r"Heading(?:_20_| )(\d)")
MOST_REPEATED = 100  # cells and rows beyond this are a spreadsheet's empty rest


def read_odt(path: Path) -> Extract:
    """The body of an OpenDocument text in order, then its notes."""
    check_archive(path, "content.xml")
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        parts = [parse_member(archive, n) for n in ("content.xml", "styles.xml") if n in names]
        about = parse_member(archive, "meta.xml") if "meta.xml" in names else None
    body = next(parts[0].iter(_name("office:text")), None)
    if body is None:
        raise UnreadableFile("an OpenDocument file, but not a text")
    writer = Writer()
    walk = _Walk(parts, writer)
    walk.blocks(body)
    for note in body.iter(_BODY):
        writer.paragraph(" ".join("".join(_pieces(p)) for p in note.iter(_P)))
    return finished(writer, _details(about, walk.title))


def _details(about: Element, title: str | None) -> Details:
    def said(*names: str) -> str | None:
        for name in names:
            for element in about.iter(_name(name)) if about is not None else ():
                if element.text and element.text.strip():
                    return str(element.text)
        return None

    day = said("meta:creation-date", "dc:date")
    return Details(
        title=title_of(said("dc:title")) or title,
        author=author_of(said("meta:initial-creator", "dc:creator")),
        date=day[:10] if day else None,
    )


class _Walk:
    """Goes through the blocks, with the styles of the document."""

    def __init__(self, parts: list[Element], writer: Writer) -> None:
        self.writer = writer
        self.title: str | None = None
        self._styles = {
            style.get(_name("style:name")): style
            for part in reversed(parts)
            for style in part.iter(_name("style:style"))
        }
        self._lists = {
            style.get(_name("style:name")): style
            for part in reversed(parts)
            for style in part.iter(_name("text:list-style"))
        }
        self._counts: Counter[int] = Counter()

    def blocks(self, parent: Element) -> None:
        for child in parent:
            if child.tag == _H:
                level = child.get(_name("text:outline-level"), "1")
                self.writer.heading("".join(_pieces(child)), int(level) if level.isdigit() else 1)
                self._boxes(child)
            elif child.tag == _P:
                self._paragraph(child)
            elif child.tag == _LIST:
                self._list(child, "", 1)
            elif child.tag == _TABLE:
                self._table(child)
            elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
                self.blocks(child)  # sections, frames, text boxes

    def _paragraph(self, paragraph: Element) -> None:
        text = "".join(_pieces(paragraph))
        names = list(self._chain(paragraph.get(_STYLE)))
        heading = next(filter(None, map(_HEADING.match, names)), None)
        if not text.strip():
            pass
        elif "Title" in names:
            self.title = self.title or " ".join(text.split())
            self.writer.heading(text, 1)
        elif heading:
            self.writer.heading(text, int(heading.group(1)))
        else:
            self.writer.paragraph(text, strong=self._is_strong(paragraph, False))
        self._boxes(paragraph)

    def _boxes(self, paragraph: Element) -> None:
        for box in paragraph.iter(_BOX):
            if not any(a.tag == _BOX for a in box.iterancestors()):
                self.blocks(box)

    def _list(self, listed: Element, style: str, level: int) -> None:
        style = listed.get(_STYLE) or style
        if listed.get(_name("text:continue-numbering")) != "true":
            self._counts[level] = 0
        for entry in listed:
            first = entry.tag == _name("text:list-item")
            for child in entry:
                if child.tag == _LIST:
                    self._list(child, style, level + 1)
                elif child.tag == _P and first and "".join(_pieces(child)).strip():
                    self._counts[level] += 1
                    mark = counted(self._format(style, level), self._counts[level])
                    self.writer.item("".join(_pieces(child)), mark)
                    self._boxes(child)
                    first = False
                else:
                    self.blocks([child])

    def _format(self, style: str, level: int) -> str:
        for definition in self._lists.get(style, ()):
            if definition.get(_name("text:level")) == str(level):
                return _FORMATS.get(definition.get(_name("style:num-format"), ""), "bullet")
        return "bullet"

    def _chain(self, style: str | None) -> Iterator[str]:
        """A style's name and those of the styles that it is based on."""
        seen: set[str] = set()
        while style and style not in seen:
            seen.add(style)
            yield style
            known = self._styles.get(style)
            style = known.get(_name("style:parent-style-name")) if known is not None else None

    def _is_strong(self, element: Element, inherited: bool) -> bool:
        """Whether all text in an element is bold, by its own style or those around it."""
        strong = inherited
        for style in self._chain(element.get(_STYLE)):
            known = self._styles.get(style)
            weights = (
                []
                if known is None
                else [
                    found.get(_name("fo:font-weight"))
                    for found in known.iter(_name("style:text-properties"))
                ]
            )
            if weights and weights[0]:
                strong = weights[0] in ("bold", "600", "700", "800", "900")
                break
        texts = [element.text, *(child.tail for child in element)]
        if not strong and any(text and text.strip() for text in texts):
            return False
        return all(
            self._is_strong(child, strong)
            for child in element
            if isinstance(child.tag, str) and "".join(_pieces(child)).strip()
        )

    def _table(self, table: Element) -> None:
        rows = [row for row in table.iter(_ROW) if _table_of(row) is table]
        cells = [[cell for cell in row if cell.tag in _CELLS] for row in rows]
        if max(map(len, cells), default=0) < 2:  # a box around text
            for cell in (cell for row in cells for cell in row):
                self.blocks(cell)
            return
        texts = []
        for row in cells:
            texts.append([""] * 0)
            for cell in row:
                times = cell.get(_name("table:number-columns-repeated"), "1")
                text = " ".join("".join(_pieces(p)) for p in cell.iter(_P, _H))
                texts[-1] += [text] * min(int(times), MOST_REPEATED)
        headed = rows[0].getparent().tag == _name("table:table-header-rows") or None
        for shown in stand_alone(texts, headed=headed):
            self.writer.row(shown)


def _table_of(row: Element) -> Element:
    return next(a for a in row.iterancestors() if a.tag == _TABLE)


def _pieces(element: Element) -> Iterator[str]:
    """The text inside a paragraph, without notes, comments and boxes."""
    yield element.text or ""
    for child in element:
        if child.tag in _WHITE:
            yield _WHITE[child.tag]
        elif isinstance(child.tag, str) and child.tag not in {*_LEFT_OUT, _NOTE, _BOX}:
            yield from _pieces(child)
        yield child.tail or ""
