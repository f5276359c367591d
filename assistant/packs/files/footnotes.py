"""Footnotes for python-docx, which has none: the part of the file that holds them, the marks."""

from typing import Any
from xml.sax.saxutils import escape

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r>'
    "</w:p></w:footnote>"
)


class Footnotes:
    """Collects a document's footnotes; `attach` puts them into its file."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._texts: list[str] = []
        self._add_styles()

    def add(self, paragraph: Any, text: str) -> None:
        """A mark at the end of the paragraph, and its note."""
        self._texts.append(text)
        run = paragraph.add_run()
        run.style = self._document.styles["Footnote Reference"]
        reference = OxmlElement("w:footnoteReference")
        reference.set(qn("w:id"), str(len(self._texts)))
        run._r.append(reference)

    def attach(self) -> None:
        """Write the notes into the document."""
        notes = "".join(
            f'<w:footnote w:id="{number}"><w:p><w:pPr><w:pStyle w:val="FootnoteText"/></w:pPr>'
            '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> {escape(text)}</w:t></w:r></w:p></w:footnote>'
            for number, text in enumerate(self._texts, start=1)
        )
        content = f"<w:footnotes {nsdecls('w')}>{_SEPARATORS}{notes}</w:footnotes>"
        part = Part(
            PackURI("/word/footnotes.xml"),
            _TYPE,
            ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + content).encode(),
            self._document.part.package,
        )
        self._document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        settings = self._document.settings.element
        settings.insert_element_before(
            parse_xml(
                f'<w:footnotePr {nsdecls("w")}><w:footnote w:id="-1"/><w:footnote w:id="0"/>'
                "</w:footnotePr>"
            ),
            *("w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr", "w:attachedSchema"),
            *("w:themeFontLang", "w:clrSchemeMapping", "w:shapeDefaults", "w:decimalSymbol"),
            "w:listSeparator",
        )

    def _add_styles(self) -> None:
        from docx.enum.style import WD_STYLE_TYPE

        styles = self._document.styles
        mark = styles.add_style("Footnote Reference", WD_STYLE_TYPE.CHARACTER)
        mark.font.superscript = True
        text = styles.add_style("Footnote Text", WD_STYLE_TYPE.PARAGRAPH)
        text.base_style = styles["Normal"]
        text.font.size = Pt(8)
        text.paragraph_format.space_after = Pt(0)
