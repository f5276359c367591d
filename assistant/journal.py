"""Where it is noted that somebody asked: the one place for the page, the API and MCP. Packs are
noted by their maker."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from assistant.errors import Stopped
from assistant.models import Answer
from vectorstore import UsageError


class Journal(Protocol):
    """Keeps what somebody did: what they asked, which sources it led to, what came of it."""

    def note(
        self, person: str, deed: str, text: str, sources: Sequence[str], outcome: str
    ) -> None: ...


def noted(
    journal: Journal | None, by: str | None, question: str, answers: Iterator[Answer]
) -> Iterator[Answer]:
    """The answers as they come; when they end, however they end, it is noted. Nothing is noted
    without a journal or a person: commands and the suite ask on nobody's behalf."""
    if journal is None or by is None:
        yield from answers
        return
    outcome, answer = "stopped", None
    try:
        for answer in answers:
            yield answer
        outcome = str(answer.outcome) if answer else "failed"
    except Stopped:
        raise
    except UsageError:
        outcome = "refused"
        raise
    except Exception:
        outcome = "failed"
        raise
    finally:
        cited = [citation.source for citation in answer.citations] if answer else []
        journal.note(by, "ask", question, cited, outcome)
