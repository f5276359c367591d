"""What kind of turn a person's words are."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant import Turn
from assistant.turn.kinds import SHIPPED, Kind, choose, kind_of, shipped
from vectorstore import SentenceEncoder

EXAMPLES = Path(__file__).resolve().parents[3] / "eval/fitting/examples/turns.jsonl"
AFTER = (
    Turn(role="user", content="What is a red line?"),
    Turn(role="assistant", content="“A red line is a limit that will not be crossed.”"),
)


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    return SentenceEncoder()


class Other:
    """An encoder that the weights were not made with."""

    fingerprint = "other"

    def encode(self, texts: Sequence[str], **_: object) -> np.ndarray:
        raise AssertionError("its vectors mean something else")


@pytest.mark.parametrize(
    ("turn", "kind"),
    [
        ("hello", Kind.REPLY),
        ("thanks a lot", Kind.REPLY),
        ("what can you do?", Kind.REPLY),
        ("write me an email to the board", Kind.REPLY),
        ("Summarise the report in three points", Kind.OVERVIEW),
        ("What are these documents about?", Kind.OVERVIEW),
        ("List everyone who was interviewed", Kind.LIST),
        ("What is the difference between a chair and a manager?", Kind.COMPARISON),
        ("Is it true that most leaders were men?", Kind.CLAIM),
        ("How many leaders were interviewed?", Kind.POINT),
        ("who wrote the foreword", Kind.POINT),
    ],
)
def test_a_turn_is_told_by_its_words(turn: str, kind: Kind, encoder: SentenceEncoder) -> None:
    assert kind_of(turn, [], encoder)[0] is kind


@pytest.mark.parametrize("turn", ["shorter please", "in plain English", "can you rephrase that"])
def test_the_last_answer_is_asked_for_again(turn: str, encoder: SentenceEncoder) -> None:
    assert kind_of(turn, AFTER, encoder)[0] is Kind.AGAIN


@pytest.mark.parametrize("turn", ["shorter please", "in plain English", "are you sure?"])
def test_without_an_answer_nothing_is_said_again(turn: str, encoder: SentenceEncoder) -> None:
    assert kind_of(turn, [], encoder)[0] is not Kind.AGAIN


def test_what_no_kind_is_likely_enough_for_is_a_point() -> None:
    even = dict.fromkeys(Kind, 1 / len(Kind))
    assert choose(even, 0.5, follows=True) == (Kind.POINT, even[Kind.POINT])


def test_chances_add_up_where_one_kind_cannot_be() -> None:
    chances = dict.fromkeys(Kind, 0.0) | {Kind.AGAIN: 0.6, Kind.LIST: 0.3, Kind.POINT: 0.1}
    assert choose(chances, 0.2, follows=True) == (Kind.AGAIN, 0.6)
    assert choose(chances, 0.2, follows=False) == (Kind.LIST, pytest.approx(0.75))


def test_another_encoder_leaves_the_words_to_tell() -> None:
    kind, chance = kind_of("list all the members of the board", [], Other())  # type: ignore[arg-type]
    assert kind is Kind.LIST and 0 < chance < 1


def test_the_weights_are_of_the_encoder_that_ships(encoder: SentenceEncoder) -> None:
    assert shipped().encoder == encoder.fingerprint, "run python -m eval.fitting.fit_turn"
    assert set(shipped().names) == set(Kind)
    assert SHIPPED.stat().st_size < 300_000


@pytest.mark.slow
def test_turns_that_nothing_was_learnt_from_are_told(encoder: SentenceEncoder) -> None:
    lines = map(json.loads, EXAMPLES.read_text(encoding="utf-8").splitlines())
    aside = [line for line in lines if line["aside"]]
    right = sum(
        kind_of(x["turn"], [Turn(**t) for t in x["history"]], encoder)[0] == x["kind"]
        for x in aside
    )
    assert right / len(aside) >= LEAST


LEAST = 0.70  # what docs/answering.md says, less what another machine's rounding may change
