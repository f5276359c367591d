"""Files as they come from anywhere: each bad one is one clear line, and disturbs nothing."""

import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from ingest import IngestSettings, Report, UnreadableFile
from ingest.job import Quiet, read_all
from ingest.plan import Plan, make_plan, rebuild_plan
from ingest.readers import MOST_BYTES
from ingest.readers.apart import Reading
from vectorstore import Library
from vectorstore.library.lexicon import terms

TAGS = "".join(chr(0xE0000 + ord(c)) for c in "Obey")


@pytest.fixture(scope="module")
def reading() -> Iterator[Reading]:
    """One worker for all of these, as a run has it."""
    with Reading() as reading:
        yield reading


def refused(reading: Reading, path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        reading.read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def pdf(path: Path, pages: int = 1, text: str = "Some text.", password: str = "") -> Path:
    locked = StandardEncryption(password, ownerPassword="o") if password else None
    canvas = Canvas(str(path), encrypt=locked)
    for _ in range(pages):
        canvas.drawString(70, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def word(path: Path, text: str = "Some text.") -> Path:
    made = docx.Document()
    made.add_paragraph(text)
    made.save(str(path))
    return path


def with_part(source: Path, path: Path, name: str, content: bytes) -> Path:
    """A copy of an archive with one part replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return path


def test_a_cut_off_pdf(reading: Reading, tmp_path: Path) -> None:
    whole = pdf(tmp_path / "a.pdf", pages=20).read_bytes()
    for share in (0.1, 0.5, 0.9):
        (tmp_path / "cut.pdf").write_bytes(whole[: int(share * len(whole))])
        assert "cut off" in refused(reading, tmp_path / "cut.pdf")


def test_an_encrypted_pdf(reading: Reading, tmp_path: Path) -> None:
    assert "password" in refused(reading, pdf(tmp_path / "a.pdf", password="secret"))


def empty_pages(number: int) -> bytes:
    """A PDF by hand: a catalogue, a list of pages, and pages with nothing on them."""
    kids = " ".join(f"{n} 0 R" for n in range(3, number + 3))
    bodies = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {number}/Kids[{kids}]>>",
        *["<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"] * number,
    ]
    content, places = b"%PDF-1.7\n", []
    for n, body in enumerate(bodies, start=1):
        places.append(len(content))
        content += f"{n} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(bodies) + 1
    return (
        content
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF"
        ).encode()
    )


def test_a_pdf_of_ten_thousand_empty_pages(reading: Reading, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(empty_pages(10_000))
    assert refused(reading, tmp_path / "a.pdf") == "pages 1-10000 of 10,000 hold no text"


def test_a_file_of_another_kind_under_the_name(reading: Reading, tmp_path: Path) -> None:
    for name in ("a.pdf", "a.docx", "a.odt", "a.pptx"):
        (tmp_path / name).write_bytes(b"GIF89a" + b"%%EOF" * 9)
        assert refused(reading, tmp_path / name)
    other = word(tmp_path / "b.docx").rename(tmp_path / "b.odt")
    assert "renamed" in refused(reading, other)
    (tmp_path / "old.docx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert "password" in refused(reading, tmp_path / "old.docx")


def test_a_cut_off_archive(reading: Reading, tmp_path: Path) -> None:
    whole = word(tmp_path / "a.docx").read_bytes()
    (tmp_path / "cut.docx").write_bytes(whole[: len(whole) // 2])
    assert "cut off" in refused(reading, tmp_path / "cut.docx")


def test_a_bomb_is_refused_before_it_is_unpacked(reading: Reading, tmp_path: Path) -> None:
    body = b"<w:p>" + b" " * 50_000_000 + b"</w:p>"
    path = with_part(word(tmp_path / "a.docx"), tmp_path / "b.docx", "word/document.xml", body)
    assert path.stat().st_size < 200_000
    assert "unpack" in refused(reading, path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_external_entities(reading: Reading, tmp_path: Path, encoding: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("The secret.")
    xml = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>"
    ).encode(encoding)
    path = with_part(word(tmp_path / "a.docx"), tmp_path / "b.docx", "word/document.xml", xml)
    assert "entities" in refused(reading, path)


def test_a_web_page_of_one_endless_line(reading: Reading, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<p>" + b"word " * 10_000_000)
    assert f"at most {MOST_BYTES['.html']:,}" in refused(reading, path)
    path.write_bytes(b"<p>" + b"word " * 200_000)  # of a size that is read
    [document] = reading.read(path)
    assert len(document.text) == 999_999


@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.pdf", "a.docx", "a.md", "a.jsonl"])
def test_a_file_of_nul_bytes(reading: Reading, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bytes(100_000))
    assert refused(reading, tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_file_that_takes_too_long_is_stopped_and_the_next_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "slow.pdf")  # reading it waits for somebody to write
    with Reading(seconds=2) as reading:
        assert "2 seconds" in refused(reading, tmp_path / "slow.pdf")
    with Reading() as reading:
        for name in ("a.pdf", "b.pdf"):
            assert reading.read(pdf(tmp_path / name))[0].text == "Some text."
        assert reading.started == 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no limit on memory here")
def test_a_file_that_needs_too_much_memory_is_stopped_and_the_next_is_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "large.html").write_bytes(b"<b>x</b>" * 1_000_000)
    with Reading(memory=150_000_000) as reading:
        assert "memory" in refused(reading, tmp_path / "large.html")
        assert reading.read(pdf(tmp_path / "a.pdf"))[0].text == "Some text."


# In a whole run


def reasons(report: Report) -> dict[str, tuple[str, str | None]]:
    return {Path(file.path).name: (file.status, file.reason) for file in report.files}


def test_one_run_over_all_of_them_tells_each_and_keeps_the_good(
    empty_desk: Any, tmp_path: Path
) -> None:
    desk = empty_desk
    folder: Path = desk.folder
    (tmp_path / "outside.txt").write_text("Not ours.")
    (folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "loop").symlink_to(folder)
    (folder / "bad\x07name.txt").write_text("Text.")
    (folder / ("n" * 251 + ".txt")).write_text("A long name.")
    (folder / "mixed.txt").write_bytes("Café ".encode() + "Café".encode("cp1252"))
    (folder / "sub").mkdir()
    pdf(folder / "paper.pdf", text="One paper.")
    pdf(folder / "sub" / "paper.pdf", text="Another paper.")
    pdf(folder / "cut.pdf").write_bytes(b"%PDF-1.7 cut")
    word(folder / "hidden.docx", f"A boat{TAGS} flo\u200bats\u202e.")
    (folder / "hidden.txt").write_text(f"A whale{TAGS} swi\u200bms.")
    report = desk.ingest()
    found = reasons(report)
    assert found["out.txt"] == found["loop"] == ("skipped", "a link, which is not followed")
    assert found["bad\N{REPLACEMENT CHARACTER}name.txt"][0] == "failed"
    assert "name" in str(found["bad\N{REPLACEMENT CHARACTER}name.txt"][1])
    assert found["n" * 251 + ".txt"] == ("added", None)
    assert found["mixed.txt"][0] == found["cut.pdf"][0] == "failed"
    assert found["hidden.docx"] == ("added", "6 invisible characters were left out")
    assert found["hidden.txt"] == (
        "added",
        "5 invisible characters are neither indexed nor shown",
    )
    library: Library = desk.library
    assert {s.id for s in library.sources()} >= {"paper", "paper-2", "hidden", "hidden-2"}
    assert {library.text("paper"), library.text("paper-2")} == {"One paper.", "Another paper."}
    json.dumps(report.to_json())


def stored(library: Library, folder: Path) -> Plan:
    """Read a folder into a library that has neither vectors nor index."""
    plan = make_plan(library, read_all([folder], Quiet())[1])
    commit(library, plan)
    return plan


def commit(library: Library, plan: Plan) -> None:
    meta = {"encoder": "none", "segmentation": "none", "generation": ""}
    changes = plan.changes(IngestSettings(), "2026-01-01T00:00:00+00:00")
    library.commit(changes, meta=meta, report="[]")


def test_invisible_characters_are_not_indexed_and_offsets_hold(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library.sqlite3")
    text = f"A wh\u200bale{TAGS} swims. An owl hoots."
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text(text)
    stored(library, tmp_path / "texts")
    assert library.text("a") == text
    [passage] = library.passages_of("a")
    assert passage.text == text
    assert passage.sentence_texts()[1] == "An owl hoots."
    assert set(library.lexical(terms("whale"), 5)) == {passage.id}
    assert set(library.lexical(terms("wh\u200bale"), 5)) == {passage.id}
    assert library.lexical(["ale"], 5) == {}
    (tmp_path / "texts" / "a.txt").write_text("A pike waits.")
    stored(library, tmp_path / "texts")
    assert library.lexical(terms("whale"), 5) == {}


def test_a_rebuild_needs_no_files_and_gives_the_same_passages(tmp_path: Path) -> None:
    library = Library.create(tmp_path / "library.sqlite3")
    (tmp_path / "texts").mkdir()
    paper = pdf(tmp_path / "texts" / "paper.pdf", pages=3, text="A pike waits here.")
    boats = word(tmp_path / "texts" / "boats.docx", "A boat floats.")
    stored(library, tmp_path / "texts")
    before = {s.id: library.passages_of(s.id) for s in library.sources()}
    assert before["paper"][0].page == 1
    paper.unlink()
    boats.unlink()
    commit(library, rebuild_plan(library, Plan()))
    assert {s.id: library.passages_of(s.id) for s in library.sources()} == before
    assert [s.version for s in library.sources()] == [2, 2]
