"""A pack as a Word document: hand-out on one page, facilitator's notes, sources.

Real styles, headings and footnotes, so that it can be edited, navigated and read aloud by Word and
LibreOffice alike. The same pack gives the same bytes.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from assistant.packs.footnotes import Footnotes
from assistant.packs.markdown import (
    Part,
    in_minutes,
    methods,
    quotation,
    shown_to_all,
    where,
    who,
)
from assistant.packs.models import Pack, Prompt, Quoted
from vectorstore import Source
from vectorstore.page.wording import named

Sources = Mapping[str, Source]

INK = RGBColor(0x1B, 0x26, 0x2C)
ACCENT = RGBColor(0x0B, 0x52, 0x5B)
GREY = RGBColor(0x4A, 0x55, 0x5B)
FONT = "Calibri"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a ZIP file can say at the least
_LINES_FREE = 5


def to_docx(pack: Pack, sources: Sources, part: str = Part.ALL) -> bytes:
    """The pack, or one of its parts, as the bytes of a .docx file."""
    document: Any = Document()
    _set_up(document, pack)
    if part in (Part.ALL, Part.HANDOUT):
        _handout(document, pack, sources)
    if part == Part.ALL:
        document.add_page_break()
    if part in (Part.ALL, Part.NOTES):
        notes = Footnotes(document)
        _notes(document, pack, sources, notes)
        notes.attach()
    return _bytes(document)


def _set_up(document: Any, pack: Pack) -> None:
    """Page, styles and properties."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.6)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = pack.title, "Soundings", ""
    properties.language, properties.last_modified_by = "en-GB", ""
    styles = document.styles
    _style(styles["Normal"], 10.5, INK, after=5)
    styles["Normal"].element.rPr.append(_language())
    _style(styles["Title"], 20, ACCENT, bold=True, after=4)
    styles["Title"].element.pPr.remove_all("w:pBdr")
    _style(styles["Subtitle"], 11, GREY, after=8)
    _style(styles["Heading 1"], 15, ACCENT, bold=True, before=12, after=4)
    _style(styles["Heading 2"], 12, ACCENT, bold=True, before=9, after=3)
    _style(styles["Heading 3"], 10.5, INK, bold=True, before=5, after=2)
    _style(styles["List Bullet"], 10.5, INK, after=2)
    _style(styles["List Number"], 9.5, INK, after=2)
    _style(styles["Quote"], 10.5, INK, after=1)
    _quotes(styles["Quote"])
    small = styles.add_style("Attribution", WD_STYLE_TYPE.PARAGRAPH)
    small.base_style = styles["Normal"]
    _style(small, 9, GREY, after=4)
    small.paragraph_format.left_indent = Cm(0.6)
    question = styles.add_style("Question", WD_STYLE_TYPE.PARAGRAPH)
    question.base_style = styles["Normal"]
    _style(question, 10.5, INK, bold=True, before=2, after=4)
    for name in ("Quote", "Attribution"):
        styles[name].paragraph_format.keep_with_next = True
    _page_number(section)


def _style(
    style: Any,
    size: float,
    colour: RGBColor,
    *,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, False
    font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    paragraph = style.paragraph_format
    paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
    paragraph.line_spacing = 1.08


def _language() -> Any:
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    return language


def _quotes(style: Any) -> None:
    """A bar at the left of a quote, so that it is seen to be one in print."""
    style.paragraph_format.left_indent = Cm(0.6)
    borders, left = OxmlElement("w:pBdr"), OxmlElement("w:left")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "8"), ("color", "E0A82E")):
        left.set(qn(f"w:{name}"), value)
    borders.append(left)
    style.element.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc"
    )


def _page_number(section: Any) -> None:
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _handout(document: Any, pack: Pack, sources: Sources) -> None:
    """One page for participants: the quotes and the questions, and room to write."""
    document.add_paragraph(pack.title, style="Title")
    document.add_paragraph("Hand-out", style="Subtitle")
    for number, prompt in enumerate(pack.prompts, start=1):
        document.add_heading(f"{number}. {prompt.name}", level=2)
        for quoted in shown_to_all(prompt):
            _block(document, quoted, sources)
        document.add_paragraph(prompt.question, style="Question")
    _tighten(document, pack)


def _tighten(document: Any, pack: Pack) -> None:
    """Make the hand-out's letters smaller where it holds much, so that it stays on one page."""
    words = sum(
        len(q.text.split()) + 14 for prompt in pack.prompts for q in shown_to_all(prompt)
    ) + sum(len(prompt.question.split()) + 6 for prompt in pack.prompts)
    size = 10.5 if words <= 420 else 9.5 if words <= 560 else 8.5 if words <= 720 else 7.5
    if size == 10.5:
        return
    for paragraph in document.paragraphs:
        if paragraph.style.name in ("Quote", "Question", "Attribution", "Heading 2"):
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


def _bytes(document: Any) -> bytes:
    """The document as a file, the same to the byte for the same content."""
    raw, fixed = io.BytesIO(), io.BytesIO()
    for date in ("created", "modified"):
        element = document.core_properties._element.find(qn(f"dcterms:{date}"))
        if element is not None:
            element.getparent().remove(element)
    document.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(fixed, "w") as kept:
        for name in sorted(made.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            kept.writestr(entry, made.read(name))
    return fixed.getvalue()
