"""Word, OpenDocument and PowerPoint: structure, tables that make sense by the row, details."""

import zipfile
from datetime import datetime
from pathlib import Path

import docx
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches

from eval.bench.files import common
from ingest.documents import Document
from ingest.readers import outline_again, read_file

FILES = Path(__file__).resolve().parents[2].parent / "shared" / "bench" / "files"

CONTENT = """<?xml version="1.0"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">
<office:automatic-styles>
<style:style style:name="B"><style:text-properties fo:font-weight="bold"/></style:style>
<text:list-style style:name="N">
<text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>
</office:automatic-styles><office:body><office:text>BODY</office:text></office:body>
</office:document-content>"""
META = """<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><office:meta>
<dc:title>On boats</dc:title><meta:initial-creator>Ann Lee</meta:initial-creator>
<meta:creation-date>2019-05-06T07:08:09</meta:creation-date></office:meta></office:document-meta>"""


def read(path: Path) -> Document:
    [document] = read_file(path)
    assert outline_again(document.kind, document.text) == (
        list(document.blocks),
        list(document.headings),
    )
    return document


@pytest.fixture(scope="module")
def word(tmp_path_factory: pytest.TempPathFactory) -> Document:
    made = docx.Document()
    made.add_heading("Boats", 1)
    made.add_paragraph("A boat floats.").add_run(" Hidden.").font.hidden = True
    made.add_paragraph().add_run("Kinds of boat").bold = True
    made.add_paragraph("Sloops", style="List Bullet")
    made.add_paragraph("Cast off", style="List Number")
    made.add_paragraph("Set sail", style="List Number")
    table = made.add_table(3, 2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells),
        ["Boat", "Length", "Sloop", "10 m", "Ketch", "15 m"],
        strict=True,
    ):
        cell.text = text
    box = made.add_table(1, 1)
    box.cell(0, 0).text = "A box around text."
    inserted = f"<w:ins {nsdecls('w')}><w:r><w:t> Inserted.</w:t></w:r></w:ins>"
    deleted = f"<w:del {nsdecls('w')}><w:r><w:delText> Gone.</w:delText></w:r></w:del>"
    changed = made.add_paragraph("Changed.")._p
    changed.append(parse_xml(inserted))
    changed.append(parse_xml(deleted))
    about = made.core_properties
    about.title, about.author, about.created = "On boats.docx", "Ann Lee", datetime(2019, 5, 6)
    path = tmp_path_factory.mktemp("word") / "boats.docx"
    made.save(str(path))
    return read(path)


def test_word_gives_headings_lists_and_rows(word: Document) -> None:
    assert word.text.split("\n") == [
        *("# Boats", "", "A boat floats.", "", "## Kinds of boat", ""),
        *("- Sloops", "1. Cast off", "2. Set sail", ""),
        *("| Boat | Length", "| Boat: Sloop | Length: 10 m", "| Boat: Ketch | Length: 15 m", ""),
        *("A box around text.", "", "Changed. Inserted."),
    ]


def test_word_gives_its_details(word: Document) -> None:
    found = word.details
    assert (found.title, found.author, found.date) == ("On boats", "Ann Lee", "2019-05-06")


def open_document(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", CONTENT.replace("BODY", body))
        archive.writestr("meta.xml", META)
    return path


def test_open_document_gives_headings_lists_rows_notes_and_details(tmp_path: Path) -> None:
    body = """<text:h text:outline-level="1">Boats</text:h>
    <text:p>A<text:s text:c="2"/>boat<text:note><text:note-citation>1</text:note-citation>
    <text:note-body><text:p>Or a ship.</text:p></text:note-body></text:note> floats.</text:p>
    <text:p text:style-name="B">Kinds of <text:span>boat</text:span></text:p>
    <text:list><text:list-item><text:p>Sloops</text:p></text:list-item></text:list>
    <text:list text:style-name="N"><text:list-item><text:p>Cast off</text:p></text:list-item>
    <text:list-item><text:p>Set sail</text:p></text:list-item></text:list>
    <table:table><table:table-header-rows><table:table-row>
    <table:table-cell><text:p>Boat</text:p></table:table-cell>
    <table:table-cell><text:p>Crew</text:p></table:table-cell></table:table-row>
    </table:table-header-rows><table:table-row>
    <table:table-cell><text:p>Sloop</text:p></table:table-cell>
    <table:table-cell><text:p>two</text:p></table:table-cell></table:table-row></table:table>
    <text:p><draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>
    </text:p>"""
    found = read(open_document(tmp_path / "a.odt", body))
    assert found.text.split("\n") == [
        *("# Boats", "", "A boat floats.", "", "## Kinds of boat", ""),
        *("- Sloops", "1. Cast off", "2. Set sail", ""),
        *("| Boat | Crew", "| Boat: Sloop | Crew: two", "", "In a box.", "", "Or a ship."),
    ]
    details = found.details
    assert (details.title, details.author, details.date) == ("On boats", "Ann Lee", "2019-05-06")


def test_slides_are_pages_with_titles_bullets_tables_and_notes(tmp_path: Path) -> None:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Goals"
    slide.placeholders[1].text_frame.text = "Sail far"
    slide.notes_slide.notes_text_frame.text = "Say it slowly."
    made.slides.add_slide(made.slide_layouts[6])
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Crew"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for i, text in enumerate(["Role", "Name", "Mate", "Bo"]):
        table.cell(i // 2, i % 2).text = text
    made.save(str(tmp_path / "a.pptx"))
    found = read(tmp_path / "a.pptx")
    assert found.text.split("\n") == [
        *("# Goals", "", "- Sail far", "", "## Notes", "", "Say it slowly.", ""),
        *("# Crew", "", "| Role | Name", "| Role: Mate | Name: Bo"),
    ]
    assert found.pages == (0, found.text.index("# Crew"), found.text.index("# Crew"))
    assert found.notes == ("no text on slide 2",)
    assert found.details.title == "Goals"


def test_real_word_files_and_their_open_document_twins_say_the_same() -> None:
    if not FILES.is_dir():
        pytest.skip("the real files are not on this machine")
    twins = [f for f in sorted(FILES.rglob("*.docx")) if f.with_suffix(".odt").exists()]
    assert len(twins) >= 15
    for file in twins:
        share = common(read(file).text, read(file.with_suffix(".odt")).text)
        assert share >= 0.97, f"{file.name}: {share:.3f}"
