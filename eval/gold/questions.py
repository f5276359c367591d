"""Gold questions: what a person would accept as an answer, and where it stands.

Written in YAML (one file a topic, a list of questions each) or JSON Lines (a question a line);
see `eval/gold/README.md`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from eval.errors import GoldError

GOLD = Path(__file__).parent
OUTCOMES = ("answered", "partial", "withheld", "reply")
SPLITS = ("tune", "held")
ROLES = ("user", "assistant")
ENDINGS = (".yaml", ".yml", ".jsonl")
FIELDS = frozenset("id question history outcome facts evidence missing tags split".split())


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
        if self.start is None or self.end is None:
            raise GoldError(f"evidence in {self.source} has neither a quote nor offsets")
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


def questions_alone(*names: str) -> list[str]:
    """The questions of our own gold of these names that need no conversation before them, over
    what the documents hold or not: a `withheld` is an answer, too."""
    return [g.question for g in load_gold([GOLD / name for name in names]) if not g.history]


def load_gold(paths: Iterable[Path]) -> list[GoldQuestion]:
    """The questions in files and folders, in order. Raises GoldError with file and id."""
    questions: dict[str, GoldQuestion] = {}
    for file in gold_files(paths):
        for question in _read(file):
            if question.id in questions:
                raise GoldError(f"{file}: the id '{question.id}' is there twice")
            questions[question.id] = question
    return list(questions.values())


def shipped_sets() -> list[Path]:
    """The folders of the sets that ship, by name."""
    return sorted(folder for folder in GOLD.iterdir() if any(folder.glob("*.yaml")))


def known(path: Path) -> tuple[GoldQuestion, ...]:
    """The questions of a file, read again when it has changed, or of a set that ships, read once:
    for the page, which asks for them again and again. Raises GoldError, and OSError for none."""
    status = path.stat()
    return _known(path, (status.st_mtime_ns, status.st_size) if path.is_file() else (0, 0))


@lru_cache(maxsize=8)
def _known(path: Path, stamp: tuple[int, int]) -> tuple[GoldQuestion, ...]:
    return tuple(load_gold([path]))


def sources_of(questions: Iterable[GoldQuestion]) -> set[str]:
    """The sources that the questions' evidence stands in."""
    return {place.source for question in questions for place in question.evidence}


def gold_files(paths: Iterable[Path]) -> list[Path]:
    """The gold files that these files and folders name; a folder's own, sorted by name."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(f for f in path.iterdir() if f.suffix in ENDINGS)
            if not inside:
                raise GoldError(f"{path} holds no gold questions ({', '.join(ENDINGS)})")
            found += inside
        else:
            found.append(path)
    return found


def gold_digest(questions: Sequence[GoldQuestion]) -> str:
    """One digest of all that the questions say: two runs compare only where it is the same."""
    said = [asdict(question) for question in sorted(questions, key=lambda q: q.id)]
    return hashlib.sha256(
        json.dumps(said, sort_keys=True, ensure_ascii=False, default=str).encode()
    ).hexdigest()[:16]


def _read(file: Path) -> list[GoldQuestion]:
    return [question_of(record, str(file)) for record in records_of(file)]


def records_of(file: Path) -> list[dict[str, Any]]:
    """The questions of a file as they are written. Raises GoldError."""
    try:
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".jsonl":
            records = [json.loads(line) for line in text.splitlines() if line.strip()]
        else:
            records = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as exc:
        raise GoldError(f"cannot read {file}: {exc}") from exc
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise GoldError(f"{file}: expected a list of questions")
    return records


def question_of(record: Mapping[str, Any], origin: str) -> GoldQuestion:
    """A question from its record; `origin` says in errors where it is from. Raises GoldError."""
    where = f"{origin}, '{record.get('id', '?')}'"
    unknown = sorted(set(record) - FIELDS)
    if unknown:
        raise GoldError(f"{where}: '{unknown[0]}' is not a field ({', '.join(sorted(FIELDS))} are)")
    for name in ("id", "question", "outcome"):
        if not isinstance(record.get(name), str) or not record[name].strip():
            raise GoldError(f"{where}: '{name}' must be text")
    if record["outcome"] not in OUTCOMES:
        raise GoldError(f"{where}: 'outcome' must be one of {', '.join(OUTCOMES)}")
    if record.get("split", "tune") not in SPLITS:
        raise GoldError(f"{where}: 'split' must be one of {', '.join(SPLITS)}")
    return GoldQuestion(
        id=record["id"],
        question=record["question"],
        outcome=record["outcome"],
        history=_history(record.get("history"), where),
        facts=_facts(record.get("facts"), where),
        evidence=tuple(_evidence(item, where) for item in record.get("evidence") or []),
        missing=record.get("missing"),
        tags=record.get("tags") or {},
        split=record.get("split", "tune"),
    )


def _history(turns: Any, where: str) -> tuple[tuple[str, str], ...]:
    for turn in turns or []:
        if (
            not isinstance(turn, dict)
            or turn.get("role") not in ROLES
            or not isinstance(turn.get("content"), str)
        ):
            raise GoldError(
                f"{where}: a turn of 'history' has a role (user, assistant) and content"
            )
    return tuple((turn["role"], turn["content"]) for turn in turns or [])


def _facts(facts: Any, where: str) -> tuple[tuple[str, ...], ...]:
    for fact in facts or []:
        if not isinstance(fact, list) or not fact or not all(str(form).strip() for form in fact):
            raise GoldError(f"{where}: each of 'facts' is a list of its accepted forms")
    return tuple(tuple(str(form) for form in fact) for fact in facts or [])


def _evidence(item: Any, where: str) -> Evidence:
    try:
        found = Evidence(**item)
    except TypeError as exc:
        raise GoldError(f"{where}: evidence: {exc}") from exc
    by_place = (found.start, found.end, found.sha256)
    if (found.quote is None) == (None in by_place):
        raise GoldError(
            f"{where}: evidence has a source and either a quote, or start, end and sha256"
        )
    return found
