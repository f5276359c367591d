"""What a passage does: it claims, advises, tells a case, names a difficulty, gives a figure or
sets two things against each other. And whether it speaks for a thing.

By cue words, in the order in which a cue is telling: a case that holds a figure is a case.
"""

import re
from enum import StrEnum


class Act(StrEnum):
    """What a passage does with its matter."""

    CASE = "case"
    FIGURE = "figure"
    CONTRAST = "contrast"
    DIFFICULTY = "difficulty"
    ADVICE = "advice"
    CLAIM = "claim"


_CASE = re.compile(
    r"\b(?:one example|(?:an|the) example of|an instance|by way of example|case study|"
    r"(?:has|have) (?:introduced|established|created|set up|put in place|built|developed|achieved)|"
    r"(?:introduced|established|created|set up|put together|launched|piloted|ended up with|"
    r"took turns|took part|started off|stepped in|joined forums|worked closely|commissioned a|"
    r"was commissioned|were identified|been identified|was cut|were cut|later cut)\b)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\b\d[\d,.]*+\s?(?:%|per ?cent\b|million\b|billion\b|bn\b|m\b)|[£$€]\s?\d"
    r"|\b(?:over|more than|under|fewer than|less than|almost|nearly|about|only|up to|some) "
    r"(?:\d[\d,]*(?![\d,]| years)|a (?:quarter|third|half)|half|two-thirds|two thirds|"
    r"three quarters)\b"
    r"|\b(?:a quarter|a third|two thirds|half|three quarters) of\b"
    r"|\b\d[\d,]*+ (?:schemes|people|leaders|carers|patients|members|practices|staff|users|"
    r"services|organisations|per)\b"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine) (?:out )?of (?:its |the |every )?"
    r"(?:two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r"\b(?:however|whereas|although|though|even though|despite|on the other hand|not only|"
    r"rather than|instead of|in contrast|by contrast|conversely|unlike|while at the same time)\b"
    r"|, (?:but|yet|while)\b|\bbut (?:not|only|must|they|also|says|knows|they|sometimes|needs?)\b"
    r"|\bnot (?:just|enough|always|necessarily|alone|merely|simply)\b|\bbalance\b"
    r"|\bare real but\b|\bdo exist, but\b",
    re.IGNORECASE,
)
_DIFFICULTY = re.compile(
    r"\b(?:difficult\w*|challeng\w+(?! (?:for [^,.]{1,30} )?(?:is|was) to\b)|pressures?|"
    r"struggl\w+|barriers? to|obstacles?|hard(?:er|est)?\b|"
    r"problems?|burnout|reluctant|hinder\w*|unpopular|concerns?|concerned|uncertain\w*|lacks?|"
    r"lacking|scarce|fears?|afraid|critici\w+|fail\w*|tension|"
    r"conflicts?|stumbling|stress(?:es)? have|unsupported|overburdened|tricky|fragmented|"
    r"short of|shortage|not good enough|inadequate|lose|lost|losing|suspicio\w+|neglect\w*|"
    r"resist\w*|doubts?|surprised?|surprises|too far|cannot|dark side|"
    r"sceptical|usurped|perceived loss|sourly?|outlier|declined|unmanageable)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b(?:must|should|shouldn[’']t|ought to|needs? to|has to|have to|recommends?|recommended|"
    r"urges?|advis(?:es?|ed)|"
    r"calls? for|called for|asks for|"
    r"it[’']s important|important to|wants? (?:a|an|to|clarity|the)|wanted to|"
    r"make sure|"
    r"don[’']t (?:wait|forget|assume|try)|try to|insists?|expects?|necessary)\b",
    re.IGNORECASE,
)
# Said of a thing that goes well, or is asked for.
_FOR = re.compile(
    r"\b(?:benefit\w*|manageable|can be managed|rewarding|success\w*|improved?|improves|"
    r"strengths?|thriv\w+|excellent|superb|gain(?:s|ed)?|works? well|worked well|satisf\w+|helps?|"
    r"helped|enables?|allows?|adds? value|credibility|productive|beautiful|freedom|possible|"
    r"well placed|advantage|better(?! (?-i:[A-Z]))|vital|essential|important|must|should|"
    r"needs? to)\b",
    re.IGNORECASE,
)


def acts_of(text: str) -> tuple[Act, ...]:
    """What the passage does, the most telling first; it always makes some claim."""
    cues = (
        (Act.CASE, _CASE),
        (Act.FIGURE, _FIGURE),
        (Act.CONTRAST, _CONTRAST),
        (Act.DIFFICULTY, _DIFFICULTY),
        (Act.ADVICE, _ADVICE),
    )
    found = [act for act, cue in cues if cue.search(text)]
    return (*found, Act.CLAIM)


def speaks_for(text: str) -> bool:
    """Whether it says good of something, or asks for it."""
    return _FOR.search(text) is not None or _ADVICE.search(text) is not None
