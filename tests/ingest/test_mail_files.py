"""Mails: who, when and what in the text, and what was sent with them as sources of their own."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from ingest import UnreadableFile
from ingest.readers import read_file
from ingest.readers.apart import Reading

HEADERS = (
    b"From: =?utf-8?q?J=C3=BCrgen?= <j@x.org>\r\nTo: bo@y.org\r\nSubject: Berths\r\n"
    b"Date: Mon, 3 May 2021 10:00:00 +0200\r\n"
)


@pytest.fixture(scope="module")
def reading() -> Iterator[Reading]:
    with Reading() as reading:
        yield reading


def mail(text: str = "A berth costs 30 crowns.", subject: str = "Berths") -> EmailMessage:
    made = EmailMessage()
    made["From"] = "Rosa Lind <rosa@x.org>"
    made["Subject"] = subject
    made.set_content(text)
    return made


def saved(path: Path, made: EmailMessage) -> Path:
    path.write_bytes(made.as_bytes())
    return path


def test_headers_are_rows_and_details(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(HEADERS + b"\r\nA berth costs 30 crowns.\r\n")
    [document] = read_file(tmp_path / "a.eml")
    assert document.text == (
        "# Berths\n\n| From: Jürgen <j@x.org>\n| To: bo@y.org\n"
        "| Date: Mon, 03 May 2021 10:00:00 +0200\n\nA berth costs 30 crowns."
    )
    details = document.details
    assert (details.title, details.author, details.date) == ("Berths", "Jürgen", "2021-05-03")


@pytest.mark.parametrize("charset", [b"utf-8", b"iso-8859-1", b"nobody-knows", b"us-ascii"])
def test_a_body_in_the_charset_that_it_declares_or_not(tmp_path: Path, charset: bytes) -> None:
    body = "Jürgen fährt täglich.".encode("utf-8" if charset == b"utf-8" else "latin-1")
    kind = b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n"
    (tmp_path / "a.eml").write_bytes(HEADERS + kind + body)
    assert "Jürgen fährt täglich." in read_file(tmp_path / "a.eml")[0].text


def test_a_body_of_html_is_its_text(tmp_path: Path) -> None:
    made = mail()
    made.set_content("<p>A berth costs <b>30</b> crowns.</p><script>no</script>", subtype="html")
    text = read_file(saved(tmp_path / "a.eml", made))[0].text
    assert "A berth costs 30 crowns." in text and "no" not in text.split()


def test_of_two_forms_one_is_read(tmp_path: Path) -> None:
    made = mail()
    made.add_alternative("<p>A berth costs 30 crowns.</p>", subtype="html")
    text = read_file(saved(tmp_path / "a.eml", made))[0].text
    assert text.count("A berth costs 30 crowns.") == 1


def test_what_was_sent_with_it_is_a_source_of_its_own(reading: Reading, tmp_path: Path) -> None:
    made = mail()
    made.add_attachment("Boat,Speed\nWren,5\nOwl,7\n", subtype="csv", filename="fleet.csv")
    made.add_attachment("Not a picture", subtype="x-thing", filename="../../photo.thing")
    made.add_attachment(b"%PDF cut", maintype="application", subtype="pdf", filename="cut.pdf")
    made.add_attachment(mail("Cats may roam.", "Cats"))
    path = saved(tmp_path / "a.eml", made)
    whole, fleet, cats = reading.read(path)
    assert (fleet.name, fleet.kind, fleet.origin) == ("fleet", "csv", f"{path}#fleet.csv")
    assert "Boat: Wren | Speed: 5" in fleet.text
    assert cats.origin == f"{path}#Cats.eml" and "Cats may roam." in cats.text
    assert "photo.thing" in whole.notes[0] and "cut.pdf" in whole.notes[1]


def test_mails_in_mails_without_end_are_not_followed(reading: Reading, tmp_path: Path) -> None:
    made = mail("The innermost.")
    for depth in range(8):
        outer = mail(f"Depth {depth}.")
        outer.add_attachment(made)
        made = outer
    documents = reading.read(saved(tmp_path / "a.eml", made))
    assert len(documents) == 3
    assert any("too deep" in note for document in documents for note in document.notes)


def test_what_is_no_mail_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_text("Some text.")
    with pytest.raises(UnreadableFile, match="not a mail"):
        read_file(tmp_path / "a.eml")


def test_attachments_are_retired_with_their_mail_and_unchanged_on_a_second_run(desk: Any) -> None:
    made = mail()
    made.add_attachment("Boat,Speed\nWren,5\nOwl,7\n", subtype="csv", filename="fleet.csv")
    path = saved(desk.folder / "a.eml", made)
    assert desk.ingest().counts["added"] == 2
    assert desk.ingest().counts["unchanged"] == 6
    path.unlink()
    assert desk.ingest(prune=True).counts["retired"] == 2
