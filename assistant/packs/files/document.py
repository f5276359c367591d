"""A pack as a Word document: hand-out with room to write, run sheet, notes, sources.

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
    clock,
    in_minutes,
    methods,
    where,
    who,
)
from assistant.packs.models import Pack, Prompt, Quoted
from vectorstore.wording import named

_WIDTHS = (Cm(1.6), Cm(1.3), Cm(3.6), Cm(10.1))  # of the run sheet's columns


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
    if part == Part.RUN_SHEET:
        document.add_paragraph(pack.title, style="Title")
        document.add_paragraph("Run sheet", style="Subtitle")
        _run_sheet(document, pack)
    return as_bytes(document)


def _handout(document: Any, pack: Pack, sources: Sources) -> None:
    """For participants: the quotes and the questions with room to write, two on a page, and what
    the session closes with."""
    document.add_paragraph(pack.title, style="Title")
    document.add_paragraph("Hand-out", style="Subtitle")
    for number, prompt in enumerate(pack.prompts, start=1):
        heading = document.add_heading(f"{number}. {prompt.name}", level=2)
        heading.paragraph_format.page_break_before = number > 1 and number % 2 == 1
        _block(document, prompt.stimulus, sources)
        document.add_paragraph(prompt.question, style="Question")
        _lines(document, 8)
    heading = document.add_heading("What I take with me", level=2)
    heading.paragraph_format.page_break_before = len(pack.prompts) % 2 == 0
    document.add_paragraph(pack.closing.text)
    _lines(document, 6)


def _lines(document: Any, count: int) -> None:
    """Room to write: a box as wide as the page, which grows when it is filled in."""
    table = document.add_table(rows=count, cols=1)
    for row in table.rows:
        row.height = Cm(0.85)
        borders, bottom = OxmlElement("w:tcBorders"), OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "4"), ("color", "9AA5AB")):
            bottom.set(qn(f"w:{name}"), value)
        borders.append(bottom)
        row.cells[0]._tc.get_or_add_tcPr().append(borders)
    document.add_paragraph()


def _notes(document: Any, pack: Pack, sources: Sources, notes: Footnotes) -> None:
    document.add_paragraph(pack.title, style="Title")
    document.add_paragraph("Facilitator’s notes", style="Subtitle")
    document.add_paragraph(pack.purpose)
    if pack.note:
        document.add_paragraph().add_run(pack.note).italic = True
    document.add_heading("Run sheet", level=1)
    _run_sheet(document, pack)
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
        paragraph.paragraph_format.keep_with_next = True
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(method)


def _run_sheet(document: Any, pack: Pack) -> None:
    """What the facilitator does from minute to minute: a table that can be edited."""
    end = (pack.request.minutes, pack.request.minutes, "The end", "")
    table = document.add_table(rows=1, cols=len(_WIDTHS))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = width
    for cell, name in zip(
        table.rows[0].cells, ("From", "Min.", "Part", "What you do"), strict=True
    ):
        cell.text = name
    _repeat_head(table.rows[0])
    before = ""
    for at, minutes, part, do in (*pack.run_sheet, end):
        cells = table.add_row().cells
        texts = (clock(at), str(minutes), part if part != before else "", do)
        for cell, text in zip(cells, texts, strict=True):
            cell.text = text
        before = part
    for index, row in enumerate(table.rows):
        for cell, width in zip(row.cells, _WIDTHS, strict=True):
            cell.width = width
            cell.paragraphs[0].paragraph_format.space_after = Pt(1)
            for run in cell.paragraphs[0].runs:
                run.bold = index in (0, len(table.rows) - 1)
                run.font.size = Pt(9.5)
        for cell in row.cells[:2]:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _keep_whole(row)


def _keep_whole(row: Any) -> None:
    """Keeps a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


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
    document.add_heading(prompt.way, level=3)
    for step in prompt.steps:
        document.add_paragraph(f"{step.text} ({in_minutes(step.minutes)})", style="List Bullet")
    for when, then in (("nobody speaks", prompt.quiet), ("one person does", prompt.loud)):
        paragraph = document.add_paragraph()
        paragraph.add_run(f"When {when}: ").bold = True
        paragraph.add_run(then)
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
    if prompt.points:
        document.add_heading(f"Points to draw out ({prompt.asked})", level=3)
    for point in prompt.points:
        _point(document, point, sources, notes)


def _block(document: Any, quoted: Quoted, sources: Sources, notes: Footnotes | None = None) -> None:
    paragraph = document.add_paragraph(quotation(quoted.text), style="Quote")
    if notes is not None:
        notes.add(paragraph, _place(quoted, sources))
    document.add_paragraph(who(quoted, sources), style="Attribution")


def _point(document: Any, quoted: Quoted, sources: Sources, notes: Footnotes) -> None:
    paragraph = document.add_paragraph(quotation(quoted.text), style="List Bullet")
    paragraph.add_run(f" ({who(quoted, sources)})").font.color.rgb = GREY
    notes.add(paragraph, _place(quoted, sources))


def _place(quoted: Quoted, sources: Sources) -> str:
    """What a footnote says: where the quote stands, so that it can be found and checked."""
    c = quoted.citation
    place = where(c.source, c.heading, c.page, sources)
    return f"{place} ({c.source}, characters {c.start} to {c.end})."
