"""Word documents, opened by python-docx (MIT): headings, lists, tables, notes, text boxes.

python-docx finds the parts, styles and properties; the body is walked here, since its own
paragraphs leave out content controls, insertions and text boxes.
"""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.oxml.ns import nsmap, qn
from docx.oxml.parser import parse_xml
from lxml import etree

from ingest.cutting.written import Writer
from ingest.errors import UnreadableFile
from ingest.readers.extract import Extract, finished
from ingest.readers.office.charts import CHARTS, DIAGRAM, write_graphics
from ingest.readers.office.openxml import choose_alternates, details_of, open_package
from ingest.readers.office.word_numbers import Numbering, is_on
from ingest.readers.office.word_text import (
    BOX,
    LEFT_OUT,
    RUN,
    SDT,
    TBL,
    TC,
    TR,
    P,
    WordText,
    is_prompt,
    outermost,
)  # fmt: skip
from ingest.readers.parts.omitted import Omitted
from ingest.readers.tables import Cell, rows_alone, span

_VALUE, _TYPE, _CHUNK = qn("w:val"), qn("w:type"), qn("w:altChunk")
_PROPERTIES, _TEXT = qn("w:pPr"), qn("w:t")
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MOST_NESTED = 3  # documents in documents
Element = Any  # python-docx's elements are lxml's, without types


def read_docx(path: Path) -> Extract:
    """The body of a Word document in order, then its foot- and endnotes."""
    writer, omitted = Writer(), Omitted()
    walk = _read(path, writer, omitted, 1)
    details = details_of(walk.document.part.package, walk.title)
    return finished(writer, details, omitted.notes(), titled=True)


def _read(source: Path | BytesIO, writer: Writer, omitted: Omitted, depth: int) -> "_Walk":
    """Write a document, and those that it takes in."""
    package, macros = open_package(source, "word")
    document = docx.Document(package)
    choose_alternates(document.element.body)
    walk = _Walk(document, writer, omitted, depth)
    walk.blocks(document.element.body)
    walk.finish()
    walk.notes()
    walk.tell()
    omitted.add("macros", int(macros))
    return walk


