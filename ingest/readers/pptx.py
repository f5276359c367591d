"""Presentations, read by python-pptx (MIT): a slide is a page, its title a heading."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER

from ingest.cutting.written import Writer
from ingest.documents import Details
from ingest.readers.archive import check_archive
from ingest.readers.extract import Extract, author_of, finished, ranges, title_of
from ingest.readers.tables import stand_alone

_TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE)
_BULLETED = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
_FURNITURE = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
Shape = Any  # python-pptx's shapes have no common class with all of these


def read_pptx(path: Path) -> Extract:
    """All slides in order, each with its title, text, tables and notes."""
    check_archive(path, "[Content_Types].xml")
    presentation = pptx.Presentation(str(path))
    writer = Writer()
    empty: list[int] = []
    first: str | None = None
    for number, slide in enumerate(presentation.slides, start=1):
        writer.page()
        title = next((s for s in slide.shapes if _placeholder(s) in _TITLES), None)
        heading = " ".join(title.text_frame.text.split()) if title is not None else ""
        first = first or heading or None
        shapes = [s for s in _flat(slide.shapes) if title is None or s.shape_id != title.shape_id]
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        said = notes.text if notes is not None else ""
        if not heading and not said.strip() and not any(map(_says, shapes)):
            empty.append(number)
            continue
        writer.heading(heading or f"Slide {number}", 1)
        for shape in shapes:
            _write(writer, shape)
        if said.strip():
            writer.heading("Notes", 2)
            for line in said.split("\n"):
                writer.paragraph(line.replace("\v", "\n"))
    about = presentation.core_properties
    day = about.created or about.modified
    return finished(
        writer,
        Details(
            title=title_of(about.title) or first,
            author=author_of(about.author),
            date=day.date().isoformat() if day else None,
        ),
        [f"no text on {'slide' if len(empty) == 1 else 'slides'} {ranges(empty)}"] if empty else [],
    )


def _flat(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """Shapes from the top down and from left to right, groups opened, furniture left out."""
    for shape in sorted(shapes, key=lambda s: (s.top or 0, s.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        elif _placeholder(shape) not in _FURNITURE:
            yield shape


def _placeholder(shape: Shape) -> Any:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _says(shape: Shape) -> bool:
    if getattr(shape, "has_table", False):
        return any(cell.text.strip() for row in shape.table.rows for cell in row.cells)
    return bool(shape.has_text_frame and shape.text_frame.text.strip())


def _write(writer: Writer, shape: Shape) -> None:
    if getattr(shape, "has_table", False):
        rows = [
            ["" if cell.is_spanned else cell.text for cell in row.cells] for row in shape.table.rows
        ]
        for row in stand_alone(rows, headed=bool(shape.table.first_row)):
            writer.row(row)
    elif shape.has_text_frame:
        listed = _placeholder(shape) in _BULLETED
        for paragraph in shape.text_frame.paragraphs:
            text = paragraph.text.replace("\v", "\n")
            if _is_item(paragraph, listed):
                writer.item(text)
            else:
                bold = [run.font.bold for run in paragraph.runs if run.text.strip()]
                writer.paragraph(text, strong=bool(bold) and all(bold))


def _is_item(paragraph: Any, listed: bool) -> bool:
    """Whether a paragraph has a bullet: its own, or that of its placeholder."""
    own = paragraph._p.pPr
    if own is not None:
        if own.find(f"{_DRAWING}buNone") is not None:
            return False
        if any(own.find(_DRAWING + name) is not None for name in ("buChar", "buAutoNum")):
            return True
    return listed
