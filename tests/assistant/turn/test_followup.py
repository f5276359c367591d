"""A question in its conversation: what is searched for it, and how its reading is shown."""

from assistant import Engine, Turn
from assistant.turn.followup import query_of, standalone
from vectorstore import Query


def turns(*contents: str) -> list[Turn]:
    roles = ("user", "assistant")
    return [Turn(role=roles[i % 2], content=content) for i, content in enumerate(contents)]


def test_without_turns_nothing_is_added() -> None:
    assert standalone("What does  she say?", []) == "What does she say?"
    assert query_of("What does  she say?", []) == Query(text="What does she say?")


def test_the_reading_shows_the_question_that_it_may_lean_on() -> None:
    before = turns("Who is Julie Wood?", "She leads NHSCC.", "And Sam\nEverington?", "A doctor.")
    assert standalone("Where?", before) == "Where? (after: And Sam Everington?)"


def test_the_last_question_and_answer_lead_the_search() -> None:
    before = turns("Who is Julie Wood?", "She leads NHSCC.", "And Sam Everington?", "A doctor.")
    led = Query(text="Where?", before="And Sam Everington?", answered="A doctor.")
    assert query_of("Where?", before) == led


def test_what_is_shown_is_searched_too() -> None:
    before = turns("Who is Julie Wood?", "She leads NHSCC.")
    shown = standalone("Where does she work?", before).replace("(after: ", "").rstrip(")")
    query = query_of("Where does she work?", before)
    assert set(shown.split()) <= set(f"{query.text} {query.before}".split())


def test_a_change_of_topic_finds_what_the_question_alone_finds(starter_engine: Engine) -> None:
    question = "What are the three parts of the triple aim?"
    before = turns("How should conflicts of interest be managed?", "With a register. [1]")
    search = starter_engine.store.searcher.search
    alone, led = search(question, 3).hits[0], search(query_of(question, before), 3).hits
    assert alone.passage in [hit.passage for hit in led]


def test_a_question_of_one_word_is_led_to_its_topic(starter_engine: Engine) -> None:
    before = turns("What is the triple aim?", "It has three parts. [1]")
    wanted = starter_engine.store.searcher.search("What is the triple aim?", 1).hits[0]
    found = starter_engine.store.searcher.search(query_of("Why?", before), 3).hits
    assert wanted.passage in [hit.passage for hit in found]
