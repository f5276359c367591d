"""What kind of thing a question wants for an answer, and whether a sentence holds one.

A question that asks how many weeks is not answered by a sentence without a number, however like
it is. The classes follow the usual taxonomy of expected answer types (Li and Roth 2002, "Learning
question classifiers"), by rules: the earliest phrase that asks decides.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.turn.question import MONTHS, NUMBER_WORDS, wording
from vectorstore.library.lexicon import STOPWORDS, stem, words

DATE = "date"
NAME = "name"
AMOUNTS = ("duration", "percent", "money", "count", "number", "address")
# What is either there or not. A name or a number that is there may still be another one.
EXACT = ("address", "duration", "percent", "money", "date")

_OPENS = r"(?:^|\| )"  # of the question, or of what stands behind one of its commas and stops
_BODIES = (
    r"(?:person|author|company|compan|firm|organi[sz]ation|university|universit|newspaper|"
    r"magazine|journal|publisher|country|countr|city|cit|town)(?:ie)?s?"
)
_PEOPLE = (
    r"(?:leader|manager|chair|officer|director|minister|mp|president|king|queen|man|woman|doctor|"
    r"professor|journalist|reporter|interviewee|supplier|contractor|provider|charity|charit|ccg|"
    r"trust|council|hospital|college|school|academy|academ|bank|region|county|count(?=ies)|state|"
    r"street|surgery)(?:ie)?s?"
)
_MONEY_WORDS = (
    r"(?:pay|pays|paid|cost|costs|spend|spends|spent|spending|money|pounds|fund|funds|funding|"
    r"budget|budgets|save|saves|saving|savings|earn|earns|earned|earnings|salary|salaries|wage|"
    r"wages|worth|invest|invested|investment|fee|fees|price|prices|charge|charged|revenue|profit|"
    r"profits|income|debt|grant|loan|fine|fined)"
)
_BETWEEN = r"(?:(?:is|was|are|were|the|a|an|their|his|her|its|that|this|total|exact) )*"
_TIME_UNITS = r"(?:year|month|week|day|hour|minute|second|decade|centurie|century)s?"
_MAY = r"(?:should|can|could|would|might|may|must|ought|needs?|will|do|does)"
# The phrase that stands first in the question decides; of those at one place, the first in the
# list. The last holds the words that ask for something else.
_ASKS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "address",
            rf"(?:\b(?:what|which) {_BETWEEN}(?:\w+ )?)?\b(?:web ?(?:site|page|address)|url|"
            r"e ?mail address|(?:tele)?phone number|address at which)\b",
        ),
        ("duration", rf"\bhow long\b(?! ago)|\bhow many (?:\w+ )?{_TIME_UNITS}\b"),
        (
            "percent",
            rf"\b(?:what|which) {_BETWEEN}(?:\w+ )?(?:percentage|proportion|percent|per cent|"
            r"fraction|share|response rate)\b|\ba target share\b"
            rf"|{_OPENS}(?:percentage|proportion|share) of\b",
        ),
        (
            "money",
            rf"\bhow (?:much|large|big|high)\b(?=.*\b{_MONEY_WORDS}\b)"
            rf"|\b(?:what|which) {_BETWEEN}(?:\w+ )?(?:salary|salaries|cost|costs|price|budget|"
            r"fee|wage|wages|pay|revenue|income|turnover)\b(?! (?:say|mean|cover|go)\b)"
            r"|\bwhat (?:do|does|did) (?:\w+ ){1,3}(?:earn|cost|pay(?! attention| heed))\b"
            r"|\bworth a year\b"
            rf"|{_OPENS}(?:(?!(?:what|how|who|when|where|why|which|is|are|do|does|did|can)\b)\w+ )*"
            r"(?:budget|salary|cost|costs|earnings|income|fee|price)(?: of(?: \w+)+)?$",
        ),
        ("count", r"\bhow many\b|\b(?:what|which) (?:is|was|are|were) the (?:total )?number of\b"),
        (
            "number",
            r"\bhow (?:much|old|often|far|large|big|few|high|tall|deep|fast|wide)\b"
            rf"|\b(?:what|which) {_BETWEEN}(?:\w+ )?(?:number|amount|figure|size|population|rate|"
            r"age|count|total)\b|\bpopulation$",
        ),
        (
            "date",
            r"\b(?:what|which) (?:exact )?(?:year|date|month|day|decade|century)\b|\bsince when\b"
            r"|\bwhen (?:was|were|did|had|will|is|are|does|do)\b(?! (?:they|you|we) )"
            r"|\b(?:what|which) (?:is|was) the date\b|\bthe exact date\b|\bdate of\b"
            r"|\b(?:year|month|date)$",
        ),
        (
            "name",
            r"\bthe names?\b|\bnames? of\b|\bnames? please\b|\bname$"
            r"|\bwhat (?:is|was|are|were) (?:\w+ ){1,3}(?:called|named)\b"
            rf"|\b(?:which|what) (?:\w+ )?{_BODIES}\b|\bwhich (?:\w+ )?{_PEOPLE}\b"
            rf"|(?:{_OPENS}|\b(?:and|but|or|then|know|say|so) )who (?!{_MAY}\b)\w"
            rf"|\bwho s\b|\bwhose\b|\bwhom\b|{_OPENS}where (?:is|was|were|did)\b",
        ),
        ("", r"\b(?:what|which|why|how|who|when|where)\b"),
    )
)
# "Who is Ada Moor?" has the name, and wants to know about her.
_ABOUT = re.compile(r"\bwho (?:is|was|s|are|were)((?: \w+){1,4})(?: again| please)?$")
# Says that a name is wanted, wherever in the question it stands.
_NAMED = re.compile(
    r"\b(?:need|give|want|know|have) (?:me )?(?:the|their|his|her|its) names?\b|\bnames? please\b"
    r"|\bwhat (?:is|was|are|were) (?:the|their|his|her|its) names?\b"
    r"|\bwhat (?:is|was|are|were) (?:it|they|he|she) (?:called|named)\b"
)
_COUNTED = re.compile(
    r"\b(?:how many|number of) (?:(?:more|other|different|full|new|of|the|those|these|them|his|"
    r"her|its|their|local) )*([a-z]+)(?: ([a-z]+))?(?: ([a-z]+))?"
)
_STOPS = re.compile(r"[.,;:!?()]+\s|\s[-–—]+\s|[.?!]$")
_PLURALS = ("people", "men", "women", "children")
_NO_UNIT = STOPWORDS | frozenset(
    "took take takes came come put deliver belong went go said say got make made left".split()
)
_IN_WORDS = "|".join(sorted(NUMBER_WORDS))
_NUMBER = re.compile(
    rf"(?<![\w.])\d[\d,.]*(?!\w)|\b(?:{_IN_WORDS}|both|single|couple|pair|no)\b",
    re.IGNORECASE,
)
_HOLDS = {
    "address": re.compile(r"https?://|www\.|@\w|\w\.(?:org|com|uk|net|eu|gov)\b|\d{5,}", re.I),
    "duration": re.compile(
        rf"(?:\d[\d,.]*|\b(?:{_IN_WORDS}|an?|few|several|many|next|last|over))"
        rf"[\s-]+(?:(?:or|to) \w+ |and a half |full |more )?{_TIME_UNITS}\b"
        r"|\b(?:decades|centuries|generations?|annual|yearly|weekly|overnight|lifetime)\b",
        re.I,
    ),
    "percent": re.compile(
        r"%|\bper ?cent\b|\b(?:half|thirds?|quarters?|fifths?|tenths?|majority|minority|most|all|"
        r"none)\b|\bone in \w+|\d+ (?:out )?of (?:the |its )?\d+",
        re.I,
    ),
    "money": re.compile(
        r"[£$€]\s?\d|\b(?:pounds?|dollars?|euros?|pence|sterling)\b"
        r"|\d\s?(?:k|m|bn|million|billion|trillion)\b|\b(?:million|billion)s?\b",
        re.I,
    ),
    "date": re.compile(
        r"\b(?:1[0-9]\d\d|20\d\d)s?\b"
        rf"|\b(?:{'|'.join(sorted(MONTHS - {'may', 'march'}))}|monday|tuesday|wednesday|thursday|"
        r"friday|saturday|sunday|today|yesterday|tomorrow|century|ago|spring|summer|autumn|"
        r"winter)\b|\b(?:last|next|this) (?:year|month|week|decade)\b|\d+ (?:bc|ad|bce|ce)\b"
        r"|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?-i:\bMarch\b|\b(?:in|by|from|since|of|\d) May\b)",
        re.I,
    ),
}
_NOTE_MARKS = re.compile("[⁰¹²³⁴-⁹]+")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_ACRONYM = re.compile(r"\b[A-Z]{2,}s?\b")


@dataclass(frozen=True, slots=True)
class AnswerType:
    """What an answer must hold: `kind` is one of AMOUNTS, DATE or NAME; `unit` is the stem of what
    is counted, where that is known."""

    kind: str
    unit: str
    question: str

    @property
    def amount(self) -> bool:
        return self.kind in AMOUNTS

    @property
    def exact(self) -> bool:
        return self.kind in EXACT

    def met(self, text: str, names: frozenset[str]) -> float:
        """1 where a sentence holds what is asked for, 0 where it does not, and a half where it
        holds a number, but not of what is counted. `names` are the stems of the names in the
        sentence and in those that it leans on. What the question itself says does not count."""
        text = _NOTE_MARKS.sub("", text)
        own = wording(self.question)
        if self.kind == NAME:
            short = {stem(word) for m in _ACRONYM.findall(text) for word in words(m)}
            return float(bool(names - own.names - own.stems - short))
        if self.kind in ("count", "number"):
            return max((self._counts(m, text) for m in _NUMBER.finditer(text)), default=0.0)
        found = _HOLDS[self.kind].finditer(text)
        return float(any(match.group() not in own.numbers for match in found))

    def _counts(self, match: re.Match[str], text: str) -> float:
        number = match.group().lower().rstrip(".,")
        if number in wording(self.question).numbers or _YEAR.fullmatch(number):
            return 0.0
        if not self.unit:
            return 1.0
        near = [*words(text[match.end() :])[:6], *words(text[: match.start()])[-3:]]
        return 1.0 if self.unit in {stem(word) for word in near} else 0.5


@lru_cache(maxsize=1_000)
def answer_type_of(question: str) -> AnswerType | None:
    """The expected answer type; None where the question does not ask for one of these."""
    folded = " | ".join(" ".join(words(part)) for part in _STOPS.split(question) if words(part))
    found = [(m.start(), i) for i, (_, asks) in enumerate(_ASKS) if (m := asks.search(folded))]
    kind = _ASKS[min(found)[1]][0] if found else ""
    if _NAMED.search(folded):
        kind = NAME
    about = _ABOUT.search(folded)
    named = about is not None and not STOPWORDS.intersection(about[1].split())
    if not kind or (kind == NAME and named):
        return None
    return AnswerType(kind, _unit(folded) if kind == "count" else "", question)


def _unit(folded: str) -> str:
    """The stem of the first plural behind "how many", or else of the last word that still belongs
    to the thing."""
    match = _COUNTED.search(folded)
    unit = ""
    for word in match.groups() if match else ():
        if word is None or word in _NO_UNIT:
            break
        unit = stem(word)
        if word.endswith("s") or word in _PLURALS:
            break
    return unit
