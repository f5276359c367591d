"""The library: what goes in comes out to the letter, in one transaction or not at all."""

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vectorstore import Changes, Library, LibraryUnavailable, UnknownSource
from vectorstore.library import FILE_NAME, digest, full_text
from vectorstore.library.lexicon import terms

META = {"encoder": "hash-1", "segmentation": "paragraphs", "generation": ""}
ANY_TEXT = st.text(
    st.one_of(
        st.sampled_from(list("abc .\n\r\t🌳👩‍⚕️é\u0301\u0308ß中א\u200d\ufeff\u2028")),
        st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    ),
    min_size=1,
    max_size=300,
)


def commit(library: Library, *versions: Any, retire: tuple[str, ...] = ()) -> str:
    changes = Changes(started="2026-01-01T00:00:00+00:00", add=versions, retire=retire)
    return library.commit(changes, meta=META, report="[]")


@pytest.fixture
def version_of(empty_shelf: Any) -> Any:
    """The shelf's own way of cutting a text into paragraphs."""
    import sys

    return sys.modules[type(empty_shelf).__module__].version_of


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=ANY_TEXT)
def test_any_text_comes_back_to_the_letter(text: str, empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    commit(library, version_of("one", text))
    assert library.text("one") == text
    for passage in library.passages_of("one"):
        assert text[passage.start : passage.end] == passage.text


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=ANY_TEXT)
def test_any_query_can_be_searched_for(query: str, shelf: Any) -> None:
    assert isinstance(shelf.library.lexical(terms(query), 5), dict)
    assert set(shelf.library.document_frequency(terms(query))) == set(terms(query))


def test_a_query_of_thousands_of_words_can_be_searched_for(shelf: Any) -> None:
    query = " ".join(f"word{number}" for number in range(3000)) + " boat"
    assert len(shelf.library.lexical(terms(query), 5)) == 2


def test_words_are_found_by_their_stem_and_without_accents(shelf: Any) -> None:
    found = shelf.library.passages(shelf.library.lexical(terms("sailing"), 5))
    assert {passage.source for passage in found.values()} == {"boats"}
    assert len(shelf.library.lexical(terms("café"), 5)) == 1


@pytest.mark.parametrize("limit", [1, 3, 10, 40])
def test_of_passages_that_are_equally_good_the_first_by_id_are_found(
    empty_shelf: Any, version_of: Any, limit: int
) -> None:
    library = empty_shelf.library
    commit(library, version_of("one", "\n\n".join(["A whale sings."] * 30)))
    commit(library, version_of("two", "A whale is a whale."))
    best, *others = library.lexical(terms("whale"), limit)
    assert library.passages([best])[best].source == "two"
    alike = sorted(p.id for p in library.passages_of("one"))
    assert others == alike[: limit - 1]


