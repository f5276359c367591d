"""How every Word document of ours looks, and how it becomes a file.

Real styles and headings, so that it can be edited, navigated and read aloud by Word and
LibreOffice alike. The same content gives the same bytes.
"""

import io
import zipfile
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

INK = RGBColor(0x1B, 0x26, 0x2C)
ACCENT = RGBColor(0x0B, 0x52, 0x5B)
GREY = RGBColor(0x4A, 0x55, 0x5B)
FONT = "Calibri"
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # what a ZIP file can say at the least


def new_document(title: str) -> Any:
    """An empty document: page, properties, and the styles "Title", "Subtitle", "Heading 1" to 3,
    "List Bullet", "List Number", "Quote", "Attribution" and "Question"."""
    document: Any = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.6)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "Soundings", ""
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
    return document


def as_bytes(document: Any) -> bytes:
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
