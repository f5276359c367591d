"""Text as it really is, found by what a person would type; stored and quoted as it is."""

import sqlite3
import sys
import time
from typing import Any

import pytest

from vectorstore import Changes, Library
from vectorstore.library.lexicon import terms
from vectorstore.library.mending import Joins, searchable

META = {"encoder": "hash-1", "segmentation": "paragraphs", "generation": ""}
RUN = "thecommissioningboardisresponsibleforsafeguardingchildrenandyoungpeople"


def put(library: Library, *versions: Any, retire: tuple[str, ...] = ()) -> None:
    library.commit(Changes(started="", add=versions, retire=retire), meta=META, report="[]")


@pytest.fixture
def version_of(empty_shelf: Any) -> Any:
    """The shelf's own way of cutting a text into paragraphs."""
    return sys.modules[type(empty_shelf).__module__].version_of


REAL = [
    ("Where commis-\nsioning begins.", "commissioning"),
    ("Where safe\u00ad\n guarding begins.", "safeguarding"),
    ("A long-\nterm plan.", "term"),
    ("The ﬁnances were certiﬁed.", "finances certified"),
    (r"It says that \[P\]hysicians decide.", "physicians"),
    ("A budget of 2 mil ion pounds.", "million"),
    ("Money is al ocated to the bene t of al .", "allocated benefit"),
    (f"Note: {RUN}.", "responsible children"),
    ("00:12:31 I never wanted to lead.", "00:12:31"),
]


def test_a_text_is_found_by_what_a_person_would_type(empty_shelf: Any) -> None:
    real = "\n\n".join(text for text, _ in REAL)
    empty_shelf.change(real=real, other="12 boats sail by 31 oaks at 00.")
    searcher = empty_shelf.store().searcher
    assert empty_shelf.library.text("real") == real
    for text, typed in REAL:
        found = empty_shelf.library.lexical(terms(searchable(typed)), 1)
        passage = empty_shelf.library.passages(found)[next(iter(found))]
        assert passage.text == text
        coverage = {p.id: signals[2] for p, signals in searcher.signals(typed)}
        assert coverage[passage.id] == 1


def test_what_a_text_is_found_by_goes_with_it(empty_shelf: Any, version_of: Any) -> None:
    library = empty_shelf.library
    put(library, version_of("real", "A budget of 2 mil ion pounds for commis-\nsioning."))
    assert library.lexical(terms("million"), 5)
    put(library, retire=("real",))
    for word in ("million", "commissioning", "budget"):
        assert library.lexical(terms(word), 5) == {}
        assert set(library.document_frequency(terms(word)).values()) == {0}


def test_the_librarys_own_words_judge_what_belongs_together() -> None:
    held = {"afford": 40, "a": 900, "ordabl": 1, "in": 900, "form": 300, "inform": 200}
    joins = Joins(1000, lambda stem: held.get(stem, 0))
    assert joins.found("It is a ordable in form.") == ["affordable"]
    del held["afford"]
    assert Joins(1000, lambda stem: held.get(stem, 0)).found("It is a ordable in form.") == []


@pytest.mark.parametrize(
    "text",
    [
        "You're er or of, aren't you?",
        "They can not come in to day.",
        "A user's choice",
        "x ion 2 mil",
    ],
)
def test_words_that_stand_side_by_side_by_right_stay_apart(text: str) -> None:
    assert Joins(0, lambda stem: 0).found(text) == []


@pytest.mark.parametrize("text", ["mil ion ", "acgt", "a-\n", "\\[a", "00:12:31 ", "commis-\n"])
def test_mending_takes_time_in_proportion_to_the_text(text: str) -> None:
    started = time.perf_counter()
    Joins(0, lambda stem: 0).found(searchable(text * (100_000 // len(text))))
    assert time.perf_counter() - started < 10


def test_a_library_of_the_first_format_is_brought_to_this_one(
    empty_shelf: Any, version_of: Any
) -> None:
    put(
        empty_shelf.library,
        version_of("real", "A budget of 2 mil ion pounds for commis-\nsioning."),
    )
    before = empty_shelf.library.fingerprint
    connection = sqlite3.connect(empty_shelf.library.path)
    connection.executescript(
        """
        DROP TRIGGER passage_added; DROP TRIGGER passage_gone; DROP TRIGGER passage_mended;
        DROP TABLE passage_terms; DROP TABLE passage_text;
        ALTER TABLE passage DROP COLUMN searched;
        CREATE VIRTUAL TABLE passage_text USING fts5 (text, heading, title, content='passage',
            content_rowid='key', tokenize='porter unicode61 remove_diacritics 2');
        CREATE VIRTUAL TABLE passage_terms USING fts5vocab (passage_text, 'row');
        CREATE TRIGGER passage_added AFTER INSERT ON passage BEGIN SELECT 1; END;
        CREATE TRIGGER passage_gone AFTER DELETE ON passage BEGIN SELECT 1; END;
        PRAGMA user_version = 1;
        """
    )
    connection.close()
    library = Library(empty_shelf.library.path)
    for word in ("million", "commissioning", "budget"):
        assert len(library.lexical(terms(word), 5)) == 1
    assert library.fingerprint == before
    put(library, retire=("real",))
    assert library.lexical(terms("million"), 5) == {}
    assert library.problems() == ""
