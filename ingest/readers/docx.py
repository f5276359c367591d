"""Word documents, opened by python-docx (MIT): headings, lists, tables, notes, text boxes.

python-docx finds the parts, styles and properties; the body is walked here, since its own
paragraphs leave out content controls, insertions and text boxes.
"""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import parse_xml
from lxml import etree

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.readers.archive import check_archive
from ingest.readers.extract import Extract, author_of, finished, title_of
from ingest.readers.tables import stand_alone

_P, _TBL, _SDT, _TR, _TC = (qn(f"w:{name}") for name in ("p", "tbl", "sdt", "tr", "tc"))
_TEXT, _TAB, _BREAK, _RETURN = (qn(f"w:{name}") for name in ("t", "tab", "br", "cr"))
_HYPHEN, _BOX, _RUN, _TYPE = qn("w:noBreakHyphen"), qn("w:txbxContent"), qn("w:r"), qn("w:type")
_VALUE, _ID = qn("w:val"), qn("w:id")
_LEFT_OUT = {qn(name) for name in ("w:del", "w:moveFrom", "w:instrText", "w:rPr", "w:pPr")} | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_NOTES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
Element = Any  # python-docx's elements are lxml's, without types


def read_docx(path: Path) -> Extract:
    """The body of a Word document in order, then its foot- and endnotes."""
    check_archive(path, "[Content_Types].xml")
    document = docx.Document(str(path))
    writer = Writer()
    walk = _Walk(document, writer)
    walk.blocks(document.element.body)
    walk.notes()
    about = document.core_properties
    day = about.created or about.modified
    return finished(
        writer,
        Details(
            title=title_of(about.title) or walk.title,
            author=author_of(about.author),
            date=day.date().isoformat() if day else None,
        ),
    )


class _Walk:
    """Goes through the blocks, with the styles and list definitions of the document."""

    def __init__(self, document: WordDocument, writer: Writer) -> None:
        self.document, self.writer = document, writer
        self.title: str | None = None
        self._styles = {style.style_id: style for style in document.styles}
        self._normal = _find(
            document.styles.element, "w:style[@w:default='1'][@w:type='paragraph']"
        )
        self._formats = _list_formats(document)
        self._counts: Counter[tuple[str, int]] = Counter()

    def blocks(self, parent: Element) -> None:
        for child in parent:
            if child.tag == _P:
                self._paragraph(child)
            elif child.tag == _TBL:
                self._table(child)
            elif child.tag not in _LEFT_OUT and isinstance(child.tag, str):
                self.blocks(child)  # content controls, insertions, custom XML

    def notes(self) -> None:
        """Foot- and endnotes, which lie in parts of their own."""
        for kind in ("footnotes", "endnotes"):
            for relation in self.document.part.rels.values():
                if relation.reltype != _NOTES + kind or relation.is_external:
                    continue
                for note in parse_xml(relation.target_part.blob):
                    if note.get(_TYPE) not in ("separator", "continuationSeparator"):
                        text = " ".join(_text_of(p) for p in note.iter(_P))
                        self.writer.paragraph(text)

    def _paragraph(self, paragraph: Element) -> None:
        text = _text_of(paragraph)
        if text.strip():
            names = [style.name or "" for style in self._chain(paragraph)]
            level = self._heading_level(paragraph, names)
            mark = self._mark(paragraph)
            if any(name.lower().startswith("toc ") for name in names):
                pass  # a table of contents says the headings once more
            elif "Title" in names:
                self.title = self.title or " ".join(text.split())
                self.writer.heading(text, 1)
            elif level:
                self.writer.heading(text, level)
            elif mark:
                self.writer.item(text, mark)
            else:
                self.writer.paragraph(text, strong=self._is_strong(paragraph))
        for box in _boxes(paragraph):
            self.blocks(box)

    def _chain(self, paragraph: Element) -> list[Any]:
        """The paragraph's style and those that it is based on."""
        style = self._styles.get(paragraph.style) if paragraph.style else None
        found: list[Any] = []
        while style is not None and style not in found:
            found.append(style)
            style = style.base_style
        return found

    def _heading_level(self, paragraph: Element, names: list[str]) -> int:
        for name in names:
            if found := _HEADING.match(name):
                return int(found.group(1))
        levels = _find(paragraph, "w:pPr/w:outlineLvl/@w:val")
        for style in self._chain(paragraph):
            levels += _find(style.element, "w:pPr/w:outlineLvl/@w:val")
        return int(levels[0]) + 1 if levels and int(levels[0]) < 9 else 0

    def _mark(self, paragraph: Element) -> str:
        """The mark of a list item, counted where it is a number; empty where there is none."""
        found = _find(paragraph, "w:pPr/w:numPr")
        for style in self._chain(paragraph):
            found = found or _find(style.element, "w:pPr/w:numPr")
        if not found:
            return ""
        number = next(iter(_find(found[0], "w:numId/@w:val")), "0")
        level = int(next(iter(_find(found[0], "w:ilvl/@w:val")), "0"))
        if number == "0":
            return ""
        key = (number, level)
        for other in [k for k in self._counts if k[0] == number and k[1] > level]:
            del self._counts[other]
        self._counts[key] += 1
        return counted(self._formats.get(key, "bullet"), self._counts[key])

    def _is_strong(self, paragraph: Element) -> bool:
        """Whether all that can be seen of it is bold."""
        runs = [run for run in paragraph.iter(_RUN) if "".join(_pieces(run)).strip()]
        by_style = next(
            (s.font.bold for s in self._chain(paragraph) if s.font.bold is not None), False
        )
        return all(_is_bold(run, bool(by_style)) for run in runs)

    def _table(self, table: Element) -> None:
        rows = [row for row in table if row.tag == _TR]
        cells = [[cell for cell in row.iter(_TC) if _owner(cell) is row] for row in rows]
        if max(map(len, cells), default=0) < 2:  # a box around text
            for cell in (cell for row in cells for cell in row):
                self.blocks(cell)
            return
        headed = bool(_find(rows[0], "w:trPr/w:tblHeader")) or None
        above: dict[int, str] = {}
        texts: list[list[str]] = []
        for row in cells:
            texts.append([])
            for cell in row:
                text = " ".join(_text_of(p) for p in cell.iter(_P))
                merged = _find(cell, "w:tcPr/w:vMerge")
                column = len(texts[-1])
                if merged and merged[0].get(_VALUE) in (None, "continue"):
                    text = text.strip() or above.get(column, "")
                above[column] = text
                span = int(next(iter(_find(cell, "w:tcPr/w:gridSpan/@w:val")), "1"))
                texts[-1] += [text, *[""] * (min(span, 64) - 1)]
        for shown in stand_alone(texts, headed=headed):
            self.writer.row(shown)


