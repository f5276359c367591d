"""Front matter: a note is read whatever stands at its top, and nothing there is carried out."""

import time
from pathlib import Path

import pytest

from ingest.documents import Document
from ingest.readers import read_file
from ingest.readers.text.front_matter import MOST_CHARACTERS, end_of_front_matter
from tests.conftest import ROOT

CASE = ROOT.parent / "shared" / "cases" / "74-md-front-matter"


def read(tmp_path: Path, text: str) -> Document:
    (tmp_path / "a.md").write_text(text)
    [document] = read_file(tmp_path / "a.md")
    return document


def quotable(document: Document) -> list[str]:
    return [document.text[b.start : b.end] for b in document.blocks]


@pytest.mark.parametrize(
    ("matter", "line"),
    [
        ("title: Rules: second edition", "line 2"),
        ("title: [", "line 3"),
        ("title: Rules\ntags: [[a]], @b", "line 3"),
        ("title: !!bool foo", "line 2"),
        ("title: !!python/object/apply:os.system ['true']", "line 2"),
        ("a: &x 1\ntitle: *x", "line 2"),
        ("a: " + "[" * 3000, ""),
    ],
)
def test_a_note_is_read_and_the_line_at_fault_is_named(
    tmp_path: Path, matter: str, line: str
) -> None:
    document = read(tmp_path, f"---\n{matter}\n---\nCats may roam.")
    assert quotable(document) == ["Cats may roam."]
    [note] = document.notes
    assert "front matter" in note and line in note


def test_plain_fields_count_where_others_are_at_fault(tmp_path: Path) -> None:
    details = read(tmp_path, "---\ntitle: Rules: two\nauthor: 'Ann'\n---\nCats.").details
    assert (details.title, details.author) == ("Rules: two", "Ann")


def test_toml_between_plus_signs(tmp_path: Path) -> None:
    document = read(tmp_path, '+++\ntitle = "On oaks"\ndate = 2021-05-04\n+++\nThey grow.')
    assert (document.details.title, document.details.date) == ("On oaks", "2021-05-04")
    assert quotable(document) == ["They grow."] and not document.notes


def test_values_are_texts_as_they_stand(tmp_path: Path) -> None:
    matter = "title: 007\nauthor: yes\ndate: 2016-13-45\npublisher: ~"
    details = read(tmp_path, f"---\n{matter}\n---\nText.").details
    assert (details.title, details.author, details.date) == ("007", "yes", "2016-13-45")
    assert details.publisher is None


def test_a_bomb_of_aliases_that_merge_does_not_go_off(tmp_path: Path) -> None:
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 40)
    )
    document = read(tmp_path, f"---\n{bomb}title: Bomb\n---\nText.")
    assert document.details.title == "Bomb" and quotable(document) == ["Text."]


def test_front_matter_without_end_of_size_is_not_read(tmp_path: Path) -> None:
    document = read(tmp_path, "---\ntitle: x\n" + "a: b\n" * MOST_CHARACTERS + "---\nText.")
    assert document.details.title is None and "was not read" in document.notes[0]


def test_a_rule_over_a_paragraph_is_no_front_matter() -> None:
    assert end_of_front_matter("---\nSome prose\n---\nMore.") == 0
    assert end_of_front_matter("---\n\n# Heading\n\nText.") == 0


def test_where_it_ends_is_found_in_linear_time() -> None:
    def seconds(lines: int) -> float:
        text = "---\n" + "a: b\n" * lines
        begun = time.process_time()
        end_of_front_matter(text)
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(400_000) < 40 * max(seconds(40_000), 0.001)


@pytest.mark.skipif(not CASE.is_dir(), reason="the case is not on this machine")
def test_every_note_of_the_case_is_read() -> None:
    found = {file.name: read_file(file)[0] for file in CASE.glob("*.md")}
    said = {name: quotable(document) for name, document in found.items()}
    assert said["colon.md"] == ["Rules", "Dogs stay on the lead."]
    assert found["colon.md"].details.title == "Harbour rules: second edition"
    assert said["obsidian.md"] == ["Cats may roam."]
    assert said["toml.md"] == ["Horses are led by hand."]
    assert said["comment.md"] == ["Prices", "A berth costs 30 crowns."]
    assert "berthctl reserve --ship Selkie --nights 3" in said["code.md"]
