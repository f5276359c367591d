"""What people keep that quotes a source: what its removal, or moving it, would cost them.

Counted and no more: what a person keeps is their own business, and nobody else's.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.keeping.kept import Kept, opened
from assistant.keeping.verify import verify
from vectorstore import Library
from vectorstore.database.opening import Place
from vectorstore.dependants import Dependant
from vectorstore.errors import NotTheSame
from vectorstore.store import place_with
from vectorstore.wording import counted

_KINDS = {
    "saved answer": "SELECT answer FROM exchange WHERE answer IS NOT NULL",
    "rated answer": "SELECT answer FROM feedback",
    "kept pack": "SELECT state FROM pack_state AS s WHERE number = "
    "(SELECT max(number) FROM pack_state WHERE pack = s.pack)",
}


def answers_resting_on(home: Path, library: Library, source_id: str) -> list[Dependant]:
    """The answers in conversations, those that feedback was given on, and the packs, of which a
    quote stands in this source today. Raises KeptUnavailable where they cannot be read."""
    with opened(place_with(home, library)) as kept:
        if kept is None:
            return []
        answers = _cited(kept)
    return [
        Dependant(kind=kind, id="", text="")
        for kind, listed in answers.items()
        for _ in range(_quoting(listed, library, source_id))
    ]


def same_quotes(place: Place, before: Library, after: Library) -> str:
    """That every quote of the answers kept there stands where it stood, in words. Raises
    NotTheSame."""
    with opened(place) as kept:
        listed = [each for every in _cited(kept).values() for each in every] if kept else []
    answers = [{"id": number, "citations": each["citations"]} for number, each in enumerate(listed)]
    then, now = (verify(answers, library).quotes for library in (before, after))
    if then != now:
        raise NotTheSame("quotes of saved answers do not stand where they stood.")
    standing = sum(quote.standing.holds for quote in now)
    return (
        f"{counted(len(answers), 'saved answer')}: {standing} of {counted(len(now), 'quote')} "
        "stand in the library, as before"
    )


def _cited(kept: Kept) -> dict[str, list[dict[str, Any]]]:
    """All that is kept with citations, by what it is."""
    read = {kind: [json.loads(row[0]) for row in kept.all(sql)] for kind, sql in _KINDS.items()}
    return {kind: [each.get("pack", each) for each in every] for kind, every in read.items()}


def _quoting(answers: Sequence[dict[str, Any]], library: Library, source_id: str) -> int:
    """How many of the answers would lose a quote."""
    sha256 = library.source(source_id).sha256
    about = [
        {"id": number, "citations": each["citations"]}
        for number, each in enumerate(answers)
        if any(
            c.get("source") == source_id or c.get("source_sha256") == sha256
            for c in each["citations"]
        )
    ]
    if not about:
        return 0
    losing = {
        each.quote.answer
        for each in verify(about, library).quotes
        if each.standing.holds and each.now is not None and each.now.source == source_id
    }
    return len(losing)
