"""An overview turn is answered by a few sentences, to the letter, that say the most."""

from pathlib import Path

import pytest

from assistant.answering.overview import Scope, overview, scope_of
from assistant.answering.scope import size_of
from assistant.finding import Quote
from ingest import ingest
from tests.conftest import settings_of
from vectorstore import Query, Store, open_store

WHOLE = "What are these documents about?"
MOST_WORDS = 200
BEES = """# Bees in winter

Winter is the hardest season for a colony of honey bees.
A colony lives through the cold on the honey that it stored in summer.

## What the keeper does

The keeper leaves enough honey in the hive for the whole winter.
The keeper does these things:

- feed the colony
- close the hive

| Month | What to look at |
| --- | --- |
| January | the weight of the hive and its honey |

Would a bigger hive help the colony live through the winter?
He says that a damp hive kills more colonies of bees than the cold of winter does.
"The cold is nothing to a colony, but the damp of a winter hive is deadly to bees.
A dry hive with enough honey brings the colony through any winter there is," says Ann Lee.
See https://example.org/bees for more on honey and the winter hive of a colony.
"""


@pytest.fixture(scope="module")
def starter(starter_home: Path) -> Store:
    return open_store(settings_of(starter_home))


def library_of(folder: Path, **texts: str) -> Store:
    """A library of Markdown documents, in a home of its own."""
    files = folder / "files"
    files.mkdir()
    for name, text in texts.items():
        (files / f"{name}.md").write_text(text, encoding="utf-8")
    ingest(settings_of(folder / "home"), [files])
    return open_store(settings_of(folder / "home"))


@pytest.fixture(scope="module")
def bees(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return library_of(tmp_path_factory.mktemp("bees"), bees=BEES)


def answered(
    store: Store, question: str, sources: list[str] | None = None
) -> tuple[Scope, list[Quote]]:
    found = store.searcher.search(Query(text=question), 30, sources=sources)
    scope = scope_of(question, found, store, sources)
    return scope, overview(question, scope, store, found, MOST_WORDS)


def test_the_whole_library_is_each_of_its_documents(starter: Store) -> None:
    scope, quotes = answered(starter, WHOLE)
    every = {source.id for source in starter.library.sources()}
    assert (set(scope.sources), scope.topic) == (every, "")
    assert {quote.passage.source for quote in quotes} == every


@pytest.mark.parametrize(
    "question",
    [WHOLE, "What makes a top clinical commissioning leader?", "Taking the lead in a nutshell"],
)
def test_an_answer_is_whole_sentences_to_the_letter(starter: Store, question: str) -> None:
    scope, quotes = answered(starter, question)
    assert quotes
    assert sum(quote.words for quote in quotes) <= MOST_WORDS
    for quote in quotes:
        assert quote.passage.source in scope.sources
        assert starter.library.text(quote.passage.source)[quote.start : quote.end] == quote.text
        edges = {s.end for s in quote.passage.sentences if s.kind != "heading"}
        assert quote.start in {s.start for s in quote.passage.sentences}
        assert quote.end in edges
        assert quote.text.rstrip("\"”’')*").endswith((".", "!"))
    assert len({(q.passage.source, q.start) for q in quotes}) == len(quotes)


@pytest.mark.parametrize(
    ("question", "points"),
    [
        ("Summarise the report in three points", 3),
        ("Give me the key takeaways in 5 bullets", 5),
        ("Sum up the whole library in eight points", 8),
        ("Shape shifters in one sentence", 1),
    ],
)
def test_as_many_points_as_are_asked_for(starter: Store, question: str, points: int) -> None:
    _, quotes = answered(starter, question)
    assert len(quotes) == points
    assert sum(quote.words for quote in quotes) <= MOST_WORDS


def test_two_sentences_are_two_of_the_sources_own(starter: Store) -> None:
    _, quotes = answered(starter, "Sum up Shape shifters in two sentences")
    own = {(s.start, s.end) for q in quotes for s in q.passage.sentences}
    assert len(quotes) == 2
    assert all((quote.start, quote.end) in own for quote in quotes)


def test_no_more_words_than_are_asked_for(starter: Store) -> None:
    _, quotes = answered(starter, "Summarise everything in 60 words")
    assert quotes
    assert sum(quote.words for quote in quotes) <= 60


@pytest.mark.parametrize(
    ("question", "points", "words"),
    [
        ("in a few main points", None, None),
        ("point 10 of the standard", None, None),
        ("a line or two on it", 2, None),
        ("in at most 80 words", None, 80),
    ],
)
def test_what_is_asked_for_is_read_exactly(
    question: str, points: int | None, words: int | None
) -> None:
    size = size_of(question)
    assert (size.points, size.words) == (points, words)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Summarise the report in three points", "top-leader-report"),
        ("Give me the gist of the interview", "early-leadership-development"),
        ("Shape shifters, in short", "shape-shifters"),
    ],
)
def test_a_document_is_named_by_its_title_or_kind(
    starter: Store, question: str, named: str
) -> None:
    scope, quotes = answered(starter, question)
    assert [source.rpartition(":")[2] for source in scope.sources] == [named]
    assert scope.topic == ""
    assert {quote.passage.source for quote in quotes} == set(scope.sources)


def test_a_topic_draws_on_several_documents(starter: Store) -> None:
    scope, quotes = answered(starter, "How can I become a better leader?")
    assert "leader" in scope.topic
    assert len(scope.sources) > 1
    assert len({quote.passage.source for quote in quotes}) > 1


def test_only_the_sources_that_were_chosen_are_summed_up(starter: Store) -> None:
    one = starter.library.sources()[0].id
    scope, quotes = answered(starter, WHOLE, [one])
    assert scope.sources == (one,)
    assert {quote.passage.source for quote in quotes} == {one}


def test_what_does_not_stand_alone_is_never_quoted(bees: Store) -> None:
    _, quotes = answered(bees, "Summarise it in ten points")
    said = " ".join(" ".join(quote.text.split()) for quote in quotes)
    assert "lives through the cold on the honey" in said
    assert "leaves enough honey in the hive" in said
    for part in ("What the keeper", "these things", "January", "Would a", "https:", "Month"):
        assert part not in said
    for quote in quotes:
        assert not quote.text.startswith(("He says", "A dry hive", "- "))
        assert quote.text.count('"') % 2 == 0


def test_the_same_turn_has_the_same_answer(starter: Store) -> None:
    assert answered(starter, WHOLE) == answered(starter, WHOLE)


def test_a_library_of_one_sentence_is_that_sentence(tmp_path: Path) -> None:
    text = "A colony lives through the cold on the honey that it stored in summer."
    _, quotes = answered(library_of(tmp_path, one=text), WHOLE)
    assert [quote.text for quote in quotes] == [text]


def test_nothing_to_quote_is_no_answer(tmp_path: Path) -> None:
    store = library_of(tmp_path, one="# Contents\n\nBees\n\nHoney\n")
    assert answered(store, WHOLE)[1] == []
    found = store.searcher.search(Query(text=WHOLE), 30)
    nowhere = scope_of(WHOLE, found, store, [])
    assert nowhere == Scope(sources=(), topic="")
    assert overview(WHOLE, nowhere, store, found) == []
