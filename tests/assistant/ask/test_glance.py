"""The library at a glance: cards, and the picture of its themes, over the starter library."""

import re
from html import unescape

import pytest

from assistant import Engine
from assistant.ask.glance import Glance, Known, cards, in_short, picture
from assistant.ask.rewordings import followups
from assistant.finding.shown import shown as read
from assistant.models import Outcome


@pytest.fixture(scope="module")
def known(starter_engine: Engine) -> Known:
    return Glance(starter_engine).now(wait=True)


def test_a_card_says_in_exact_quotes_what_its_document_is(
    starter_engine: Engine, known: Known
) -> None:
    library = starter_engine.store.library
    sources = library.sources()
    shown = cards(known, sources)
    assert shown.count('class="card opens"') == len(sources) == 5
    for source in sources:
        quotes = known.quotes[source.id]
        assert 1 <= len(quotes) <= 2
        text = library.text(source.id)
        assert all(said == read(text[start:end]) for said, start, end in quotes)
    assert "minutes to read" in shown and "What does Deborah Fielding say?" in shown


def test_a_document_in_short_is_its_own_words_and_whom_it_names(
    starter_engine: Engine, known: Known
) -> None:
    id = "taking-the-lead"
    shown = unescape(in_short(starter_engine.store, id))
    assert [f"<q>{said}</q>" in shown for said, _, _ in known.quotes[id]] == [True] * len(
        known.quotes[id]
    )
    assert "minutes to read" in shown and "Dan Bunstone" in shown


def test_the_picture_asks_about_each_theme_and_opens_each_document(
    starter_engine: Engine, known: Known
) -> None:
    sources = {source.id: source for source in starter_engine.store.library.sources()}
    shown = picture(known, sources)
    assert shown.count('scope="row"') == len(known.themes) > 3
    assert shown.count('class="whole near"') == len(sources)
    squares = re.findall(r'class="example shade-(\d)"', shown)
    assert len(squares) == sum(len(theme.sources) for theme in known.themes)
    assert "4" in squares and set(squares) <= set("1234")


def test_what_is_not_known_yet_leaves_cards_and_no_picture(starter_engine: Engine) -> None:
    nothing = Known(quotes={}, sections={}, people={}, themes=())
    sources = starter_engine.store.library.sources()
    assert cards(nothing, sources).count('class="card opens"') == 5
    assert "<table" not in picture(nothing, {source.id: source for source in sources})


def test_what_is_offered_to_go_on_with_is_answered(starter_engine: Engine) -> None:
    answer = starter_engine.ask("What do managers add?")
    asked = ["What do managers add?"]
    offered = followups(starter_engine, answer, asked, None)
    assert 1 <= len(offered) <= 3
    assert all(starter_engine.ask(each).outcome is Outcome.ANSWERED for each in offered)
    fewer = followups(starter_engine, answer, [*asked, *offered], None)
    assert not set(fewer) & set(offered)
