"""What people keep that quotes a source: what its removal would cost them.

Counted and no more: what a person keeps is their own business, and nobody else's.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.keeping.kept import opened
from assistant.keeping.verify import verify
from vectorstore import Library
from vectorstore.dependants import Dependant
from vectorstore.store import place_with

_KINDS = {
    "saved answer": "SELECT answer FROM exchange WHERE answer IS NOT NULL",
    "rated answer": "SELECT answer FROM feedback",
    "kept pack": "SELECT json_extract(state, '$.pack') FROM pack_state AS s WHERE number = "
    "(SELECT max(number) FROM pack_state WHERE pack = s.pack)",
}


def answers_resting_on(home: Path, library: Library, source_id: str) -> list[Dependant]:
    """The answers in conversations, those that feedback was given on, and the packs, of which a
    quote stands in this source today. Raises KeptUnavailable where they cannot be read."""
    with opened(place_with(home, library)) as kept:
        if kept is None:
            return []
        answers = {
            kind: [json.loads(row[0]) for row in kept.all(sql)] for kind, sql in _KINDS.items()
        }
    return [
        Dependant(kind=kind, id="", text="")
        for kind, listed in answers.items()
        for _ in range(_quoting(listed, library, source_id))
    ]


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
