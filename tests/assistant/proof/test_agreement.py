"""Negation, opposites, quantifiers: where two sentences pull apart, and where not."""

import pytest

from assistant.proof.opposites import (
    denied_otherwise,
    opposed,
    quantified_more,
)
from assistant.proof.said import clauses_of, read, sentences_of


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Costs fell.", "Costs rose."),
        ("Costs did not rise.", "Costs rose."),
        ("It came earlier than planned.", "It came later than planned."),
        ("The council rejected the plan.", "The council approved the plan."),
    ],
)
def test_opposites_are_seen(claim: str, evidence: str) -> None:
    assert opposed(read(claim), read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Costs did not fall.", "Costs rose."),
        ("Costs went up and then fell.", "Costs rose, then fell."),
        ("Costs grew.", "Costs rose."),
    ],
)
def test_a_denied_opposite_is_the_same(claim: str, evidence: str) -> None:
    assert not opposed(read(claim), read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The drug is effective.", "The drug is not effective."),
        ("The drug isn’t effective.", "The drug is effective."),
        ("The bridge is unsteady.", "The bridge is steady."),
        ("Nobody praised the plan.", "Anna praised the plan."),
        ("They never meet in winter.", "They meet in winter."),
    ],
)
def test_a_negation_on_one_side_is_seen(claim: str, evidence: str) -> None:
    assert denied_otherwise(read(claim), read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The drug is not effective.", "The drug isn't effective."),
        ("The bridge is unsteady.", "The bridge is not steady."),
        ("Anna praised the plan.", "Anna not only praised the plan but paid for it."),
        ("The plan was praised.", "The plan was praised, but no one paid for it."),
    ],
)
def test_the_same_denied_on_both_sides_is_no_matter(claim: str, evidence: str) -> None:
    assert not denied_otherwise(read(claim), read(evidence))


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("All members voted.", "Some members voted."),
        ("Every ward is open.", "Most wards are open."),
        ("Most members voted.", "Few members voted."),
        ("Only nurses may enter.", "Nurses may enter."),
    ],
)
def test_a_claim_that_says_more_is_seen(claim: str, evidence: str) -> None:
    assert quantified_more(read(claim), read(evidence))
    assert not quantified_more(read(evidence), read(evidence))


def test_no_longer_denies_and_no_longer_than_does_not() -> None:
    assert opposed(read("Lorries are no longer banned."), read("Lorries are still banned."))
    assert not read("A visit is no longer than ten days.").denied


def test_sentences_are_cut_where_they_end() -> None:
    text = "Dr. Berg came at 5.30 p.m. She left. it's late! A line\nAnother line"
    assert sentences_of(text) == [
        "Dr. Berg came at 5.30 p.m. She left.",
        "it's late!",
        "A line",
        "Another line",
    ]


def test_clauses_are_cut_and_nothing_is_lost() -> None:
    sentence = "The board met in Leeds, and it approved the plan, which cost a lot of money."
    clauses = clauses_of(sentence)
    assert len(clauses) == 3
    assert all(clause in sentence for clause in clauses)


def test_names_are_words_with_a_capital_inside_the_sentence_or_letters_as_no_word_has() -> None:
    assert read("Then Anna Berg joined the NHS in Leeds with mRNA.").names == (
        "anna",
        "berg",
        "nh",
        "leed",
        "mrna",
    )
