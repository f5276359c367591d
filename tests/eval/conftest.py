"""A small library of our own with scripted answers over it, and a real run over the starter's."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from assistant import Engine
from eval.gold.places import Target, locate
from eval.gold.questions import GOLD, Evidence, GoldQuestion, load_gold
from eval.suite.run import Gold, run_of, run_suite
from eval.suite.runs import Run
from eval.suite.scoring.results import Result
from eval.suite.scoring.scoring import score_answers
from vectorstore import Changes, Library, NewPassage, NewVersion

EVERY = 4  # of the starter's questions: a part of all kinds, for the quick suite

Records = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """A real run with the library it was over, to sabotage and to score again."""

    run: Run
    gold: Gold
    library: Library

    @property
    def targets(self) -> list[Target]:
        return [result.target for result in self.run.results]

    def records(self) -> Records:
        """The answers as JSON, to change at will."""
        return [copy.deepcopy(dict(result.record)) for result in self.run.results]

    def scored(self, records: Sequence[Mapping[str, Any]]) -> Run:
        """The run that these answers would have been."""
        return run_of(
            score_answers(self.targets, records, self.library),
            gold=self.gold.to_json(),
            library=self.library,
            settings={},
            timings={},
        )


def suite_over(engine: Engine, questions: Sequence[GoldQuestion]) -> Suite:
    gold = Gold(files=(GOLD / "starter",), questions=tuple(questions))
    return Suite(run=run_suite(engine, gold, {}), gold=gold, library=engine.store.library)


@pytest.fixture(scope="session")
def make_suite() -> Callable[[Engine, Sequence[GoldQuestion]], Suite]:
    """Runs the suite over an engine, with these questions."""
    return suite_over


@pytest.fixture(scope="session")
def suite(starter_engine: Engine) -> Suite:
    """A real run over every fourth of the starter's gold questions."""
    return suite_over(starter_engine, load_gold([GOLD / "starter"])[::EVERY])


TEXT = """\
# About the river

The river rises in the hills. It is 42 kilometres long. Boats may not pass the weir.

## Who looks after it

Anna Berg leads the river board. The board has nine members.
"""


def place(words: str) -> tuple[int, int]:
    """Where these words stand in the river's text."""
    start = TEXT.index(words)
    return start, start + len(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """A library of one source, `river`, in two passages, `p1` and `p2`; with what makes gold
    questions and scripted answers over it."""

    library: Library

    def gold(
        self,
        id: str = "q",
        outcome: str = "answered",
        *,
        question: str = "How long is the river?",
        facts: Sequence[Sequence[str]] = (),
        quotes: Sequence[str] = (),
        alternatives: Sequence[str] = (),
        kind: str = "number",
        turn: str | None = None,
    ) -> GoldQuestion:
        """A gold question over the river; evidence by its words."""
        evidence = [Evidence(source="river", quote=words) for words in quotes]
        evidence += [Evidence(source="river", quote=w, alternative=True) for w in alternatives]
        return GoldQuestion(
            id=id,
            question=question,
            outcome=outcome,
            facts=tuple(tuple(fact) for fact in facts),
            evidence=tuple(evidence),
            tags={"kind": kind} | ({"turn": turn} if turn else {}),
            split="held",
        )

    def answer(
        self,
        *quotes: str,
        id: str = "q",
        outcome: str | None = None,
        search: Sequence[str] = ("p1", "p2"),
        confidence: float = 0.8,
    ) -> dict[str, Any]:
        """An extractive answer over the river, a statement for each of these; none: withheld."""
        places = [place(words) for words in quotes]
        return {
            "id": id,
            "question": "How long is the river?",
            "standalone_question": "How long is the river?",
            "outcome": outcome or ("answered" if quotes else "withheld"),
            "reason": None if quotes else "not stated",
            "missing": None,
            "confidence": confidence,
            "engine": "extractive",
            "answer": " ".join(f"{words} [{i}]" for i, words in enumerate(quotes, start=1))
            or "The library does not answer this question.",
            "statements": [
                {"text": words, "citations": [i], "support": 1.0}
                for i, words in enumerate(quotes, start=1)
            ],
            "citations": [
                {
                    "marker": i,
                    "source": "river",
                    "title": "The river",
                    "source_sha256": "",
                    "passage": "p1" if start < TEXT.index("Anna") else "p2",
                    "start": start,
                    "end": end,
                    "quote": TEXT[start:end],
                    "page": None,
                    "heading": "",
                }
                for i, (start, end) in enumerate(places, start=1)
            ],
            "dropped": [],
            "hits": [],
            "search": [
                {
                    "rank": rank,
                    "score": 1.0 / rank,
                    "source": "river",
                    "passage": id,
                    "start": 0,
                    "end": 9,
                }
                for rank, id in enumerate(search, start=1)
            ],
            "library": "",
        }

    def scored(self, *pairs: tuple[GoldQuestion, Mapping[str, Any]]) -> list[Result]:
        """These questions with these answers (each takes its question's id), scored."""
        targets = locate([question for question, _ in pairs], self.library)
        records = [{**record, "id": question.id} for question, record in pairs]
        return score_answers(targets, records, self.library)

    def run(self, *pairs: tuple[GoldQuestion, Mapping[str, Any]]) -> Run:
        """A run made of these questions and answers."""
        questions = tuple(question for question, _ in pairs)
        return run_of(
            self.scored(*pairs),
            gold=Gold(files=(), questions=questions).to_json(),
            library=self.library,
            settings={"engine": "extractive"},
            timings={"metrics": {}},
        )


@pytest.fixture(scope="session")
def river(tmp_path_factory: pytest.TempPathFactory) -> River:
    """The river's library, in a file of its own; no encoder is needed."""
    first, second = TEXT.index("The river rises"), TEXT.index("Anna Berg")
    passages = tuple(
        NewPassage(id=id, start=start, end=end, heading="", page=None, sentences=())
        for id, start, end in (
            ("p1", first, TEXT.index("\n\n## Who")),
            ("p2", second, len(TEXT) - 1),
        )
    )
    version = NewVersion(
        source="river",
        title="The river",
        kind="md",
        origin="river.md",
        file_sha256="0" * 64,
        text=TEXT,
        headings=(),
        passages=passages,
    )
    library = Library.create(tmp_path_factory.mktemp("river") / "library.sqlite3")
    changes = Changes(started="2016-09-07T00:00:00+00:00", add=(version,))
    library.commit(changes, meta={"encoder": "none"}, report="")
    return River(library=library)
