"""Follow-ups without a model: a question that leans on the turns before, made to stand alone.

`standalone` is what people read and evidence is compared with; `query_of` is what is searched,
where the turns before count without being glued on, so that a change of topic does no harm.
"""

import re
from collections.abc import Sequence

from assistant.models import Turn
from vectorstore import Query
from vectorstore.lexicon import STOPWORDS, words

_PERSON = re.compile(
    r"\b(?:(?:Dr|Mr|Mrs|Ms|Sir|Dame|Lord|Lady|Prof|Professor)\.? )?"
    r"[A-Z][a-z’'-]+(?: (?:[A-Z]\.? )?(?:Mac|Mc|O’|O')?[A-Z][a-z’'-]+)+\b"
)
_HE_SHE = re.compile(r"\b(he|she|him|her|his|hers)\b", re.IGNORECASE)
_IT_THEY = re.compile(
    r"\b(it|its|they|them|their|theirs|this|that|these|those)\b(?! (is|are|was|were) there)",
    re.IGNORECASE,
)
_THING_AFTER = re.compile(r"\b(this|that|these|those) (?=[a-z])", re.IGNORECASE)
_THAT_CLAUSE = re.compile(r"\b(say|says|said|think|thinks|believe|mean|means|so|such) that\b", re.I)
_JOINING = re.compile(
    r"^(and|or|but|also|what about|how about|what else|anything else)\b", re.IGNORECASE
)
_FRAGMENT_WORDS = 3  # "Why?", "Since when?", "How many?"
_ORDINAL = re.compile(r"\bthe (first|second|third|fourth|fifth|last|other) one\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^(so |and |but |ok |okay |please |then )*"
    r"((can|could|would) you )?(tell me |explain |describe |list |name |give me )?(about )?"
    r"((what|who|which|how|when|where|why|whose)( exactly)?\b)?\s*"
    r"((is|are|was|were|do|does|did|can|could|should|has|have|had|would|will)\b)?\s*"
    r"((meant by|the meaning of)\b)?\s*",
    re.IGNORECASE,
)
_NOT_PEOPLE = frozenset(
    """nhs ccg ccgs england health care group groups clinical commissioners commissioning
    healthcare board academy leadership forward view executive national academy fund team
    council network department university hospital trust""".split()
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it leans on put back; the question itself where it leans on nothing.

    "He" and "she" become the person last named, "it" and "they" the subject of the question
    before; a fragment ("And in 2015?") is joined to the question before. Nothing is added that
    the turns do not hold.
    """
    question = " ".join(question.split())
    asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
    if not asked:
        return question
    before = " ".join(asked[-1].split())
    if len(asked) > 1:
        earlier = history[: _last_user(history)]
        before = standalone(before, earlier)
    if _HE_SHE.search(question) and not _PERSON.search(question):
        person = _last_person(history, before)
        if person is not None:
            return _put_person(question, person)
    content = [w for w in words(question) if w not in STOPWORDS]
    topic = _topic(before)
    if not topic:
        return question
    fragment = len(question.split()) <= _FRAGMENT_WORDS and not _PERSON.search(question)
    fragment = fragment or (_JOINING.match(question) is not None and len(content) <= 3)
    bare = _THAT_CLAUSE.sub(" ", _THING_AFTER.sub(" ", question))
    if _ORDINAL.search(question):
        return f"{_strip(question)} of {topic}?"
    if fragment or not content:
        rest = re.sub(
            r"^(and|or|but|also|what about|how about)\b[ ,]*", "", _strip(question), flags=re.I
        )
        return f"{_strip(before)}, {rest}?" if rest else before
    if _IT_THEY.search(bare) or _THING_AFTER.search(question):
        return _put_topic(question, topic)
    return question


def query_of(question: str, history: Sequence[Turn]) -> Query:
    """What to search for a question in its conversation: its own words, led by what was asked
    before (the latest first) and by what was answered last.

    A question without a word of its own to search for ("Why?") is searched as it stands alone.
    """
    asked = [turn.content for turn in reversed(history) if turn.role == "user"]
    answers = [turn.content for turn in reversed(history) if turn.role == "assistant"]
    if all(word in STOPWORDS for word in words(question)):
        question = standalone(question, history)
    return Query(text=question, before=" ".join(asked), answered=next(iter(answers), ""))


def _last_user(history: Sequence[Turn]) -> int:
    return max(i for i, turn in enumerate(history) if turn.role == "user" and turn.content.strip())


def _last_person(history: Sequence[Turn], before: str) -> str | None:
    """The person named last by the user, or else first in the answer that followed."""
    named = _people(before)
    if named:
        return named[-1]
    for turn in reversed(history):
        named = _people(turn.content)
        if named:
            return named[0]
    return None


def _people(text: str) -> list[str]:
    return [
        found
        for found in _PERSON.findall(text)
        if not any(part in _NOT_PEOPLE or part in STOPWORDS for part in words(found))
    ]


def _put_person(question: str, person: str) -> str:
    def put(match: re.Match[str]) -> str:
        word = match.group().lower()
        after = question[match.end() :].lstrip()
        owns = word in ("his", "hers") or (
            word == "her" and re.match(r"[a-z]+", after) and not re.match(_AFTER_OBJECT, after)
        )
        return f"{person}'s" if owns else person

    return _HE_SHE.sub(put, question, count=1)


_AFTER_OBJECT = r"(to|about|in|on|at|for|with|from|and|or|as|by|when|if|that)\b"


def _topic(question: str) -> str:
    """What a question is about: its words without the opening that makes it a question."""
    rest = _strip(question)
    match = _OPENING.match(rest)
    return (rest[match.end() :] if match else rest).strip(" ,")


def _put_topic(question: str, topic: str) -> str:
    """Put the topic in the place of a pronoun where it reads as a thing; else name it behind."""
    pronoun = re.search(r"\b(it|they|them)\b", question, re.IGNORECASE)
    if pronoun and len(topic.split()) <= 6 and re.match(r"(?:the|an?|this|[A-Z])", topic):
        return question[: pronoun.start()] + topic + question[pronoun.end() :]
    return f"{_strip(question)} ({topic})?"


def _strip(question: str) -> str:
    return question.strip().rstrip("?!. ")
