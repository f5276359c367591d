"""The gate: a statement stands only on quotes that are in the source, to the letter."""

from dataclasses import replace

import pytest

from assistant import Engine
from assistant.evidence import Quote
from assistant.gate import judge


@pytest.fixture(scope="module")
def quote(starter_engine: Engine) -> Quote:
    passage = starter_engine.store.library.passages_of("shape-shifters")[2]
    first = passage.sentences[0]
    text = passage.slice(first.start, first.end)
    return Quote(passage=passage, start=first.start, end=first.end, text=text, score=1.0)


def test_a_verbatim_quote_stands(starter_engine: Engine, quote: Quote) -> None:
    verdict = judge(quote.text, [quote], starter_engine.store.library)
    assert verdict.stands and verdict.support == 1.0


def test_an_offset_off_by_one_falls(starter_engine: Engine, quote: Quote) -> None:
    shifted = replace(quote, start=quote.start + 1, end=quote.end + 1)
    assert not judge(quote.text, [shifted], starter_engine.store.library).stands


def test_a_changed_word_falls(starter_engine: Engine, quote: Quote) -> None:
    changed = replace(quote, text=quote.text.replace(" ", " not ", 1))
    assert not judge(changed.text, [changed], starter_engine.store.library).stands


def test_a_statement_that_says_more_falls(starter_engine: Engine, quote: Quote) -> None:
    assert not judge(quote.text + " And more.", [quote], starter_engine.store.library).stands


def test_offsets_outside_the_source_fall(starter_engine: Engine, quote: Quote) -> None:
    outside = replace(quote, start=10**9, end=10**9 + len(quote.text))
    assert not judge(quote.text, [outside], starter_engine.store.library).stands


def test_a_statement_without_quotes_falls(starter_engine: Engine) -> None:
    assert not judge("Anything.", [], starter_engine.store.library).stands
