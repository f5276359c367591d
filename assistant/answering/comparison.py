"""The answer to a comparison: its sides, and what the documents say of each."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from assistant.answering.parts import Made, Part, Section, split_parts
from assistant.answering.point import point, repeats, telling
from assistant.finding.excerpts import Quote
from assistant.turn.question import wording
from vectorstore.library.lexicon import STOPWORDS, among

MOST_SIDES, SIDE_QUOTES, SIDE_WORDS = 4, 2, 80
_JOINTS = re.compile(r",? (?:and|or|versus|vs\.?|than|from|with|as against|as opposed to) |, ")
_OPEN = STOPWORDS | {"compare", "comparison", "difference", "differences", "differ", "between"}

Find = Callable[[str], Part]


def comparison(question: str, find: Find) -> Made:
    """What each side of a comparison has, in columns; `find` searches and reads. Where no sides are
    told apart in the words, or nothing is found for any of them, the sides are the sources that
    speak of it."""
    whole = find(question)
    parts = [whole]
    sections: list[Section] = []
    silent: list[str] = []
    for side, asked in sides_of(question):
        part = find(asked)
        parts.append(part)
        quotes = _of_side(side, part, whole, [q for s in sections for q in s.quotes])
        if quotes:
            sections.append(Section(quotes=quotes, side=side))
        else:
            silent.append(side)
    if len(sections) < 2 and whole.holds:
        own = _by_source(whole)
        if len(own) > 1 or not sections:
            sections, silent = own, []
    missing = "; ".join(silent) if sections and silent else None
    return Made(parts=parts, sections=sections, missing=missing)


def sides_of(question: str) -> list[tuple[str, str]]:
    """The sides of a comparison, each with the question as it asks of that side alone; none where
    they cannot be told from its words.

    Either the question has parts ("what do A add, and what do B?"), or the sides stand left and
    right of a joint ("A and B", "A versus B"), each as long as words with meaning go on.
    """
    parts = split_parts(question)
    if len(parts) > 1:
        return [(_named(part), part) for part in parts]
    joints = list(_JOINTS.finditer(question))
    for joint in joints:
        spans = [_left_of(question, joint.start())]
        following = [j for j in joints if j.start() >= joint.start()][: MOST_SIDES - 1]
        for this, after in pairwise([*following, None]):
            assert this is not None
            end = after.start() if after else len(question)
            spans.append(_right_of(question, this.end(), end))
            if after and spans[-1][1] < end:
                break
        if all(end > start for start, end in spans[:2]):
            spans = [span for span in spans if span[1] > span[0]]
            named = [question[start:end].strip(' ?.!,“”"') for start, end in spans]
            first, last = spans[0][0], spans[-1][1]
            return [(name, f"{question[:first]}{name}{question[last:]}") for name in named]
    return []


def _named(part: str) -> str:
    """A part of a question by its words with meaning."""
    said = [w for w in re.findall(r"[\w’'-]+", part) if w.casefold() not in _OPEN]
    return " ".join(said[:6]) or part


def _left_of(text: str, end: int) -> tuple[int, int]:
    start = end
    for match in reversed(list(re.finditer(r"[\w’'-]+", text[:end]))):
        if match.group().casefold() in _OPEN or text[match.end() : start].strip(" “”\"'"):
            break
        start = match.start()
    return start, end


def _right_of(text: str, start: int, limit: int) -> tuple[int, int]:
    begun: int | None = None
    end = start
    for match in re.compile(r"[\w’'-]+").finditer(text, start, limit):
        if match.group().casefold() in _OPEN:
            if begun is not None:
                break
        elif begun is None:
            begun = match.start()
        end = match.end()
    return (end if begun is None else begun), end


def _of_side(side: str, part: Part, whole: Part, taken: Sequence[Quote]) -> list[Quote]:
    """What answers for a side: sentences that name it, in themselves or above them."""
    if not (part.holds or whole.holds):
        return []
    wanted = wording(side).stems
    own = [
        item
        for item in telling(part.evidence.ranked, f"{part.question} {whole.question}")
        if _names(
            wanted, f"{item[0].hit.passage.title} {item[0].hit.passage.heading} {item[0].text}"
        )
    ]
    quotes = point(own, SIDE_WORDS, SIDE_QUOTES) if own else []
    return [quote for quote in quotes if not repeats(quote, taken)]


def _names(wanted: frozenset[str], text: str) -> bool:
    there = wording(text).stems
    return all(among(stem, there) for stem in wanted)


def _by_source(whole: Part) -> list[Section]:
    """The best of each source that says something of the matter."""
    best = whole.evidence.ranked[0][1]
    found: dict[str, Section] = {}
    for candidate, chance in whole.evidence.ranked:
        passage = candidate.hit.passage
        if chance < 0.3 * best or len(found) == MOST_SIDES:
            break
        if passage.source not in found:
            mine = [i for i in whole.evidence.ranked if i[0].hit.passage.source == passage.source]
            found[passage.source] = Section(
                quotes=point(mine, SIDE_WORDS, SIDE_QUOTES), side=passage.title
            )
    if len(found) == 1:
        return [Section(quotes=next(iter(found.values())).quotes)]
    return list(found.values())
