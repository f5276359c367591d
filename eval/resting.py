"""The gold questions whose evidence stands in a source: what its removal would cost the suite."""

from pathlib import Path

from eval.errors import GoldError
from eval.gold_questions import GOLD, GoldQuestion, load_gold
from vectorstore import Library
from vectorstore.dependants import Dependant

KIND = "gold question"


def gold_resting_on(home: Path, library: Library, source_id: str) -> list[Dependant]:
    """The questions of the sets that ship whose evidence is in this source, as it stands."""
    text = library.text(source_id)
    sets = sorted(folder for folder in GOLD.iterdir() if folder.is_dir())
    return [
        Dependant(kind=KIND, id=question.id, text=question.question)
        for question in load_gold(sets)
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
