"""Claims made from passages by rule, to learn from: sentences as they are, and sentences changed in
one place so that the passage no longer says them. Everything random hangs on a seed.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.gate.opposites import OPPOSITE
from assistant.gate.said import clauses_of, read, sentences_of
from vectorstore.lexicon import stem


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim beside a passage, and whether the passage supports it; `made` says how it came."""

    passage: str
    claim: str
    supported: bool
    made: str


CHANGES = 3  # of different kinds, to each passage

_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z\d](?:\s+[A-Z][\w’'-]*[a-z\d])*")
_BE = re.compile(r"\b(is|are|was|were|can|could|will|would|has|have|had|may|must|should)\b")
_NOT = re.compile(r"\b(?:(is|are|was|were|can|could|will|would|has|have|had|must|should) not)\b")
_QUANTIFIERS = {
    "some": "all",
    "many": "all",
    "most": "all",
    "several": "no",
    "all": "few",
    "every": "no",
    "each": "no",
    "often": "always",
    "usually": "always",
    "sometimes": "always",
    "always": "never",
    "mainly": "only",
}


def change_number(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """Another value for one of the numbers, its digits of the same length."""
    figures = [f for f in read(sentence).figures if re.search(r"\d", sentence[f.start : f.end])]
    if not figures:
        return None
    figure = chance.choice(figures)
    match = re.compile(r"\d+").search(sentence, figure.start)
    assert match is not None
    return _put(sentence, match, _another(match.group(), chance))


def move_date(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """Another year, some years off."""
    years = list(re.finditer(r"\b(?:1[5-9]\d\d|20[0-2]\d)\b", sentence))
    if not years:
        return None
    match = chance.choice(years)
    off = chance.choice([-20, -11, -7, -3, -2, -1, 1, 2, 3, 7, 11, 20])
    return _put(sentence, match, str(int(match.group()) + off))


def swap_name(sentence: str, passage: str, _: str, chance: random.Random) -> str | None:
    """A name of the sentence replaced by another name of the passage."""
    return _another_name(sentence, passage, chance)


def bring_name(sentence: str, _: str, elsewhere: str, chance: random.Random) -> str | None:
    """A name of the sentence replaced by a name from elsewhere."""
    return _another_name(sentence, elsewhere, chance)


def _another_name(sentence: str, there: str, chance: random.Random) -> str | None:
    mine = [m for m in _NAME.finditer(sentence) if m.start()]
    others = sorted(
        {m.group() for m in _NAME.finditer(there) if m.start()}
        - {m.group() for m in _NAME.finditer(sentence)}
    )
    if not mine or not others:
        return None
    match = chance.choice(mine)
    fit = [o for o in others if len(o.split()) == len(match.group().split())] or others
    other = chance.choice(fit)
    return None if stem(other.lower()) in sentence.lower() else _put(sentence, match, other)


def swap_roles(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """The two names of a sentence that has two, each in the other's place."""
    names = list(_NAME.finditer(sentence))
    if len(names) != 2 or re.search(
        r"^\W*(?:,|and|or)\W*$", sentence[names[0].end() : names[1].start()]
    ):
        return None
    one, two = names
    between = sentence[one.end() : two.start()]
    if not re.search(r"\b\w+(?:ed|s)\b|\bthan\b", between) or sentence[: one.start()].strip():
        return None
    return f"{two.group()}{between}{one.group()}{sentence[two.end() :]}"


def negate(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """A "not" put in, or taken out."""
    denied = _NOT.search(sentence)
    if denied:
        return _put(sentence, denied, denied[1])
    match = _BE.search(sentence)
    return None if match is None else _put(sentence, match, f"{match.group()} not")


def turn_round(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """A word replaced by its opposite."""
    found = [m for m in re.finditer(r"\b[a-z]+\b", sentence) if m.group() in OPPOSITE]
    if not found:
        return None
    match = chance.choice(found)
    return _put(sentence, match, OPPOSITE[match.group()])


def change_quantifier(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """Another share: "all" for "some", "only" put in."""
    found = [m for m in re.finditer(r"\b\w+\b", sentence) if m.group().lower() in _QUANTIFIERS]
    if found:
        match = chance.choice(found)
        return _put(sentence, match, _QUANTIFIERS[match.group().lower()])
    match_be = re.search(r"\b(is|are|was|were) ", sentence)
    return None if match_be is None else _put(sentence, match_be, f"{match_be[1]} only ")


EDITS: dict[str, Callable[[str, str, str, random.Random], str | None]] = {
    "number changed": change_number,
    "date moved": move_date,
    "name swapped": swap_name,
    "name brought": bring_name,
    "roles swapped": swap_roles,
    "negated": negate,
    "turned round": turn_round,
    "quantifier changed": change_quantifier,
}


def claims_of(
    passage: str, sentences: Sequence[str], elsewhere: str, chance: random.Random
) -> Iterator[Claim]:
    """Claims about a passage of these sentences: one sentence as it is and a part of it; changes
    of some kinds, each beside the sentence before it; a sentence that was taken out; one of another
    passage.
    """
    long_enough = [s for s in sentences if 8 <= len(s.split()) <= 45 and s.endswith(".")]
    if len(long_enough) < 2:
        return
    chosen = chance.sample(long_enough, 2)
    yield Claim(passage=passage, claim=chosen[0], supported=True, made="as it is")
    parts = [part for part in clauses_of(chosen[1]) if len(read(part).order) >= 4]
    if len(parts) > 1:
        yield Claim(passage=passage, claim=parts[0], supported=True, made="a part")
    changes = 0
    for name in chance.sample(list(EDITS), len(EDITS)):
        for sentence in chance.sample(long_enough, len(long_enough)):
            changed = EDITS[name](sentence, passage, elsewhere, chance)
            if changed is not None and changed not in passage:
                yield Claim(passage=passage, claim=sentence, supported=True, made="before it")
                yield Claim(passage=passage, claim=changed, supported=False, made=name)
                changes += 1
                break
        if changes == CHANGES:
            break
    without = "\n".join(s for s in sentences if s != chosen[0])
    yield Claim(passage=without, claim=chosen[0], supported=False, made="taken out")
    far = max(sentences_of(elsewhere), key=len)
    yield Claim(passage=passage, claim=far, supported=False, made="of another passage")


def of_question(passage: str, question: str, answer: str, supported: bool) -> Claim | None:
    """A question that opens with its subject ("Who led …?"), with the answer in its place."""
    match = re.match(
        r"(?:Who|What|Which \w+|How many [\w ]+?) (?!(?:do|does|did|is|are|was|were)\b \w+ )"
        r"(?=\w+(?:ed|s)\b|was\b|is\b|were\b|are\b|led\b|won\b|made\b|has\b|had\b)(.+)\?$",
        question,
    )
    if match is None or len(answer.split()) > 8:
        return None
    made = "an answer" if supported else "a wrong answer"
    return Claim(passage=passage, claim=f"{answer} {match[1]}.", supported=supported, made=made)


def _another(digits: str, chance: random.Random) -> str:
    """Another number of as many digits."""
    low = 10 ** (len(digits) - 1) if len(digits) > 1 else 2
    while True:
        other = str(chance.randint(low, 10 ** len(digits) - 1))
        if other != digits:
            return other


def _put(sentence: str, match: re.Match[str], other: str) -> str:
    return sentence[: match.start()] + other + sentence[match.end() :]
