"""What a question asks for: its kind, the words that matter, and the names it holds."""

import re
from dataclasses import dataclass
from functools import lru_cache

from vectorstore.library.lexicon import STOPWORDS, stem, terms, words

NUMBER_WORDS = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred hundreds thousand thousands million millions billion billions half third thirds
    quarter quarters dozen dozens once twice double none""".split()
)
MONTHS = frozenset(
    """january february march april may june july august september october november
    december""".split()
)

_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (
            "who",
            r"\bwho\b|\bwhose\b|\bwhom\b|\b(which|what) (person|people|leader|leaders|author|"
            r"authors|organisation|organisations|organization|company|body|bodies|ccg|manager|"
            r"chair|officer|director|group|man|woman|team)\b|\bby whom\b",
        ),
        ("where", r"\bwhere\b|\b(which|what) (country|city|town|place|area|region|state)\b"),
        ("why", r"\bwhy\b|\bwhat (reason|caused|causes)\b|\bhow come\b|\bfor what reason\b"),
        (
            "list",
            r"^(list|name|give|enumerate|set out|spell out|summari[sz]e|outline)\b"
            r"|^(the )?(components|parts|elements|stages|steps|qualities|duties|tasks|principles) "
            r"of\b"
            r"|\b(whole|full|complete) list\b"
            r"|\b(what|which) (are|were) (the |its |their |some |these )*"
            r"(main |key |three |two |four |five |six |seven |different |important |other )*"
            r"\w+(s|ia|ae)\b"
            r"|\b(what|which) (\w+ )?(qualities|skills|steps|types|kinds|ways|reasons|factors|"
            r"parts|aspects|differences|roles|tasks|areas|asks|points|things|examples|strengths|"
            r"shifts|duties|priorities|principles|components|elements|stages|measures|benefits|"
            r"challenges|barriers|recommendations|conditions|criteria|symptoms|rules)\b",
        ),
        (
            "definition",
            r"^(what|who) (is|are|was|were) (meant by |an? |the )?|\bdefine\b|\bmean(s|t)?\b",
        ),
        ("how", r"\bhow\b"),
        (
            "yesno",
            r"^(is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|must)\b",
        ),
    )
)
_POLITE = re.compile(
    r"^(please |(could|can|would|will) (you|i) (please |kindly )?(?=(list|name|tell|give|say|show|"
    r"have|see|get|explain|describe)\b)|(tell|give|show) me )+"
)
_MEANT = re.compile(r"^what (is|are) meant by ", re.IGNORECASE)
_EXPLAIN = re.compile(
    r"^(?:(?:please|pls|(?:can|could) you) )?(?:explain|define)(?: to \w+)?"
    r"(?= (?:the |an? )?[\w\"“‘'-]+(?: [\w\"”’'-]+){0,3}[.?!]?$)(?! (?:how|what|why|when|who)) ",
    re.IGNORECASE,
)
_NAME = re.compile(r"\b(?:[A-Z][\w’'-]*[a-z\d]|[A-Z]{2,}s?)(?:\s+(?:[A-Z][\w’'-]+|[A-Z]{2,}s?))*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text as the features see it: folded words, stems with meaning, names and numbers."""

    words: tuple[str, ...]
    stems: frozenset[str]
    order: tuple[str, ...]
    names: frozenset[str]
    numbers: frozenset[str]
    months: bool


@lru_cache(maxsize=50_000)
def wording(text: str) -> Wording:
    """Take a sentence apart. Names are the stems of capitalized words that do not open it."""
    found = words(text)
    order = tuple(terms(text))
    names: set[str] = set()
    for match in _NAME.finditer(text):
        parts = words(match.group())
        opens = text[: match.start()].strip(" \"“‘'(*_-•") == ""
        if opens and parts and parts[0] in STOPWORDS:
            parts = parts[1:]
        if opens and len(parts) == 1 and not match.group().isupper():
            continue
        names.update(stem(part) for part in parts if part not in STOPWORDS and part not in MONTHS)
    numbers = set(_NUMBER.findall(text)) | {w for w in found if w in NUMBER_WORDS}
    return Wording(
        words=tuple(found),
        stems=frozenset(order),
        order=order,
        names=frozenset(names),
        numbers=frozenset(numbers),
        months=any(w in MONTHS for w in found if w != "may"),
    )


def plainly(question: str) -> str:
    """A question for a meaning as the question what it is: "What is meant by X?", "Please explain
    X". That somebody means something is a word that no answer needs to say."""
    meant = _MEANT.sub(r"What \1 ", question)
    return _EXPLAIN.sub("What is ", meant)


@lru_cache(maxsize=1_000)
def kind_of(question: str) -> str:
    """What kind of thing is asked for, where it is no amount and no date: who, where, why, list,
    definition, how, yesno or other. The first that fits; a question's own words decide."""
    folded = _POLITE.sub("", " ".join(words(question)))
    for kind, pattern in _PATTERNS:
        if pattern.search(folded):
            return kind
    return "other"
