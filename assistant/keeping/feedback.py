"""What people said of the answers they got: helpful or not, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from assistant.keeping.kept import Kept, now, opened
from vectorstore.database.opening import Place
from web.identity.users import Users

REASON_CHARACTERS = 2_000


class Verdict(StrEnum):
    """What a person thought of an answer."""

    HELPFUL = "helpful"
    NOT_HELPFUL = "not helpful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What one person said of one answer.

    `answer` is the answer as JSON, as it was then; `reason` is in the person's own words and may
    be empty; `when` is in ISO 8601; `conversation` and `number` say where it was given.
    """

    id: int
    question: str
    answer: Mapping[str, Any]
    verdict: Verdict
    reason: str
    when: str
    who: str
    conversation: str
    number: int

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "question": self.question,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "when": self.when,
            "who": self.who,
            "answer": dict(self.answer),
        }


def list_feedback(place: Place) -> list[Feedback]:
    """All that people said of the answers of a home (or, in its stead, on its server), newest
    first; nothing where nobody has.

    Raises KeptUnavailable where the file is there and cannot be read.
    """
    names = Users(place)
    with opened(place) as kept:
        listed = FeedbackBook(kept).listed() if kept else []
    return [replace(each, who=names.name_of(each.who)) for each in listed]


class FeedbackBook:
    """Takes down what people say of answers. A second word of the same person on the same answer
    takes the place of the first."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def say(
        self,
        person: str,
        conversation: str,
        number: int,
        verdict: Verdict,
        *,
        reason: str | None,
        question: str,
        answer: Mapping[str, Any],
    ) -> None:
        """`reason` is cut at REASON_CHARACTERS; None leaves it as it is. Raises KeptUnavailable."""
        given = None if reason is None else reason.strip()[:REASON_CHARACTERS]
        with self._kept.writing() as connection:
            connection.execute(
                "INSERT INTO feedback "
                "(person, said, conversation, number, verdict, reason, question, answer) "
                "VALUES (?, ?, ?, ?, ?, COALESCE(?, (SELECT reason FROM feedback "
                "WHERE person = ? AND conversation = ? AND number = ?), ''), ?, ?) "
                "ON CONFLICT (person, conversation, number) DO UPDATE SET said = excluded.said, "
                "verdict = excluded.verdict, reason = excluded.reason, "
                "question = excluded.question, answer = excluded.answer",
                (
                    person,
                    now(),
                    conversation,
                    number,
                    str(verdict),
                    given,
                    *(person, conversation, number),
                    question,
                    json.dumps(answer, ensure_ascii=False),
                ),
            )

    def said(self, person: str, conversation: str) -> dict[int, tuple[Verdict, str]]:
        """A person's verdicts on a conversation's answers with the reasons, by their numbers."""
        rows = self._kept.all(
            "SELECT number, verdict, reason FROM feedback WHERE person = ? AND conversation = ?",
            person,
            conversation,
        )
        return {number: (Verdict(verdict), reason) for number, verdict, reason in rows}

    def listed(self) -> list[Feedback]:
        """All of it, newest first."""
        rows = self._kept.all(
            "SELECT id, question, answer, verdict, reason, said, person, conversation, number "
            "FROM feedback ORDER BY said DESC, id DESC"
        )
        return [
            Feedback(
                id=id,
                question=question,
                answer=json.loads(answer),
                verdict=Verdict(verdict),
                reason=reason,
                when=said,
                who=person,
                conversation=conversation,
                number=number,
            )
            for id, question, answer, verdict, reason, said, person, conversation, number in rows
        ]