class _Walk:
    """Goes through the blocks, with the styles and list definitions of the document."""

    def __init__(
        self, document: WordDocument, writer: Writer, omitted: Omitted, depth: int
    ) -> None:
        self.document, self.writer, self.omitted = document, writer, omitted
        self.title: str | None = None
        self._depth = depth
        self._styles = {style.style_id: style for style in document.styles}
        self._text = WordText(document.styles.element, omitted)
        self._numbering = Numbering(document)
        self._dropped = ""  # a large initial, which stands in a paragraph of its own

    def blocks(self, parent: Element) -> None:
        for child in parent:
            if child.tag == P:
                self._paragraph(child)
            elif child.tag == TBL:
                self.finish()
                self._table(child)
            elif child.tag == _CHUNK:
                self._chunk(child)
            elif child.tag == SDT and is_prompt(child):
                self.omitted.add("empty form field")
            elif child.tag not in LEFT_OUT and isinstance(child.tag, str):
                self.blocks(child)  # content controls, insertions, custom XML

    def finish(self) -> None:
        """A large initial that nothing followed."""
        text, self._dropped = self._dropped, ""
        self.writer.paragraph(text)

    def notes(self) -> None:
        """Foot- and endnotes, which lie in parts of their own."""
        for kind in ("footnotes", "endnotes"):
            for part in self._parts(kind):
                root = parse_xml(part.blob)
                choose_alternates(root)
                for note in root:
                    if note.get(_TYPE) not in ("separator", "continuationSeparator"):
                        text = " ".join(self._text.of(p, p.style) for p in note.iter(P))
                        self.writer.paragraph(text)

    def tell(self) -> None:
        """Count what is not read: comments, deletions, running heads, embedded objects."""
        body = self.document.element.body
        for part in self._parts("comments"):
            self.omitted.add("comment", len(parse_xml(part.blob).findall(qn("w:comment"))))
        gone = (*body.iter(qn("w:del")), *body.iter(qn("w:moveFrom")))
        self.omitted.add("deletion", sum(1 for each in gone if "".join(each.itertext()).strip()))
        for kind in ("header", "footer"):
            said = [parse_xml(part.blob) for part in self._parts(kind)]
            texts = {self._text.of(root).strip() for root in said}
            worded = sum(1 for text in texts if any(c.isalpha() for c in text))
            self.omitted.add(f"page {kind}", worded)
        self.omitted.add("embedded object", sum(1 for _ in body.iter(qn("w:object"))))

    def _parts(self, kind: str) -> list[Any]:
        return [
            relation.target_part
            for relation in self.document.part.rels.values()
            if relation.reltype == _RELATIONS + kind and not relation.is_external
        ]

    def _paragraph(self, paragraph: Element) -> None:
        properties = paragraph.find(_PROPERTIES)
        text = self._text.of(paragraph, paragraph.style)
        if _find(paragraph, "w:pPr/w:framePr[@w:dropCap='drop' or @w:dropCap='margin']"):
            self._dropped += text.strip()
            return
        text, self._dropped = self._dropped + text, ""
        mark = self._mark(paragraph) if properties is not None else ""
        if text.strip():
            names = [style.name or "" for style in self._chain(paragraph)]
            level = self._heading_level(paragraph, names)
            if any(name.lower().startswith("toc ") for name in names):
                pass  # a table of contents says the headings once more
            elif "Title" in names:
                self.title = self.title or " ".join(text.split())
                self.writer.heading(text, 1)
            elif level:
                self.writer.heading(text if mark in ("", "-") else f"{mark} {text}", level)
            elif mark:
                self.writer.item(text, mark)
            else:
                self.writer.paragraph(text, strong=self._is_strong(paragraph))
        for box in outermost(paragraph, BOX):
            self.blocks(box)
        self._graphics(paragraph)

    def _graphics(self, element: Element) -> None:
        if next(element.iter(*CHARTS, DIAGRAM), None) is not None:
            self.omitted.add("chart", write_graphics(element, _Related(self.document), self.writer))

    def _chunk(self, chunk: Element) -> None:
        """A document of another kind that Word takes in where it stands."""
        try:
            part = self.document.part.related_parts[chunk.get(qn("r:id"))]
        except KeyError:
            self.omitted.add("embedded document")
            return
        try:
            read = self._take_in(part.content_type.lower(), part.blob)
        except UnreadableFile:
            read = False
        self.omitted.add("embedded document", int(not read))

    def _take_in(self, kind: str, blob: bytes) -> bool:
        if blob.startswith(b"PK"):
            if self._depth < MOST_NESTED:
                _read(BytesIO(blob), self.writer, self.omitted, self._depth + 1)
            return self._depth < MOST_NESTED
        if "html" in kind:
            from ingest.readers.html import write_page  # few documents need it

            write_page(blob, self.writer, self.omitted)
        elif kind.startswith("text/plain"):
            for line in blob.decode("utf-8-sig", "replace").splitlines():
                self.writer.paragraph(line)
        else:
            return False
        return True

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
        """The mark of a list item as Word counts it; empty where there is none."""
        number: str | None = next(iter(_find(paragraph, "w:pPr/w:numPr/w:numId/@w:val")), None)
        level: str | None = next(iter(_find(paragraph, "w:pPr/w:numPr/w:ilvl/@w:val")), None)
        for style in self._chain(paragraph):
            if number is not None:
                break
            number = next(iter(_find(style.element, "w:pPr/w:numPr/w:numId/@w:val")), None)
            own = next(iter(_find(style.element, "w:pPr/w:numPr/w:ilvl/@w:val")), None)
            named = self._numbering.by_style.get(style.style_id)
            level = level or own or (str(named[1]) if number and named else None)
        if number is None:
            return ""
        return self._numbering.next(number, int(level) if level and level.isdecimal() else 0)

    def _is_strong(self, paragraph: Element) -> bool:
        """Whether all that can be seen of it is bold."""
        runs = [run for run in paragraph.iter(RUN) if _says(run)]
        by_style = next(
            (s.font.bold for s in self._chain(paragraph) if s.font.bold is not None), False
        )
        return all(_is_bold(run, bool(by_style)) for run in runs)

    def _table(self, table: Element) -> None:
        rows = [row for row in outermost(table, TR) if not _find(row, "w:trPr/w:hidden")]
        cells = [list(outermost(row, TC)) for row in rows]
        if max(map(len, cells), default=0) < 2:  # a box around text
            for cell in (cell for row in cells for cell in row):
                self.blocks(cell)
            return
        heads = 0
        while heads < len(rows) and any(map(is_on, _find(rows[heads], "w:trPr/w:tblHeader"))):
            heads += 1
        above: dict[int, str] = {}
        texts: list[list[Cell]] = []
        for row, owned in zip(rows, cells, strict=True):
            offset = next(iter(_find(row, "w:trPr/w:gridBefore/@w:val")), "0")
            texts.append([Cell()] * min(int(offset) if offset.isdecimal() else 0, 64))
            column = len(texts[-1])
            for cell in owned:
                text = self._cell(cell)
                merged = _find(cell, "w:tcPr/w:vMerge")
                if merged and merged[0].get(_VALUE) in (None, "continue"):
                    text = text or above.get(column, "")
                above[column] = text
                columns = span(next(iter(_find(cell, "w:tcPr/w:gridSpan/@w:val")), "1"))
                texts[-1].append(Cell(text=text, columns=columns))
                column += columns
        for shown in rows_alone(texts, heads=heads or None):
            self.writer.row(shown)
        for cell in (cell for row in cells for cell in row):
            self._graphics(cell)

    def _cell(self, cell: Element) -> str:
        """All text of a cell on one line: paragraphs, boxes, tables in it."""
        parts: list[str] = []
        for child in cell:
            if child.tag == P:
                text = self._text.of(child, child.style).strip()
                mark = self._mark(child) if child.find(_PROPERTIES) is not None else ""
                parts.append(text if mark in ("", "-") else f"{mark} {text}")
                parts += [self._cell(box) for box in outermost(child, BOX)]
            elif child.tag == TBL:
                rows = (map(self._cell, outermost(row, TC)) for row in outermost(child, TR))
                parts.append("; ".join(" ".join(filter(None, row)) for row in rows))
            elif child.tag == SDT and is_prompt(child):
                self.omitted.add("empty form field")
            elif child.tag not in LEFT_OUT and isinstance(child.tag, str):
                parts.append(self._cell(child))
        return " ".join(filter(None, parts))


class _Related:
    """A document's related parts, as python-pptx's parts give theirs."""

    def __init__(self, document: WordDocument) -> None:
        self._parts = document.part.related_parts

    def related_part(self, key: str) -> Any:
        return self._parts[key]


@cache
def _path(path: str) -> etree.XPath:
    return etree.XPath(path, namespaces=nsmap)


def _find(element: Element, path: str) -> list[Any]:
    """What an XPath finds, also below elements that python-docx has no class for."""
    return list(_path(path)(element))


def _says(run: Element) -> bool:
    return any((text.text or "").strip() for text in run.iterchildren(_TEXT))


def _is_bold(run: Element, by_style: bool) -> bool:
    found = _find(run, "w:rPr/w:b")
    return is_on(found[0]) if found else by_style
