"""Readers: the decoded file itself, or a reason why not."""

import codecs
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import UnreadableFile
from ingest.readers import MOST_TEXT, read_file


def read(tmp_path: Path, name: str, content: bytes | str) -> list[tuple[str, str | None, str]]:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(d.name, d.details.title, d.text) for d in read_file(path)]


def refused(tmp_path: Path, name: str, content: bytes | str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(tmp_path, name, content)
    return str(caught.value)


def test_plain_text_is_the_file_with_plain_newlines(tmp_path: Path) -> None:
    assert read(tmp_path, "a.txt", "\ufeffOne\r\ntwo\rthree\n") == [
        ("a", None, "One\ntwo\nthree\n")
    ]


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(
        st.one_of(
            st.sampled_from(list("abc .\n\r🌳e\u0301\u200d中\u2028\x0c")),
            st.characters(exclude_categories=["Cs", "Cc"]),
        ),
        max_size=300,
    ).map(lambda text: "Word " + text)
)
def test_any_text_is_the_decoded_file(tmp_path: Path, text: str) -> None:
    [(_, _, found)] = read(tmp_path, "any.txt", text)
    assert found == text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"... --- ...", "no words"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "NUL"),
        (bytes(range(128, 256)) * 9, "binary"),
        ("a\x01b\x02" * 30, "control characters"),
        ("Some text".encode("utf-16")[:-1], "mark says UTF-16"),
        (codecs.BOM_UTF32_LE + b"Some text", "mark says UTF-32"),
        ("Café ".encode() + "Café".encode("cp1252"), "mixed encodings"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(
    tmp_path: Path, content: bytes | str, reason: str
) -> None:
    assert reason in refused(tmp_path, "a.txt", content)


def test_a_kind_that_is_not_read_is_refused(tmp_path: Path) -> None:
    assert ".txt" in refused(tmp_path, "a.exe", "text")


def test_a_file_of_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as stream:
        stream.truncate(MOST_TEXT + 1)
    with pytest.raises(UnreadableFile, match="at most"):
        read_file(tmp_path / "a.txt")


@pytest.mark.parametrize(
    "name", ["a\nb.txt", "a\x1b[31mb.txt", b"\xff.txt".decode("utf-8", "surrogateescape")]
)
def test_a_name_that_could_not_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    try:
        (tmp_path / name).write_text("Some text.")
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(UnreadableFile, match="name"):
        read_file(tmp_path / name)


def test_front_matter_gives_the_details_and_stays_in_the_text(tmp_path: Path) -> None:
    text = "---\ntitle: On oaks\nauthors: [Ann, Bo]\ndate: 2016-06-13\n---\n# Oaks\n\nThey grow.\n"
    (tmp_path / "a.md").write_text(text)
    [document] = read_file(tmp_path / "a.md")
    assert document.text == text
    details = document.details
    assert (details.title, details.author, details.date) == ("On oaks", "Ann, Bo", "2016-06-13")
    assert [text[b.start : b.end] for b in document.blocks] == ["Oaks", "They grow."]


def test_without_front_matter_the_first_heading_is_the_title(tmp_path: Path) -> None:
    assert read(tmp_path, "a.md", "# Oaks\n\nThey grow.")[0][1] == "Oaks"


def test_control_characters_do_not_reach_a_title(tmp_path: Path) -> None:
    found = read(tmp_path, "a.md", '---\ntitle: "On\\e[31m oaks\\nand \\uD800"\n---\nText.')
    assert found[0][1] == "On [31m oaks and ?"


def test_json_lines_give_a_source_each(tmp_path: Path) -> None:
    content = (
        '{"id": "a", "title": "A", "text": "One\\r\\ntwo."}\r\n\r\n{"id": 7, "text": "Three."}'
    )
    assert read(tmp_path, "r.jsonl", content) == [("a", "A", "One\ntwo."), ("7", None, "Three.")]


GOOD = '{"id": "good", "text": "Some text."}\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{broken", "line 2 is not JSON"),
        ("[" * 100_000, "line 2 is not JSON"),
        ('{"id": 1' + "0" * 5000 + ', "text": "x"}', "line 2 is not JSON"),
        ("[1]", "line 2 is not an object"),
        ('{"text": "Text."}', "line 2 has no 'id'"),
        ('{"id": "b"}', "line 2 has no 'text'"),
        ('{"id": "b", "text": " "}', "'text' must be text"),
        ('{"id": "b", "text": 5}', "'text' must be text"),
        ('{"id": null, "text": "x"}', "'id' must be"),
        ('{"id": true, "text": "x"}', "'id' must be"),
        ('{"id": " ", "text": "x"}', "'id' must be"),
        ('{"id": "good", "text": "Other."}', "also that of line 1"),
        ('{"id": "b", "text": "\\ud800"}', "half a character"),
        ('{"id": "\\udfff", "text": "x"}', "half a character"),
        ('{"id": "a\\nb", "text": "x"}', "control characters"),
        ('{"id": "b", "text": "x\\u0000y"}', "control characters"),
        ('{"id": "b", "text": "..."}', "no words"),
    ],
)
def test_a_broken_json_line_refuses_the_file_and_is_named(
    tmp_path: Path, line: str, reason: str
) -> None:
    assert reason in refused(tmp_path, "r.jsonl", GOOD + line)


def test_half_a_character_in_a_title_is_replaced(tmp_path: Path) -> None:
    assert read(tmp_path, "r.jsonl", '{"id": "a", "title": "\\ud800x", "text": "T."}')[0][1] == "?x"


def test_a_record_may_be_markdown(tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"id": "a", "text": "# Head\\n\\nText."}')
    assert [h.title for h in read_file(tmp_path / "r.jsonl")[0].headings] == ["Head"]
