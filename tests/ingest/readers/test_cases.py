"""Files that were read amiss once, read where they stand: each says what is wanted of it."""

from pathlib import Path

import pytest

from ingest.documents import Document
from ingest.readers import outline_again, read_file

CASES = Path(__file__).resolve().parents[3].parent / "shared" / "cases"


def read(name: str) -> Document:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"the case {name} is not on this machine")
    [document] = read_file(path)
    again = outline_again(document.kind, document.text)
    assert again == (list(document.blocks), list(document.headings))
    return document


WANTED = {
    "01-html-cell-br/offices.html": (
        "# Harbour offices\n",
        "Place: North Quay Berth 14 | Opening hours: Mondays 8 to 12 | Staff: Ada Berg Tom Lund",
    ),
    "02-html-superscript/district.html": ("10⁶ litres", "1,200³ inhabitants", "45ᵃ", "350 m²"),
    "03-html-section-names/services.html": (
        "Home visits are paid for up to fourteen hours a week.",
        "Consent to treatment must be given in writing",
        "The neighbouring county tried the same scheme in 2009.",
    ),
    "04-html-charset/gb.html": ("港口主任叫朱镕基先生。渡船每天开十二次。",),
    "04-html-charset/ks.html": ("부두 사무소는 아침 여덟 시에 연다. 뷁",),
    "04-html-charset/late.html": ("The café opens at seven.",),
    "04-html-charset/sj.html": ("① 桟橋は㈱港湾が管理する。",),
    "04-html-charset/unicode.html": ("12 crowns a night à quai",),
    "04-html-charset/w1252.html": ("A ticket costs 5€ – children pay half.",),
    "05-html-list-of-links/reports.html": ("- Birch mine: no second exit",),
    "06-html-nested-table/crew.html": ("| Ship: Petrel | Captain: Olav Dahl | Cabins: 5",),
    "10-docx-sym/dosing.docx": (
        "if the level is ≥ 5 mg per litre", "at −20 degrees", "Method A → method B",
    ),
    "11-docx-equation/loads.docx": ("σ=M/W", "450 kg"),
    "12-docx-vanish-false/rules.docx": ("closes at half past nine", "on the beach only"),
    "15-docx-grid-before/headed.docx": ("| Tuesday: Kai | Wednesday: Rosa",),
    "15-docx-grid-before/shifts.docx": ("| Tuesday: Kai | Wednesday: Rosa",),
    "16-docx-drop-cap/letter.docx": ("Harbour dues rise by four per cent next year.",),
    "17-docx-list-start/startup.docx": (
        "Step 6: Open", "Step 7: Start", "7.1 Wait", "Step 8: Read",
    ),
    "18-docx-placeholder/application.docx": ("Berth wanted: Yes",),
    "20-docx-comment-header/watch.docx": ("The watch changes at two.",),
    "21-docx-superscript/figures.docx": ("10⁵ tons", "480² metres"),
    "23-docx-two-level-heads/catch.docx": ("2022, hake: 40",),
    "24-docx-strict/strict.docx": ("the tide turns at six",),
    "30-pptx-chart-smartart/catch.pptx": (
        "Herring landed in Norvik: 2021 | Herring in tons: 402",
    ),
    "31-pptx-merged-rows/boats.pptx": ("Harbour: Vik | Year: 2021 | Boats: 29",),
    "32-pptx-hidden-alternate/prices.pptx": ("A berth costs 30", "The surcharge is 12 per cent."),
    "43-odt-list-start/steps.odt": ("6. Open the sea valve.\n7. Start the pump.",),
}  # fmt: skip


@pytest.mark.parametrize("name", WANTED)
def test_what_stands_there_is_read(name: str) -> None:
    text = read(name).text
    for wanted in WANTED[name]:
        assert wanted in text


@pytest.mark.parametrize(
    ("name", "unwanted"),
    [
        ("12-docx-vanish-false/rules.docx", "HIDDEN"),
        ("18-docx-placeholder/application.docx", "Click"),
        ("20-docx-comment-header/watch.docx", "version"),
        ("32-pptx-hidden-alternate/prices.pptx", "25 crowns"),
    ],
)
def test_what_is_not_shown_is_left_out_and_told(name: str, unwanted: str) -> None:
    found = read(name)
    assert unwanted not in found.text
    assert "left out" in " ".join(found.notes)


def test_comments_and_running_heads_are_told_by_kind_and_count() -> None:
    notes = read("20-docx-comment-header/watch.docx").notes
    assert notes == ("left out: 1 comment, 1 page header",)


def test_a_box_in_a_cell_stands_once() -> None:
    assert read("14-docx-box-in-cell/boxes.docx").text.count("Water is sold at 3 crowns.") == 1


def test_no_detail_is_invented() -> None:
    word = read("13-office-no-core-properties/minutes.docx").details
    assert (word.title, word.author, word.date) == ("Minutes of the boat club", None, None)
    slides = read("13-office-no-core-properties/club.pptx").details
    assert (slides.title, slides.author, slides.date) == ("Boat club", None, None)


def test_an_address_is_no_author() -> None:
    found = read("08-html-author-url/post.html").details
    assert (found.author, found.date) == (None, "2023-11-02")
