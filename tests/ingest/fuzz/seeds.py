"""Small real files of every kind that is read, each with the parts that its reader knows."""

import io
import json
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from functools import cache

import docx
import pptx
from docx.oxml import parse_xml
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

PROSE = "The harbour keeps a record of every boat. It is read each evening, at 18:00."
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
WORD = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    f'xmlns:m="{_OFFICE}/math" xmlns:r="{_OFFICE}/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_WORDS = f"""<w:body {WORD}>
<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Boats</w:t></w:r></w:p>
<w:p><w:r><w:t>{PROSE} 10</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>
<w:t>6</w:t></w:r><w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>
<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>
<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>
<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>3</w:t></w:r>
<w:r><w:fldChar w:fldCharType="end"/></w:r><w:ins w:id="1" w:author="a"><w:r><w:t>added</w:t></w:r>
</w:ins><w:del w:id="2" w:author="a"><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>
<w:p><m:oMath><m:f><m:num><m:r><m:t>M</m:t></m:r></m:num><m:den><m:rad><m:e><m:r><m:t>W</m:t></m:r>
</m:e></m:rad></m:den></m:f><m:nary><m:sub><m:r><m:t>i</m:t></m:r></m:sub><m:sup/><m:e/></m:nary>
</m:oMath></w:p>
<w:p><w:pPr><w:pStyle w:val="ListNumber"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>
</w:pPr><w:r><w:t>first</w:t></w:r></w:p>
<w:p><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>second</w:t>
</w:r></w:p>
<w:p><w:pPr><w:framePr w:dropCap="drop" w:lines="3"/></w:pPr><w:r><w:t>D</w:t></w:r></w:p>
<w:p><w:r><w:t>rop.</w:t></w:r></w:p>
<w:sdt><w:sdtPr><w:showingPlcHdr/><w:dropDownList><w:listItem w:displayText="a" w:value="1"/>
</w:dropDownList></w:sdtPr><w:sdtContent><w:p><w:r><w:t>Choose</w:t></w:r></w:p></w:sdtContent>
</w:sdt>
<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:wsp><wps:txbx>
<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></wps:txbx></wps:wsp>
</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r>
<w:t>In a box.</w:t>
</w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>
<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/><w:gridCol/></w:tblGrid>
<w:tr><w:trPr><w:tblHeader/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>
<w:p><w:r><w:t>Fleet</w:t></w:r></w:p></w:tc><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>
<w:p><w:r><w:t>Fee</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr><w:tc><w:p><w:r><w:t>Vik</w:t></w:r></w:p></w:tc>
<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:tbl><w:tblGrid><w:gridCol/>
</w:tblGrid>
<w:tr><w:tc><w:p><w:r><w:t>inner</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:tc>
<w:tc><w:p><w:r><w:t>4.50</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
</w:body>"""
_OPEN = (
    " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for name, space in {
            "office": "office",
            "text": "text",
            "table": "table",
            "style": "style",
            "meta": "meta",
            "draw": "drawing",
            "fo": "xsl-fo-compatible",
            "svg": "svg-compatible",
        }.items()
    )
    + ' xmlns:xlink="http://www.w3.org/1999/xlink" '
)
_OPEN += 'xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip
_OPEN_TEXT = f"""<office:document-content {_OPEN}><office:automatic-styles>
<style:style style:name="U"><style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:name="H"><style:text-properties text:display="none"/></style:style>
<text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="I"
 style:num-suffix="."/></text:list-style></office:automatic-styles><office:body><office:text>
<text:h text:outline-level="1">Boats</text:h>
<text:p>{PROSE}<text:s text:c="3"/>10<text:span text:style-name="U">6</text:span>
<text:span text:style-name="H">no</text:span><text:tab/><text:note text:note-class="footnote">
<text:note-citation>1</text:note-citation><text:note-body><text:p>A note.</text:p></text:note-body>
</text:note><office:annotation><text:p>A comment.</text:p></office:annotation></text:p>
<text:list text:style-name="N"><text:list-item text:start-value="4"><text:p>first</text:p>
<text:list>
<text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item></text:list>
<table:table><table:table-column table:number-columns-repeated="3"/><table:table-header-rows>
<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Fleet</text:p>
</table:table-cell><table:covered-table-cell/><table:table-cell><text:p>Fee</text:p>
</table:table-cell></table:table-row></table:table-header-rows><table:table-row
 table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2">
