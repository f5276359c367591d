"""The gold questions whose evidence stands in a source: what its removal would cost the suite."""

from pathlib import Path

from eval.errors import GoldError
from eval.gold_questions import GoldQuestion, known, shipped_sets
from vectorstore import Library
from vectorstore.dependants import Dependant

KIND = "gold question"


def gold_resting_on(home: Path, library: Library, source_id: str) -> list[Dependant]:
    """The questions of the sets that ship whose evidence is in this source, as it stands."""
    text = library.text(source_id)
    return [
        Dependant(kind=KIND, id=question.id, text=question.question)
        for folder in shipped_sets()
        for question in known(folder)
        if _rests_on(question, source_id, text)
    ]


def _rests_on(question: GoldQuestion, source_id: str, text: str) -> bool:
    for place in question.evidence:
        if place.source != source_id:
            continue
        try:
            place.locate(text)
        except GoldError:  # it had lost this evidence before
            continue
        return True
    return False
