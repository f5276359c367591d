"""Conversations, kept for the person who had them: listed, opened again, deleted."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.errors import NoConversation
from assistant.keeping.kept import Kept, now
from assistant.keeping.saved import answer_of
from assistant.models import Answer

MOST = 1 << 31  # exchanges of one conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question and what became of it.

    Neither `answer` nor `failure` while it is looked for; `growing` while more of the answer may
    come; `stopped` where the person would not wait for (the rest of) it. `sources` are the ids
    that the question was narrowed to, None where it was asked of all; `worded` means that it was
    asked as it stands, without the conversation before it. `rewordings` are questions near it
    that the library does answer.
    """

    question: str
    number: int = 1
    sources: tuple[str, ...] | None = None
    worded: bool = False
    answer: Answer | None = None
    failure: str | None = None
    growing: bool = False
    stopped: bool = False
    rewordings: tuple[str, ...] = ()

    @property
    def unanswered(self) -> bool:
        """Whether it may be asked again in its own place."""
        return self.stopped or self.failure is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """All exchanges of one conversation, oldest first, and what it was last narrowed to."""

    id: str
    sources: tuple[str, ...] | None = None
    exchanges: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation in the list of a person's: `title` is its first question."""

    id: str
    title: str
    changed: str
    questions: int


class Conversations:
    """Every person's conversations, each for its own person only. Safe to use from several
    threads. All methods raise KeptUnavailable where the file fails."""

    def __init__(self, kept: Kept, *, days: int = 0) -> None:
        """Those not touched for so many `days` are forgotten; 0: none ever is."""
        self._kept = kept
        self._days = days

    def begin(self, person: str) -> str:
        """A new conversation's id, which nobody can guess."""
        id = secrets.token_hex(16)
        self._kept.forget("conversation", self._days)
        with self._kept.writing() as connection:
            connection.execute(
                "INSERT INTO conversation (id, person, changed) VALUES (?, ?, ?)",
                (id, person, now()),
            )
        return id

    def get(self, person: str, id: str, most: int = MOST) -> Conversation:
        """One of a person's, with its last `most` exchanges where these are named. Raises
        NoConversation for any other."""
        self._kept.forget("conversation", self._days)
        found = self._kept.all(
            "SELECT sources FROM conversation WHERE id = ? AND person = ?", id, person
        )
        if not found:
            raise NoConversation(
                "This conversation is not here: it was deleted, its time was over, or it is "
                "somebody else's."
            )
        rows = self._kept.all(
            "SELECT number, question, sources, answer, state FROM exchange "
            "WHERE conversation = ? ORDER BY number DESC LIMIT ?",
            id,
            most,
        )
        return Conversation(
            id=id, sources=_ids(found[0][0]), exchanges=tuple(_exchange(*row) for row in rows[::-1])
        )

    def put(self, person: str, id: str, exchange: Exchange) -> None:
        """Add an exchange, or put it in the place of the one with its number. What it was
        narrowed to is what the conversation is. Raises NoConversation."""
        narrowed = _json(exchange.sources)
        answer = exchange.answer and json.dumps(exchange.answer.to_json(), ensure_ascii=False)
        state = {
            "failure": exchange.failure,
            "stopped": exchange.stopped,
            "worded": exchange.worded,
            "rewordings": exchange.rewordings,
        }
        with self._kept.writing() as connection:
            done = connection.execute(
                "UPDATE conversation SET changed = ?, sources = ? WHERE id = ? AND person = ?",
                (now(), narrowed, id, person),
            )
            if done.rowcount == 0:
                raise NoConversation("This conversation was deleted meanwhile.")
            connection.execute(
                "INSERT INTO exchange "
                "(conversation, number, asked, question, sources, answer, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (conversation, number) DO UPDATE SET "
                "asked = excluded.asked, question = excluded.question, "
                "sources = excluded.sources, answer = excluded.answer, state = excluded.state",
                (
                    id,
                    exchange.number,
                    now(),
                    exchange.question,
                    narrowed,
                    answer,
                    json.dumps(state, ensure_ascii=False),
                ),
            )

    def listed(self, person: str) -> list[Listed]:
        """A person's conversations, the latest first; those with no question in them are none."""
        self._kept.forget("conversation", self._days)
        rows = self._kept.all(
            "SELECT c.id, first.question, c.changed, "
            "(SELECT count(*) FROM exchange e WHERE e.conversation = c.id) "
            "FROM conversation c JOIN exchange first ON first.conversation = c.id "
            "AND first.number = (SELECT min(number) FROM exchange WHERE conversation = c.id) "
            "WHERE c.person = ? ORDER BY c.changed DESC, c.id",
            person,
        )
        return [
            Listed(id=id, title=title, changed=changed, questions=questions)
            for id, title, changed, questions in rows
        ]

    def delete(self, person: str, id: str) -> None:
        """Delete one of a person's, if it is there."""
        with self._kept.writing() as connection:
            connection.execute("DELETE FROM conversation WHERE id = ? AND person = ?", (id, person))

    def delete_all(self, person: str) -> None:
        """Delete all of a person's."""
        with self._kept.writing() as connection:
            connection.execute("DELETE FROM conversation WHERE person = ?", (person,))


def _exchange(
    number: int, question: str, sources: str | None, answer: str | None, state: str
) -> Exchange:
    known = json.loads(state)
    return Exchange(
        question=question,
        number=number,
        sources=_ids(sources),
        worded=known["worded"],
        answer=answer_of(json.loads(answer)) if answer else None,
        failure=known["failure"],
        stopped=known["stopped"],
        rewordings=tuple(known["rewordings"]),
    )


def _ids(value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(json.loads(value))


def _json(ids: Sequence[str] | None) -> str | None:
    return None if ids is None else json.dumps(list(ids))
