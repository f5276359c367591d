"""What is wrong with gold questions: found before a run blames the engine for it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant import Answer, Turn
from assistant.turn.question import wording
from eval.errors import GoldError
from eval.gold.facts import plain, states
from eval.gold.questions import GoldQuestion
from vectorstore import Library

ALIKE = 0.85  # of the words that two questions have between them: near duplicates
CONFIDENT = 0.6  # an answer this sure to a question that should have none is worth a look

Ask = Callable[[str, Sequence[Turn]], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a question: a "fault" must be mended, a "warning" looked at. `see` are
    lines that help with it."""

    level: str
    id: str
    what: str
    see: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "see": list(self.see)}


def lint(
    questions: Sequence[GoldQuestion], library: Library, ask: Ask | None = None
) -> list[Finding]:
    """All findings, in the order of the questions. Without `ask`, what needs an engine (an
    unanswerable question that the library does answer) is not looked for."""
    found: list[Finding] = []
    texts = {source.id: library.text(source.id) for source in library.sources()}
    for question in questions:
        evidence, problems = _evidence(question, texts)
        found += [Finding(level="fault", id=question.id, what=problem) for problem in problems]
        found += _shape(question)
        if not problems:
            found += _facts(question, evidence)
        if ask is not None and question.outcome == "withheld":
            found += _answered(question, ask)
    found += _duplicates(questions)
    order = {question.id: place for place, question in enumerate(questions)}
    return sorted(found, key=lambda f: order[f.id])


def _evidence(question: GoldQuestion, texts: dict[str, str]) -> tuple[str, list[str]]:
    """The text of all evidence, and what of it is no longer there."""
    parts, problems = [], []
    for place in question.evidence:
        if place.source not in texts:
            problems.append(f"its source '{place.source}' is not in the library")
            continue
        text = texts[place.source]
        try:
            start, end = place.locate(text)
        except GoldError as exc:
            problems.append(f"its evidence has gone: {exc}")
            continue
        parts.append(text[start:end])
        if place.quote is not None and text.count(place.quote) > 1:
            problems.append(f"its quote stands in {place.source} more than once: make it longer")
    return "\n".join(parts), problems


def _shape(question: GoldQuestion) -> Iterator[Finding]:
    silent = {"withheld": "is to be withheld", "reply": "asks nothing of the library"}
    if question.outcome in silent:
        if question.evidence or question.facts:
            what = f"it {silent[question.outcome]} and has evidence or facts"
            yield Finding(level="fault", id=question.id, what=what)
        return
    if not question.evidence:
        yield Finding(level="fault", id=question.id, what="it is answerable and has no evidence")
    if not question.facts:
        yield Finding(level="warning", id=question.id, what="it names no fact to look for")
    if question.outcome == "partial" and not question.missing:
        yield Finding(level="warning", id=question.id, what="it does not say what is 'missing'")


def _facts(question: GoldQuestion, evidence: str) -> Iterator[Finding]:
    for fact in question.facts:
        if not states(evidence, fact):
            yield Finding(
                level="fault",
                id=question.id,
                what=f"its fact '{fact[0]}' is not in its own evidence",
            )


def _answered(question: GoldQuestion, ask: Ask) -> Iterator[Finding]:
    answer = ask(question.question, [Turn(role=r, content=c) for r, c in question.history])
    if answer.citations and (answer.confidence or 0.0) >= CONFIDENT:
        yield Finding(
            level="warning",
            id=question.id,
            what=f"it is to be withheld, and the engine is {answer.confidence:.2f} sure to answer "
            "it: does the library answer after all?",
            see=tuple(
                f"{c.source} {c.start}-{c.end}: {' '.join(c.quote.split())}"
                for c in answer.citations
            ),
        )


def _duplicates(questions: Sequence[GoldQuestion]) -> Iterator[Finding]:
    """Questions that ask the same: in the same words, or in nearly the same ones."""
    exact: dict[tuple[str, str], str] = {}
    by_stem: dict[str, list[tuple[GoldQuestion, frozenset[str]]]] = defaultdict(list)
    for question in questions:
        said = (plain(question.question), plain(" ".join(text for _, text in question.history)))
        if said in exact:
            what = f"it asks the same as '{exact[said]}'"
            yield Finding(level="fault", id=question.id, what=what)
            continue
        exact[said] = question.id
        stems = frozenset(wording(question.question).stems)
        near = {
            other.id: other
            for stem in stems
            for other, theirs in by_stem[stem]
            if not question.history
            and not other.history
            and len(stems & theirs) >= ALIKE * len(stems | theirs)
        }
        for stem in stems:
            by_stem[stem].append((question, stems))
        for other in near.values():
            what = f"it asks nearly the same as '{other.id}'"
            yield Finding(level="warning", id=question.id, what=what, see=(other.question,))
