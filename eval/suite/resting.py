"""The gold questions whose evidence stands in a source: what its removal would cost the suite."""

from collections.abc import Sequence
from pathlib import Path

from eval.errors import GoldError
from eval.gold.questions import GoldQuestion, known, shipped_sets
from eval.suite.choices import own_gold
from vectorstore import Library
from vectorstore.dependants import Dependant

KIND = "gold question"


def gold_resting_on(home: Path, library: Library, source_id: str) -> list[Dependant]:
    """The questions that ship, and those written in this home, whose evidence is in this source
    as it stands."""
    text = library.text(source_id)
    own = own_gold(home)
    files = [*shipped_sets(), *([own] if own.is_file() else [])]
    return [
        Dependant(kind=KIND, id=question.id, text=question.question)
        for file in files
        for question in _readable(file)
        if _rests_on(question, source_id, text)
    ]


def _readable(file: Path) -> Sequence[GoldQuestion]:
    """A file's questions. One that cannot be read keeps nobody from removing a source."""
    try:
        return known(file)
    except GoldError:
        return ()


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
