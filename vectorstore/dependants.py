"""What rests on a source: said to whoever is about to remove it, before it is gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vectorstore.library import Library
from vectorstore.wording import counted

MOST_NAMED = 8  # of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependant:
    """Something whose evidence stands in a source: a gold question, a saved answer.

    `kind` is what people call such a thing, in the singular; `id` names it among its kind, `text`
    says what it is. Both are empty where that is nobody else's business.
    """

    kind: str
    id: str
    text: str


Dependants = Callable[[Path, Library, str], Sequence[Dependant]]
"""What of one kind rests on a source, given the home, its library and the source's id."""


def resting_on(
    ask: Sequence[Dependants], home: Path, library: Library, source_id: str
) -> list[Dependant]:
    """All that rests on a source."""
    return [each for one in ask for each in one(home, library, source_id)]


def losing_in_words(losing: Sequence[Dependant]) -> list[str]:
    """How many of each kind would lose their evidence, and which: a line a kind."""
    kinds: dict[str, list[str]] = {}
    for each in losing:
        kinds.setdefault(each.kind, []).append(each.id)
    lines = []
    for kind, ids in kinds.items():
        named = ", ".join(filter(None, ids[:MOST_NAMED]))
        more = " …" if len(ids) > MOST_NAMED else ""
        its = "its" if len(ids) == 1 else "their"
        line = f"{counted(len(ids), kind)} would lose {its} evidence"
        lines.append(f"{line}: {named}{more}" if named else line)
    return lines