@cache
def _path(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=nsmap)


def _find(element: Element, path: str) -> list[Any]:
    """What an XPath finds, also below elements that python-docx has no class for."""
    return list(_path(path)(element))


def _owner(cell: Element) -> Element:
    """The row that a cell belongs to, through content controls."""
    parent = cell.getparent()
    while parent is not None and parent.tag != _TR:
        parent = parent.getparent()
    return parent


def _boxes(paragraph: Element) -> list[Element]:
    """The outermost text boxes of a paragraph."""
    found: list[Element] = []
    stack = [paragraph]
    while stack:
        element = stack.pop()
        if element.tag == _BOX:
            found.append(element)
        elif element.tag not in _LEFT_OUT:
            stack += reversed(list(element))
    return found


def _text_of(paragraph: Element) -> str:
    return "".join(_pieces(paragraph))


def _pieces(element: Element) -> Iterator[str]:
    """The text inside an element, without what was deleted, is hidden, or stands in a box."""
    for child in element:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag == _TAB:
            yield " "
        elif child.tag in (_BREAK, _RETURN):
            yield " " if child.get(_TYPE) in ("page", "column") else "\n"
        elif child.tag == _HYPHEN:
            yield "-"
        elif child.tag == _RUN and _find(child, "w:rPr/w:vanish[not(@w:val='0')]"):
            continue
        elif child.tag not in _LEFT_OUT and child.tag != _BOX and isinstance(child.tag, str):
            yield from _pieces(child)


def _is_bold(run: Element, by_style: bool) -> bool:
    found = _find(run, "w:rPr/w:b")
    return found[0].get(_VALUE) not in ("0", "false") if found else by_style


def _list_formats(document: WordDocument) -> dict[tuple[str, int], str]:
    """(list, level) → how it is numbered, as Word calls it: "bullet", "decimal", …"""
    try:
        root = document.part.numbering_part.element
    except (KeyError, NotImplementedError):
        return {}
    abstract = {
        definition.get(qn("w:abstractNumId")): {
            int(level.get(qn("w:ilvl"))): next(iter(_find(level, "w:numFmt/@w:val")), "bullet")
            for level in _find(definition, "w:lvl")
        }
        for definition in _find(root, "w:abstractNum")
    }
    return {
        (number.get(qn("w:numId")), level): name
        for number in _find(root, "w:num")
        for level, name in abstract.get(
            next(iter(_find(number, "w:abstractNumId/@w:val")), ""), {}
        ).items()
    }


def counted(format: str, count: int) -> str:
    """The mark of the item number `count` in a list of this format."""
    if format == "lowerLetter" and count <= 26:
        return f"{chr(96 + count)})"
    return "-" if format in ("bullet", "none") or count > 999 else f"{count}."
