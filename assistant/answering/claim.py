"""The answer to a claim: the statement that decides it, and what it makes of the claim where the
gate can tell."""

import re

from assistant.answering.parts import Made, Part, Section
from assistant.answering.point import point
from assistant.finding.excerpts import Quote
from assistant.proof import Checker
from assistant.proof.said import NEGATORS
from vectorstore.library.lexicon import words

CLAIM_WORDS, CLAIM_QUOTES = 90, 2
SUPPORTED, CONTRADICTED = "supported", "contradicted"
# Under such a score a quote that bears on a claim says otherwise, rather than the same in words
# that the gate is not sure of: 1 % of faithful statements are under it, a quarter of the others.
CONTRARY = 0.15
# Words that say how many or how often: whether they hold is counted, not read off likeness.
QUANTIFIERS = frozenset(
    "all always any both each every few fewer half less majority many minority more most much "
    "never nobody none only several some".split()
)
_ASIDE = re.compile(r"^.*\b(?:true|right|correct|say|says|said|saying|so) that\b|^so\b,?", re.I)


def claim(question: str, part: Part, checker: Checker) -> Made:
    """What decides a claim, or nothing where the documents do not say."""
    if not part.holds:
        return Made(parts=[part], sections=[])
    quotes = point(part.evidence.ranked, CLAIM_WORDS, CLAIM_QUOTES)
    return Made(
        parts=[part],
        sections=[Section(quotes=quotes)],
        verdict=_verdict(statement_of(question), quotes[0], checker) if quotes else None,
    )


def statement_of(question: str) -> str:
    """What is claimed, without what asks whether it is so."""
    bare = _ASIDE.sub("", " ".join(question.split())).strip(" ?.!,")
    return f"{bare[:1].upper()}{bare[1:]}." if any(c.isalnum() for c in bare) else question


def _verdict(said: str, quote: Quote, checker: Checker) -> str | None:
    """What a quote makes of a statement; None where the gate can tell neither, as where one says
    how many, or denies something, and the other does not."""
    mine, theirs = set(words(said)), set(words(quote.text))
    if QUANTIFIERS & (mine - theirs) or bool(NEGATORS & mine) != bool(NEGATORS & theirs):
        return None
    support = checker.check(said, quote.text)
    if support.supported:
        return SUPPORTED
    other = any(lack.what != "name" for lack in support.lacks)
    return CONTRADICTED if other or support.score < CONTRARY else None
