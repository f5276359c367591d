"""Where it is noted what somebody did: the one place for the page, the API and MCP."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from assistant.errors import Stopped, TopicNotHeld
from assistant.models import Answer
from vectorstore import UsageError
from web.service.deeds import Deed, tell


class Journal(Protocol):
    """Keeps what somebody did: what they asked, which sources it led to, what came of it."""

    def note(
        self, person: str, deed: str, text: str, sources: Sequence[str], outcome: str
    ) -> None: ...


@dataclass(slots=True)
class Note:
    """What came of a deed, as far as it is known: stopped, until something else is said."""

    outcome: str = "stopped"
    sources: Sequence[str] = ()


@contextmanager
def noting(journal: Journal | None, by: str | None, deed: str, text: str) -> Iterator[Note]:
    """When the deed ends, however it ends, it is noted, and told to those who count. Nothing is
    without a person: commands and the suite do things on nobody's behalf."""
    note, began = Note(), time.perf_counter()
    try:
        yield note
    except Stopped:
        raise
    except TopicNotHeld:
        note.outcome = "declined"
        raise
    except UsageError:
        note.outcome = "refused"
        raise
    except Exception:
        note.outcome = "failed"
        raise
    finally:
        if by is not None:
            seconds = time.perf_counter() - began
            tell(Deed(name=deed, outcome=note.outcome, seconds=seconds, text=text))
            if journal is not None:
                journal.note(by, deed, text, note.sources, note.outcome)


def noted(
    journal: Journal | None, by: str | None, question: str, answers: Iterator[Answer]
) -> Iterator[Answer]:
    """The answers as they come; when they end, it is noted."""
    with noting(journal, by, "ask", question) as note:
        answer = None
        for answer in answers:
            note.sources = [citation.source for citation in answer.citations]
            yield answer
        note.outcome = str(answer.outcome) if answer else "failed"
