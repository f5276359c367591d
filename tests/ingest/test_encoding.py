"""Texts as programs save them: read to the letter, or told apart by a message that is true."""

import codecs
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import UnreadableFile
from ingest.readers import read_file
from ingest.readers.text.encoding import decode
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
