"""A pack as a Word document: hand-out on one page, facilitator's notes, sources.

Real styles, headings and footnotes, so that it can be edited, navigated and read aloud by Word and
LibreOffice alike. The same pack gives the same bytes.
"""

from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from assistant.keeping.places import Sources
from assistant.keeping.quotation import quotation
from assistant.keeping.word import GREY, as_bytes, new_document
from assistant.packs.files.footnotes import Footnotes
from assistant.packs.files.markdown import (
    Part,
    in_minutes,
    methods,
    shown_to_all,
    where,
    who,
)
from assistant.packs.models import Pack, Prompt, Quoted
from vectorstore.wording import named

_OF_HANDOUT = ("Quote", "Question", "Attribution", "Heading 2", "Normal")


def to_docx(pack: Pack, sources: Sources, part: str = Part.ALL) -> bytes:
    """The pack, or one of its parts, as the bytes of a .docx file."""
    document = new_document(pack.title)
    if part in (Part.ALL, Part.HANDOUT):
        _handout(document, pack, sources)
    if part == Part.ALL:
        document.add_page_break()
    if part in (Part.ALL, Part.NOTES):
        notes = Footnotes(document)
        _notes(document, pack, sources, notes)
        notes.attach()
    return as_bytes(document)


def _handout(document: Any, pack: Pack, sources: Sources) -> None:
    """One page for participants: the quotes, the questions, and what the session closes with."""
    document.add_paragraph(pack.title, style="Title")
    document.add_paragraph("Hand-out", style="Subtitle")
    for number, prompt in enumerate(pack.prompts, start=1):
        document.add_heading(f"{number}. {prompt.name}", level=2)
        for quoted in shown_to_all(prompt):
            _block(document, quoted, sources)
        document.add_paragraph(prompt.question, style="Question")
    document.add_heading("What I take with me", level=2)
    document.add_paragraph(pack.closing.text)
    _tighten(document, pack)


def _tighten(document: Any, pack: Pack) -> None:
    """Make the hand-out's letters smaller where it holds much, so that it stays on one page."""
    quoted = [q for prompt in pack.prompts for q in shown_to_all(prompt)]
    own = [*(prompt.question for prompt in pack.prompts), pack.closing.text]
    words = sum(len(q.text.split()) + 14 for q in quoted) + sum(len(t.split()) + 6 for t in own)
    size = 10.5 if words <= 420 else 9.5 if words <= 560 else 8.5 if words <= 720 else 7.5
    if size == 10.5:
        return
    for paragraph in document.paragraphs:
        if paragraph.style.name in _OF_HANDOUT:
            small = 1.5 if paragraph.style.name == "Attribution" else 0
            for run in paragraph.runs:
                run.font.size = Pt(size - small)
            paragraph.paragraph_format.space_before = Pt(
                5 if paragraph.style.name == "Heading 2" else 0
            )
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.line_spacing = 1.0


def _notes(document: Any, pack: Pack, sources: Sources, notes: Footnotes) -> None:
    document.add_paragraph(pack.title, style="Title")
    document.add_paragraph("Facilitator’s notes", style="Subtitle")
    document.add_paragraph(pack.purpose)
    if pack.note:
        document.add_paragraph().add_run(pack.note).italic = True
    document.add_heading("Timings", level=1)
    _timings(document, pack)
    document.add_heading(f"Warm-up ({in_minutes(pack.warm_up.minutes)})", level=1)
    document.add_paragraph(pack.warm_up.text)
    for number, prompt in enumerate(pack.prompts, start=1):
        _prompt(document, number, prompt, sources, notes)
    document.add_heading(f"Closing ({in_minutes(pack.closing.minutes)})", level=1)
    document.add_paragraph(pack.closing.text)
    document.add_heading("Sources", level=1)
    for id in pack.sources:
        document.add_paragraph(named(sources[id]) if id in sources else id, style="List Bullet")
    document.add_heading("Methods", level=1)
    for name, method in methods(pack):
        paragraph = document.add_paragraph(style="List Bullet")
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(method)


def _timings(document: Any, pack: Pack) -> None:
    rows = [*pack.timings, ("Together", pack.request.minutes)]
    table = document.add_table(rows=1, cols=2)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    heads = table.rows[0].cells
    heads[0].text, heads[1].text = "Part", "Minutes"
    _repeat_head(table.rows[0])
    for name, minutes in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, str(minutes)
    for column, width in zip(table.columns, (Cm(8.5), Cm(2.2)), strict=True):
        column.width = width
    for index, row in enumerate(table.rows):
        for cell, width in zip(row.cells, (Cm(8.5), Cm(2.2)), strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1)
            for run in paragraph.runs:
                run.bold = index in (0, len(rows))
        row.cells[1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _repeat_head(row: Any) -> None:
    """Marks a table's first row as its head, for print and for screen readers."""
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(head)


def _prompt(document: Any, number: int, prompt: Prompt, sources: Sources, notes: Footnotes) -> None:
    document.add_heading(f"{number}. {prompt.name} ({in_minutes(prompt.minutes)})", level=1)
    _block(document, prompt.stimulus, sources, notes)
    document.add_paragraph(prompt.question, style="Question")
    why = document.add_paragraph()
    why.add_run("Why ask this: ").bold = True
    why.add_run(prompt.why)
    document.add_heading("To go further", level=3)
    for probe in prompt.probes:
        document.add_paragraph(probe, style="List Bullet")
    if prompt.notes:
        document.add_heading("In short", level=3)
    for note in prompt.notes:
        paragraph = document.add_paragraph(note.text, style="List Bullet")
        for quoted in prompt.quotes:
            if quoted.marker in note.citations:
                notes.add(paragraph, _place(quoted, sources))
    document.add_heading("Points to draw out", level=3)
    for point in prompt.points:
        _point(document, point, sources, notes)
    if prompt.tension:
        document.add_heading("To set against it", level=3)
        _point(document, prompt.tension, sources, notes)


def _block(document: Any, quoted: Quoted, sources: Sources, notes: Footnotes | None = None) -> None:
    paragraph = document.add_paragraph(quotation(quoted.text), style="Quote")
    if notes is not None:
        notes.add(paragraph, _place(quoted, sources))
    document.add_paragraph(who(quoted, sources), style="Attribution")


def _point(document: Any, quoted: Quoted, sources: Sources, notes: Footnotes) -> None:
    paragraph = document.add_paragraph(quotation(quoted.text), style="List Bullet")
    if quoted.said_by:
        paragraph.add_run(f" ({quoted.said_by})").font.color.rgb = GREY
    notes.add(paragraph, _place(quoted, sources))


def _place(quoted: Quoted, sources: Sources) -> str:
    """What a footnote says: where the quote stands, so that it can be found and checked."""
    c = quoted.citation
    place = where(c.source, c.heading, c.page, sources)
    return f"{place} ({c.source}, characters {c.start} to {c.end})."
