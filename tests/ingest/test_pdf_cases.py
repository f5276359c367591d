"""Files that were read wrong once, where they are on this machine."""

import pytest

from ingest.documents import Document
from ingest.readers import read_file
from tests.ingest.pdfs import CASES


def case(name: str) -> Document:
    path = CASES / name
    if not path.is_file():
        pytest.skip(f"{name} is not on this machine")
    [document] = read_file(path)
    return document


@pytest.mark.parametrize(
    "name, said",
    [
        ("50-pdf-rtl/hebrew.pdf", "מנהלת הנמל היא רותי לוי"),
        ("51-pdf-two-columns/wide.pdf", "found that the harbour had lost four of its nine cranes"),
        (
            "51-pdf-two-columns/narrow.pdf",
            "found that the harbour had lost four of its nine cranes",
        ),
        ("52-pdf-form/form.pdf", "Name of the ship: Selkie"),
        ("53-pdf-annotations/light.pdf", "From June the light is off on Mondays."),
        ("54-pdf-spaced-letters/spaced.pdf", "HARBOUR NOTICE"),
        ("54-pdf-spaced-letters/spaced.pdf", "Keys are with the night watchman."),
        (
            "57-pdf-repeated-line/orders.pdf",
            "at the request of the miners and found no second exit.",
        ),
        ("57-pdf-repeated-line/orders.pdf", "Signed by the chief inspector."),
        ("59-pdf-hyphen/loss.pdf", "a worst-case loss of nine boats, and with long-term rents."),
        ("63-pdf-table-heads/fleet.pdf", "Harbour: Vik | Boats in 2020: 31 | Boats in 2021: 29"),
    ],
)
def test_what_was_read_wrong_is_read(name: str, said: str) -> None:
    assert said in case(name).text


def test_annotations_that_are_not_read_are_named() -> None:
    assert any("note" in note for note in case("53-pdf-annotations/light.pdf").notes)


def test_a_stamp_up_the_margin_is_no_title() -> None:
    found = case("58-pdf-title-stamp/paper.pdf")
    assert found.details.title == "Finding passages without words in common"


@pytest.mark.parametrize("name, number", [("zh.txt", 7), ("ar.txt", 5)])
def test_sentences_of_other_scripts(name: str, number: int) -> None:
    from ingest.cutting.segment import sentences

    assert len(sentences(case(f"80-cjk-sentences/{name}"))) == number
