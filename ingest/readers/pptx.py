"""Presentations, opened by python-pptx (MIT): a slide is a page, its title a heading."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from ingest.cutting.written import Writer
from ingest.readers.extract import Extract, finished, ranges
from ingest.readers.office.charts import CHARTS, DIAGRAM, write_graphics
from ingest.readers.office.openxml import choose_alternates, details_of, open_package
from ingest.readers.office.slide_text import ItemNumbers, SlideText
from ingest.readers.parts.omitted import Omitted
from ingest.readers.tables import Cell, rows_alone

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_BULLETED = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
_FURNITURE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_COMMENTS = "/comments"
Shape = Any  # python-pptx's shapes have no common class with all of these


def read_pptx(path: Path) -> Extract:
    """All slides in order, each with its title, text, tables and notes."""
    package, macros = open_package(path, "powerpoint")
    presentation = pptx.Presentation(package)
    writer, omitted = Writer(), Omitted()
    hidden: list[int] = []
    empty: list[int] = []
    first: str | None = None
    for number, slide in enumerate(presentation.slides, start=1):
        writer.page()
        if slide._element.get("show") in ("0", "false"):
            hidden.append(number)
            continue
        choose_alternates(slide._element)
        read = _Slide(slide, omitted)
        first = first or read.heading or None
        if not read.write(writer, number):
            empty.append(number)
    omitted.add("macros", int(macros))
    notes = [f"no text on {_slides(empty)}"] if empty else []
    notes += [f"hidden, left out: {_slides(hidden)}"] if hidden else []
    details = details_of(presentation.part.package, first)
    return finished(writer, details, [*notes, *omitted.notes()])


def _slides(numbers: list[int]) -> str:
    return f"{'slide' if len(numbers) == 1 else 'slides'} {ranges(numbers)}"


class _Slide:
    """One slide, and what is written of it."""

    def __init__(self, slide: Any, omitted: Omitted) -> None:
        self._slide, self._omitted = slide, omitted
        self._text = SlideText(omitted)
        title = next((s for s in slide.shapes if _placeholder(s) in _TITLES), None)
        self.heading = " ".join(self._frame(title).split()) if title is not None else ""
        self._shapes = [
            shape
            for shape in self._flat(slide.shapes)
            if title is None or shape.shape_id != title.shape_id
        ]

    def write(self, writer: Writer, number: int) -> bool:
        """False, and nothing is written, where the slide says nothing."""
        notes = self._slide.notes_slide.notes_text_frame if self._slide.has_notes_slide else None
        said = "" if notes is None else self._lines(notes._txBody)
        self._tell()
        if not self.heading and not said.strip() and not any(map(self._says, self._shapes)):
            return False
        writer.heading(self.heading or f"Slide {number}", 1)
        for shape in self._shapes:
            self._write(writer, shape)
        if said.strip():
            writer.heading("Notes", 2)
            for line in said.split("\n"):
                writer.paragraph(line.replace("\v", "\n"))
        return True

    def _tell(self) -> None:
        for relation in self._slide.part.rels.values():
            if relation.reltype.endswith(_COMMENTS) and not relation.is_external:
                found = relation.target_part.blob
                self._omitted.add("comment", found.count(b"<p:cm ") + found.count(b"<p188:cm "))

    def _flat(self, shapes: Iterable[Shape]) -> Iterator[Shape]:
        """Shapes from the top down and from left to right, groups opened, furniture left out."""
        for shape in sorted(shapes, key=lambda s: (s.top or 0, s.left or 0)):
            if _is_hidden(shape):
                self._omitted.add("hidden shape")
            elif hasattr(shape, "shapes"):
                yield from self._flat(shape.shapes)
            elif _placeholder(shape) not in _FURNITURE:
                yield shape

    def _frame(self, shape: Shape) -> str:
        return self._lines(shape.text_frame._txBody) if shape.has_text_frame else ""

    def _lines(self, body: Any) -> str:
        return "\n".join(self._text.of(p) for p in self._text.paragraphs(body))

    def _says(self, shape: Shape) -> bool:
        if getattr(shape, "has_table", False):
            return any(cell.text.strip() for row in shape.table.rows for cell in row.cells)
        if next(shape._element.iter(*CHARTS, DIAGRAM), None) is not None:
            return True
        return bool(self._frame(shape).strip())

    def _write(self, writer: Writer, shape: Shape) -> None:
        if getattr(shape, "has_table", False):
            rows = [
                [
                    Cell(
                        text=" ".join(self._lines(cell._tc.txBody).split()),
                        columns=max(cell.span_width, 1) if cell.is_merge_origin else 1,
                        rows=max(cell.span_height, 1) if cell.is_merge_origin else 1,
                    )
                    for cell in row.cells
                    if not cell.is_spanned
                ]
                for row in shape.table.rows
            ]
            for row in rows_alone(rows, heads=int(bool(shape.table.first_row))):
                writer.row(row)
        elif next(shape._element.iter(*CHARTS, DIAGRAM), None) is not None:
            failed = write_graphics(shape._element, self._slide.part, writer)
            self._omitted.add("chart", failed)
        elif shape.has_text_frame:
            listed, numbers = _placeholder(shape) in _BULLETED, ItemNumbers()
            for paragraph in self._text.paragraphs(shape.text_frame._txBody):
                text = self._text.of(paragraph)
                mark = numbers.mark(paragraph, listed) if text.strip() else ""
                if mark:
                    writer.item(text, mark)
                else:
                    writer.paragraph(text.replace("\v", "\n"), strong=self._text.is_bold(paragraph))
        elif shape._element.tag.endswith("}graphicFrame"):
            self._omitted.add("embedded object")


def _placeholder(shape: Shape) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _is_hidden(shape: Shape) -> bool:
    about = next((e for e in shape._element.iter() if str(e.tag).endswith("}cNvPr")), None)
    return about is not None and about.get("hidden") in ("1", "true")
