"""Questions made by rule from what a sentence says, and passages emptied of it.

A sentence that says when, by whom, where, how many or why gives a rough question (its own words
behind the question word, in the manner of cloze translation, Lewis et al. 2019) which its passage
answers and the passage without those few words does not. Such twins are alike in every word but
the ones asked for.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
)
_DATE = (
    rf"(?:(?:early|late|mid)[ -])?(?:\d{{1,2}} )?(?:{_MONTH},? )?(?:\d{{1,2}}, )?[12]\d{{3}}s?\b"
)
_NAMED = r"(?:the )?[A-Z][\w’'-]+(?: (?:(?:of|de|and|the) )?[A-Z][\w’'-]+)*"
_NUMBER_WORD = r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|fifty)"
# What is asked for: the question word, and the words that answer (group 1) with the preposition
# that goes with them.
_ASKED = (
    ("When", re.compile(rf",? (?:in|on|since|until|during|from|by|around|after|before) ({_DATE})")),
    ("Who", re.compile(rf",? by ({_NAMED})")),
    ("Where", re.compile(rf",? (?:in|at|near|from) ({_NAMED})")),
    ("Why", re.compile(r",? ((?:because|due to|in order to|as a result of) [^.;:,()]{12,90})")),
)
_COUNTED = re.compile(
    rf"\b((?:\d[\d,.]*\d|\d|{_NUMBER_WORD})(?: million| billion)?) ([a-z]{{3,}}s)\b"
)
_SUMS = re.compile(
    r"((?:[$£€] ?)\d[\d,.]*(?: (?:million|billion))?|\d[\d,.]*(?: ?%| percent| per cent))"
)
_EMPTY_WORDS = ("many", "several", "some", "the")
_KEPT_WORDS = 16  # of the sentence, around what is asked for
_DROPPED = 0.15  # so many of the longer words are left out, that words alone do not give it away


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something a sentence says that can be asked for, as offsets in its passage: the words that
    answer, and what is cut (or put in their place) to have a passage that does not."""

    word: str
    answer: Span
    cut: Span
    instead: str


def gaps(passage: str, sentence: Span, drawn: random.Random) -> list[Gap]:
    """What can be asked of one sentence of a passage."""
    found = []
    start, end = sentence
    for word, pattern in _ASKED:
        for match in pattern.finditer(passage, start, end):
            found.append(Gap(word=word, answer=match.span(1), cut=match.span(), instead=""))
    for match in _COUNTED.finditer(passage, start, end):
        if not re.fullmatch(r"[12]\d{3}", match.group(1)):
            found.append(
                Gap(
                    word=f"How many {match.group(2)}",
                    answer=match.span(1),
                    cut=match.span(1),
                    instead=drawn.choice(_EMPTY_WORDS),
                )
            )
    for match in _SUMS.finditer(passage, start, end):
        found.append(
            Gap(word="How much", answer=match.span(1), cut=match.span(1), instead="a share")
        )
    return found


def question(passage: str, sentence: Span, gap: Gap, drawn: random.Random) -> str:
    """The words of the sentence around the gap, behind the question word; some left out."""
    before = passage[sentence[0] : gap.cut[0]].split()
    after = passage[gap.cut[1] : sentence[1]].split()
    if gap.word.startswith("How many"):
        after = after[1:]  # the noun stands in the question word
    half = _KEPT_WORDS // 2
    near = (
        before[-max(half, _KEPT_WORDS - len(after)) :]
        + after[: max(half, _KEPT_WORDS - len(before))]
    )
    kept = [w for w in near if len(w) < 4 or not w[0].islower() or drawn.random() >= _DROPPED]
    if kept and kept[0].casefold() in {"the", "a", "an", "it", "this", "these", "in", "on"}:
        kept[0] = kept[0].casefold()
    return " ".join([gap.word, *kept]).rstrip(" .,;:") + "?"


def emptied(passage: str, gap: Gap) -> str:
    """The passage without the words that answer."""
    return passage[: gap.cut[0]] + gap.instead + passage[gap.cut[1] :]


def emptied_of(passage: str, answer: Span) -> str | None:
    """The passage without an answer that hangs on a preposition (in 1990, by the board), and its
    preposition; None where the answer stands otherwise, as cutting it would leave a torn sentence
    behind."""
    lead = re.search(
        r",? (?:in|on|at|by|from|since|until|during|for|with|because of|due to|around|about)"
        r"(?: the| a| an)? $",
        passage[: answer[0]],
    )
    if lead is None or not re.match(r"\s|[.,;)]|$", passage[answer[1] :]):
        return None
    return passage[: lead.start()] + passage[answer[1] :]


def twins(
    passage: str, parts: list[Span], drawn: random.Random
) -> Iterator[tuple[str, str, tuple[Span, ...]]]:
    """One question made of a passage, with the passage and then with the emptied passage:
    (question, passage, spans). Nothing where nothing can be asked, or the answer is said again."""
    choices = [(part, gap) for part in parts for gap in gaps(passage, part, drawn)]
    drawn.shuffle(choices)
    for part, gap in choices:
        answer = passage[gap.answer[0] : gap.answer[1]]
        if len(passage[part[0] : part[1]].split()) < 8 or passage.count(answer) > 1:
            continue
        asked = question(passage, part, gap, drawn)
        yield asked, passage, (gap.answer,)
        yield asked, emptied(passage, gap), ()
        return
