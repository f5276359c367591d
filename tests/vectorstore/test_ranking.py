"""The signals that order passages: coverage and neighbouring words, and the weights."""

import json

import pytest

from vectorstore.search.ranking import SHIPPED, SIGNALS, rarity, shipped, stemmed, wanted


def test_coverage_counts_rare_words_for_more() -> None:
    query = wanted({"boat": 1.0, "gunwal": 3.0}, ["boat gunwale"])
    assert query.coverage(stemmed("A boat.")) == pytest.approx(0.25)
    assert query.coverage(stemmed("The gunwales are wet.")) == pytest.approx(0.75)
    assert query.coverage(stemmed("Nothing of the kind.")) == 0.0


def test_a_long_word_is_covered_by_its_family_and_a_short_one_by_itself() -> None:
    query = wanted({"conduct": 1.0, "boat": 1.0}, [])
    assert query.coverage(stemmed("The conductor nods.")) == 0.5
    assert query.coverage(stemmed("The boatswain nods.")) == 0.0


def test_neighbours_count_in_their_order_and_near_each_other() -> None:
    query = wanted({"red": 1.0, "boat": 1.0, "dawn": 1.0}, ["red boat at dawn"])
    assert query.pairs == (("red", "boat"), ("boat", "dawn"))
    assert query.paired(stemmed("A red boat leaves at dawn.")) == 1.0
    assert query.paired(stemmed("A red old wooden boat.")) == 0.5
    assert query.paired(stemmed("A boat that is red.")) == 0.0
    assert query.paired(stemmed("Red is a colour; she rows her other boat.")) == 0.0


def test_a_query_of_one_word_has_no_neighbours() -> None:
    assert wanted({"boat": 1.0}, ["boat"]).paired(stemmed("boat boat")) == 0.0


def test_what_few_passages_hold_is_rarer() -> None:
    assert rarity(1, 100) > rarity(50, 100) > rarity(100, 100) > 0


def test_the_shipped_weights_say_what_they_are_from() -> None:
    content = json.loads(SHIPPED.read_text())
    assert sum(shipped().values) == pytest.approx(1.0, abs=0.002)
    assert set(content["weights"]) == set(SIGNALS)
    assert content["made"] and all(figures["n"] for figures in content["data"].values())
