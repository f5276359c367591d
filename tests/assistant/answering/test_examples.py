"""Example questions drawn from a library's outlines."""

from assistant.finding.examples import Outline, example_questions


def test_a_heading_that_is_a_question_is_asked_as_it_stands() -> None:
    outline = Outline(title="A guide", headings=("2. Who *decides*?",))
    assert example_questions([outline]) == ["Who decides?"]


def test_another_heading_is_asked_about() -> None:
    outline = Outline(title="A guide (2016)", headings=("Team leadership:",))
    assert example_questions([outline]) == ["What is said about “Team leadership”?"]


def test_sources_take_turns() -> None:
    one = Outline(title="One", headings=("First heading", "Second heading", "Third heading"))
    two = Outline(title="Two", headings=("Other heading",))
    assert example_questions([one, two], limit=3) == [
        "What is said about “Second heading”?",
        "What is said about “Other heading”?",
        "What is said about “First heading”?",
    ]


def test_headings_that_say_nothing_are_left_out() -> None:
    outline = Outline(title="One: a title", headings=("One", "3.", "", "x" * 200, "2016"))
    assert example_questions([outline]) == []
