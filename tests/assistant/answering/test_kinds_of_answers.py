"""A turn is answered as what it is, or as what a person wants it taken for."""

from dataclasses import replace

import pytest

from assistant import Engine, Outcome, Turn, open_engine
from assistant.answering.claim import claim, statement_of
from assistant.answering.comparison import sides_of
from assistant.answering.parts import split_parts
from assistant.answering.point import NUMBER_OF_QUOTES, telling
from assistant.turn.kinds import Kind
from soundings import main
from tests.conftest import READ, settings_of

FILLER = (
    "The river board met at the old mill in spring and spoke of eels, fish passes and the price "
    "of nets, and of who should mend the footbridge below the lock. "
) * 4
WARDENS = f"""# Wardens

## How wardens spend their year

{FILLER}

Wardens look after the river with a wide range of tasks, including:

- counting the otters of the upper valley each spring and each autumn with volunteers
- mending the fish passes beside the three old weirs before the salmon begin to run
- teaching the children of the valley schools how a river lives and why it floods
- measuring the water at nine gauges every morning, frost and flood days not excepted
- reporting whatever poisons the river to the board and to the farms along its banks

## Pay

Otters are counted by volunteers without any pay. Salmon are counted by a paid clerk of the board.

## How the board sees it

A warden who does all this well is already half a river board, as Ada Moor sees her tasks.
"""


@pytest.fixture(scope="module")
def wardens(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("wardens")
    (folder / "wardens.md").write_text(WARDENS, encoding="utf-8")
    assert main(["--home", str(folder / "home"), "ingest", str(folder / "wardens.md")]) == 0
    return open_engine(settings_of(folder / "home", READ))


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who chairs it, and how many belong to it?", ["Who chairs it?", "How many belong to it?"]),
        ("Explain eel ladders and say when they came", ["Explain eel ladders?", "When they came"]),
        ("Where is she, and what does she do?", ["Where is she?", "What does she do?"]),
        ("Who leads and what for?", ["Who leads?", "What for?"]),
        ("Eels and how they climb", ["Eels and how they climb"]),
    ],
)
def test_the_questions_in_a_question(question: str, parts: list[str]) -> None:
    assert split_parts(question) == parts


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("What do clinicians add, and what do managers?", ["clinicians add", "managers"]),
        (
            "What is the difference between eel ladders and fish passes?",
            ["eel ladders", "fish passes"],
        ),
        ("otters versus salmon", ["otters", "salmon"]),
        ("Are otters paid better than salmon?", ["otters paid better", "salmon"]),
        ("Compare the two articles", []),
    ],
)
def test_the_sides_of_a_comparison(question: str, sides: list[str]) -> None:
    assert [side for side, _ in sides_of(question)] == sides


def test_a_side_is_asked_for_alone() -> None:
    asked = dict(sides_of("What is the difference between eel ladders and fish passes in May?"))
    assert asked["eel ladders"] == "What is the difference between eel ladders in May?"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Is it true that most leaders were men?", "Most leaders were men."),
        ("So clerks are paid?", "Clerks are paid."),
        ("They say that eels climb.", "Eels climb."),
    ],
)
def test_what_is_claimed(question: str, said: str) -> None:
    assert statement_of(question) == said


def test_a_list_is_whole_and_led_in(wardens: Engine) -> None:
    answer = wardens.ask("List all the tasks of a warden", kind=Kind.LIST)
    assert answer.outcome is Outcome.ANSWERED and answer.kind == "list"
    said = [citation.quote for citation in answer.citations]
    assert len(said) == 5 and len(answer.listed) == 5
    assert said[0].startswith("Wardens look after the river") and "otters" in said[0]
    assert "poisons" in said[-1]


def test_a_point_has_few_quotes_and_the_same_may_be_asked_for_as_a_list(wardens: Engine) -> None:
    question = "Where do wardens measure the water?"
    answer = wardens.ask(question, kind=Kind.POINT)
    assert answer.outcome is Outcome.ANSWERED
    assert "nine gauges" in answer.citations[0].quote
    assert len(answer.citations) <= NUMBER_OF_QUOTES
    assert len(wardens.ask(question, kind=Kind.LIST).citations) == 5


