"""Gold questions: what a person would accept as an answer, and where it stands.

Written in YAML, one file a topic, a list of questions each; see `eval/gold/README.md`.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from eval.errors import GoldError

GOLD = Path(__file__).parent / "gold"
OUTCOMES = ("answered", "partial", "withheld")
FIELDS = frozenset(
    "id question history outcome facts evidence missing tags split".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place that answers: `text[start:end]` of a source, whose digest is `sha256`.

    Where the gold gives a quote instead of offsets, `quote` holds it and the offsets are found
    in the library. `alternative` places each suffice alone.
    """

    source: str
    start: int | None = None
    end: int | None = None
    sha256: str | None = None
    quote: str | None = None
    alternative: bool = False

    def locate(self, text: str) -> tuple[int, int]:
        """The offsets in the source's text. Raises GoldError where the place has changed."""
        if self.quote is not None:
            start = text.find(self.quote)
            if start < 0:
                raise GoldError(f"{self.source} no longer holds the quote '{self.quote[:60]}…'")
            return start, start + len(self.quote)
        assert self.start is not None and self.end is not None
        found = text[self.start : self.end]
        if hashlib.sha256(found.encode()).hexdigest() != self.sha256:
            raise GoldError(f"{self.source} has changed at {self.start}-{self.end}")
        return self.start, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldQuestion:
    """A question with what is wanted of its answer.

    `facts` must all appear in the answer, each in one of its forms. `split` is "tune" for
    questions that settings may be fitted on, "held" for those kept apart to measure with.
    """

    id: str
    question: str
    outcome: str
    history: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    missing: str | None = None
    tags: Mapping[str, Any]
    split: str


def load_gold(paths: Iterable[Path]) -> list[GoldQuestion]:
    """The questions in files and folders of YAML, in order. Raises GoldError with file and id."""
    questions: dict[str, GoldQuestion] = {}
    for path in paths:
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        for file in files:
            for question in _read(file):
                if question.id in questions:
                    raise GoldError(f"{file}: the id '{question.id}' is there twice")
                questions[question.id] = question
    return list(questions.values())


def _read(file: Path) -> list[GoldQuestion]:
    try:
        records = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise GoldError(f"cannot read {file}: {exc}") from exc
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise GoldError(f"{file}: expected a list of questions")
    return [_question(record, file) for record in records]


def _question(record: dict[str, Any], file: Path) -> GoldQuestion:
    where = f"{file}, '{record.get('id', '?')}'"
    unknown = sorted(set(record) - FIELDS)
    if unknown:
        raise GoldError(f"{where}: '{unknown[0]}' is not a field ({', '.join(sorted(FIELDS))} are)")
    for name in ("id", "question", "outcome"):
        if not isinstance(record.get(name), str):
            raise GoldError(f"{where}: '{name}' must be text")
    if record["outcome"] not in OUTCOMES:
        raise GoldError(f"{where}: 'outcome' must be one of {', '.join(OUTCOMES)}")
    try:
        evidence = tuple(Evidence(**item) for item in record.get("evidence") or [])
    except TypeError as exc:
        raise GoldError(f"{where}: evidence: {exc}") from exc
    return GoldQuestion(
        id=record["id"],
        question=record["question"],
        outcome=record["outcome"],
        history=tuple((t["role"], t["content"]) for t in record.get("history") or []),
        facts=tuple(tuple(str(form) for form in fact) for fact in record.get("facts") or []),
        evidence=evidence,
        missing=record.get("missing"),
        tags=record.get("tags") or {},
        split=record.get("split", "tune"),
    )
