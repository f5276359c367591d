"""Claims made by rule: each change is a change, and reads as a person might have written it."""

import random

import pytest

from eval.fitting.claim_edits import (
    EDITS,
    claims_of,
    made_sure,
    of_question,
    say_by_whom,
    swap_roles,
    who_did_what,
)

PASSAGE = (
    "The mayor opened the new pool in May 1987. Hilda Frost may return to Brent in 2031. "
    "Most swimmers come from Brent and pay 40 pence each. The old pool was closed by Walter Quill."
)
SENTENCES = [f"{text}." for text in PASSAGE.rstrip(".").split(". ")]
ELSEWHERE = "In the hills near Coldwell lives Martha Oakes with eleven goats and a very old dog."


@pytest.mark.parametrize(
    ("sentence", "swapped"),
    [
        ("The mayor opened the new pool in May.", "The new pool opened the mayor in May."),
        ("Hilda Frost praised Walter Quill.", "Walter Quill praised Hilda Frost."),
        ("The plan was praised by Hilda Frost.", "Hilda Frost was praised by the plan."),
        ("Brent is larger than Coldwell.", "Coldwell is larger than Brent."),
    ],
)
def test_two_sides_are_swapped_with_their_capitals_in_place(sentence: str, swapped: str) -> None:
    assert swap_roles(sentence) == swapped


@pytest.mark.parametrize(
    "sentence",
    ["They opened the pool.", "When Hilda praised Walter, he left.", "It rained all day."],
)
def test_a_sentence_without_two_things_is_left_alone(sentence: str) -> None:
    assert swap_roles(sentence) is None
    assert say_by_whom(sentence) is None


def test_active_becomes_passive_and_passive_active() -> None:
    active, passive = (
        "Hilda Frost praised Walter Quill.",
        "Walter Quill was praised by Hilda Frost.",
    )
    assert say_by_whom(active) == passive
    assert say_by_whom(passive) == active


def test_both_are_made_of_each_sentence_that_has_two_sides() -> None:
    found = [(claim.made, claim.supported) for claim in who_did_what(PASSAGE, SENTENCES)]
    assert found == [("roles swapped", False), ("by whom", True)] * 2


def test_what_may_be_is_made_sure() -> None:
    plain, sure = made_sure(PASSAGE, SENTENCES, random.Random(1))
    assert plain.supported and plain.claim in PASSAGE
    assert not sure.supported and sure.claim == "Hilda Frost will return to Brent in 2031."


@pytest.mark.parametrize("name", sorted(EDITS))
def test_every_change_changes_a_sentence_that_it_fits(name: str) -> None:
    sentences = [*SENTENCES, "Prices rose when Brent and Coldwell were merged under Hilda Frost."]
    changed = [EDITS[name](s, PASSAGE, ELSEWHERE, random.Random(3)) for s in sentences]
    made = [(s, c) for s, c in zip(sentences, changed, strict=True) if c is not None]
    assert made
    assert all(before != after for before, after in made)


def test_the_same_seed_makes_the_same_claims() -> None:
    once, again = (
        list(claims_of(PASSAGE, SENTENCES, ELSEWHERE, random.Random(5))) for _ in range(2)
    )
    assert once == again
    assert {claim.supported for claim in once} == {True, False}
    assert all(claim.claim in PASSAGE for claim in once if claim.supported)
    assert all(claim.claim not in claim.passage for claim in once if not claim.supported)


def test_an_answer_takes_its_question_word_s_place() -> None:
    claim = of_question(PASSAGE, "Who opened the new pool?", "The mayor", True)
    assert claim is not None
    assert claim.claim == "The mayor opened the new pool."
    assert of_question(PASSAGE, "Why was it closed?", "Walter Quill", True) is None
