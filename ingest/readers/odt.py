"""OpenDocument texts: the XML of the format itself, parsed by lxml (BSD).

The package that exists for the format, odfpy, has had no release since 2020.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.cutting.written import Writer
from ingest.readers.extract import Extract, finished
from ingest.readers.office.odt_lists import form_value, levels_of
from ingest.readers.office.odt_package import Package, open_text
from ingest.readers.office.odt_text import (
    CONTROL,
    LEFT_OUT,
    NOTE,
    OBJECT,
    PASSED_BY,
    SHAPES,
    STYLE,
    H,
    OdtText,
    P,
    name,
)  # fmt: skip
from ingest.readers.parts.formulas import linear
from ingest.readers.parts.numbers import Counters
from ingest.readers.parts.omitted import Omitted
from ingest.readers.tables import Cell, rows_alone, span

Element = Any
_LIST, _TABLE, _ROW, _BODY = map(
    name, ("text:list", "table:table", "table:table-row", "text:note-body")
)
_ITEM, _HEADER = name("text:list-item"), name("text:list-header")
_CELL, _COVERED = name("table:table-cell"), name("table:covered-table-cell")
_HEADING = re.compile(r"Heading(?:_20_| )(\d)")
MOST_REPEATED = 100  # cells and rows beyond this are a spreadsheet's empty rest


def read_odt(path: Path) -> Extract:
    """The body of an OpenDocument text in order, then its notes."""
    package = open_text(path)
    writer, omitted = Writer(), Omitted()
    walk = _Walk(package, writer, omitted)
    walk.blocks(package.body)
    for note in package.body.iter(_BODY):
        writer.paragraph(" ".join(walk.text.of(p) for p in note.iter(P)))
    _tell(package, walk.text, omitted)
    return finished(writer, package.details(walk.title), omitted.notes(), titled=True)


def _tell(package: Package, text: OdtText, omitted: Omitted) -> None:
    """Count what is not read: deletions, running heads."""
    omitted.add("deletion", sum(1 for _ in package.body.iter(name("text:deletion"))))
    for kind in ("header", "footer"):
        heads = (each for part in package.parts for each in part.iter(name(f"style:{kind}")))
        said = {"".join(text.of(p) for p in head.iter(P, H)) for head in heads}
        omitted.add(f"page {kind}", sum(any(c.isalpha() for c in each) for each in said))


class _Walk:
    """Goes through the blocks, with the styles of the document."""

    def __init__(self, package: Package, writer: Writer, omitted: Omitted) -> None:
        parts = package.parts
        self.writer = writer
        self.title: str | None = None
        self.text = OdtText(parts, omitted)
        self._objects, self._omitted = package.objects, omitted
        self._lists = {
            style.get(name("style:name")): levels_of(style)
            for part in reversed(parts)
            for style in part.iter(name("text:list-style"))
        }
        outlines = (each for part in parts for each in part.iter(name("text:outline-style")))
        self._outline = levels_of(next(outlines, ()))
        self._headings = Counters()
        self._controls = {
            each.get(name("form:id")): each
            for forms in parts[0].iter(name("office:forms"))
            for each in forms.iter()
            if isinstance(each.tag, str) and each.get(name("form:id"))
        }
        self._counters: dict[str, Counters] = {}  # of lists by their name
        self._last: dict[str, Counters] = {}  # and by the style that the last one had

    def blocks(self, parent: Element) -> None:
        for child in parent:
            if child.tag == H:
                self._heading(child)
            elif child.tag == P:
                self._paragraph(child)
            elif child.tag == _LIST:
                self._list(child, child.get(STYLE) or "", self._begun(child), 0)
            elif child.tag == _TABLE:
                self._table(child)
            elif child.tag in (name("text:section"), *SHAPES) and self.text.is_hidden(child):
                self._omitted.add("hidden passage")
            elif child.tag not in LEFT_OUT and isinstance(child.tag, str):
                self.blocks(child)  # sections, frames, text boxes

    def _heading(self, heading: Element) -> None:
        told = heading.get(name("text:outline-level"), "1")
        level = int(told) if told.isdigit() else 1
        text = self.text.of(heading)
        if text.strip() and heading.get(name("text:is-list-header")) != "true":
            mark = self._headings.next(level - 1, self._outline)
            text = text if mark == "-" else f"{mark} {text}"
        self.writer.heading(text, level)
        self._beside(heading)

    def _paragraph(self, paragraph: Element) -> None:
        text = self.text.of(paragraph)
        names = list(self.text.chain(paragraph.get(STYLE)))
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
        self._beside(paragraph)

    def _beside(self, paragraph: Element) -> None:
        """What a paragraph holds beside its line: boxes and shapes, objects, values of forms."""
        for child in _outermost(paragraph, {*SHAPES, OBJECT, CONTROL}):
            if child.tag == OBJECT:
                self._object(child)
            elif child.tag == CONTROL:
                control = self._controls.get(child.get(name("draw:control")))
                self.writer.paragraph("" if control is None else form_value(control))
            else:
                self.blocks(child)

    def _object(self, link: Element) -> None:
        root = self._objects.get(str(link.get(name("xlink:href"))))
        chart = None if root is None else next(root.iter(name("chart:chart")), None)
        if root is None:
            self._omitted.add("embedded object")
        elif chart is not None:
            self._chart(chart)
        elif text := linear(root):
            self.writer.paragraph(text)
        else:
            self._omitted.add("embedded object")

    def _chart(self, chart: Element) -> None:
        """Its title and the table of figures that it is drawn from."""
        title = chart.find(name("chart:title"))
        said = "" if title is None else " ".join(map(self.text.of, title.iter(P)))
        table = next(chart.iter(_TABLE), None)
        rows = [] if table is None else self._rows(table)
        if not rows or not rows[0]:
            self.writer.paragraph(said)
            return
        rows[0][0] = Cell(text=said or rows[0][0].text)
        for shown in rows_alone(rows, heads=1):
            self.writer.row(shown)

    def _begun(self, listed: Element) -> Counters:
        """The counts of a list: those of the one that it continues, or its own from the start."""
        style = listed.get(STYLE) or ""
        on = listed.get(name("text:continue-list"))
        if on in self._counters:
            counters = self._counters[on]
        elif listed.get(name("text:continue-numbering")) == "true":
            counters = self._last.get(style) or Counters()
        else:
            counters = Counters()
        self._last[style] = counters
        if key := listed.get("{http://www.w3.org/XML/1998/namespace}id"):
            self._counters[key] = counters
        return counters

    def _list(self, listed: Element, style: str, counters: Counters, level: int) -> None:
        style = listed.get(STYLE) or style
        for entry in listed:
            if entry.tag not in (_ITEM, _HEADER):
                continue
            start = entry.get(name("text:start-value"), "")
            if start.isdecimal():
                counters.begin(level, int(start))
            first = entry.tag == _ITEM
            for child in entry:
                if child.tag == _LIST:
                    self._list(child, style, counters, level + 1)
                elif child.tag in (P, H) and first and (text := self.text.of(child)).strip():
                    mark = counters.next(level, self._lists.get(style, {}))
                    if child.tag == P:
                        self.writer.item(text, mark)
                    else:  # a heading in a list that numbers it
                        depth = child.get(name("text:outline-level"), "1")
                        text = text if mark == "-" else f"{mark} {text}"
                        self.writer.heading(text, int(depth) if depth.isdigit() else 1)
                    self._beside(child)
                    first = False
                else:
                    self.blocks([child])

    def _is_strong(self, element: Element, inherited: bool) -> bool:
        """Whether all text in an element is bold, by its own style or those around it."""
        bold = self.text.look(element.get(STYLE)).bold
        strong = inherited if bold is None else bold
        texts = [element.text, *(child.tail for child in element)]
        if not strong and any(text and text.strip() for text in texts):
            return False
        inside = (c for c in element if isinstance(c.tag, str) and c.tag not in PASSED_BY)
        return all(self._is_strong(c, strong) for c in inside if "".join(c.itertext()).strip())

    def _table(self, table: Element) -> None:
        rows = [row for row in table.iter(_ROW) if _table_of(row) is table]
        cells = [[cell for cell in row if cell.tag == _CELL] for row in rows]
        if max(map(_width, rows), default=0) < 2:  # a box around text
            for cell in (cell for row in cells for cell in row):
                self.blocks(cell)
            return
        heads = sum(row.getparent().tag == name("table:table-header-rows") for row in rows)
        for shown in rows_alone(self._rows(table), heads=heads or None):
            self.writer.row(shown)

    def _rows(self, table: Element) -> list[list[Cell]]:
        found: list[list[Cell]] = []
        for row in table.iter(_ROW):
            if _table_of(row) is not table:
                continue
            cells: list[Cell] = []
            for cell in row.iterchildren(_CELL, _COVERED):
                if cell.tag == _COVERED:  # under a cell that spans it, which says so itself
                    continue
                times = span(cell.get(name("table:number-columns-repeated")))
                text = self._cell(cell)
                cells += [
                    Cell(
                        text=text,
                        columns=span(cell.get(name("table:number-columns-spanned"))),
                        rows=span(cell.get(name("table:number-rows-spanned"))),
                    )
                ] * (min(times, MOST_REPEATED))
            again = (
                span(row.get(name("table:number-rows-repeated")))
                if any(cell.text for cell in cells)
                else 1
            )
            found += [cells] * min(again, MOST_REPEATED)
        return found

    def _cell(self, cell: Element) -> str:
        """All text of a cell on one line: paragraphs, lists, boxes, tables in it."""
        parts: list[str] = []
        for child in cell:
            if child.tag in (P, H):
                parts.append(self.text.of(child).strip())
                for beside in _outermost(child, {*SHAPES, OBJECT}):
                    root = self._objects.get(str(beside.get(name("xlink:href"))))
                    is_object = beside.tag == OBJECT
                    parts.append(
                        self._cell(beside)
                        if not is_object
                        else ""
                        if root is None
                        else linear(root)
                    )
            elif child.tag == _TABLE:
                rows = (" ".join(c.text for c in row if c.text) for row in self._rows(child))
                parts.append("; ".join(filter(None, rows)))
            elif child.tag not in LEFT_OUT and isinstance(child.tag, str):
                parts.append(self._cell(child))
        return " ".join(filter(None, parts))


def _width(row: Element) -> int:
    return sum(
        min(span(cell.get(name("table:number-columns-repeated"))), MOST_REPEATED)
        for cell in row.iterchildren(_CELL, _COVERED)
    )


def _table_of(row: Element) -> Element:
    return next(a for a in row.iterancestors() if a.tag == _TABLE)


def _outermost(element: Element, tags: set[str]) -> Iterator[Element]:
    """The elements of these tags in another, none inside another of them or of a note."""
    for child in element:
        if child.tag in tags:
            yield child
        elif isinstance(child.tag, str) and child.tag not in LEFT_OUT and child.tag != NOTE:
            yield from _outermost(child, tags)
