"""Fit the calibration that ships: `python -m eval.fit --bench DIR --sources DIR --homes DIR`.

Learns two logistic regressions from questions with known answers: how likely a sentence is to
answer, and how likely the evidence as a whole is to. Reads the public sets under `--bench`, the
originals under `--sources` and our own gold of the `tune` split; never the `held` split.
The evidence model is cross-validated, so that the answer model learns from scores of questions
that the evidence model has not seen. Everything is deterministic.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.calibration import SHIPPED, Logistic
from assistant.engine import PASSAGES_READ
from assistant.evidence import rank
from assistant.features import (
    ANSWER_FEATURES,
    SENTENCE_FEATURES,
    Asked,
    Candidate,
    answer_features,
    ask_about,
    candidates,
)
from assistant.settings import AssistantSettings
from eval.errors import EvalError
from eval.gold_questions import GOLD, load_gold
from vectorstore import Found, Store, StoreSettings, Table, load_settings, open_store

Span = tuple[str, int, int]

FOLDS = 5
# The inverse strength of the L2 penalty; the answer model's is the best of 0.3, 0.03 and 0.01 in
# cross-validation.
SENTENCE_PENALTY, ANSWER_PENALTY = 0.3, 0.03
ANSWERED_AT_LEAST = 0.93  # of the answerable gold questions: the threshold follows from it
# What one question of a set counts: our own gold is small, and closest to what people ask.
WEIGHTS = {"squad2": 1.0, "covidqa": 1.0, "starter": 3.0, "originals": 3.0}


@dataclass(kw_only=True)
class Example:
    """One question with its candidates, and which of them answer."""

    set: str
    group: str
    answerable: bool
    asked: Asked
    found: Found
    listed: list[Candidate]
    right: NDArray[np.bool_]
    row: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, dtype=np.float32))
    hit: bool = False


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print what came of it, and write the calibration."""
    parser = argparse.ArgumentParser(prog="python -m eval.fit", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--sources", type=Path, required=True, help="the five originals")
    parser.add_argument("--homes", type=Path, required=True, help="where their libraries are kept")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args(argv)
    examples: list[Example] = []
    for name in ("squad2", "covidqa"):
        store = library_of(args.homes / name, args.bench / name / "corpus.jsonl")
        rows = bench_questions(args.bench / name / "questions.jsonl")
        examples += [_example(name, store, *row) for row in rows]
        print(f"{name}: {sum(e.set == name for e in examples)} questions", file=sys.stderr)
    for name, paths in (("starter", ()), ("originals", (args.sources,))):
        store = library_of(args.homes / name, *paths)
        for row in gold_rows(GOLD / name, store, "tune"):
            examples.append(_example(name, store, *row))
        print(f"{name}: {sum(e.set == name for e in examples)} questions", file=sys.stderr)
    content = fit(examples)
    args.out.write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(content["data"], indent=2))
    return 0


def library_of(home: Path, *paths: Path) -> Store:
    """A store over `paths` (with none, the starter library) in `home`, brought up to date by the
    program's own `ingest`. Raises EvalError where that fails."""
    command = [sys.executable, "-m", "soundings", "--home", str(home), "ingest", *map(str, paths)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise EvalError(f"could not make the library in {home}: {' '.join(command)}")
    tables: dict[str, type[Table]] = {"vectorstore": StoreSettings, "assistant": AssistantSettings}
    return open_store(load_settings(tables, home=str(home), environ={}))


def bench_questions(file: Path) -> Iterator[tuple[str, str, bool, list[Span]]]:
    """(group, question, answerable, spans) of a public set, in its order."""
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            asked_about = (record.get("meta") or {}).get("asked_about", "")
            about = (record.get("gold_doc_ids") or [asked_about])[0]
            spans = [(s["doc"], s["start"], s["end"]) for s in record.get("gold_spans") or []]
            yield about.rsplit("-p", 1)[0], record["question"], record["answerable"], spans


def gold_rows(
    folder: Path, store: Store, split: str
) -> Iterator[tuple[str, str, bool, list[Span]]]:
    """(id, question, answerable, spans) of our gold without history and in one piece."""
    for gold in load_gold([folder]):
        if gold.split != split or gold.history or gold.outcome == "partial":
            continue
        spans = []
        for place in gold.evidence:
            start, end = place.locate(store.library.text(place.source))
            spans.append((place.source, start, end))
        yield gold.id, gold.question, gold.outcome == "answered", spans


def _example(
    name: str, store: Store, group: str, question: str, answerable: bool, spans: list[Span]
) -> Example:
    found = store.searcher.search(question, PASSAGES_READ)
    asked = ask_about(question, store.library)
    listed = candidates(asked, found)
    right = np.array(
        [
            any(
                c.hit.passage.source == source and c.sentence.start < end and start < c.sentence.end
                for source, start, end in spans
            )
            for c in listed
        ],
        dtype=np.bool_,
    )
    return Example(
        set=name,
        group=f"{name}:{group}",
        answerable=answerable,
        asked=asked,
        found=found,
        listed=listed,
        right=right,
    )


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Both models, the threshold, and the cross-validated figures, as the file's content."""
    fold = fold_of(examples)
    for k in range(FOLDS):
        model = fit_sentences([e for e in examples if fold[e.group] != k])
        for example in examples:
            if fold[example.group] == k:
                _read(example, model)
    answer = fit_answers(examples)
    probability = np.zeros(len(examples))
    for k in range(FOLDS):
        out = [i for i, e in enumerate(examples) if fold[e.group] == k]
        part = fit_answers([e for e in examples if fold[e.group] != k])
        probability[out] = part.probability(np.stack([examples[i].row for i in out]))
    ours = np.array([e.set in ("starter", "originals") and e.answerable for e in examples])
    threshold = float(np.quantile(probability[ours], 1 - ANSWERED_AT_LEAST))
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "data": {name: _figures(examples, probability, threshold, name) for name in WEIGHTS},
        "threshold": round(threshold, 6),
        "sentence": fit_sentences(examples).to_json(),
        "answer": answer.to_json(),
    }


