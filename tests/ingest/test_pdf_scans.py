"""PDF: pages that are only pictures, read by Tesseract where it is installed."""

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from assistant.finding.excerpts import cited, quote_of
from assistant.keeping.places import page_of
from ingest import IngestSettings
from ingest.errors import UnreadableFile
from ingest.readers import read_file
from ingest.readers.apart import Reading
from tests.ingest.pdfs import HEIGHT, PROSE, WIDTH, draw, made, read, wrapped
from vectorstore import Library

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="Tesseract is not installed (apt-get install tesseract-ocr)",
)
SHORT = "The ferry to the island leaves at nine. It takes forty people and two carts."


def scanned(path: Path, page: Callable[[Canvas], object], *, turned: int = 0) -> Path:
    """A page as a scanner has it: a picture, between two pages of text."""
    source = pdfium.PdfDocument(made(path.with_suffix(".first.pdf"), [page]))
    picture = source[0].render(scale=200 / 72, grayscale=True, rotation=turned).to_pil()
    held = io.BytesIO()
    picture.save(held, "PNG")

    def scan(canvas: Canvas) -> None:
        width, height = (WIDTH, HEIGHT) if turned % 180 == 0 else (HEIGHT, WIDTH)
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(held), 0, 0, width, height)

    def text(canvas: Canvas) -> None:
        draw(canvas, ["This page is text."], 70, 500)

    return made(path, [text, scan, text])


def prose(canvas: Canvas) -> None:
    draw(canvas, wrapped(PROSE, 60), 70, 740, 13)


@needs_tesseract
@pytest.mark.parametrize("turned", [0, 90])
def test_a_page_that_is_a_picture_is_read_and_marked(tmp_path: Path, turned: int) -> None:
    found = read(scanned(tmp_path / "a.pdf", prose, turned=turned))
    assert found.text.split("\n\n") == ["This page is text.", PROSE, "This page is text."]
    assert found.recognized == (2,)
    assert found.pages[1] == found.text.index("The harbour")
    assert found.notes[0].startswith(
        "page 2 of 3 was read from the picture by a machine (Tesseract"
    )


