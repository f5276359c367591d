"""Saved answers against a library that has gone on: what stands, what moved, what is gone."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import BadAnswers, Standing, read_answers
from assistant.keeping.verify import verify
from ingest import IngestSettings
from ingest.job import Quiet, read_all
from ingest.plan import make_plan
from vectorstore import Changes, Library

META = {"encoder": "none", "segmentation": "none", "generation": ""}
TEXT = "The red boat sails at dawn. The blue boat sails at dusk.\n"
QUOTE = "The blue boat sails at dusk."

Run = Callable[..., tuple[int, str, str]]


class Desk:
    """A folder and the library that was read from it: texts, versions and names, no vectors."""

    def __init__(self, place: Path) -> None:
        self.folder = place / "texts"
        self.folder.mkdir()
        self.library = Library.create(place / "library.sqlite3")

    def read(self, *, prune: bool = False) -> None:
        _, documents = read_all([self.folder], Quiet())
        plan = make_plan(self.library, documents, prune=[str(self.folder)] if prune else [])
        self.commit(plan.changes(IngestSettings(), "2026-01-01T00:00:00+00:00"))

    def commit(self, changes: Changes) -> None:
        self.library.commit(changes, meta=META, report="[]")

    def answer(self, source: str = "boats", quote: str = QUOTE) -> dict[str, Any]:
        text = self.library.text(source)
        start = text.index(quote)
        citation = {
            "marker": 1,
            "source": source,
            "source_sha256": self.library.source(source).sha256,
            "start": start,
            "end": start + len(quote),
            "quote": quote,
        }
        return {"id": "q1", "citations": [citation]}

    def check(self, answer: dict[str, Any]) -> Any:
        [found] = verify([answer], self.library).quotes
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    (desk.folder / "boats.txt").write_text(TEXT)
    (desk.folder / "trees.txt").write_text("An oak grows slowly.")
    desk.read()
    return desk


def test_a_quote_that_stands_is_verified(desk: Desk) -> None:
    answer = desk.answer()
    assert desk.check(answer).standing is Standing.VERIFIED
    (desk.folder / "boats.txt").write_text(TEXT + "The green boat stays.\n")
    desk.read()  # a new version that says it at the same place
    assert desk.check(answer).standing is Standing.VERIFIED


def test_a_quote_found_elsewhere_in_the_current_version_has_moved(desk: Desk) -> None:
    answer = desk.answer()
    (desk.folder / "boats.txt").write_text("Of boats.\n\n" + TEXT)
    desk.read()
    found = desk.check(answer)
    assert found.standing is Standing.MOVED
    assert desk.library.text("boats")[found.now.start : found.now.end] == QUOTE


def test_of_several_places_the_nearest_is_told(desk: Desk) -> None:
    (desk.folder / "boats.txt").write_text(f"{QUOTE} A gap of words. {QUOTE} And {QUOTE}")
    desk.read()
    answer = desk.answer()
    answer["citations"][0].update(start=44, end=44 + len(QUOTE))
    assert desk.check(answer).now.start == 45


@pytest.mark.parametrize("edited", [False, True])
def test_a_quote_is_followed_to_the_sources_new_name(desk: Desk, edited: bool) -> None:
    answer = desk.answer()
    desk.commit(Changes(started="2026-01-02T00:00:00+00:00", retire=("boats",)))
    (desk.folder / "boats.txt").rename(desk.folder / "ships.txt")
    desk.read()
    if edited:  # it was first read under its new name, then changed
        (desk.folder / "ships.txt").write_text("Of ships. " + TEXT)
        desk.read()
    found = desk.check(answer)
    assert (found.standing, found.now.source) == (Standing.MOVED, "ships")
    assert desk.library.text("ships")[found.now.start : found.now.end] == QUOTE


def test_a_name_that_went_to_another_document_does_not_mislead(desk: Desk) -> None:
    answer = desk.answer()
    (desk.folder / "boats.txt").rename(desk.folder / "z.txt")
    desk.read()
    desk.commit(Changes(started="2026-01-02T00:00:00+00:00", retire=("boats",)))
    (desk.folder / "boats.txt").write_text(f"Of others. {QUOTE}")
    desk.read()
    found = desk.check(answer)
    assert (found.standing, found.now.source) == (Standing.MOVED, "z")


def test_a_quote_that_the_source_no_longer_says_has_changed(desk: Desk) -> None:
    answer = desk.answer()
    (desk.folder / "boats.txt").write_text(
        "The red boat sails at dawn. The blue boat sails at noon."
    )
    desk.read()
    found = desk.check(answer)
    assert found.standing is Standing.CHANGED
    assert found.reason == "'boats' now says: The blue boat sails at noon."
    (desk.folder / "boats.txt").write_text("Nothing alike.")
    desk.read()
    assert desk.check(answer).reason == "'boats' no longer says this"


def test_a_quote_that_was_never_there_does_not_stand(desk: Desk) -> None:
    answer = desk.answer()
    answer["citations"][0]["quote"] = "The blue boat sails at dawn."
    found = desk.check(answer)
    assert found.standing is Standing.CHANGED
    assert "never said this" in found.reason


def test_a_quote_of_a_source_that_was_removed_is_gone(desk: Desk) -> None:
    answer = desk.answer()
    desk.commit(Changes(started="2026-01-02T00:00:00+00:00", retire=("boats",)))
    found = desk.check(answer)
    assert (found.standing, found.now) == (Standing.GONE, None)


def test_the_same_words_in_an_unrelated_document_do_not_count(desk: Desk) -> None:
    answer = desk.answer()
    (desk.folder / "boats.txt").unlink()
    (desk.folder / "other.txt").write_text(f"Somebody else says: {QUOTE}")
    desk.read(prune=True)
    assert desk.check(answer).standing is Standing.GONE


def test_a_copy_that_is_left_keeps_the_quote(desk: Desk) -> None:
    answer = desk.answer()
    shutil.copy(desk.folder / "boats.txt", desk.folder / "copy.txt")
    desk.read()
    (desk.folder / "boats.txt").unlink()
    desk.read(prune=True)
    assert desk.check(answer).standing is Standing.VERIFIED


# Files


def test_one_answer_a_list_and_lines_are_read_alike(desk: Desk, tmp_path: Path) -> None:
    answer = desk.answer()
    file = tmp_path / "answers"
    for text in (
        json.dumps(answer, indent=2),
        json.dumps([answer]),
        json.dumps(answer) + "\n\n" + json.dumps({"id": "q2", "error": "empty"}) + "\n",
        "\ufeff" + json.dumps(answer) + "\n",
    ):
        file.write_text(text, encoding="utf-8")
        assert read_answers(file) == [answer]


BAD_FILES = {
    "empty": (b" \n", "is empty"),
    "prose": (b"Some words.", "line 1 is not JSON"),
    "cut off": (b'{"id": "a", "citations": []}\n{"id": "b", "cit', "line 2 is not JSON"),
    "no answer": (b'{"id": "a"}', "no list of 'citations'"),
    "a number": (b"42", "no list of 'citations'"),
    "binary": (b"\xff\xfe\x00", "cannot read"),
    "no quote": (b'{"citations": [{"source": "a", "start": 0, "end": 1}]}', "usable 'quote'"),
    "a word for a number": (
        b'{"citations": [{"source": "a", "start": "0", "end": 1, "quote": "x"}]}',
        "usable 'start'",
    ),
    "an empty quote": (
        b'{"citations": [{"source": "a", "start": 3, "end": 3, "quote": ""}]}',
        "quote is empty",
    ),
    "half a character": (
        b'{"citations": [{"source": "a", "start": 0, "end": 1, "quote": "\\ud800"}]}',
        "half a character",
    ),
    "nested": (b"[" * 100_000, "not JSON"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_refused_with_its_reason(desk: Desk, tmp_path: Path, name: str) -> None:
    content, reason = BAD_FILES[name]
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(BadAnswers, match=reason):
        verify(read_answers(tmp_path / "bad.json"), desk.library)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadAnswers, match="cannot read"):
        read_answers(tmp_path / "missing.json")


# The command


def test_the_command_checks_what_ask_saved(
    soundings: Run, starter_home: Path, tmp_path: Path
) -> None:
    home = shutil.copytree(starter_home, tmp_path / "home")
    file = tmp_path / "answer.json"
    saved = soundings("--home", home, "ask", "What is the triple aim?", "--json")[1]
    file.write_text(saved, encoding="utf-8")
    code, out, _ = soundings("--home", home, "verify", file)
    assert (code, "changed" in out, "gone" in out) == (0, False, False)
    assert "verified" in out

    cited = {citation["source"] for citation in json.loads(saved)["citations"]}
    for source in cited:
        soundings("--home", home, "sources", "remove", source)
    code, out, _ = soundings("--home", home, "verify", file, "--json")
    report = json.loads(out)
    assert code == 3
    assert report["counts"] == {
        "verified": 0,
        "moved": 0,
        "changed": 0,
        "gone": len(json.loads(saved)["citations"]),
    }
    (tmp_path / "bad.json").write_text("{}")
    code, out, err = soundings("--home", home, "verify", tmp_path / "bad.json")
    assert (code, out) == (1, "")
    assert err.startswith("soundings: ")
