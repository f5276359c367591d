"""Of whom a question asks: the person or body whose words or deeds it wants to know, and whether a
sentence is theirs.

"What does Jo Tan say on fees?" is not answered by what Ann Lee says on fees, however like the
question that is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.turn.speakers import People, people_of, speaker_of
from vectorstore import Passage
from vectorstore.library.lexicon import STOPWORDS, words

AGENT_FEATURES = ("agent", "agent_named", "agent_speaks", "other_speaks", "agent_wrote")
NO_AGENT = (0.0,) * len(AGENT_FEATURES)

_TITLE = r"(?:(?:Dr|Sir|Dame|Lord|Lady|Professor|Prof|Mr|Mrs|Ms)\.? )"
_PART = r"[A-Z][\w’-]*[a-z](?:[A-Z][a-z]+)?(?<!’s)"
_NAME = rf"{_TITLE}?(?P<name>{_PART}(?: (?:van |de |von |der )?{_PART}){{0,3}})"
_SAYING = (
    r"(?:says?|said|thinks?|thought|believes?|believed|argues?|argued|describes?|described|"
    r"recommends?|recommended|suggests?|suggested|claims?|claimed|sees?|saw|wants?|wanted|"
    r"calls?|called|reckons?|explains?|explained|compares?|compared|likens?|likened|warns?|warned|"
    r"wrote|writes?|advises?|advised|expects?|regards?|names?|urges?|urged|stress(?:es|ed)?)"
)
_ASKS_OF = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:[Dd]o|[Dd]oes|[Dd]id|[Hh]as|[Hh]ad|[Ii]s|[Ww]as|[Ww]ould|[Cc]an|[Cc]ould|[Ss]hould)"
        rf" {_NAME}(?: (?:him|her)self)? (?!and\b)[a-z]",
        rf"\b{_NAME}(?:['’]s?) (?:\w+ )?[a-z]",
        rf"\b(?:[Aa]ccording to|in the (?:view|opinion|words|eyes) of) {_NAME}",
        rf"\b{_NAME} (?:also |really )?{_SAYING}\b",
    )
)


_NO_NAME = STOPWORDS | frozenset(
    "now then perhaps please maybe well dr sir dame lord lady professor prof mr mrs ms".split()
)


@dataclass(frozen=True, slots=True)
class Agent:
    """Whose words or deeds are asked for: the last word of their name, folded, and the name."""

    surname: str
    name: str


def agent_of(question: str) -> Agent | None:
    """The one person or body that a question asks of by name; None where it names none, or two."""
    found: dict[str, str] = {}
    for pattern in _ASKS_OF:
        for match in pattern.finditer(question):
            parts = [p for p in match["name"].split() if words(p)[0] not in _NO_NAME]
            if parts:
                found.setdefault(words(parts[-1])[-1], " ".join(parts))
    if len(found) != 1:
        return None
    ((surname, name),) = found.items()
    return Agent(surname=surname, name=name)


@dataclass(frozen=True, slots=True)
class Stand:
    """Who speaks in the sentences of one passage, seen from one agent."""

    agent: Agent
    passage: Passage
    people: People
    wrote: bool

    @classmethod
    def of(cls, agent: Agent, passage: Passage, author: str | None) -> "Stand":
        """`author` is who wrote the passage's source, where that is known."""
        people = people_of(passage.text, author)
        named = dict(people.by_surname)
        last = agent.name.split()[-1]
        named.setdefault(last, agent.name)
        by = " ".join(part for part in (author, passage.title, passage.heading) if part)
        return cls(agent, passage, People(by_surname=named), agent.surname in words(by))

    def features(self, index: int, read_with: Sequence[str]) -> tuple[float, ...]:
        """AGENT_FEATURES of the sentence at `index`; `read_with` are its folded words and those of
        the sentences that it leans on."""
        sentence = self.passage.sentences[index]
        start, end = sentence.start - self.passage.start, sentence.end - self.passage.start
        speaker = speaker_of(self.passage.text, start, end, self.people)
        named = self.agent.surname in read_with
        speaks = speaker is not None and self.agent.surname in words(speaker)
        other = speaker is not None and not speaks
        return (
            1.0,
            float(named or speaks),
            float(speaks),
            float(other),
            float(self.wrote and not other),
        )


def is_of_agent(features: Sequence[float]) -> bool:
    """Whether a sentence names the agent, is spoken by them, or stands in what they wrote, given
    its AGENT_FEATURES."""
    _, named, speaks, _, wrote = features
    return bool(named or speaks or wrote)
