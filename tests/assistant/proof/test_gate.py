"""The gate: a statement stands only on quotes that are in the source, to the letter."""

from dataclasses import replace

import pytest

from assistant import Engine
from assistant.proof import Slice, Verdict, judge
from vectorstore import Library


@pytest.fixture(scope="module")
def library(starter_engine: Engine) -> Library:
    return starter_engine.store.library


@pytest.fixture(scope="module")
def quote(library: Library) -> Slice:
    passage = library.passages_of("shape-shifters")[2]
    first = passage.sentences[0]
    text = passage.slice(first.start, first.end)
    return Slice(source=passage.source, start=first.start, end=first.end, text=text)


def slice_of(library: Library, source: str, words: str) -> Slice:
    """The slice of a source that says these words."""
    start = library.text(source).index(words)
    return Slice(source=source, start=start, end=start + len(words), text=words)


def test_a_verbatim_quote_stands(library: Library, quote: Slice) -> None:
    verdict = judge(quote.text, [quote], library)
    assert verdict.stands and verdict.support == 1.0


def test_an_offset_off_by_one_falls(library: Library, quote: Slice) -> None:
    shifted = replace(quote, start=quote.start + 1, end=quote.end + 1)
    assert not judge(quote.text, [shifted], library).stands


def test_a_changed_word_falls(library: Library, quote: Slice) -> None:
    changed = replace(quote, text=quote.text.replace(" ", " not ", 1))
    assert not judge(changed.text, [changed], library).stands


def test_a_statement_that_says_more_falls(library: Library, quote: Slice) -> None:
    assert not judge(quote.text + " And more.", [quote], library).stands


def test_offsets_outside_the_source_fall(library: Library, quote: Slice) -> None:
    outside = replace(quote, start=10**9, end=10**9 + len(quote.text))
    assert not judge(quote.text, [outside], library).stands


def test_a_statement_without_quotes_falls(library: Library) -> None:
    assert not judge("Anything.", [], library).stands


def test_a_statement_of_marks_alone_falls(library: Library, quote: Slice) -> None:
    assert not judge("…", [quote], library).stands


# Statements in words of their own, over a sentence of the starter library

SENTENCE = "No two are organised alike."
FOUNDED = "CCGs date from 2013"


@pytest.fixture(scope="module")
def rewritten(starter_engine: Engine) -> list[tuple[str, Verdict]]:
    library = starter_engine.store.library
    quotes = [slice_of(library, "top-leader-report", words) for words in (FOUNDED, SENTENCE)]
    statements = (
        "CCGs have been there since 2013.",
        "CCGs date from 2012.",
        "CCGs and the King's Fund date from 2013.",
        "CCGs date from 2013, and there are 211 of them.",
        "Wardell led the CCGs from March 2013.",
        "Clinical commissioning groups (CCGs) date from 2013 (CDF 2013).",
    )
    return [
        (statement, judge(statement, quotes, library, starter_engine.checker))
        for statement in statements
    ]


def test_a_statement_in_other_words_stands_by_the_check(
    rewritten: list[tuple[str, Verdict]],
) -> None:
    _, verdict = rewritten[0]
    assert verdict.stands, verdict
    assert 0.5 <= verdict.support < 1.0
    assert verdict.why is None


@pytest.mark.parametrize(
    ("at", "word"), [(1, "2012"), (2, "King"), (3, "211"), (4, "March 2013"), (5, "CDF")]
)
def test_a_number_a_name_and_a_date_that_the_quotes_do_not_hold_fall_and_are_named(
    rewritten: list[tuple[str, Verdict]], at: int, word: str
) -> None:
    _, verdict = rewritten[at]
    assert not verdict.stands
    assert verdict.why is not None
    assert word in verdict.why


def test_without_a_checker_only_what_is_verbatim_stands(library: Library) -> None:
    quote = slice_of(library, "top-leader-report", FOUNDED)
    assert judge(FOUNDED, [quote], library).stands
    assert not judge("CCGs have been there since 2013.", [quote], library).stands


def test_a_piece_of_a_sentence_that_has_lost_its_not_falls(starter_engine: Engine) -> None:
    library = starter_engine.store.library
    quote = slice_of(library, "top-leader-report", SENTENCE)
    verdict = judge("Two are organised alike.", [quote], library, starter_engine.checker)
    assert not verdict.stands


def test_two_quotes_one_after_the_other_are_verbatim_together(library: Library) -> None:
    quotes = [slice_of(library, "top-leader-report", words) for words in (FOUNDED, SENTENCE)]
    assert judge(f"{FOUNDED}  {SENTENCE}", quotes, library).support == 1.0
