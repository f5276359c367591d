"""Fit what ships: `python -m eval.fitting.fit --bench DIR --sources DIR --homes DIR`.

Learns two logistic regressions from questions with known answers: how likely a sentence is to
answer, and how likely the evidence as a whole is to. Reads the public sets under `--bench` and the
questions beside them, the originals under `--sources`, and our own gold of the `tune` split; never
the `held` split, nor `dev`.
The evidence model is cross-validated, so that the answer model learns from scores of questions
that the evidence model has not seen. Everything is deterministic.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from assistant.reading import SpanReader, open_reader
from assistant.reading.answer_features import ANSWER_FEATURES, answer_features
from assistant.reading.calibration import SHIPPED, SHIPPED_READ, Logistic
from assistant.reading.evidence import placed
from assistant.reading.features import SENTENCE_FEATURES
from assistant.reading.read_features import (
    READ_ANSWER_FEATURES,
    READ_FEATURES,
    looks,
    pool,
    read_answer_row,
    read_rows,
)
from eval.fitting.learning_set import AUTHORED, HELD, Example, examples_of
from eval.suite.scoring.metrics import auroc

FOLDS = 5
# The inverse strength of the L2 penalty; the answer model's is the best of 0.03 and 0.01 in
# cross-validation.
SENTENCE_PENALTY, ANSWER_PENALTY = 0.3, 0.01
ANSWERED_AT_LEAST = 0.88  # of people's answerable questions: the threshold follows from it
# What one question of a set counts: PEOPLE's are closest to what is asked, our own gold is small.
PEOPLE = (AUTHORED, "starter", "originals")
WEIGHTS = {"squad2": 1.0, "covidqa": 1.0, AUTHORED: 2.0, "starter": 3.0, "originals": 3.0}


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print what came of it, and write the calibration."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--sources", type=Path, required=True, help="the five originals")
    parser.add_argument("--homes", type=Path, required=True, help="where their libraries are kept")
    parser.add_argument("--reader", default="none", help="as in SOUNDINGS_READER")
    parser.add_argument("--out", type=Path, help="the shipped calibration, unless told otherwise")
    args = parser.parse_args(argv)
    reader = open_reader(args.reader)
    examples = examples_of(args.bench, args.sources, args.homes)
    content = fit(examples, reader)
    out = args.out or (SHIPPED_READ if reader else SHIPPED)
    out.write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(content["data"], indent=2))
    return 0


def fit(examples: Sequence[Example], reader: SpanReader | None = None) -> dict[str, Any]:
    """All models, the threshold, and the cross-validated figures, as the file's content."""
    probability = cross_validate(examples, reader)
    ours = np.array([e.set in PEOPLE for e in examples])
    wanted = np.array([e.hit and e.answerable for e in examples])
    slope, shift = platt(probability[ours], wanted[ours])
    probability = _of_odds(slope * _odds(probability) + shift)
    answerable = np.array([e.answerable for e in examples])
    threshold = float(np.quantile(probability[ours & answerable], 1 - ANSWERED_AT_LEAST))
    content: dict[str, Any] = {
        "made": datetime.now(UTC).date().isoformat(),
        "data": {name: _figures(examples, probability, threshold, name) for name in WEIGHTS},
        "threshold": round(threshold, 6),
        "sentence": fit_sentences(examples).to_json(),
    }
    if reader is not None:
        content["reader"] = reader.fingerprint
        content["second"] = fit_second(examples).to_json()
    answers = fit_answers(examples, read=reader is not None)
    content["answer"] = replace(
        answers, weights=slope * answers.weights, bias=slope * answers.bias + shift
    ).to_json()
    return content


def platt(probability: NDArray[np.float64], happened: NDArray[np.bool_]) -> tuple[float, float]:
    """The slope and shift of the log odds with which probabilities say how often it happened
    (Platt 1999, "Probabilistic outputs for support vector machines").

    Fitted on what was judged by models that had not seen it, and on people's questions: half of
    squad2's questions are written to mislead, which people's are not, and pull every confidence
    towards the middle.
    """
    model = LogisticRegression(C=np.inf, max_iter=5_000, tol=1e-8)
    model.fit(_odds(probability)[:, None], happened)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    kept = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.asarray(np.log(kept / (1 - kept)))


def _of_odds(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-odds)))


def cross_validate(examples: Sequence[Example], reader: SpanReader | None) -> NDArray[np.float64]:
    """Judge every example by models that have not seen its group, and give the probabilities that
    its evidence answers, of shape (examples,)."""
    for learnt, left in _splits(examples):
        model = fit_sentences(learnt)
        for example in left:
            rows = np.stack([c.features for c in example.listed])
            example.first = model.probability(rows).tolist()
            if reader is None:
                _judge(example, example.first, read=False)
    if reader is not None:
        _let_read(examples, reader)
        for learnt, left in _splits(examples):
            model = fit_second(learnt)
            for example in left:
                second = model.probability(example.rows).tolist()
                _judge(example, pool(example.first, second), read=True)
    probability: dict[int, float] = {}
    for learnt, left in _splits(examples):
        model = fit_answers(learnt, read=reader is not None)
        found = model.probability(np.stack([example.row for example in left]))
        probability |= {id(e): p for e, p in zip(left, found.tolist(), strict=True)}
    return np.array([probability[id(example)] for example in examples])


