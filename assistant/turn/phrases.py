"""Plain English without a parser: whom a text names, what a question is about, what a list holds.

Every function answers None, or nothing, where it is not sure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vectorstore.library.lexicon import STOPWORDS, words

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
AUX = (
    r"(?:is|are|was|were|do|does|did|can|could|should|shall|will|would|has|have|had|may|might|must)"
)
PREPOSITION = (
    r"(?:in|on|at|for|from|with|by|about|of|since|until|before|after|during|under|between|among"
    r"|without|within|outside|into|to|as|than)"
)
_TITLE = r"(?:Dr|Mr|Mrs|Ms|Sir|Dame|Lord|Lady|Prof|Professor)\.? "
_NAME = r"(?:Mac|Mc|O’|O')?[A-Z][a-z’'-]+"
_PERSON = re.compile(
    rf"\b(?:{_TITLE}{_NAME}|[A-Z][a-z’'-]+(?= ))(?: (?:[A-Z]\.? )?{_NAME})*(?<![’'-])"
)
_HIS, _HER = re.compile(r"(?:Mr|Sir|Lord)\b"), re.compile(r"(?:Mrs|Ms|Dame|Lady)\b")
_NOT_PEOPLE = frozenset(
    """nhs ccg ccgs england britain health care group groups clinical commissioners commissioning
    healthcare board academy leadership forward view executive national fund team council network
    department university hospital trust north south east west new county city road street royal
    college society association foundation institute school centre committee company project
    programme report act bill house park river january february march april may june july august
    september october november december monday tuesday wednesday thursday friday saturday
    sunday""".split()
)
_DETERMINER = r"(?:the|an?|our|this|these|each|every)"
_VERBS = frozenset(
    """accept act add affect agree allow apply argue ask become begin belong bring build call
    change choose claim close come compare contain cost cover create decide define deliver depend
    describe develop differ do employ end expect explain fail feel find fit follow get give go
    grow happen help hold improve include increase influence involve join keep know last lead
    learn like live look lose make matter mean measure meet move need offer open operate own pay
    plan play prefer prevent produce propose protect provide publish reach read receive recommend
    reduce refer reject relate rely remain replace require run save say see seem sell serve set
    show spend stand start stay stop suggest support take talk teach tell think train treat try
    turn understand use vary view want warn win work write""".split()
)
_PARTICIPLES = frozenset(
    """begun born bought brought built chosen done drawn found given gone held kept known led left
    lost made meant met paid put read run said seen sent set sold spent taken taught thought told
    written""".split()
)
_PAST = frozenset(
    "wrote led ran built made held set said gave paid chose kept sold taught began took".split()
)
_GROUP = re.compile(
    r"\b(?:board|team|group|committee|council|network|trust|company|organisation|government"
    r"|department|agency|staff|union|club|college)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?:^|\s)(\d{1,2})[.)]\s+(.+?)(?=\s+\d{1,2}[.)]\s|\s*\[\d+\]|\n|$)", re.S)
_BULLET = re.compile(r"(?:^|\n)\s*[-•*]\s+(.+?)(?=\s*\[\d+\]|\n|$)")
_ITEM_WORDS = 8  # a longer list item is a sentence, which would not read well within another


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a question is about. `defined` where the question asks what it is, `nested` where a
    second thing stands within ("the role of the chair"), so that "it" may be either."""

    text: str
    defined: bool

    @property
    def plural(self) -> bool:
        return is_plural(re.split(rf" {PREPOSITION} ", self.text)[0])

    @property
    def nested(self) -> bool:
        return re.search(rf" {PREPOSITION} (?:{_DETERMINER}\b|[A-Z])", self.text) is not None

    @property
    def many(self) -> bool:
        """Whether "they" can mean it: several, or people who act together, or a name."""
        return self.plural or bool(_GROUP.search(self.text))

    def owns(self) -> str:
        return f"{self.text}'" if self.text.endswith("s") else f"{self.text}'s"


def is_plural(noun: str) -> bool:
    return re.search(r"[^sui]s$", noun) is not None


def bare(question: str) -> str:
    """A question without its closing marks, on one line."""
    return " ".join(question.split()).rstrip("?!. ")


def lowered(text: str) -> str:
    """A text that is to stand inside a sentence: its opening small, unless it is a name."""
    if re.match(rf"(?:{WH}|{AUX}|{PREPOSITION}|{_DETERMINER}|there)\b", text, re.IGNORECASE):
        return text[:1].lower() + text[1:]
    return text


def raised(text: str) -> str:
    return text[:1].upper() + text[1:]


def people(text: str) -> list[str]:
    """The people that a text names by two names or by a title, in order, each once."""
    found: dict[str, None] = {}
    for match in _PERSON.finditer(text):
        parts = match.group().split()
        while parts and parts[0].lower() in STOPWORDS:
            parts = parts[1:]
        if len(parts) > 1 and not any(
            word in _NOT_PEOPLE or word in STOPWORDS for word in words(" ".join(parts))
        ):
            found.setdefault(" ".join(parts))
    return list(found)


