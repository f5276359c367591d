"""Claims made from passages by rule, to learn from: sentences as they are, and sentences changed in
one place so that the passage no longer says them. Everything random hangs on a seed.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.proof.opposites import OPPOSITE
from assistant.proof.said import clauses_of, read, sentences_of
from vectorstore.library.lexicon import stem


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim beside a passage, and whether the passage supports it; `made` says how it came."""

    passage: str
    claim: str
    supported: bool
    made: str


CHANGES = 3  # of different kinds, to each passage
SHORTEST, LONGEST = 8, 45  # words of a sentence that is changed

_NAME = re.compile(r"\b[A-Z][\w’'-]*[a-z\d](?:\s+[A-Z][\w’'-]*[a-z\d])*")
_BE = re.compile(r"\b(is|are|was|were|can|could|will|would|has|have|had|may|must|should)\b")
_NOT = re.compile(r"\b(?:(is|are|was|were|can|could|will|would|has|have|had|must|should) not)\b")
_MAY = re.compile(r"\b(?:may|might) (?=(?!not\b|have\b)[a-z]+\b)")
# A name, or an article with the words up to the verb or the mark that follow it.
_THING = r"(?:(?:The|the|An?|an?) (?:[a-z-]+ ){{0,2}}?[a-z-]+|{name})"
_NAMED = r"[A-Z][\w’-]*[a-z](?: [A-Z][\w’-]*[a-z])*"
_VERB = (
    r"(?:[a-z]{2,}ed|beat|bought|brought|built|caught|chose|drove|fought|found|gave|held|hit|hurt|"
    r"kept|led|left|met|overthrew|paid|sold|struck|sued|taught|told|took|won|wrote)"
)
_ENDS = (
    r"(?=\s?[.,;]|\s(?:in|on|at|for|by|to|with|from|and|during|after|before|as|that|when|while|"
    r"because|but)\b)"
)
_ACTIVE = re.compile(
    rf"^(?P<one>{_THING.format(name=_NAMED)}) (?P<does>{_VERB}|is [a-z]+er than|are [a-z]+er than) "
    rf"(?P<other>{_THING.format(name=_NAMED)}){_ENDS}"
)
_PASSIVE = re.compile(
    rf"^(?P<one>{_THING.format(name=_NAMED)}) (?:was|were) (?P<does>[a-z]{{2,}}ed) by "
    rf"(?P<other>{_THING.format(name=_NAMED)}){_ENDS}"
)
_NO_NAMES = frozenset(
    """The A An It He She They We You I This That These Those There In On At By For From With When
    While After Before As If Since During Both Some Many Most All Each One What Who His Her Its
    Their But And However Later Then""".split()
)
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


def swap_roles(sentence: str) -> str | None:
    """The two sides of a verb or a comparison, each in the other's place."""
    match = _ACTIVE.match(sentence) or _PASSIVE.match(sentence)
    if match is None or not _two_sides(match):
        return None
    between = sentence[match.end("one") : match.start("other")]
    return f"{_opening(match['other'])}{between}{_inside(match['one'])}{sentence[match.end() :]}"


def say_by_whom(sentence: str) -> str | None:
    """The passive for an active sentence and the other way about: the same in other words."""
    match = _ACTIVE.match(sentence)
    if match and _two_sides(match) and match["does"].endswith("ed"):
        verb = f"was {match['does']} by"
    elif (match := _PASSIVE.match(sentence)) and _two_sides(match):
        verb = match["does"]
    else:
        return None
    one, other = _inside(match["one"]), _opening(match["other"])
    return f"{other} {verb} {one}{sentence[match.end() :]}"


def _two_sides(match: re.Match[str]) -> bool:
    """Whether both sides are things by themselves, rather than "They" or a word that leads on."""
    sides = (match["one"], match["other"])
    return sides[0].lower() != sides[1].lower() and not any(
        side in _NO_NAMES or side.split()[0] in _NO_NAMES - {"The", "A", "An"} for side in sides
    )


def _opening(thing: str) -> str:
    return thing[0].upper() + thing[1:]


def _inside(thing: str) -> str:
    """As it is written inside a sentence: an article has no capital there."""
    first, _, rest = thing.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "A", "An") else thing


def negate(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """A "not" put in, or taken out."""
    denied = _NOT.search(sentence)
    if denied:
        return _put(sentence, denied, denied[1])
    match = _BE.search(sentence)
    return None if match is None else _put(sentence, match, f"{match.group()} not")


def make_sure(sentence: str, _: str, __: str, chance: random.Random) -> str | None:
    """What only may be, stated as what will be."""
    match = _MAY.search(sentence)
    return None if match is None else _put(sentence, match, "will ")


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
    "negated": negate,
    "turned round": turn_round,
    "quantifier changed": change_quantifier,
    "made sure": make_sure,
}


def claims_of(
    passage: str, sentences: Sequence[str], elsewhere: str, chance: random.Random
) -> Iterator[Claim]:
    """Claims about a passage of these sentences: one sentence as it is and a part of it; changes
    of some kinds, each beside the sentence before it; a sentence that was taken out; one of another
    passage.
    """
    long_enough = [s for s in sentences if _is_fit(s)]
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


def _is_fit(sentence: str) -> bool:
    return SHORTEST <= len(sentence.split()) <= LONGEST and sentence.endswith(".")


def made_sure(passage: str, sentences: Sequence[str], chance: random.Random) -> Iterator[Claim]:
    """The sentence with a "may" in it, if there is one: as it is, and stated as what will be."""
    for sentence in chance.sample(list(sentences), len(sentences)):
        changed = make_sure(sentence, "", "", chance) if _is_fit(sentence) else None
        if changed is not None:
            yield Claim(passage=passage, claim=sentence, supported=True, made="before it")
            yield Claim(passage=passage, claim=changed, supported=False, made="made sure")
            return


def who_did_what(passage: str, sentences: Sequence[str]) -> Iterator[Claim]:
    """Each sentence with two sides around a verb: they swapped, and the same said by whom."""
    for sentence in sentences:
        if len(sentence.split()) <= LONGEST:
            for made, said in (
                ("roles swapped", swap_roles(sentence)),
                ("by whom", say_by_whom(sentence)),
            ):
                if said is not None:
                    yield Claim(passage=passage, claim=said, supported=made == "by whom", made=made)


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
