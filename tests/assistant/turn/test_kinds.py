"""What kind of turn a person's words are."""

import json
from pathlib import Path

import pytest

from assistant import Turn
from assistant.errors import AssistantError
from assistant.turn.kinds import Kind, choose, kind_of
from assistant.turn.network import TOKENS
from assistant.turn.telling import SHIPPED, SHIPPED_SHA256, Teller

EXAMPLES = Path(__file__).resolve().parents[3] / "eval/fitting/examples/turns.jsonl"
AFTER = (
    Turn(role="user", content="What is a red line?"),
    Turn(role="assistant", content="“A red line is a limit that will not be crossed.”"),
)


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
def test_a_turn_is_told_by_its_words(turn: str, kind: Kind) -> None:
    assert kind_of(turn, [])[0] is kind


@pytest.mark.parametrize("turn", ["shorter please", "in plain English", "can you rephrase that"])
def test_the_last_answer_is_asked_for_again(turn: str) -> None:
    assert kind_of(turn, AFTER)[0] is Kind.AGAIN


@pytest.mark.parametrize("turn", ["shorter please", "in plain English", "are you sure?"])
def test_without_an_answer_nothing_is_said_again(turn: str) -> None:
    assert kind_of(turn, [])[0] is not Kind.AGAIN


def test_what_no_kind_is_likely_enough_for_is_a_point() -> None:
    even = dict.fromkeys(Kind, 1 / len(Kind))
    assert choose(even, follows=True) == (Kind.POINT, even[Kind.POINT])


def test_chances_add_up_where_one_kind_cannot_be() -> None:
    chances = dict.fromkeys(Kind, 0.0) | {Kind.AGAIN: 0.6, Kind.LIST: 0.3, Kind.POINT: 0.1}
    assert choose(chances, follows=True) == (Kind.AGAIN, 0.6)
    assert choose(chances, follows=False) == (Kind.LIST, pytest.approx(0.75))


def test_a_damaged_network_is_named(tmp_path: Path) -> None:
    for file in (SHIPPED, SHIPPED.with_name(TOKENS)):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    Teller(tmp_path / SHIPPED.name, SHIPPED_SHA256)
    with (tmp_path / SHIPPED.name).open("ab") as stream:
        stream.write(b" ")
    with pytest.raises(AssistantError, match="is damaged"):
        Teller(tmp_path / SHIPPED.name, SHIPPED_SHA256)
    with pytest.raises(AssistantError, match="cannot be read"):
        Teller(tmp_path / "nowhere.onnx")


def test_a_turn_of_any_length_is_told() -> None:
    turns = [Turn(role="user", content="x" * 1_000_000)] * 1_000
    assert kind_of("summarise the report " * 50_000, turns)[0] in Kind


@pytest.mark.slow
def test_turns_that_nothing_was_learnt_from_are_told() -> None:
    lines = map(json.loads, EXAMPLES.read_text(encoding="utf-8").splitlines())
    aside = [line for line in lines if line["aside"]]
    right = sum(
        kind_of(x["turn"], [Turn(**t) for t in x["history"]])[0] == x["kind"] for x in aside
    )
    assert right / len(aside) >= LEAST


LEAST = 0.85  # what docs/answering.md says, less what another machine's rounding may change
