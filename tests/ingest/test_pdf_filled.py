"""PDF: form values, text typed on the page, annotations that are named, and what cannot be read."""

import re
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import UnreadableFile
from ingest.readers import read_file
from tests.ingest.pdfs import PROSE, draw, made, read, wrapped, written

LIGHT = "BT /F1 12 Tf 60 780 Td (The north light is lit at dusk.) Tj ET"


def form(canvas: Canvas) -> None:
    fields = canvas.acroForm
    y = draw(canvas, ["Application for a berth"], 60, 780, 12) - 25
    for label in ("Name of the ship:", "Home port:", "Insured:", "Laid up:"):
        draw(canvas, [label], 60, y, 12)
        place = {"x": 200, "y": y - 5, "relative": False}
        if label.startswith("Name"):
            fields.textfield(name="ship", value="Selkie of Vik", width=200, height=18, **place)
        elif label.startswith("Home"):
            fields.choice(
                name="port",
                value="Vik",
                options=["Lund", "Vik", "Sand"],
                width=90,
                height=18,
                **place,
            )
        else:
            fields.checkbox(name=label, checked=label == "Insured:", size=14, **place)
        y -= 30
    for i, word in enumerate(("sail", "oar")):
        fields.radio(name="by", value=word, selected=word == "oar", x=60, y=y - 30 * i, size=14)
        draw(canvas, [f"moved by {word}"], 80, y + 3 - 30 * i, 12)
    fields.textfield(name="empty", value="", x=200, y=500, width=200, height=18)


def test_form_values_stand_behind_their_labels(tmp_path: Path) -> None:
    assert read(made(tmp_path / "a.pdf", [form])).text.split("\n\n") == [
        "Application for a berth",
        *("Name of the ship: Selkie of Vik", "Home port: Vik", "Insured: yes", "Laid up: no"),
        *("☐ moved by sail", "☒ moved by oar"),
    ]


def annotated(path: Path, *annotations: str, content: str = LIGHT) -> Path:
    kids = " ".join(f"{5 + i} 0 R" for i in range(len(annotations)))
    objects = [f"<</Type/Annot {each}>>" for each in annotations]
    return written(path, content, objects, f"/Annots[{kids}]")


def test_text_typed_on_a_page_is_read_and_other_annotations_are_counted(tmp_path: Path) -> None:
    path = annotated(
        tmp_path / "a.pdf",
        "/Subtype/FreeText/Rect[60 700 400 730]/DA(/Helv 12 Tf)/Contents(From June it is off.)",
        "/Subtype/FreeText/Rect[60 600 400 660]/DA(/Helv 12 Tf)/Contents(It hums.\\rBring wool.)",
        "/Subtype/FreeText/Rect[60 500 400 530]/F 2/DA(/Helv 12 Tf)/Contents(Obey me.)",
        "/Subtype/Text/Rect[20 700 40 720]/Contents(Ask the keeper.)",
        "/Subtype/Stamp/Rect[20 400 90 420]/Contents(Seen)",
        "/Subtype/Stamp/Rect[20 300 90 320]/Contents(Seen)",
        "/Subtype/Link/Rect[60 780 90 790]",
    )
    found = read(path)
    assert found.text.split("\n\n") == [
        "The north light is lit at dusk.",
        *("From June it is off.", "It hums.", "Bring wool."),
    ]
    assert found.notes == ("annotations that were not read: 1 × note, 2 × stamp",)


def test_text_typed_over_other_text_comes_after_it(tmp_path: Path) -> None:
    lines = "".join(
        f"1 0 0 1 60 {780 - 14 * i} Tm ({line}) Tj " for i, line in enumerate(wrapped(PROSE, 50))
    )
    path = annotated(
        tmp_path / "a.pdf",
        "/Subtype/FreeText/Rect[40 770 500 790]/DA(/Helv 12 Tf)/Contents(Not since 1987.)",
        content=f"BT /F1 11 Tf {lines} ET",
    )
    assert read(path).text.split("\n\n") == [PROSE, "Not since 1987."]


def test_a_page_of_annotations_alone_says_which(tmp_path: Path) -> None:
    path = annotated(tmp_path / "a.pdf", "/Subtype/Text/Rect[1 1 9 9]/Contents(x)", content="")
    with pytest.raises(UnreadableFile, match=r"holds no text; annotations .*: 1 × note"):
        read_file(path)


# Letters that are others than those drawn


