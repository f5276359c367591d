"""What is checked of an answer against the library alone, whatever the question was."""

import re

from assistant.proof import Checker, Slice, judge
from eval.suite.scoring.answered import Answered, Cited
from eval.suite.scoring.intervals import Tally
from vectorstore import Library, UnknownSource, visible

_MARKER = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"\w")


def is_exact(citation: Cited, library: Library) -> bool:
    """Whether the source's text at the citation's offsets is its quote, to the letter."""
    span = citation.span
    try:
        text = library.text(span.source)
    except UnknownSource:
        return False
    return 0 <= span.start < span.end <= len(text) and text[span.start : span.end] == citation.quote


def quotes_exact(answer: Answered, library: Library) -> Tally:
    """Of the citations, those that are exact."""
    exact = [is_exact(citation, library) for citation in answer.citations]
    return Tally(total=sum(exact), n=len(exact))


def statements_supported(
    answer: Answered, library: Library, checker: Checker | None = None
) -> Tally:
    """Of the statements, those that the grounding gate lets stand on the quotes they name."""
    quotes = {citation.marker: _slice(citation) for citation in answer.citations}
    stands = 0
    for statement in answer.statements:
        behind = [quotes[marker] for marker in statement.markers if marker in quotes]
        try:
            whole = len(behind) == len(statement.markers)
            stands += whole and judge(statement.text, behind, library, checker).stands
        except UnknownSource:
            continue
    return Tally(total=stands, n=len(answer.statements))


def markers_resolved(answer: Answered) -> Tally:
    """Of the markers in the text and the statements, those that have their citation; markers
    are counted once, and a citation that nothing names counts as one that does not resolve."""
    named = {int(marker) for marker in _MARKER.findall(answer.text)}
    named |= {marker for statement in answer.statements for marker in statement.markers}
    there = {citation.marker for citation in answer.citations}
    return Tally(total=len(named & there), n=len(named | there))


def nothing_unstated(answer: Answered) -> Tally:
    """Whether the text shown is the statements and their markers, without a word more or less.

    A withheld answer shows a sentence of the program's own and is not counted.
    """
    if not answer.statements:
        return Tally(total=0, n=0)
    rest = " ".join(_MARKER.sub(" ", answer.text).split())
    for side in {s.side: None for s in answer.statements if s.side}:
        rest = rest.replace(" ".join(f"{side}:".split()), " ", 1)
    for statement in answer.statements:
        said = " ".join(_MARKER.sub(" ", visible(statement.shown or statement.text)).split())
        if said not in rest:
            return Tally(total=0)
        rest = rest.replace(said, " ", 1)
    return Tally(total=_WORD.search(rest) is None)


def _slice(citation: Cited) -> Slice:
    """The citation as the gate takes it."""
    span = citation.span
    return Slice(source=span.source, start=span.start, end=span.end, text=citation.quote)
