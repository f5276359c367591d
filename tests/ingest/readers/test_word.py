"""Word documents: what is shown is read as it is shown, and what is left out is told."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml

from ingest.documents import Document
from ingest.errors import UnreadableFile
from ingest.readers import read_file

SPACES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
        "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    }.items()
)
Make = Callable[..., Document]


def made(body: str, prepare: Callable[[Any], None] | None = None) -> bytes:
    """A document with this body, which `prepare` may add parts to before."""
    document = docx.Document()
    if prepare:
        prepare(document)
    root = parse_xml(f"<w:body {SPACES}>{body}</w:body>")
    for child in reversed(list(root)):
        document.element.body.insert(0, child)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.fixture
def word(tmp_path: Path) -> Make:
    def read(body: str, prepare: Callable[[Any], None] | None = None) -> Document:
        (tmp_path / "a.docx").write_bytes(made(body, prepare))
        [document] = read_file(tmp_path / "a.docx")
        return document

    return read


def p(inside: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def r(text: str, properties: str = "") -> str:
    kept = f'<w:t xml:space="preserve">{text}</w:t>' if text else ""
    return f"<w:r><w:rPr>{properties}</w:rPr>{kept}</w:r>"


def sym(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


def test_symbols_are_those_of_their_font(word: Make) -> None:
    fonts = '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>'
    body = p(
        r("t ") + sym("Symbol", "F0A3") + r(" 5 ") + sym("Symbol", "B1") + sym("Wingdings", "F0FC")
        + sym("Wingdings 2", "F052") + sym("Wingdings", "F0DF") + sym("Webdings", "F061")
        + r(" \uf061 and b ", fonts) + sym("MS Gothic", "2612")
    )  # fmt: skip
    assert word(body).text == "t ≤ 5 ±✓☑←✔ α ανδ β ☒"


def test_a_symbol_that_nobody_knows_is_told(word: Make) -> None:
    assert "1 unknown symbol" in word(p(r("x ") + sym("Bookshelf 7", "F0B3"))).notes[0]


@pytest.mark.parametrize(
    ("base", "align", "text", "shown"),
    [
        ("10", "superscript", "-3", "10⁻³"),
        ("CO", "subscript", "2", "CO₂"),
        ("the 1", "superscript", "st", "the 1st"),
        ("Oslo", "superscript", "a", "Osloᵃ"),
        ("x", "superscript", "n+1", "xⁿ⁺¹"),
        ("2", "superscript", "x/y", "2^(x/y)"),
        ("V", "subscript", "max", "Vmax"),
        ("a", "subscript", "ij", "aᵢⱼ"),
        ("Kelp", "superscript", "TM", "Kelp™"),
    ],
)
def test_raised_and_lowered_text(word: Make, base: str, align: str, text: str, shown: str) -> None:
    run = r(text, f'<w:vertAlign w:val="{align}"/>')
    assert word(p(r(base) + run + r(" there."))).text == f"{shown} there."


def test_a_character_style_may_raise_or_hide(word: Make) -> None:
    def styles(document: Any) -> None:
        for name, inside in (
            ("Up", '<w:vertAlign w:val="superscript"/>'),
            ("Veiled", "<w:vanish/>"),
        ):
            style = (
                f'<w:style {SPACES} w:type="character" w:styleId="{name}"><w:name w:val="{name}"/>'
            )
            document.styles.element.append(parse_xml(f"{style}<w:rPr>{inside}</w:rPr></w:style>"))

    veiled = '<w:rStyle w:val="Veiled"/>'
    body = p(
        r("10") + r("6", '<w:rStyle w:val="Up"/>') + r(" litres") + r(" secret", veiled)
        + r(" shown", veiled + '<w:vanish w:val="0"/>')
    )  # fmt: skip
    found = word(body, styles)
    assert found.text == "10⁶ litres shown"
    assert found.notes == ("left out: 1 hidden passage",)


def test_formulas_are_typed_on_a_line(word: Make) -> None:
    def m(text: str) -> str:
        return f"<m:r><m:t>{text}</m:t></m:r>"

    over = f"<m:f><m:num>{m('a+b')}</m:num><m:den>{m('2')}</m:den></m:f>"
    root = f"<m:rad><m:deg/><m:e>{m('x')}</m:e></m:rad>"
    power = f"<m:sSup><m:e>{m('x')}</m:e><m:sup>{m('2')}</m:sup></m:sSup>"
    total = (
        f'<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>{m("i=1")}</m:sub>'
        f"<m:sup>{m('n')}</m:sup><m:e>{m('i')}</m:e></m:nary>"
    )
    body = p(
        f"<m:oMathPara><m:oMath>{m('y=')}{over}{m('+')}{root}{m('+')}{power}{m('+')}{total}"
        "</m:oMath></m:oMathPara>"
    )
    assert word(body).text == "y=(a+b)/2+√x+x²+∑_(i=1)^n i"


def test_a_large_initial_opens_the_paragraph_after_it_or_stands_alone(word: Make) -> None:
    initial = p(r("W"), '<w:framePr w:dropCap="margin"/>')
    assert word(initial + p(r("inter is here."))).text == "Winter is here."
    rows = table(tr("Boat", "Crew"), tr("Sloop", "two"))
    assert word(initial + rows).text == "W\n\n| Boat | Crew\n| Sloop | two"


# Lists


def level(depth: int, style: str, form: str, more: str = "") -> str:
    start = more or '<w:start w:val="1"/>'
    return (
        f'<w:lvl w:ilvl="{depth}">{start}<w:numFmt w:val="{style}"/>'
        f'<w:lvlText w:val="{form}"/></w:lvl>'
    )


def numbering(levels: str, more: str = "") -> Callable[[Any], None]:
    def prepare(document: Any) -> None:
        root = document.part.numbering_part.element
        for each in parse_xml(
            f'<w:numbering {SPACES}><w:abstractNum w:abstractNumId="90">{levels}</w:abstractNum>'
            f'<w:num w:numId="90"><w:abstractNumId w:val="90"/></w:num>{more}</w:numbering>'
        ):
            root.append(each)

    return prepare


def item(text: str, depth: int = 0, number: int = 90) -> str:
    return p(r(text), f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_a_list_counts_in_its_own_numerals_level_by_level(word: Make) -> None:
    levels = (
        level(0, "upperRoman", "%1.") + level(1, "lowerLetter", "%2)")
        + level(2, "decimal", "%1.%2.%3") + level(3, "bullet", "·")
    )  # fmt: skip
    body = "".join(
        item(*each)
        for each in [("A", 0), ("b", 1), ("c", 1), ("d", 2), ("dot", 3), ("E", 0), ("f", 1)]
    )
    assert word(body, numbering(levels)).text.split("\n") == [
        *("- I) A", "a) b", "b) c", "- I.b.1 d", "- dot", "- II) E", "a) f"),
    ]


def test_lists_of_one_definition_count_on_and_start_anew_where_they_say_so(word: Make) -> None:
    more = (
        '<w:num w:numId="91"><w:abstractNumId w:val="90"/></w:num>'
        '<w:num w:numId="92"><w:abstractNumId w:val="90"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="5"/></w:lvlOverride></w:num>'
    )
    body = item("a") + item("b", 0, 91) + item("c", 0, 92) + item("d", 0, 92)
    found = word(body, numbering(level(0, "decimal", "%1."), more))
    assert found.text.split("\n") == ["1. a", "2. b", "5. c", "6. d"]


def test_a_level_may_count_through(word: Make) -> None:
    through = level(1, "decimal", "%2.", '<w:start w:val="1"/><w:lvlRestart w:val="0"/>')
    body = item("a") + item("b", 1) + item("c") + item("d", 1)
    found = word(body, numbering(level(0, "decimal", "%1.") + through))
    assert found.text.split("\n") == ["1. a", "1. b", "2. c", "2. d"]


def test_a_numbered_heading_shows_its_number(word: Make) -> None:
    heading = '<w:pStyle w:val="Heading1"/><w:numPr><w:numId w:val="90"/></w:numPr>'
    body = p(r("Scope"), heading) + p(r("Terms"), heading)
    found = word(body, numbering(level(0, "decimal", "%1")))
    assert found.text == "# 1 Scope\n\n# 2 Terms"


# Tables


def tc(inside: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def tr(*cells: str, properties: str = "") -> str:
    shown = (cell if cell.startswith("<w:tc>") else tc(p(r(cell))) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(shown)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


WIDE, DOWN, ON = '<w:gridSpan w:val="2"/>', '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def test_cells_that_span_columns_and_rows(word: Make) -> None:
    body = table(
        tr("Harbour", tc(p(r("Boats")), WIDE), "Year", properties="<w:tblHeader/>"),
        tr(tc(p(r("Vik")), DOWN), tc(p(r("nine")), WIDE + DOWN), "2020"),
        tr(tc(p(""), ON), tc(p(""), WIDE + ON), "2021"),
    )
    assert word(body).text.split("\n")[1:] == [
        "| Harbour: Vik | Boats: nine | Year: 2020",
        "| Harbour: Vik | Boats: nine | Year: 2021",
    ]


def test_two_rows_of_headings_under_a_title(word: Make) -> None:
    body = table(
        tr(tc(p(r("Catch in tons")), '<w:gridSpan w:val="3"/>')),
        tr(tc(p(r("Harbour")), DOWN), tc(p(r("2021")), WIDE)),
        tr(tc(p(""), ON), "cod", "hake"),
        tr("Lund", "10", "20"),
    )
    assert word(body).text.split("\n")[-1] == "| Harbour: Lund | 2021, cod: 10 | 2021, hake: 20"


def test_a_table_in_a_cell_stays_in_its_row(word: Make) -> None:
    inner = table(tr("Upper deck", "12"), tr("Lower deck", "8"))
    body = table(
        tr("Ship", "Captain", "Cabins"), tr("Selkie", "Finn", tc(inner + p("")))
    )  # fmt: skip
    last = word(body).text.split("\n")[-1]
    assert last == "| Ship: Selkie | Captain: Finn | Cabins: Upper deck 12; Lower deck 8"


def test_rows_inside_a_content_control_are_rows(word: Make) -> None:
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{tr('Ketch', '15 m')}</w:sdtContent></w:sdt>"
    body = table(tr("Boat", "Length"), tr("Sloop", "10 m"), control)
    assert word(body).text.split("\n")[-1] == "| Boat: Ketch | Length: 15 m"


# Forms, boxes, parts


def test_values_of_forms_are_read(word: Make) -> None:
    def field(inside: str) -> str:
        data = f"<w:ffData>{inside}</w:ffData>"
        return f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'

    entries = '<w:listEntry w:val="North"/><w:listEntry w:val="South"/>'
    chosen = field(f'<w:ddList><w:result w:val="1"/>{entries}</w:ddList>')
    body = p(
        r("Berth: ") + chosen + r("; power ") + field("<w:checkBox><w:checked/></w:checkBox>")
        + r("; water ") + field('<w:checkBox><w:default w:val="0"/></w:checkBox>')
    )  # fmt: skip
    assert word(body).text == "Berth: South; power ☒; water ☐"


def test_a_prompt_in_a_line_is_left_out(word: Make) -> None:
    control = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
        f"{r('Choose an item.')}</w:sdtContent></w:sdt>"
    )
    found = word(p(r("Berth: ") + control + r("end")))
    assert (found.text, found.notes) == ("Berth: end", ("left out: 1 empty form field",))


def test_of_alternates_the_fallback_is_read_where_the_choice_says_nothing(word: Make) -> None:
    def alternate(choice: str, fallback: str) -> str:
        return (
            f'<w:r><mc:AlternateContent><mc:Choice Requires="x">{choice}</mc:Choice>'
            f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
        )

    body = p(r("It is ") + alternate("<w:drawing/>", "<w:t>nine</w:t>") + r("."))
    assert word(body).text == "It is nine."
    body = p(alternate("<w:t>ten</w:t>", "<w:t>nine</w:t>"))
    assert word(body).text == "ten"


def chunk(blob: bytes, kind: str, ending: str) -> Callable[[Any], None]:
    def prepare(document: Any) -> None:
        name = PackURI(f"/word/chunk.{ending}")
        part = Part(name, kind, blob, document.part.package)
        document.part.rels.add_relationship(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk",
            part, "rIdChunk",
        )  # fmt: skip

    return prepare


@pytest.mark.parametrize(
    ("blob", "kind", "ending"),
    [
        (b"<html><body><p>Taken <b>in</b>.</p></body></html>", "text/html", "html"),
        (b"Taken in.", "text/plain", "txt"),
        (made(p(r("Taken in."))), CONTENT_TYPE.WML_DOCUMENT_MAIN, "docx"),
    ],
)
def test_a_document_taken_in_is_read_where_it_stands(
    word: Make, blob: bytes, kind: str, ending: str
) -> None:
    body = p(r("Before.")) + '<w:altChunk r:id="rIdChunk"/>' + p(r("After."))
    assert word(body, chunk(blob, kind, ending)).text == "Before.\n\nTaken in.\n\nAfter."


def test_a_document_taken_in_of_a_kind_that_is_not_read_is_told(word: Make) -> None:
    body = p(r("Before.")) + '<w:altChunk r:id="rIdChunk"/>'
    found = word(body, chunk(b"{\\rtf1 x}", "application/rtf", "rtf"))
    assert found.notes == ("left out: 1 embedded document",)


CHART = (
    f"<c:chartSpace {SPACES}><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Share of boats</a:t>"
    "</a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:pieChart><c:ser><c:cat><c:strRef>"
    '<c:strCache><c:ptCount val="2"/><c:pt idx="0"><c:v>Vik</c:v></c:pt><c:pt idx="1"><c:v>Lund'
    "</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:formatCode>0%"
    '</c:formatCode><c:pt idx="0"><c:v>0.25</c:v></c:pt><c:pt idx="1"><c:v>0.75</c:v></c:pt>'
    "</c:numCache></c:numRef></c:val></c:ser></c:pieChart></c:plotArea></c:chart></c:chartSpace>"
)
DIAGRAM = (
    f'<dgm:dataModel {SPACES}><dgm:ptLst><dgm:pt modelId="0" type="doc"/>'
    '<dgm:pt modelId="2"><dgm:t><a:p><a:r><a:t>Pilot</a:t></a:r></a:p></dgm:t></dgm:pt>'
    '<dgm:pt modelId="1"><dgm:t><a:p><a:r><a:t>Harbour master</a:t></a:r></a:p></dgm:t></dgm:pt>'
    '<dgm:pt modelId="3" type="pres"/></dgm:ptLst><dgm:cxnLst>'
    '<dgm:cxn srcId="0" destId="1" srcOrd="0"/><dgm:cxn srcId="1" destId="2" srcOrd="0"/>'
    "</dgm:cxnLst></dgm:dataModel>"
)


def drawing(inside: str) -> str:
    return p(f"<w:r><w:drawing><a:graphic><a:graphicData>{inside}</a:graphicData></a:graphic>"
             "</w:drawing></w:r>")  # fmt: skip


def related(blob: str, name: str) -> Callable[[Any], None]:
    def prepare(document: Any) -> None:
        part = Part(PackURI(f"/word/{name}.xml"), "application/xml", blob.encode(),
                    document.part.package)  # fmt: skip
        document.part.rels.add_relationship(RELATIONSHIP_TYPE.CHART, part, "rIdPart")

    return prepare


def test_a_chart_gives_its_figures(word: Make) -> None:
    found = word(drawing('<c:chart r:id="rIdPart"/>'), related(CHART, "chart"))
    assert found.text.split("\n") == [
        "| Share of boats | Value",
        "| Share of boats: Vik | Value: 25%",
        "| Share of boats: Lund | Value: 75%",
    ]


def test_a_diagram_gives_its_words_from_the_top_down(word: Make) -> None:
    found = word(drawing('<dgm:relIds r:dm="rIdPart"/>'), related(DIAGRAM, "data"))
    assert found.text == "- Harbour master\n- Pilot"


def test_a_chart_that_is_not_there_is_told(word: Make) -> None:
    found = word(p(r("x")) + drawing('<c:chart r:id="rId999"/>'))
    assert found.notes == ("left out: 1 chart",)


def test_deletions_are_told(word: Make) -> None:
    gone = "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
    assert word(p(r("It is ") + gone + r("here."))).notes == ("left out: 1 deletion",)


# Packages that python-docx does not open by itself


def rewritten(path: Path, change: Callable[[str, bytes], bytes]) -> Path:
    whole = io.BytesIO(made(p(r("A boat floats."))))
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as anew:
        for name in old.namelist():
            anew.writestr(name, change(name, old.read(name)))
    return path


def test_a_document_with_macros_is_read_without_them(tmp_path: Path) -> None:
    usual = CONTENT_TYPE.WML_DOCUMENT_MAIN.encode()
    macros = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    for name in ("a.docx", "a.docm"):
        path = rewritten(tmp_path / name, lambda _, content: content.replace(usual, macros))
        [found] = read_file(path)
        assert (found.text, found.notes) == ("A boat floats.", ("left out: macros",))


def test_a_relation_to_nothing_does_not_matter(tmp_path: Path) -> None:
    def change(name: str, content: bytes) -> bytes:
        lost = b'<Relationship Id="rIdX" Type="http://x/image" Target="NULL"/></Relationships>'
        return content.replace(b"</Relationships>", lost) if name.endswith(".rels") else content

    assert read_file(rewritten(tmp_path / "a.docx", change))[0].text == "A boat floats."


def test_another_kind_under_the_name_is_told_with_its_own(tmp_path: Path) -> None:
    usual = CONTENT_TYPE.WML_DOCUMENT_MAIN.encode()
    sheet = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    path = rewritten(tmp_path / "a.docx", lambda _, content: content.replace(usual, sheet))
    with pytest.raises(UnreadableFile, match=r"Excel workbook.*\.xlsx"):
        read_file(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 x", r"a PDF under another name.*\.pdf"),
        (b"{\\rtf1 x}", "an RTF file"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>x", r"a web page.*\.html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), r"\.doc\)"),
    ],
)
def test_what_is_no_office_file_is_told_by_its_name(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    (tmp_path / "a.docx").write_bytes(content + bytes(600))
    with pytest.raises(UnreadableFile, match=reason):
        read_file(tmp_path / "a.docx")
