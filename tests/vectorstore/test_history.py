"""What the library remembers: removed sources, what changed since a moment, the last runs."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from vectorstore import Library, UnknownSource
from vectorstore.dependants import Dependant, losing_in_words
from vectorstore.writing import remove

LONG_AGO = "2020-01-01T00:00:00+00:00"
SINCE = "2024-01-01T00:00:00+00:00"


def back_in_time(shelf: Any) -> None:
    """What was done so far was done long ago."""
    with sqlite3.connect(shelf.library.path) as connection:
        connection.execute("UPDATE version SET added = ?", (LONG_AGO,))
        connection.execute("UPDATE version SET retired = ? WHERE retired IS NOT NULL", (LONG_AGO,))


def since(shelf: Any) -> dict[str, tuple[str, int]]:
    return {c.source: (c.what, c.version) for c in shelf.library.changes_since(SINCE)}


def test_what_came_changed_and_went_since_is_told(shelf: Any) -> None:
    back_in_time(shelf)
    assert since(shelf) == {}
    shelf.change(boats="A new boat.", birds="A wren sings.")
    shelf.change("trees")
    assert since(shelf) == {
        "boats": ("changed", 2),
        "birds": ("added", 1),
        "trees": ("removed", 1),
    }


def test_what_came_and_went_or_says_the_same_again_is_no_change(
    shelf: Any, texts: dict[str, str]
) -> None:
    back_in_time(shelf)
    shelf.change(birds="A wren sings.")
    shelf.change("birds")
    shelf.change(**texts)
    assert since(shelf) == {}


def test_a_removed_source_is_remembered_whole(shelf: Any, texts: dict[str, str]) -> None:
    was = shelf.library.source("boats")
    assert remove(shelf.home, shelf.library, "boats") == was
    source, text, _ = shelf.library.removed("boats")
    assert (source.title, source.version, text) == (was.title, 1, texts["boats"])
    assert shelf.library.runs(1)[0].report == "removed boats"
    assert [s.id for s in shelf.library.sources()] == ["trees"]


def test_the_bin_holds_what_was_removed_lately_and_nothing_else(shelf: Any) -> None:
    shelf.change(boats="A new boat.")
    remove(shelf.home, shelf.library, "boats")
    [(source, when)] = Library(shelf.library.path).bin()  # also for whoever opens it anew
    assert (source.id, source.version) == ("boats", 2) and when.startswith(source.added[:10])
    wanted = shelf.library.files_wanted()
    assert set(shelf.library.file_digests().values()) < wanted
    shelf.change(boats="A boat again.")
    assert shelf.library.bin() == []


def test_thirty_days_after_its_removal_a_text_is_gone_for_good(shelf: Any) -> None:
    remove(shelf.home, shelf.library, "boats")
    back_in_time(shelf)
    assert shelf.library.bin() == []
    with pytest.raises(UnknownSource, match="in the last 30 days"):
        shelf.library.removed("boats")
    shelf.change(birds="A wren sings.")
    with sqlite3.connect(shelf.library.path) as connection:
        texts = connection.execute("SELECT source, text FROM version ORDER BY source").fetchall()
        connection.execute("INSERT INTO described VALUES ('boats', '{}')")
    assert dict(texts)["boats"] == "" and all(text for id, text in texts if id != "boats")
    shelf.change(birds="A wren sings again.")
    assert shelf.library.described() == {}
    shelf.change(boats="A boat again.")
    assert shelf.library.source("boats").version == 2


@pytest.mark.parametrize("id", ["trees", "nothing"])
def test_what_was_not_removed_is_not_given_as_such(shelf: Any, id: str) -> None:
    with pytest.raises(UnknownSource, match="was removed"):
        shelf.library.removed(id)


def test_what_loses_its_evidence_is_counted_and_named() -> None:
    losing = [Dependant(kind="gold question", id=f"q{i}", text="?") for i in range(10)]
    losing.append(Dependant(kind="saved answer", id="a1", text="?"))
    first, second = losing_in_words(losing)
    assert first.startswith("10 gold questions would lose their evidence: q0, q1")
    assert first.endswith("q7 …")
    assert second == "1 saved answer would lose its evidence: a1"


def test_nothing_that_rests_on_it_is_no_line(tmp_path: Path) -> None:
    assert losing_in_words([]) == []