def test_a_comparison_has_its_sides(wardens: Engine) -> None:
    answer = wardens.ask("Who counts otters and who counts salmon?", kind=Kind.COMPARISON)
    assert answer.outcome is Outcome.ANSWERED
    by_side = {s.side: s.text for s in answer.statements}
    assert len(by_side) == 2
    assert all(f"{side}: " in answer.answer for side in by_side)
    assert any("volunteers" in text for text in by_side.values())


def test_a_claim_is_decided_by_a_quote(wardens: Engine) -> None:
    question = "Is it true that otters are counted by volunteers without any pay?"
    answer = wardens.ask(question, kind=Kind.CLAIM)
    assert answer.verdict == "supported" and "without any pay" in answer.citations[0].quote
    silent = wardens.ask("Is it true that the moon is made of cheese?", kind=Kind.CLAIM)
    assert silent.outcome is Outcome.WITHHELD and silent.verdict is None


def test_a_claim_for_which_only_a_lead_to_a_list_was_found_is_not_decided(wardens: Engine) -> None:
    found = wardens._finder.find("Do wardens have a wide range of tasks?", [], None)
    leading = [item for item in found.evidence.ranked if item[0].leads]
    assert leading, "there is one among what was found"
    only = replace(found, holds=True, evidence=replace(found.evidence, ranked=leading))
    made = claim("So wardens have a wide range of tasks?", only, wardens.checker)
    assert made.verdict is None and not made.sections[0].quotes


@pytest.mark.parametrize("turn", ["hello", "Thanks a lot, that helped!"])
def test_a_reply_quotes_nothing(wardens: Engine, turn: str) -> None:
    answer = wardens.ask(turn)
    assert answer.outcome is Outcome.REPLY and answer.kind == "reply"
    assert answer.answer and not answer.citations and not answer.statements and not answer.hits
    assert answer.confidence is None and answer.to_json()["confidence"] is None


def test_again_answers_the_last_question_again(wardens: Engine) -> None:
    history = [
        Turn(role="user", content="Where do wardens measure the water?"),
        Turn(role="assistant", content="At nine gauges. [1]"),
    ]
    answer = wardens.ask("Are you sure?", history, kind=Kind.AGAIN)
    assert answer.standalone_question == "Where do wardens measure the water?"
    assert "nine gauges" in answer.citations[0].quote
    assert answer.question == "Are you sure?"


@pytest.mark.parametrize("history", [10_000, 1])
def test_a_long_history_is_answered_like_a_short_one(wardens: Engine, history: int) -> None:
    turns = [Turn(role="user", content="a" * (1_000_000 // history))] * history
    answer = wardens.ask("Who counts salmon?", turns)
    assert answer.outcome in tuple(Outcome)


def test_how_many_is_not_read_off_likeness(wardens: Engine) -> None:
    question = "Is it true that most otters are counted by volunteers without any pay?"
    answer = wardens.ask(question, kind=Kind.CLAIM)
    assert answer.outcome is Outcome.ANSWERED and answer.verdict is None


def test_an_item_that_only_says_what_is_asked_about_tells_nothing(wardens: Engine) -> None:
    question = "What is teaching the children of the valley schools how a river lives and floods?"
    ranked = wardens._finder.find(question, [], None).evidence.ranked
    told = telling(ranked, f"{question} And why is it?")
    assert "teaching" not in "".join(candidate.text for candidate, _ in told)
    assert 0 < len(told) < len(ranked)
    items = [item for item in ranked if item[0].text.startswith("teaching")]
    assert items and telling(items, f"{question} And why is it?") == []


def test_an_item_comes_with_its_list(starter_read: Engine) -> None:
    answer = starter_read.ask("what is the triple aim", kind=Kind.POINT)
    first, *others = [citation.quote for citation in answer.citations]
    assert "three parts" in first and "better health" in first and len(others) == 2


def test_sources_are_compared_by_what_they_are(starter_engine: Engine) -> None:
    answer = starter_engine.ask("compare the two articles", kind=Kind.COMPARISON)
    assert {c.source for c in answer.citations} == {"shape-shifters", "taking-the-lead"}
    sides = dict.fromkeys(statement.side for statement in answer.statements)
    assert list(sides) == [
        "Brief: Shape shifters: the commissioning board's local medical leads",
        "Brief: Taking the lead",
    ]
    assert answer.outcome is Outcome.ANSWERED