def _splits(examples: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """(what is learnt from, what is judged): each fold in turn, and what is held back at last."""
    fold = fold_of([e for e in examples if not e.set.endswith(HELD)])
    for k in range(FOLDS):
        learnt = [e for e in examples if fold.get(e.group, k) != k]
        yield learnt, [e for e in examples if fold.get(e.group) == k]
    held = [e for e in examples if e.group not in fold]
    if held:
        yield [e for e in examples if e.group in fold], held


def _let_read(examples: Sequence[Example], reader: SpanReader) -> None:
    for done, example in enumerate(examples, start=1):
        example.seen = looks(example.asked, example.listed, example.first, reader)
        example.rows = read_rows(example.listed, example.first, example.seen)
        if done % 100 == 0:
            print(f"read for {done} of {len(examples)}", file=sys.stderr)


def fold_of(examples: Sequence[Example]) -> dict[str, int]:
    """Group → fold. Groups (an article, a paper, a gold question) stay in one piece."""
    groups = sorted({e.group for e in examples})
    return {group: i % FOLDS for i, group in enumerate(groups)}


def fit_sentences(examples: Sequence[Example]) -> Logistic:
    """Which sentence answers, by its plain features; each question counts alike."""
    rows = [np.stack([c.features for c in e.listed]) for e in examples]
    return _sentences(examples, rows, SENTENCE_FEATURES)


def fit_second(examples: Sequence[Example]) -> Logistic:
    """Which sentence answers, once a reader has read the best."""
    return _sentences(examples, [e.rows for e in examples], SENTENCE_FEATURES + READ_FEATURES)


def _sentences(
    examples: Sequence[Example], rows: Sequence[NDArray[np.float32]], features: Sequence[str]
) -> Logistic:
    """Learnt where a sentence answers and was found."""
    used = [(e, r) for e, r in zip(examples, rows, strict=True) if e.right.any()]
    wanted = np.concatenate([e.right for e, _ in used])
    weights = np.concatenate([np.full(len(e.listed), WEIGHTS[e.set]) for e, _ in used])
    return _logistic(
        features, np.concatenate([r for _, r in used]), wanted, weights, SENTENCE_PENALTY
    )


def fit_answers(examples: Sequence[Example], *, read: bool) -> Logistic:
    """Whether one of the three best sentences answers. With what was read: the mean of the log odds
    of two models, one of the plain ranking alone, and one of the pooled ranking and the reading."""
    rows = np.stack([e.row for e in examples])
    wanted = np.array([e.hit for e in examples])
    weights = np.array([WEIGHTS[e.set] for e in examples])

    def learnt(features: Sequence[str], columns: Sequence[int]) -> Logistic:
        return _logistic(features, rows[:, columns], wanted, weights, ANSWER_PENALTY)

    if not read:
        return learnt(ANSWER_FEATURES, range(len(ANSWER_FEATURES)))
    features = ANSWER_FEATURES + READ_ANSWER_FEATURES
    plain = range(len(ANSWER_FEATURES), 2 * len(ANSWER_FEATURES))
    other = [i for i in range(len(features)) if i not in plain]
    return mean_of(
        features,
        (plain, learnt([features[i] for i in plain], plain)),
        (other, learnt([features[i] for i in other], other)),
    )


def mean_of(features: Sequence[str], *models: tuple[Sequence[int], Logistic]) -> Logistic:
    """The mean of the log odds of models over some of the features, each one of one model."""
    mean, scale, weights = (np.zeros(len(features)) for _ in range(3))
    for columns, model in models:
        mean[columns], scale[columns] = model.mean, model.scale
        weights[columns] = model.weights / len(models)
    return Logistic(
        features=tuple(features),
        mean=mean,
        scale=scale,
        weights=weights,
        bias=sum(model.bias for _, model in models) / len(models),
    )


def _judge(example: Example, scores: Sequence[float], *, read: bool) -> None:
    """What the scores come to for the question as a whole."""
    places = [i for i, _ in placed(example.listed, scores)]
    row = _row(example, scores)
    if read:
        reading = read_answer_row(places, example.first, example.seen)
        row = np.concatenate([row, _row(example, example.first), reading])
    example.row = row
    example.hit = bool(example.right[places[:3]].any())
    example.top, example.best = bool(example.right[places[0]]), places[0]


def _row(example: Example, scores: Sequence[float]) -> NDArray[np.float32]:
    ranked = [(example.listed[i], score) for i, score in placed(example.listed, scores)]
    return answer_features(example.asked, example.found, ranked)


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
    top = np.array([e.top for e in examples])[mine]
    p = probability[mine]
    separation = auroc(p, answerable.astype(np.float64))

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
        "evidence_first": share(top, answerable),
        "evidence_in_three": share(hit, answerable),
        "auroc": None if separation is None else round(separation, 4),
        "answered": share(p >= threshold, answerable),
        "withheld": share(p < threshold, ~answerable),
        "reliability": curve,
    }


if __name__ == "__main__":
    sys.exit(main())
