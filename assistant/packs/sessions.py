"""What became of packs in the room: whoever ran one says whether it worked, and why."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from assistant.keeping.feedback import REASON_CHARACTERS
from assistant.keeping.kept import Kept, now, opened
from vectorstore.database.opening import Place
from web.identity.users import Users


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What one person said of one session. `content` is the pack as JSON, as it was then; `reason`
    is in their own words and may be empty; `when` is in ISO 8601."""

    pack: str
    content: Mapping[str, Any]
    worked: bool
    reason: str
    when: str
    who: str

    @property
    def in_words(self) -> str:
        """What was said, in a line."""
        said = "it worked" if self.worked else "it did not work"
        return f"{said}: {self.reason}" if self.reason else said


class SessionBook:
    """Takes down what people say of sessions. A second word of the same person on the same pack
    takes the place of the first. All methods raise KeptUnavailable where the file fails."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def say(
        self, person: str, pack: str, worked: bool, reason: str, content: Mapping[str, Any]
    ) -> None:
        """`reason` is cut at REASON_CHARACTERS."""
        given = reason.strip()[:REASON_CHARACTERS]
        with self._kept.writing() as connection:
            connection.execute(
                "INSERT INTO pack_session (person, said, pack, worked, reason, content) "
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (person, pack) DO UPDATE SET "
                "said = excluded.said, worked = excluded.worked, reason = excluded.reason, "
                "content = excluded.content",
                (person, now(), pack, int(worked), given, json.dumps(content, ensure_ascii=False)),
            )

    def said(self, pack: str) -> list[Session]:
        """What was said of one pack, newest first."""
        return self._listed("pack = ?", pack)

    def listed(self) -> list[Session]:
        """All of it, newest first."""
        return self._listed("true")

    def _listed(self, where: str, *values: str) -> list[Session]:
        rows = self._kept.all(
            "SELECT pack, content, worked, reason, said, person FROM pack_session "
            f"WHERE {where} ORDER BY said DESC, id DESC",
            *values,
        )
        return [
            Session(
                pack=pack,
                content=json.loads(content),
                worked=bool(worked),
                reason=reason,
                when=said,
                who=who,
            )
            for pack, content, worked, reason, said, who in rows
        ]


def list_sessions(place: Place) -> list[Session]:
    """All that people of a home said of sessions, newest first, under their names. Raises
    KeptUnavailable where the file is there and cannot be read."""
    names = Users(place)
    with opened(place) as kept:
        listed = SessionBook(kept).listed() if kept else []
    return [replace(each, who=names.name_of(each.who)) for each in listed]
