"""Passages: whole sentences within one section, with exact offsets and ids made from content."""

import hashlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest import IngestSettings
from ingest.cutting.outline import outline_markdown
from ingest.cutting.segment import fingerprint, passages, sentences
from ingest.documents import Document

SETTINGS = IngestSettings()


def document(text: str, name: str = "a", pages: tuple[int, ...] = ()) -> Document:
    blocks, headings = outline_markdown(text)
    return Document(
        name=name,
        kind="md",
        origin=f"/{name}.md",
        file_sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        blocks=tuple(blocks),
        headings=tuple(headings),
        pages=pages,
    )


def test_a_passage_keeps_to_one_section_and_knows_its_heading() -> None:
    text = "Intro.\n\n# One\n\nFirst.\n\n## Two\n\nSecond.\n"
    found = passages(document(text), SETTINGS)
    assert [(p.heading, text[p.start : p.end]) for p in found] == [
        ("", "Intro."),
        ("One", "First."),
        ("One › Two", "Second."),
    ]


def test_a_passage_knows_its_page() -> None:
    text = "# A\n\nFirst page.\n\n# B\n\nSecond page.\n"
    found = passages(document(text, pages=(0, text.index("# B"))), SETTINGS)
    assert [p.page for p in found] == [1, 2]
    assert passages(document(text), SETTINGS)[0].page is None


def test_a_row_of_a_table_is_one_sentence_unless_it_is_long() -> None:
    long = "One sentence stands. " * 30
    rows = ["| 1/ | Weirs and Their Keepers. River Board, 1904 |", f"| 2/ | {long.strip()} |"]
    text = "| No | Title |\n|---|---|\n" + "\n".join(rows) + "\n"
    [passage] = passages(document(text), IngestSettings(passage_characters=2_000))
    kept = [text[s.start : s.end] for s in passage.sentences]
    assert kept[:2] == ["| No | Title |", rows[0]]
    assert len(kept) > 12


def test_a_full_passage_ends_with_a_paragraph_where_it_can() -> None:
    one, two = "One sentence stands. " * 30, "Two sentences stand. " * 20
    text = f"{one.strip()}\n\n{two.strip()}"
    found = passages(document(text), SETTINGS)
    assert text[found[0].start : found[0].end] == one.strip()


def test_a_document_of_headings_alone_has_them_as_passages() -> None:
    assert len(passages(document("# One\n\n# Two\n"), SETTINGS)) == 2


def test_ids_come_from_the_text_the_offsets_and_the_rules_alone() -> None:
    text = "Some text. More of it."
    here, there = passages(document(text), SETTINGS), passages(document(text, "b"), SETTINGS)
    assert [p.id for p in here] == [p.id for p in there]
    shorter = IngestSettings(passage_characters=200)
    assert fingerprint(shorter) != fingerprint(SETTINGS)
    assert passages(document(text), shorter)[0].id != here[0].id
    assert passages(document(text + " "), SETTINGS)[0].id != here[0].id


PIECES = st.sampled_from(
    [
        "# Head\n\n",
        "Short one. ",
        "A longer sentence, with commas, that says little. ",
        "\n\n",
        "- item\n",
        "| a | b |\n",
        "🌳 é. ",
        "word " * 60,
        "Dr. X said “no.” ",
    ]
)


@example(
    "Dr. X said “no.” "
    + "word " * 60
    + "Short one. \n\n"
    + "word " * 60
    + "Short one. Dr. X said “no.” Short one. "
    + "word " * 60
    + "Short one. "
    + "word " * 60
)
@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_passages_are_ordered_apart_and_made_of_their_sentences(text: str) -> None:
    last = 0
    for passage in passages(document(text), SETTINGS):
        assert last <= passage.start < passage.end <= len(text)
        assert passage.sentences[0].start == passage.start
        assert passage.sentences[-1].end == passage.end
        assert all(
            a.end <= b.start for a, b in zip(passage.sentences, passage.sentences[1:], strict=False)
        )
        whole = passage.end - passage.start <= SETTINGS.passage_characters
        assert whole or len(passage.sentences) == 1
        last = passage.end


def test_a_time_stamp_of_a_transcript_is_furniture() -> None:
    text = "00:00:01 The boats are in.\n\n00:00:09 All of them.\n"
    found = [(text[s.start : s.end], s.kind) for s in sentences(document(text))]
    assert found == [
        ("00:00:01", "furniture"),
        ("The boats are in.", "prose"),
        ("00:00:09", "furniture"),
        ("All of them.", "prose"),
    ]
