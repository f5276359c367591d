"""Fit what ships: `python -m eval.fitting.fit --bench DIR --sources DIR --homes DIR`.

Learns two logistic regressions from questions with known answers: how likely a sentence is to
answer, and how likely the evidence as a whole is to. Reads the public sets under `--bench`, the
originals under `--sources`, our own records over documents that the reader has not learnt from,
and our own gold of the `tune` split; never the `held` split, nor `dev`. The first model is
cross-validated, so that the second learns from chances of questions that the first has not seen.
Everything is deterministic.
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

from assistant.reading import open_reader
from assistant.reading.calibration import SHIPPED, SHIPPED_READ, Logistic
from assistant.reading.features import answer_features
from eval.fitting.learning_set import OURS, Example, examples_of
from eval.suite.scoring.metrics import auroc

FOLDS = 5
SENTENCE_PENALTY, ANSWER_PENALTY = 0.3, 0.3  # the inverse strength of the L2 penalty
ANSWERED_AT_LEAST = 0.86  # of people's answerable questions: the threshold follows from it
# What one question of a set counts: PEOPLE's are closest to what is asked, our own gold is small.
PEOPLE = (OURS, "starter", "originals")
WEIGHTS = {"squad2": 1.0, OURS: 3.0, "starter": 3.0, "originals": 3.0}


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
    examples = examples_of(args.bench, args.sources, args.homes, reader)
    content = fit(examples)
    content["reader"] = reader.fingerprint if reader else None
    out = args.out or (SHIPPED_READ if reader else SHIPPED)
    out.write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(content["data"], indent=2))
    return 0


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Both models, the threshold, and the cross-validated figures, as the file's content."""
    probability = cross_validate(examples)
    ours = np.array([e.set in PEOPLE for e in examples])
    wanted = np.array([bool(e.right.any()) for e in examples])
    slope, shift = platt(probability[ours], wanted[ours])
    probability = _of_odds(slope * _odds(probability) + shift)
    answerable = np.array([e.answerable for e in examples])
    threshold = float(np.quantile(probability[ours & answerable], 1 - ANSWERED_AT_LEAST))
    answers = fit_answers(examples)
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "read": bool(examples[0].sight.wholes),
        "data": {name: _figures(examples, probability, threshold, name) for name in WEIGHTS},
        "threshold": round(threshold, 6),
        "sentence": fit_sentences(examples).to_json(),
        "answer": replace(
            answers, weights=slope * answers.weights, bias=slope * answers.bias + shift
        ).to_json(),
    }


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


def cross_validate(examples: Sequence[Example]) -> NDArray[np.float64]:
    """Judge every example by models that have not seen its group, and give the probabilities that
    its evidence answers, of shape (examples,)."""
    for learnt, left in _splits(examples):
        model = fit_sentences(learnt)
        for example in left:
            _judge(example, model.probability(example.sight.rows).tolist())
    probability: dict[int, float] = {}
    for learnt, left in _splits(examples):
        found = fit_answers(learnt).probability(np.stack([example.row for example in left]))
        probability |= {id(e): p for e, p in zip(left, found.tolist(), strict=True)}
    return np.array([probability[id(example)] for example in examples])


def _splits(examples: Sequence[Example]) -> Iterator[tuple[list[Example], list[Example]]]:
    """(what is learnt from, what is judged): each fold in turn."""
    fold = fold_of(examples)
    for k in range(FOLDS):
        learnt = [e for e in examples if fold[e.group] != k]
        yield learnt, [e for e in examples if fold[e.group] == k]


def fold_of(examples: Sequence[Example]) -> dict[str, int]:
    """Group → fold. Groups (an article, a paper, a gold question) stay in one piece."""
    groups = sorted({e.group for e in examples})
    return {group: i % FOLDS for i, group in enumerate(groups)}


def fit_sentences(examples: Sequence[Example]) -> Logistic:
    """Which sentence answers, where one does and was found; each question counts alike."""
    used = [e for e in examples if e.right.any()]
    return _logistic(
        used[0].sight.features,
        np.concatenate([e.sight.rows for e in used]),
        np.concatenate([e.right for e in used]),
        np.concatenate([np.full(len(e.listed), WEIGHTS[e.set]) for e in used]),
        SENTENCE_PENALTY,
    )


def fit_answers(examples: Sequence[Example]) -> Logistic:
    """Whether any of the sentences that were read answers."""
    return _logistic(
        answer_features(bool(examples[0].sight.wholes)),
        np.stack([e.row for e in examples]),
        np.array([bool(e.right.any()) for e in examples]),
        np.array([WEIGHTS[e.set] for e in examples]),
        ANSWER_PENALTY,
    )


def _judge(example: Example, chances: Sequence[float]) -> None:
    """What the sentences' chances come to for the question as a whole."""
    places = sorted(range(len(chances)), key=lambda i: (-chances[i], example.listed[i].place))
    example.row = example.sight.answer_row(chances)
    example.hit = bool(example.right[places[:3]].any())
    example.top = bool(example.right[places[0]])


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