def fold_of(examples: Sequence[Example]) -> dict[str, int]:
    """Group → fold. Groups (an article, a paper, a gold question) stay in one piece."""
    groups = sorted({e.group for e in examples})
    return {group: i % FOLDS for i, group in enumerate(groups)}


def fit_sentences(examples: Sequence[Example]) -> Logistic:
    """Which sentence answers, learnt where one does and was found; each question counts alike."""
    used = [e for e in examples if e.right.any()]
    rows = np.concatenate([[c.features for c in e.listed] for e in used])
    wanted = np.concatenate([e.right for e in used])
    weights = np.concatenate([np.full(len(e.listed), WEIGHTS[e.set]) for e in used])
    return _logistic(SENTENCE_FEATURES, rows, wanted, weights, SENTENCE_PENALTY)


def fit_answers(examples: Sequence[Example]) -> Logistic:
    """Whether one of the three best sentences answers."""
    rows = np.stack([e.row for e in examples])
    wanted = np.array([e.hit for e in examples])
    weights = np.array([WEIGHTS[e.set] for e in examples])
    return _logistic(ANSWER_FEATURES, rows, wanted, weights, ANSWER_PENALTY)


def _read(example: Example, model: Logistic) -> None:
    """Rank an example's sentences by a model that has not seen it."""
    scores = model.probability(np.stack([c.features for c in example.listed]))
    ranked = rank(example.listed, scores.tolist())
    right = {id(c): bool(r) for c, r in zip(example.listed, example.right, strict=True)}
    example.row = answer_features(example.asked, example.found, ranked)
    example.hit = any(right[id(candidate)] for candidate, _ in ranked[:3])


def _logistic(
    features: Sequence[str],
    rows: NDArray[np.float32],
    wanted: NDArray[np.bool_],
    weights: NDArray[np.float64],
    penalty: float,
) -> Logistic:
    mean, scale = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64)
    scale = np.where(scale > 1e-9, scale, 1.0)
    model = LogisticRegression(C=penalty, max_iter=5_000, tol=1e-8)
    model.fit((rows - mean) / scale, wanted, sample_weight=weights)
    return Logistic(
        features=tuple(features),
        mean=mean,
        scale=scale,
        weights=model.coef_[0],
        bias=float(model.intercept_[0]),
    )


def _figures(
    examples: Sequence[Example], probability: NDArray[np.float64], threshold: float, name: str
) -> dict[str, Any]:
    """The cross-validated figures of one set. None where there is nothing to measure."""
    mine = np.array([e.set == name for e in examples])
    answerable = np.array([e.answerable for e in examples])[mine]
    hit = np.array([e.hit for e in examples])[mine]
    p = probability[mine]
    both = answerable.any() and not answerable.all()

    def share(of: NDArray[np.bool_], which: NDArray[np.bool_]) -> float | None:
        return round(float(of[which].mean()), 4) if which.any() else None

    curve = []
    for low in np.arange(0.0, 1.0, 0.2):
        inside = (p >= low) & (p < low + 0.2)
        if inside.any():
            curve.append(
                {
                    "from": round(float(low), 1),
                    "n": int(inside.sum()),
                    "predicted": round(float(p[inside].mean()), 4),
                    "observed": round(float(hit[inside].mean()), 4),
                }
            )
    return {
        "n": int(mine.sum()),
        "answerable": int(answerable.sum()),
        "evidence_in_three": share(hit, answerable),
        "auroc": round(float(roc_auc_score(answerable, p)), 4) if both else None,
        "answered": share(p >= threshold, answerable),
        "withheld": share(p < threshold, ~answerable),
        "reliability": curve,
    }


if __name__ == "__main__":
    sys.exit(main())
