"""What of the saved answers rests on a source."""

from pathlib import Path

from assistant.conversations import cited_on
from assistant.kept import FILE_NAME, Kept
from vectorstore import Library
from vectorstore.dependants import Dependant
from vectorstore.page.wording import in_words

KIND = "saved answer"


def answers_resting_on(home: Path, library: Library, source_id: str) -> list[Dependant]:
    """The answers in people's conversations that quote this source: by their dates alone, since
    what was asked is the business of those who asked."""
    file = home / FILE_NAME
    if not file.exists():
        return []
    kept = Kept(file)
    try:
        days = cited_on(kept, source_id)
    finally:
        kept.close()
    return [Dependant(kind=KIND, id=f"of {in_words(day)}", text="") for day in days]
