"""Example questions, drawn from what the library itself says it is about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from assistant.finding.shown import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A source's title and its headings, in order."""

    title: str
    headings: tuple[str, ...]


def example_questions(outlines: Sequence[Outline], limit: int = 6) -> list[str]:
    """Up to `limit` questions, from as many sources as possible.

    A heading that is a question is asked as it stands; any other becomes 'What is said about …?'.
    Within a source the headings are taken from its middle outwards, since introductions and
    endings say least. The same outlines give the same questions.
    """
    by_source = [_questions(outline) for outline in outlines]
    rounds = zip_longest(*by_source)
    found = dict.fromkeys(question for each in rounds for question in each if question)
    return list(found)[:limit]


def about(topic: str) -> str:
    """A question about a heading or another topic: itself where it is a question."""
    topic = _plain(topic)
    return topic if topic.endswith("?") else f"What is said about “{topic}”?"


def tells(heading: str, title: str) -> bool:
    """Whether a heading says enough to be asked about."""
    heading, title = _plain(heading), _plain(title)
    letters = sum(character.isalpha() for character in heading)
    repeats = title.casefold().startswith(heading.casefold())
    return letters >= 4 and len(heading) <= 80 and not repeats


def _questions(outline: Outline) -> list[str]:
    headings = [h for h in outline.headings if tells(h, outline.title)]
    middle = (len(headings) - 1) / 2
    order = sorted(range(len(headings)), key=lambda i: (abs(i - middle), i))
    return [about(headings[i]) for i in order]


def _plain(text: str) -> str:
    """One line, without the emphasis that a heading may carry, its number or its full stop."""
    return re.sub(r"^[\d.)\s]+(?=\D)", "", shown(text)).strip(" .:")


def outlines_of(titles: Iterable[tuple[str, Iterable[str]]]) -> list[Outline]:
    """Outlines from pairs of a title and its headings."""
    return [Outline(title=title, headings=tuple(headings)) for title, headings in titles]