<text:p>Vik</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="4.5">
<text:p>4.50</text:p>
</table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>
<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>
</office:text></office:body></office:document-content>"""
_OPEN_META = f"""<office:document-meta {_OPEN}><office:meta><dc:title>Boats</dc:title>
<dc:date>2021-05-03</dc:date></office:meta></office:document-meta>"""
_PAGE = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Boats | Port</title>
<meta name="author" content="R. Lind">
<style>.no {{ display: none }}
@media screen {{ p {{ top: 1px }} }}
</style></head><body><nav><ul><li><a href="/">Home</a></li></ul></nav><main><h1>Boats</h1>
<p>{PROSE} 10<sup>6</sup> of CO<sub>2</sub>.<a href="#n"><sup>3</sup></a></p><p class="no">No.</p>
<ol start="4" type="a"><li>first<ul><li value="3">inner</li></ul></li></ol>
<table><caption>Fees</caption><thead><tr><th colspan="2">Fleet</th><th rowspan="2">Fee</th></tr>
<tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>Vik</td><td>1</td><td>4.50</td></tr></tbody>
</table>
<form><label>Ship <input name="s" value="Selkie"></label><select>
<option>a<option selected>b</select>
<textarea>Words.</textarea></form><svg width="9"><text x="1">Drawn.</text></svg>
<math><mfrac><mi>M</mi><msqrt><mi>W</mi></msqrt></mfrac></math><dl><dt>Term<dd>Meaning</dl>
<pre>as  it\n stands</pre><font face="Symbol">\uf061</font><q>said</q><del>gone</del></main>
<footer>End</footer></body></html>"""
_MARKDOWN = f"""---
title: Boats
authors: [R. Lind, "B. Holm"]
date: 2021-05-03
---

# Boats

{PROSE} *Some* **strong** `code` [link](http://x.org "title") <!-- no --> [^1]

Second
======

1. first
   - inner

| Fleet | Fee |
|-------|----:|
| Vik   | 4.50 |

> quoted

```
code
```

[^1]: A note.
"""


def _word() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Boats"
    document.sections[0].header.paragraphs[0].text = "Port"
    document.add_paragraph("Noted.")
    root = parse_xml(_WORDS)
    for child in reversed(list(root)):
        document.element.body.insert(0, child)
    document.add_comment(document.paragraphs[1].runs[:1], text="A comment.", author="a")
    return _saved(document)