def stamped(path: Path, page: Callable[[Canvas], object]) -> Path:
    """A scan that a program has stamped with words of its own."""
    whole = pdfium.PdfDocument(scanned(path.with_suffix(".scan.pdf"), page))
    picture = whole[1].render(scale=2).to_pil()

    def stamp(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
        draw(canvas, ["Received at Vik"], 70, 60)

    return made(path, [stamp])


@needs_tesseract
def test_a_picture_with_a_few_words_over_it_is_read_too(tmp_path: Path) -> None:
    found = read(stamped(tmp_path / "a.pdf", prose))
    assert (found.text.split("\n\n"), found.recognized) == ([PROSE, "Received at Vik"], (1,))
    photo = read(stamped(tmp_path / "b.pdf", lambda canvas: canvas.circle(200, 500, 90)))
    assert (photo.text, photo.recognized, photo.notes) == ("Received at Vik", (), ())


@needs_tesseract
def test_what_a_machine_read_is_known_of_the_source_and_its_citations(empty_desk: Any) -> None:
    scanned(empty_desk.folder / "a.pdf", prose)
    (empty_desk.folder / "a.first.pdf").unlink()
    empty_desk.ingest()
    for _ in range(2):
        library: Library = empty_desk.library
        [source] = library.sources()
        assert (source.recognized, len(source.pages)) == ((2,), 3)
        quotes = [
            cited(quote_of(passage, each.start, each.end, 1.0), library, marker=1)
            for passage in library.passages_of("a")
            for each in passage.sentences
        ]
        assert [(quote.page, quote.recognized) for quote in quotes][:2] == [(1, False), (2, True)]
        assert page_of(quotes[1]) == "page 2 (read by machine)"
        empty_desk.ingest(rebuild=True)


@needs_tesseract
def test_columns_of_a_picture_are_read_one_after_the_other(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        draw(canvas, wrapped(PROSE, 36), 60, 740, 12)
        draw(canvas, wrapped(SHORT, 36), 320, 740, 12)

    assert read(scanned(tmp_path / "a.pdf", page)).text.split("\n\n")[1:3] == [PROSE, SHORT]


@needs_tesseract
def test_the_process_apart_reads_pictures_too_within_its_limits(tmp_path: Path) -> None:
    path = scanned(tmp_path / "a.pdf", prose)
    with Reading() as reading:
        [document] = reading.read(path)
        assert (PROSE in document.text, document.recognized) == (True, (2,))
    with Reading(ocr="off") as reading:
        [document] = reading.read(path)
        assert (PROSE in document.text, document.recognized) == (False, ())


@needs_tesseract
def test_what_was_filled_in_on_a_picture_is_read_with_it(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        draw(canvas, ["Some text."], 70, 700)
        canvas.acroForm.textfield(name="ship", value="Selkie", x=200, y=600, width=90, height=18)

    path = made(tmp_path / "first.pdf", [page])
    form = pdfium.PdfDocument(path)
    picture = pdfium.PdfDocument(scanned(tmp_path / "a.pdf", prose))[1].render(scale=2).to_pil()
    sheet = form[0]
    sheet.remove_obj(next(iter(sheet.get_objects())))
    image = pdfium.PdfImage.new(form)
    image.set_bitmap(pdfium.PdfBitmap.from_pil(picture))
    image.set_matrix(pdfium.PdfMatrix().scale(WIDTH, HEIGHT))
    sheet.insert_obj(image)
    sheet.gen_content()
    form.save(tmp_path / "b.pdf")
    found = read(tmp_path / "b.pdf")
    assert found.recognized == (1,)
    assert found.text.split("\n\n") == [PROSE, "Selkie"]


@needs_tesseract
def test_a_picture_of_nothing_says_that_no_words_were_found(tmp_path: Path) -> None:
    found = read(scanned(tmp_path / "a.pdf", lambda canvas: canvas.circle(200, 500, 90)))
    assert found.recognized == ()
    assert found.notes == (
        "page 2 of 3 holds a picture without text, as a scanner makes it. "
        "Text recognition (OCR) found no words there",
    )


@needs_tesseract
def test_a_language_that_is_not_installed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUNDINGS_OCR", "tlh")
    [note] = read(scanned(tmp_path / "a.pdf", prose)).notes
    assert "Tesseract, which is to read them, says:" in note
    assert "tlh" in note


@needs_tesseract
def test_pages_for_which_there_was_no_time_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUNDINGS_READ_SECONDS", "0")
    [note] = read(scanned(tmp_path / "a.pdf", prose)).notes
    assert note.endswith("There was no time to read them: allow more, SOUNDINGS_READ_SECONDS")


def test_without_tesseract_the_report_says_which_pages_and_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scanned(tmp_path / "a.pdf", prose)
    monkeypatch.setenv("PATH", str(tmp_path))
    [note] = read(path).notes
    assert note.startswith("page 2 of 3 holds a picture without text, as a scanner makes it.")
    assert "install Tesseract (apt-get install tesseract-ocr" in note


def test_recognition_can_be_switched_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOUNDINGS_OCR", "off")
    found = read(scanned(tmp_path / "a.pdf", prose))
    assert found.recognized == ()
    assert "Set SOUNDINGS_OCR=auto" in found.notes[0]


def test_pictures_alone_are_refused_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOUNDINGS_OCR", "off")
    whole = pdfium.PdfDocument(scanned(tmp_path / "a.pdf", prose))
    for number in (2, 0):
        whole.del_page(number)
    whole.save(tmp_path / "b.pdf")
    with pytest.raises(UnreadableFile, match=r"page 1 of 1 holds a picture .*SOUNDINGS_OCR=auto"):
        read_file(tmp_path / "b.pdf")


@pytest.mark.parametrize(
    "value, taken", [("auto", True), ("eng+deu", True), ("yes, please", False)]
)
def test_the_setting_is_auto_off_or_languages(value: str, taken: bool) -> None:
    if taken:
        assert IngestSettings(ocr=value).ocr == value
    else:
        with pytest.raises(ValueError, match="ocr"):
            IngestSettings(ocr=value)
