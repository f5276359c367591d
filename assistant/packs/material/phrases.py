"""What a question calls its matter: noun phrases by rule, from topics, headings and passages.

Every phrase fits after "about", "on" and "when it comes to", whether it is a noun phrase, a
gerund or a clause that begins with "what" or "how". Where a rule is in doubt there is no phrase,
and the topic's own words are used.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from vectorstore.library.lexicon import STOPWORDS

MOST_WORDS = 8
_TOKEN = re.compile(r"[^\W\d_][\w’'-]*|[^\w\s]")
_PLAIN_HEADING = re.compile(
    r"^(?:introduction|conclusions?|executive summary|summary|key (?:asks|points|messages|"
    r"findings)|"
    r"development needed|greatest impact|overview|background|the argument in short|in short|"
    r"the main message|for the future|next steps|more|other|general|details?|examples?|"
    r"working together|contents|what happens next|before you start|why|how|what|who|when|"
    r"learn more|research|evidence|discussion|results?|methods?|abstract)$",
    re.IGNORECASE,
)
_IMPERATIVE = frozenset(
    """start make get use find choose check keep take give tell ask let think do don’t don't avoid
    try help work read see consider create build design test measure plan write decide know
    understand learn set run manage remember include provide ensure be share show contact follow
    apply explain involve""".split()
)
_NOUN_END = re.compile(
    r"(?:tions?|sions?|ments?|ships?|ness|it(?:y|ies)|ances?|ences?|acy|isms?|leaders?|managers?|"
    r"clinicians?|careers?|care|practices?|skills|programmes?|services|networks?|plans|boards?|"
    r"bodies|roles?|change|trust|knowledge|insight|value|budgets?|outcomes|priorities|groups|"
    r"teams?|partners|providers|users|staff|members|pathways?|visions?|systems?|processes|"
    r"planning|learning|making|training|working|funding|mentoring|coaching|environment|culture|"
    r"research|standards?|data|needs|risks?|barriers|challenges|content|design)$"
)
_NOT_FIRST = frozenset(
    """new many several different own good best better more same various certain particular possible
    current present recent other further first second last next whole key main important real good
    really very highly early last third local-area""".split()
)
_DETERMINERS = ("the", "a", "an")
_COUNTED = frozenset("two three four five six seven eight nine ten".split())


def topic_phrase(typed: str) -> str:
    """A topic as it reads within a sentence."""
    asked = asked_by(typed)
    return f"the question “{asked}”" if asked else _within(_bare(typed))


def asked_by(typed: str) -> str | None:
    """The question that was typed for a topic; None for a topic that is none."""
    text = re.sub(r"\bi\b", "I", _bare(typed))
    return text[0].upper() + text[1:] if text.endswith("?") else None


def _bare(typed: str) -> str:
    return " ".join(typed.split()).strip(" .;:,\"“”'‘’")


def heading_phrase(heading: str) -> str | None:
    """A heading as a phrase within a sentence, or None where it is none."""
    text = re.sub(r"^[\W\d_]+(?=[^\W\d_])", "", heading.split(" › ")[-1]).strip(" .")
    text = re.sub(r"\s*\([^()]*\)$", "", text)
    words = text.split()
    if not 1 < len(words) <= MOST_WORDS or re.search(r"[:?!,;“”\"–—()/*_`]|\d", text):
        return None
    if _PLAIN_HEADING.match(text) or words[0].lower().strip(",") in _IMPERATIVE:
        return None
    inner = [word for word in words[1:] if word.lower() not in STOPWORDS]
    if sum(word[0].isupper() and not _is_acronym(word) for word in inner) > 0:
        return None  # a name, or a heading in capitals: how it would read within is not known
    if words[0].lower() in _COUNTED:
        return f"the {_within(text)}"  # "five areas of skill" are ones that the source has listed
    if words[0].lower() in ("when", "why", "who", "which", "how", "what", "where"):
        return _within(text) if len(words) > 2 else None
    if words[0].lower() in STOPWORDS and words[0].lower() not in ("the", "a", "an", "our"):
        return None
    if re.search(r"\b(?:is|are|was|were|has|have|can|must|should|will|you|your)\b", text):
        return None
    return _within(text)


def _within(text: str) -> str:
    """The text as it stands in the middle of a sentence: its first letter small, unless the word
    has further capitals or is one of several that begin with one."""
    words = text.split()
    if not words or _is_acronym(words[0]):
        return text
    named = [w for w in words if w.lower() not in STOPWORDS and not _is_acronym(w)]
    if len(words) > 1 and sum(w[0].isupper() for w in named) > 1:
        return text
    return text[0].lower() + text[1:]


def _is_acronym(word: str) -> bool:
    return sum(c.isupper() for c in word) > 1


class Terms:
    """The terms that a body of texts uses again and again, each with the article it takes."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._led: dict[tuple[str, ...], Counter[str]] = {}
        for text in texts:
            tokens = _TOKEN.findall(text)
            for size in (2, 3):
                for i in range(len(tokens) - size + 1):
                    self._take(tokens, i, size)

    def _take(self, tokens: Sequence[str], i: int, size: int) -> None:
        gram = tuple(tokens[i : i + size])
        if not _could_be_term(gram):
            return
        before = tokens[i - 1].lower() if i else "."
        after = tokens[i + size] if i + size < len(tokens) else "."
        if re.match(r"\w", after) and after.lower() not in STOPWORDS:
            return  # it goes on: part of a longer phrase
        self._counts[gram] += 1
        self._led.setdefault(gram, Counter())[before] += 1

    def commonest(self, least: int) -> list[tuple[str, int]]:
        """Every term that comes at least `least` times, as a phrase, with how often it comes."""
        found = sorted(self._counts.items(), key=lambda p: (-p[1], p[0]))
        return [(p, n) for gram, n in found if n >= least and (p := self._phrase(gram))]

    def _phrase(self, gram: tuple[str, ...]) -> str | None:
        """The term with the article that the texts give it most often."""
        led = self._led[gram]
        total = sum(led.values())
        articles = sum(led[d] for d in _DETERMINERS)
        if gram[-1].endswith("s") and not gram[-1].endswith("ss"):
            return " ".join(gram)
        if articles * 2 < total:
            return " ".join(gram)
        return None  # one of a kind that is counted: which article fits is not known


def _could_be_term(gram: tuple[str, ...]) -> bool:
    if not all(re.fullmatch(r"[a-z][a-z-]+|[A-Z]{2,}s?", word) for word in gram):
        return False
    if " ".join(gram).isupper():
        return False
    if any(word.lower() in STOPWORDS for word in gram):
        return False
    if gram[0] in _NOT_FIRST or gram[0] in _IMPERATIVE or gram[0].endswith(("ly", "ed")):
        return False
    if any(word.endswith("ly") for word in gram) or _is_acronym(gram[-1]):
        return False
    if any(word in _IMPERATIVE for word in gram):
        return False
    return _NOUN_END.search(gram[-1]) is not None