def meant(pronoun: str, named: Sequence[str]) -> str | None:
    """Whom "he" or "she" means: the one named, or the one whose title fits."""
    if len(named) == 1:
        return named[0]
    fits = _HIS if pronoun.lower() in ("he", "him", "his") else _HER
    titled = [name for name in named if fits.match(name)]
    return titled[0] if len(titled) == 1 else None


def subject_of(question: str) -> Subject | None:
    """What a question is about; None where it may be one of several things."""
    text = bare(question)
    opening = re.match(r"(?:tell me (?:more )?about|explain|describe|define) (.+)$", text, re.I)
    asked = re.match(r"(?:who|what) (is|are|was|were) (?:meant by )?(.+)$", text, re.I)
    if opening or asked:
        phrase = opening.group(1) if opening else _before_participle(asked.group(2))  # type: ignore[union-attr]
        several = asked is not None and asked.group(1).lower() in ("are", "were")
        return _named(phrase, several, question) if phrase else None
    clause = re.match(rf"(?:{WH}(?: (?:much|long|often|far))? )?{AUX} (.+)$", text, re.I)
    if clause:
        return _acting(clause.group(1))
    done = re.match(rf"(?:who|what) (\w+) ({_DETERMINER} .+|[A-Z].*)$", text)
    done = done or re.match(rf"(?:Who|What) (\w+) ({_DETERMINER} .+|[A-Z].*)$", text)
    if done and _is_verb(done.group(1)) and not _verb_within(done.group(2)):
        return Subject(text=done.group(2), defined=False)
    asks = rf"(?:{WH}|{AUX}|tell|name|list|give|show|find|compare)\b"
    if not re.match(asks, text, re.I) and len(text.split()) <= 4:
        return Subject(text=text, defined=True) if not _verb_within(text) else None
    return None


def _named(phrase: str, several: bool, question: str) -> Subject | None:
    """The thing that "What is …?" asks about, if what follows is a thing."""
    if re.search(rf"\b(?:{AUX}|{WH}|and|or)\b", phrase, re.I) or len(phrase.split()) > 10:
        return None
    thing = re.match(rf"(?:{_DETERMINER} |[A-Z])", phrase) is not None
    alone = len(phrase.split()) == 1 and (is_plural(phrase) == several)
    if thing or (alone and not question.lower().startswith("who")):
        return Subject(text=phrase, defined=True)
    return None


def _acting(clause: str) -> Subject | None:
    """Who or what does the verb of "the encoder work": None without a verb that ends it, and
    where something else is named behind the verb."""
    if not re.match(rf"(?:{_DETERMINER} |[A-Z])", clause):
        return None
    listed = clause.split()
    for i, word in enumerate(listed[1:], start=1):
        if re.fullmatch(PREPOSITION, word, re.I):
            return None
        if word in _VERBS or word in _PARTICIPLES or re.search(r"(?:ed|ing)$", word):
            rest = " ".join(listed[i + 1 :])
            if i == 1 and re.fullmatch(_DETERMINER, listed[0], re.I):
                return None
            if re.search(rf"\b(?:{_DETERMINER}|[A-Z]\w+)\b", rest):
                return None
            return Subject(text=" ".join(listed[:i]), defined=False)
    return None


def _before_participle(phrase: str) -> str:
    """ "the board" of "the board asked to do": a participle that no noun follows ends it."""
    listed = phrase.split()
    for i, word in enumerate(listed[1:], start=1):
        ends = word in _PARTICIPLES or re.search(r"(?:[^e]ed|ing)$", word)
        after = listed[i + 1] if i + 1 < len(listed) else "to"
        if ends and re.fullmatch(rf"{PREPOSITION}|{_DETERMINER}", after, re.I):
            return " ".join(listed[:i]) if i > 1 else ""
    return phrase


def _is_verb(word: str) -> bool:
    low = word.lower()
    return (
        low in _PAST
        or low in _VERBS
        or re.sub(r"e?s$", "", low) in _VERBS
        or re.sub(r"s$", "", low) in _VERBS
        or low.endswith("ed")
    )


def _verb_within(phrase: str) -> bool:
    return re.search(rf"\b(?:{AUX}|{WH}|and|or|to)\b", phrase, re.I) is not None


def holds_antecedent(before: str) -> bool:
    """Whether the words of a question before its pronoun name what the pronoun may mean."""
    return (
        re.search(r"\b(?:the|an?|our|each|every|any|all|some|no|many|most) [a-z]", before, re.I)
        is not None
        or re.search(r"(?<!^)\b[A-Z]\w", before) is not None
        or re.search(rf"\b{AUX} [a-z]+s\b", before, re.I) is not None
    )


def items_of(answer: str) -> list[str]:
    """The items of a list in an answer, numbered or bulleted, where they are short."""
    numbered = _NUMBERED.findall(answer)
    listed = [text for _, text in numbered]
    if [int(number) for number, _ in numbered] != list(range(1, len(numbered) + 1)):
        listed = []
    listed = [bare(item) for item in listed or _BULLET.findall(answer)]
    return listed if len(listed) > 1 and all(len(i.split()) <= _ITEM_WORDS for i in listed) else []