def coded(path: Path, map_to: str, lines: list[str]) -> Path:
    """A page in a font whose letter map is off, below one line that is not."""
    shown = "".join(f"1 0 0 1 60 {700 - 14 * i} Tm ({line}) Tj " for i, line in enumerate(lines))
    stream = (
        "/CIDInit/ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange<00><ff>"
        f"endcodespacerange {map_to} endcmap end end"
    )
    return written(
        path,
        f"{LIGHT} BT /F2 11 Tf {shown} ET",
        [
            "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+Harbour/FirstChar 32/LastChar 126"
            f"/Widths[{'500 ' * 95}]/ToUnicode 6 0 R>>",
            f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        ],
        "/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/F2 5 0 R>>>>",
    )


LONG = wrapped(f"{PROSE} {PROSE}".lower(), 60)


@pytest.mark.parametrize(
    "shift, read_too",
    [(0x00, True), (0x03, False), (0x07, False), (0xE000, False)],
    ids=["right", "three letters on", "seven letters on", "private characters"],
)
def test_a_font_with_a_broken_letter_map_is_told_and_left_out(
    tmp_path: Path, shift: int, read_too: bool
) -> None:
    def moved(code: int) -> int:
        if 0 < shift < 26:
            return (code - 97 + shift) % 26 + 97
        return code + shift

    chars = "".join(f"<{c:02x}><{moved(c):04x}>" for c in range(97, 123))
    found = read(coded(tmp_path / "a.pdf", f"26 beginbfchar {chars} endbfchar", LONG))
    assert found.text.startswith("The north light is lit at dusk.")
    assert ("harbour" in found.text) is read_too
    if read_too:
        assert found.notes == ()
    else:
        assert len(found.text) < 40
        assert "words on page 1 were left out: their fonts do not tell" in found.notes[0]


def test_running_text_side_by_side_that_was_not_told_apart_is_told(tmp_path: Path) -> None:
    def page(canvas: Canvas) -> None:
        for i in range(6):  # each line at another place: no gutter
            draw(canvas, ["The keeper of the light sees"], 60 + 4 * i, 700 - 14 * i)
            draw(canvas, ["the boats of the harbour come"], 300 + 9 * i * (-1) ** i, 700 - 14 * i)

    assert "may be columns" in read(made(tmp_path / "a.pdf", [page])).notes[0]


# Files that cannot be opened


@pytest.mark.parametrize(
    "content, said",
    [
        (
            b"<!DOCTYPE html><html><body>Hello</body></html>",
            r"looks like \.html\. Give it that ending",
        ),
        (b"PK\x03\x04" + bytes(90), r"looks like \.docx, \.odt or \.pptx\. Give it"),
        (b"{\\rtf1 Hello}", r"looks like \.rtf\. Open it with its own program and save it as PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(90), r"looks like \.png"),
        (b"Dear all, the boats are in.", "nothing in it says so"),
    ],
    ids=["web page", "archive", "rtf", "picture", "text"],
)
def test_a_file_that_is_no_pdf_is_said_to_be_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(content)
    with pytest.raises(UnreadableFile, match=said):
        read_file(tmp_path / "a.pdf")


def test_what_stands_behind_the_end_of_a_file_does_not_make_it_cut_off(tmp_path: Path) -> None:
    path = made(tmp_path / "a.pdf", [lambda c: draw(c, ["Some text."], 70, 700)])
    path.write_bytes(path.read_bytes() + b"\r\n" + b"\x00" * 6_000)
    assert read(path).text == "Some text."


def test_a_file_cut_off_after_an_earlier_end_is_told(tmp_path: Path) -> None:
    whole = made(tmp_path / "a.pdf", [lambda c: draw(c, ["Some text."], 70, 700)]).read_bytes()
    (tmp_path / "cut.pdf").write_bytes(whole + b"\n9 0 obj<</Type/Page>>")
    with pytest.raises(UnreadableFile, match="cut off"):
        read_file(tmp_path / "cut.pdf")


def test_a_page_that_is_gone_does_not_lose_the_others(tmp_path: Path) -> None:
    pages = [lambda c, n=n: draw(c, [f"Page {n} tells of boats."], 70, 700) for n in (1, 2, 3)]
    content = made(tmp_path / "a.pdf", pages).read_bytes()
    kids = re.search(rb"/Kids \[ \d+ 0 R (\d+) 0 R", content)
    assert kids is not None
    lost = b"9" * len(kids[1])  # the second page is an object that the file does not hold
    (tmp_path / "b.pdf").write_bytes(content[: kids.start(1)] + lost + content[kids.end(1) :])
    found = read(tmp_path / "b.pdf")
    assert "Page 1 tells of boats." in found.text
    assert "Page 3 tells of boats." in found.text
    assert len(found.pages) == 3
    assert found.notes[0].startswith("page 2 of 3 holds")