def test_in_a_large_library_only_what_holds_a_rarer_word_is_counted(
    empty_shelf: Any, version_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = empty_shelf.library
    common = ["A whale sings."] * 9 + ["A whale sings low."] * 3
    commit(library, version_of("one", "\n\n".join([*common, "A narwhal.", "A narwhal, low."])))
    asked = terms("whale narwhal low")
    every = library.lexical(asked, 20)
    assert len(every) == 14
    monkeypatch.setattr(full_text, "ENOUGH", 3)
    found = library.lexical(asked, 20)
    assert len(found) == 5  # those with "narwhal" or "low"; "whale" counts in three of them
    assert list(found) == list(every)[:5]
    assert list(found.values()) == pytest.approx(list(every.values())[:5])


def test_lexical_search_keeps_to_the_sources_that_were_named(shelf: Any) -> None:
    library = shelf.library
    assert library.lexical(terms("grows"), 5, ["boats"]) == {}
    assert len(library.lexical(terms("grows"), 5, ["trees"])) == 2


def test_a_new_version_replaces_the_old_one(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    commit(library, version_of("one", "Old words."))
    commit(library, version_of("one", "New words."))
    assert library.source("one").version == 2
    assert library.text("one") == "New words."
    assert library.lexical(terms("old"), 5) == {}
    assert library.passage_count() == 1


def test_a_retired_source_is_no_longer_found(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    commit(library, version_of("one", "Some words."), version_of("two", "More words."))
    commit(library, retire=("one",))
    assert [source.id for source in library.sources()] == ["two"]
    with pytest.raises(UnknownSource, match="soundings sources"):
        library.text("one")


def test_a_source_lists_the_other_places_of_its_text(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    places = {"/z.txt": "a", "/b.txt": "a", "/c.txt": "b"}
    changes = Changes(
        started="2026-01-01T00:00:00+00:00",
        add=tuple(version_of(id, f"The {id}.") for id in "abc"),
        aliases=places,
    )
    library.commit(changes, meta=META, report="[]")
    assert [s.aliases for s in library.sources()] == [("/b.txt", "/z.txt"), ("/c.txt",), ()]
    assert [library.source(id).aliases for id in "abc"] == [s.aliases for s in library.sources()]


def test_listing_the_sources_costs_each_of_them_the_same(empty_shelf: Any, version_of: Any) -> None:
    """In steps of SQLite's machine, which are the same in every run."""

    def steps(start: int, stop: int) -> int:
        changes = Changes(
            started="2026-01-01T00:00:00+00:00",
            add=tuple(version_of(f"s{n:04}", f"Text {n}.") for n in range(start, stop)),
            aliases={f"/twins/{n}.txt": f"s{n:04}" for n in range(start, stop)},
        )
        library.commit(changes, meta=META, report="[]")
        counted = [0]

        def count() -> int:
            counted[0] += 1
            return 0

        library.database.connection().set_progress_handler(count, 10)
        assert len(library.sources()) == stop
        library.database.connection().set_progress_handler(None, 0)
        return counted[0]

    library = empty_shelf.library
    few = steps(0, 40)
    assert steps(40, 160) < 6 * few


def test_the_fingerprint_follows_the_contents(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    assert library.fingerprint == ""
    first = commit(library, version_of("one", "Some words."))
    second = commit(library, version_of("two", "More words."))
    third = commit(library, retire=("two",))
    assert first == third == library.fingerprint != second


def test_a_commit_that_fails_changes_nothing(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    before = commit(library, version_of("one", "Some words."))
    new, same_passages = version_of("two", "Twin words."), version_of("three", "Twin words.")
    with pytest.raises(LibraryUnavailable, match="UNIQUE"):
        commit(library, new, same_passages)
    assert library.fingerprint == before
    assert [source.id for source in library.sources()] == ["one"]
    commit(library, version_of("two", "And it can be written to."))


def test_reads_inside_reading_see_one_state(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    commit(library, version_of("one", "Some words."))
    other = Library(library.path)
    with other.reading():
        assert other.passage_count() == 1
        commit(library, version_of("two", "More words."))
        assert other.passage_count() == 1
    assert other.passage_count() == 2


def test_vectors_are_kept_by_content_and_encoder(empty_shelf: Any) -> None:
    library, key = empty_shelf.library, digest("a text")
    vector = np.array([[0.6, 0.8]], dtype=np.float32)
    library.put_vectors([key], vector, "hash-1")
    assert np.allclose(library.vectors([key], "hash-1")[key], vector[0], atol=1e-3)
    assert library.vectors([key], "another") == {}
    assert library.known_vectors([key, digest("unknown")], "hash-1") == {key}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"This is not a database, but a long enough letter." * 99)
    with pytest.raises(LibraryUnavailable, match="not a database"):
        Library(tmp_path / FILE_NAME)


def test_a_library_of_a_later_format_is_refused(empty_shelf: Any) -> None:
    connection = sqlite3.connect(empty_shelf.library.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryUnavailable, match="format 99"):
        Library(empty_shelf.library.path)


def test_a_missing_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryUnavailable, match="no library"):
        Library(tmp_path / FILE_NAME)
    assert not (tmp_path / FILE_NAME).exists()


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("in the way")
    with pytest.raises(LibraryUnavailable, match="cannot make the home"):
        Library.create(tmp_path / "home" / FILE_NAME)


def test_a_damaged_page_is_found_by_the_check(shelf: Any) -> None:
    assert shelf.library.problems() == ""
    connection = sqlite3.connect(shelf.library.path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(shelf.library.path.read_bytes())
    content[8192:8292] = b"\xff" * 100
    shelf.library.path.write_bytes(content)
    with pytest.raises(LibraryUnavailable):
        assert Library(shelf.library.path).problems() == ""
        raise LibraryUnavailable("the check found nothing")


def test_a_library_whose_making_was_killed_is_empty_and_not_broken(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as begun:
        begun.execute("PRAGMA journal_mode = WAL")
    assert Library(path).sources() == []
    with contextlib.closing(sqlite3.connect(tmp_path / "other.sqlite3")) as other, other:
        other.execute("CREATE TABLE notes (text)")
    with pytest.raises(LibraryUnavailable, match="has format 0"):
        Library(tmp_path / "other.sqlite3")
