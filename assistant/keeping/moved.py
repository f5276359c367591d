"""Whether saved answers rest on a library that was moved as they did on the one before."""

import json

from assistant.keeping.kept import opened
from assistant.keeping.verify import verify
from vectorstore import Library
from vectorstore.database.opening import Place
from vectorstore.errors import NotTheSame
from vectorstore.wording import counted

_ANSWERS = """
SELECT answer FROM exchange WHERE answer IS NOT NULL UNION ALL SELECT answer FROM feedback
"""


def same_quotes(place: Place, before: Library, after: Library) -> str:
    """That every quote of the answers kept there stands where it stood, in words. Raises
    NotTheSame."""
    with opened(place) as kept:
        rows = kept.all(_ANSWERS) if kept else []
    answers = [
        {"id": number, "citations": json.loads(row[0])["citations"]}
        for number, row in enumerate(rows)
    ]
    then, now = (verify(answers, library).quotes for library in (before, after))
    if then != now:
        raise NotTheSame("quotes of saved answers do not stand where they stood.")
    standing = sum(quote.standing.holds for quote in now)
    return (
        f"{counted(len(answers), 'saved answer')}: {standing} of {counted(len(now), 'quote')} "
        "stand in the library, as before"
    )
