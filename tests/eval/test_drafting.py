"""Feedback and passages become drafts, drafts become gold: evidence is checked to the letter."""

from pathlib import Path
from typing import Any

import pytest

from assistant.keeping.feedback import FeedbackBook, Verdict
from assistant.keeping.kept import FILE_NAME, Kept
from eval.authoring.drafting import Drafts, digest, evidence_of, places_of, taken
from eval.authoring.drafts import Draft
from eval.authoring.lint import lint
from eval.errors import GoldError
from eval.gold.questions import load_gold

LONG = "It is 42 kilometres long."


@pytest.fixture
def drafts(river: Any, tmp_path: Path) -> Drafts:
    return Drafts(tmp_path, river.library)


def written(drafts: Drafts, id: str, **changes: Any) -> dict[str, Any]:
    """A draft with these of its fields changed; its record."""
    record = {**drafts.find(id).record, **changes}
    drafts.put(Draft(record=record))
    return record


def place(river: Any, words: str, said: str | None = None) -> Any:
    start = river.library.text("river").index(words)
    return taken(river.library, "river", start, start + len(words), digest(said or words))


def test_marked_words_are_taken_only_where_they_stand(river: Any) -> None:
    assert place(river, LONG).quote == LONG
    with pytest.raises(GoldError, match="others now"):
        place(river, LONG, "It is 43 kilometres long.")
    with pytest.raises(GoldError, match="no such place"):
        taken(river.library, "river", 10_000, 10_010, digest("x"))
    with pytest.raises(GoldError, match="lost its source"):
        taken(river.library, "sea", 0, 3, digest("The"))


def test_words_that_stand_twice_are_kept_by_their_place(river: Any) -> None:
    assert evidence_of(place(river, LONG), river.library) == {"source": "river", "quote": LONG}
    twice = evidence_of(place(river, "board"), river.library)
    assert "quote" not in twice and twice["sha256"] == digest("board")


def test_a_draft_becomes_gold_that_the_suite_reads(river: Any, drafts: Drafts) -> None:
    id = drafts.blank()
    with pytest.raises(GoldError, match="no evidence"):
        drafts.finish(id)
    evidence = [evidence_of(place(river, words), river.library) for words in (LONG, "board")]
    facts = [["42"], ["panel", "board"]]
    written(drafts, id, question="How long is it: the river?", facts=facts, evidence=evidence)
    drafts.finish(id)
    assert drafts.listed() == []
    (question,) = load_gold([drafts.gold_file])
    assert question.question == "How long is it: the river?"
    assert question.facts == (("42",), ("panel", "board"))
    assert lint([question], river.library) == []
    places, lost = places_of(drafts.find(id).record, river.library)
    assert [p.quote for p in places] == [LONG, "board"] and lost == []


def test_a_finished_question_is_changed_in_its_place(river: Any, drafts: Drafts) -> None:
    for said in ("How long?", "How wide?"):
        id = drafts.blank()
        written(drafts, id, question=said, outcome="withheld")
        drafts.finish(id)
    first = drafts.own()[0].id
    written(drafts, first, question="How deep?")
    drafts.finish(first)
    assert sorted(question.question for question in drafts.own()) == ["How deep?", "How wide?"]


def test_a_question_that_is_asked_already_is_no_gold(drafts: Drafts) -> None:
    first, second = drafts.blank(), drafts.blank()
    assert first != second
    for id in (first, second):
        written(drafts, id, question="How deep?", outcome="withheld")
    drafts.finish(first)
    with pytest.raises(GoldError, match="asks the same"):
        drafts.finish(second)


def test_feedback_is_listed_worst_first_and_becomes_a_draft(
    river: Any, drafts: Drafts, tmp_path: Path
) -> None:
    kept = Kept(tmp_path / FILE_NAME)
    book = FeedbackBook(kept)
    sure, unsure = (river.answer(LONG, confidence=c) for c in (0.9, 0.4))
    follow_up = {**sure, "standalone_question": "How wide is the river?"}
    bad, good = Verdict.NOT_HELPFUL, Verdict.HELPFUL
    for number, (verdict, reason, answer) in enumerate(
        [
            (good, "", sure),
            (bad, "", river.answer()),
            (bad, "unsure", unsure),
            (bad, "no", follow_up),
        ]
    ):
        book.say(
            "anna", "c", number, verdict, reason=reason, question="And how wide?", answer=answer
        )
    kept.close()
    listed = drafts.feedback()
    assert [one.reason for one in listed] == ["no", "unsure", "", ""]
    assert listed[-1].verdict is good
    id = drafts.from_feedback(listed[0].id)
    draft = drafts.find(id)
    assert draft.record["question"] == "How wide is the river?"
    assert draft.record["tags"]["kind"] == "draft"
    assert "anna" in draft.notes[0] and "(no)" in draft.notes[0]
    assert any(LONG in note for note in draft.notes)
    with pytest.raises(GoldError, match="not there"):
        drafts.from_feedback(999)


def test_a_draft_that_is_gone_is_told(drafts: Drafts) -> None:
    id = drafts.blank()
    drafts.remove(id)
    with pytest.raises(GoldError, match="not there"):
        drafts.find(id)


def test_drafts_that_cannot_be_read_are_not_written_over(drafts: Drafts) -> None:
    drafts.blank()
    file = drafts.gold_file.with_name("drafts.json")
    file.write_text("{")
    with pytest.raises(GoldError, match="cannot read"):
        drafts.blank()
    assert file.read_text() == "{"
