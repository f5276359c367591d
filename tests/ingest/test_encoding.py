"""Texts as programs save them: read to the letter, or told apart by a message that is true."""

import codecs
import re
import subprocess
import sys
from pathlib import Path

import py3langid
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest import UnreadableFile
from ingest.readers import read_file
from ingest.readers.apart import Reading
from ingest.readers.text.encoding import decode
from ingest.readers.text.language import language_of
from tests.conftest import ROOT

CASE = ROOT.parent / "shared" / "cases" / "70-txt-utf16-utf32"
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
MARKS = {
    "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE,
}  # fmt: skip
TEXTS = (
    "Jürgen Groß isn’t here – he said “no” for £30.",
    "Die Fähre fährt täglich über Öland. Größe: 12 Meter, 5 °C.",
    "La mère va à Genève où l’été fut créé.",
    "El niño comió mañana, señor. ¿Qué?",
    "Don’t moor at the quay.",
)


@pytest.mark.parametrize("name", WIDE)
@pytest.mark.parametrize("mark", [True, False])
def test_wide_text_is_read_with_and_without_a_mark(name: str, mark: bool) -> None:
    text, notes = decode((MARKS[name] if mark else b"") + TEXTS[0].encode(name))
    assert text == TEXTS[0]
    assert [name.upper() in note for note in notes] == ([] if mark else [True])


@pytest.mark.parametrize("name", ["cp1252", "mac_roman"])
@pytest.mark.parametrize("text", TEXTS)
def test_an_old_encoding_is_read_where_no_other_can_be_meant(name: str, text: str) -> None:
    assert decode(text.encode(name))[0] == text


def test_central_european_text_is_told_from_western() -> None:
    czech = "Řeka je čistá a její břeh klidný"
    assert decode(czech.encode("cp1250"))[0] == czech


IN_DOUBT = {
    "cp1250": "Přístav má tři mola a lodě v něm kotví zdarma do neděle.",
    "cp1252": "Über die Höhe der Gebühr entscheidet der Hafenmeister täglich.",
}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_the_process_that_reads_tells_them_apart_too(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_bytes(IN_DOUBT[name].encode(name))
    with Reading() as reading:
        [document] = reading.read(tmp_path / "a.txt")
    assert document.text == IN_DOUBT[name]


@pytest.mark.parametrize("text", [*TEXTS, *IN_DOUBT.values(), "", "42", "日本語の文章です。"])
def test_a_language_is_what_the_library_says_that_it_is(text: str) -> None:
    assert language_of(text) == py3langid.classify(text)[0]


def test_a_text_in_utf8_does_not_load_what_tells_languages(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    told = f"""
import sys
from pathlib import Path
from ingest.readers import read_file
from ingest.readers.apart import Reading
assert read_file(Path({str(tmp_path / "a.txt")!r}))[0].text
assert "py3langid" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", told], check=True, cwd=ROOT)


def test_where_two_could_be_meant_both_are_shown_and_the_cure_works(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("Naïve: ÄÖ".encode("cp1252") + b" \xc4\xd6 x")
    try:
        found = read_file(file)[0].text
    except UnreadableFile as exc:
        command = re.search(r"iconv -f (\S+) -t UTF-8", str(exc))
        assert command is None or subprocess.run(
            ["iconv", "-f", command[1], "-t", "UTF-8", str(file)], capture_output=True, check=True
        )
    else:
        assert found.startswith("Naïve")


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe\n\x00")
def test_any_bytes_are_text_or_a_reason(content: bytes) -> None:
    try:
        text, _ = decode(content)
    except UnreadableFile as exc:
        assert "\n" not in str(exc)
    else:
        assert text.encode()


@pytest.mark.skipif(not CASE.is_dir(), reason="the case is not on this machine")
def test_all_of_the_case_are_read_to_the_letter() -> None:
    texts = {f.name: read_file(f)[0].text for f in CASE.glob("*.txt") if f.name != "want.txt"}
    assert len(texts) == 6
    assert set(texts.values()) == {
        "The pilot boat lies at berth 7. The pilot is called Jürgen Groß.\n"
    }