def _slides() -> bytes:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Boats"
    slide.placeholders[1].text = PROSE
    box = (Inches(1), Inches(2), Inches(5), Inches(2))
    table = slide.shapes.add_table(2, 2, *box).table
    for i, text in enumerate(["Fleet", "Fee", "Vik", "4.50"]):
        table.cell(i // 2, i % 2).text = text
    table.cell(0, 0).merge(table.cell(0, 1))
    figures = CategoryChartData()
    figures.categories = ["2020", "2021"]
    figures.add_series("cod", (1.5, None))
    slide.shapes.add_chart(XL_CHART_TYPE.LINE, *box, figures)
    slide.notes_slide.notes_text_frame.text = "A note."
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(*box).text_frame.text = "In a group."
    return _saved(made)


def _workbook() -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    rows = [["Fleet", "Boats", "Fee", "Day"], ["Vik", 31, 4.5, "=1+1"], ["Lund", 14, 0.25, None]]
    for row in rows:
        sheet.append(row)
    sheet["A1"].font = Font(bold=True)
    sheet["C2"].number_format = '#,##0.00 "€";[Red]-0.0%'
    sheet["D3"].number_format = "yyyy-mm-dd"
    sheet["D3"] = 44_319
    sheet["A2"].comment = Comment("A comment.", "a")
    sheet.merge_cells("A3:B3")
    made.create_sheet("Empty").sheet_state = "hidden"
    return _saved(made)


def _open_text() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        for name, content in {
            "content.xml": _OPEN_TEXT,
            "meta.xml": _OPEN_META,
            "styles.xml": f"<office:document-styles {_OPEN}><office:styles/>"
            "</office:document-styles>",
            "Object 1/content.xml": f"<office:document-content {_OPEN}><office:body/>"
            "</office:document-content>",
        }.items():
            archive.writestr(name, content)
    return held.getvalue()


def _printed() -> bytes:
    held = io.BytesIO()
    canvas = Canvas(held, pageCompression=0, invariant=True)
    canvas.setTitle("Boats")
    for number in (1, 2):
        canvas.drawString(70, 800, "Port of Vik")
        for line, text in enumerate((PROSE, "It goes on in hyphen-", "ated words.")):
            canvas.drawString(70, 700 - 14 * line, text)
        for row, cells in enumerate((("Fleet", "Fee"), ("Vik", "4.50"), ("Lund", "3.10"))):
            for column, cell in enumerate(cells):
                canvas.drawString(70 + 150 * column, 500 - 14 * row, cell)
        canvas.line(70, 510, 300, 510)
        canvas.acroForm.textfield(name=f"ship{number}", value="Selkie", x=70, y=300)
        canvas.acroForm.checkbox(name=f"yes{number}", checked=True, x=70, y=250)
        canvas.linkURL("http://x.org", (70, 100, 90, 120))
        canvas.drawImage(_picture(), 300, 100, 9, 9)
        canvas.bookmarkPage(f"p{number}")
        canvas.addOutlineEntry(f"Part {number}", f"p{number}")
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def _picture() -> ImageReader:
    return ImageReader(io.BytesIO(b"P5 2 2 255\n\x00\xff\x80\x10"))


def _mail() -> bytes:
    made = EmailMessage()
    made["From"] = "Jürgen Lind <j@x.org>"
    made["To"] = "bo@y.org"
    made["Subject"] = "Berths – and fees"
    made["Date"] = "Mon, 3 May 2021 10:00:00 +0200"
    made.set_content(f"{PROSE}\n\n> quoted\n-- \nJürgen")
    made.add_alternative(_PAGE, subtype="html")
    made.add_attachment("Boat,Fee\nVik,5\n", subtype="csv", filename="fleet.csv")
    inner = EmailMessage()
    inner["Subject"] = "Cats"
    inner.set_content("Cats may roam.", cte="base64")
    made.add_attachment(inner)
    return made.as_bytes()


def _saved(made: object) -> bytes:
    held = io.BytesIO()
    made.save(held)  # type: ignore[attr-defined]
    return held.getvalue()


_TABLE = 'Fleet;Boats;"Fee, in €"\r\nVik;31;"4,50 ""net"""\r\nLund;14;-3,1\r\n;;\r\n'
_RECORDS = "\n".join(
    json.dumps({"id": name, "title": name.title(), "text": PROSE, "date": "2021"})
    for name in ("wren", "owl")
)
_MADE: dict[str, Callable[[], bytes]] = {
    "docx": _word, "pptx": _slides, "xlsx": _workbook, "odt": _open_text, "pdf": _printed,
    "eml": _mail, "html": _PAGE.encode, "md": _MARKDOWN.encode, "csv": _TABLE.encode,
    "tsv": _TABLE.replace(";", "\t").encode, "jsonl": _RECORDS.encode,
    "txt": f"BOATS\n\n{PROSE}\n\n1. first\n2. second\n\n00:01:02 Jürgen: A “word”…\n".encode,
}  # fmt: skip
KINDS = tuple(_MADE)


@cache
def seed(kind: str) -> bytes:
    """A small real file of a kind (one of KINDS)."""
    return _MADE[kind]()
