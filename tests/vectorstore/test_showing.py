"""What a person is shown of the hits of a search."""

from typing import Any

import pytest

from vectorstore import Hit, Passage
from vectorstore.search.showing import NEAR, by_source, marked, near


def hit(source: str, rank: int, similarity: float = 0.0, lexical: float = 0.0) -> Hit:
    about: dict[str, Any] = {"title": source, "text": "", "start": 0, "end": 0, "heading": ""}
    passage = Passage(id=f"{source}{rank}", source=source, page=None, sentences=(), **about)
    return Hit(passage=passage, rank=rank, score=0.5, similarity=similarity, lexical=lexical)


def test_hits_that_share_neither_word_nor_sense_are_none() -> None:
    far = hit("a", 1, similarity=NEAR - 0.01)
    assert near([far, far]) == ()
    for close in (hit("a", 2, similarity=NEAR), hit("a", 2, lexical=0.1)):
        assert near([far, close]) == (far, close)


def test_hits_of_one_source_stand_together() -> None:
    found = [hit("a", 1), hit("b", 2), hit("a", 3)]
    assert by_source(found) == [[found[0], found[2]], [found[1]]]


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("Who is leading the boats?", "The boat that leads.", ["boat", "leads"]),
        ("conductor", "Conducted by conductors.", ["conductors"]),
        ("café", "A Cafe\u0301, and a CAFÉ.", ["Cafe", "CAFÉ"]),
        ("a template", "The govuk_template.", ["template"]),
        ("xyzzy", "The boat.", []),
        ("the", "The boat", ["The"]),
    ],
)
def test_the_words_that_matched_are_marked(query: str, text: str, words: list[str]) -> None:
    pieces = marked(query, text)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, match in pieces if match] == words
