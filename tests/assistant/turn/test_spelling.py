"""A question's spelling: mended with the library's words, and never made worse."""

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.turn.spelling import corrected
from assistant.turn.vocabulary import vocabulary_of
from vectorstore import Changes, Library, NewVersion

STARTER = Path(__file__).parents[3] / "ingest" / "library"


def commit(library: Library, texts: Mapping[str, str]) -> Library:
    """The library with further sources; what spelling reads is their text alone."""
    added = tuple(
        NewVersion(
            source=name,
            title=name,
            kind="md",
            origin=name,
            file_sha256="",
            text=text,
            headings=(),
            passages=(),
        )
        for name, text in texts.items()
    )
    library.commit(
        Changes(started="2024-01-01", add=added, retire=(), moved={}, aliases={}),
        meta={},
        report="{}",
    )
    return library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """The starter library's texts."""
    empty = Library.create(tmp_path_factory.mktemp("words") / "library.sqlite3")
    return commit(empty, {file.stem: file.read_text("utf-8") for file in STARTER.glob("*.md")})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (
            "wat do they meen by emotonal inteligence",
            "what do they mean by emotional intelligence",
        ),
        ("waht is teh role of comissioners", "what is the role of commissioners"),
        ("how shoud leaders deal with critisism", "how should leaders deal with criticism"),
        ("dont ppl get suport?", "don't people get support?"),
        ("Wich ccg did tracy dowlng lead", "Which ccg did tracy Dowling lead"),
        ("who is amanda phillip", "who is amanda Philpott"),
        ("what is damian tatlo's veiw", "what is damian Tatlow's view"),
        ("is it a programe", "is it a programme"),
    ],
)
def test_a_misspelled_question_is_mended(typed: str, meant: str, library: Library) -> None:
    assert corrected(typed, library) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What do they mean by emotional intelligence?",
        "Who is Tony Blair, and who is Julie Woods?",
        "who is julie woodward",
        "does figma or trello help with onboarding",
        "Is 'emotonal' in it, or “inteligence” or \"comunication\"?",
        "SHAPE SHIFFTERS, NHSX and iPhnoe",
        "see https://exampl.com/comunication or jo_leadrship@exmple.org",
        "Quels sont les avantages d'une bonne communication pour les dirigeants ?",
        "¿Quién escribió el informe sobre liderazgo?",
        "τι είναι η ηγεσία",
        "asdf qwer zxcv",
        "",
    ],
)
def test_what_is_not_misspelled_stands(question: str, library: Library) -> None:
    assert corrected(question, library) == question


def test_a_word_of_the_library_is_right_however_it_is_spelled(tmp_path: Path) -> None:
    words = Library.create(tmp_path / "library.sqlite3")
    commit(words, {"one": "The habour of the town is the property of the mastr of the town."})
    assert corrected("who runs the habour", words) == "who runs the habour"
    assert corrected("who runs the harbuor", words) != "who runs the harbuor"


def test_a_new_source_brings_its_words(tmp_path: Path) -> None:
    words = Library.create(tmp_path / "library.sqlite3")
    commit(words, {"one": "This is the town, and these are the people who live in it."})
    assert corrected("where is the gazzebo", words) == "where is the gazzebo"
    commit(words, {"two": "The gazebo stands in the garden of the town."})
    assert corrected("where is the gazzebo", words) == "where is the gazebo"


def test_over_a_library_in_another_language_nothing_is_changed(tmp_path: Path) -> None:
    words = Library.create(tmp_path / "library.sqlite3")
    commit(words, {"eins": "Die Leitung der Akademie entscheidet über Anträge auf Förderung."})
    assert corrected("wer leitet die Akademi", words) == "wer leitet die Akademi"


@settings(deadline=None)
@given(question=st.text(max_size=200))
def test_any_text_is_taken_and_its_white_space_kept(question: str, library: Library) -> None:
    mended = corrected(question, library)
    assert [c for c in mended if c.isspace()] == [c for c in question if c.isspace()]


@pytest.mark.parametrize(
    "question",
    ["x" * 2_000, "(" * 2_000, "'a " * 666, '"' * 1_999, "emotonal qzx inteligence " * 80],
)
def test_a_long_question_takes_no_longer_than_a_blink(question: str, library: Library) -> None:
    vocabulary_of(library)
    began = perf_counter()
    corrected(question, library)
    assert perf_counter() - began < 0.25  # some 10 ms where nothing else runs
