"""What is said to a turn that wants nothing of the documents: a greeting, thanks, what this is.

What such a turn is about was learnt from turns of people (`eval/fitting/fit_turn.py`), its
language is told by py3langid; what is said is true of every library.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.finding.examples import example_questions, outlines_of
from assistant.models import Turn
from assistant.turn.language import languages_of, name_of, other_language
from assistant.turn.telling import UNSURE, shipped
from vectorstore import Source, Store
from vectorstore.wording import counted

SUBJECT = "subject"  # what the network calls it
TITLES = 10  # of documents that a reply names
QUESTIONS = 2  # that a reply proposes
READ = 200  # documents whose language is looked at, spread over all
LONG = 2_000  # characters of each, from its middle


class Subject(StrEnum):
    """What a turn is about that is not about the documents."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    ABILITIES = "abilities"  # what this is and can do
    DOCUMENTS = "documents"  # which it has
    TRUST = "trust"  # whether its answers can be relied on
    LANGUAGE = "language"  # another than the documents'
    WRITE = "write"  # a task: a letter, a poem, a sum
    TALK = "talk"  # anything else: feelings, abuse, tests


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said, and questions that can be asked instead."""

    subject: Subject
    text: str
    questions: tuple[str, ...]

    def __str__(self) -> str:
        """All of it as one text."""
        return "\n".join(
            [f"{self.text} You could ask:", *(f"- {q}" for q in self.questions)]
            if self.questions
            else [self.text]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a reply says of a library, as it is in one state."""

    fingerprint: str
    sources: tuple[Source, ...]
    languages: tuple[str, ...]
    questions: tuple[str, ...]


class Replies:
    """Replies over a store. Safe to use from several threads."""

    def __init__(self, store: Store, *, written: bool = False) -> None:
        """`written` says that a language model puts answers into words; else they are quotes."""
        self._store = store
        self._written = written
        self._lock = threading.Lock()
        self._last: _Known | None = None

    def foreign(self, turn: str) -> bool:
        """Whether a turn surely is in a language that none of the documents is in."""
        return other_language(turn, self._known().languages) is not None

    def wants_text(self, turn: str, history: Sequence[Turn]) -> bool:
        """Whether a turn asks for a text to be made, which only a language model can."""
        return subject_of(turn, history) is Subject.WRITE

    @property
    def language(self) -> str:
        """What most of the documents are in."""
        return name_of(next(iter(self._known().languages), "en"))

    def reply_to(
        self, turn: str, history: Sequence[Turn] = (), questions: Sequence[str] | None = None
    ) -> Reply:
        """What is said to `turn`. `questions` are known to be answered; else they are drawn from
        the documents' headings."""
        known = self._known()
        subject = Subject.LANGUAGE if self.foreign(turn) else subject_of(turn, history)
        proposed = tuple(known.questions if questions is None else questions)[:QUESTIONS]
        return Reply(
            subject=subject,
            text=_said(subject, known, written=self._written),
            questions=() if subject is Subject.GOODBYE else proposed,
        )

    def _known(self) -> _Known:
        library = self._store.library
        with library.reading(), self._lock:
            if self._last is None or self._last.fingerprint != library.fingerprint:
                sources = tuple(library.sources())
                some = sources[:: max(1, len(sources) // READ)]
                outlines = outlines_of(
                    (s.title, [h.title for h in library.headings(s.id)]) for s in some
                )
                self._last = _Known(
                    fingerprint=library.fingerprint,
                    sources=sources,
                    languages=languages_of(_middle(library.text(s.id)) for s in some),
                    questions=tuple(example_questions(outlines, QUESTIONS)),
                )
            return self._last


def subject_of(turn: str, history: Sequence[Turn]) -> Subject:
    """What a reply to `turn` is about; where nothing is likely enough, TALK."""
    names = [subject for subject in Subject if subject is not Subject.LANGUAGE]
    return choose(shipped().chances(SUBJECT, names, turn, history))


def choose(chances: Mapping[str, float]) -> Subject:
    """The likeliest subject, or TALK."""
    subject = max(chances, key=lambda name: (chances[name], name))
    return Subject(subject) if chances[subject] >= UNSURE else Subject.TALK


def _said(subject: Subject, known: _Known, *, written: bool) -> str:
    """One to three sentences."""
    count = len(known.sources)
    if not count and subject not in (Subject.THANKS, Subject.GOODBYE):
        return "There are no documents here yet: once some are added, I answer from them."
    these = "this one document" if count == 1 else f"these {counted(count, 'document')}"
    match subject:
        case Subject.GREETING:
            return f"Hello! Ask me about {these}, and I will show you what they say."
        case Subject.THANKS:
            return "You are welcome. Ask on whenever you like."
        case Subject.GOODBYE:
            return "Goodbye, and come back whenever you have a question."
        case Subject.ABILITIES:
            return (
                f"I answer questions from {these}, and from nothing else. {_how(written)} Where "
                "they do not answer, I tell you so."
            )
        case Subject.DOCUMENTS:
            return f"I answer from {_titles(known.sources)}."
        case Subject.TRUST:
            return (
                f"{_how(written)} I may still choose one that misses your question, so read it "
                "where it stands before you rely on it. Where I find nothing that answers, I say "
                "so."
            )
        case Subject.LANGUAGE:
            names = _and([name_of(language) for language in known.languages])
            return f"I can only answer in the language of the documents: {names}."
        case Subject.WRITE:
            return (
                "I am afraid that is not something I can do: I look up what is in the documents, "
                f"and write, reckon or make nothing else. From {these} I can find you what to use."
            )
        case Subject.TALK:
            return (
                "I may not be much help with that: what I can do is look things up in "
                f"{these} and show you what they say."
            )


def _how(written: bool) -> str:
    """How an answer is proved."""
    if written:
        return (
            "Each sentence of an answer names the quotes that it rests on, and these stand in the "
            "documents to the letter, each with its place."
        )
    return "Every answer is made of quotes, word for word from the documents, each with its place."


def _titles(sources: Sequence[Source]) -> str:
    """How many documents there are, and the titles of the first few."""
    titles = "; ".join(source.title for source in sources[:TITLES])
    more = ", among them" if len(sources) > TITLES else ""
    return f"{counted(len(sources), 'document')}{more}: {titles}"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _middle(text: str) -> str:
    """A stretch of a text that is neither its front matter nor its end."""
    start = max(0, (len(text) - LONG) // 2)
    return text[start : start + LONG]
