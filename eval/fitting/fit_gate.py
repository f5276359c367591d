"""Fit the gate's model: `python -m eval.fitting.fit_gate --claims FILE --questions FILE`.

Learns one logistic regression from claims that people judged (`--claims`) and from claims made by
rule from passages (`--questions`, whose passages and answers they are made from): the judged ones
say how near a passage must come, the made ones what one changed number, name or "not" does. Every
figure that it prints and stores is cross-validated on the judged claims; the penalty and
the rules behind the features were chosen on the same ones. Deterministic.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from assistant.proof.check import SHIPPED, Checker
from assistant.proof.features import FEATURES, FLAGS
from assistant.proof.said import clauses_of, sentences_of
from assistant.reading.calibration import Logistic
from eval.errors import EvalError
from eval.fitting.claim_edits import Claim, claims_of, made_sure, of_question, who_did_what
from eval.suite.scoring.intervals import Indices, Score, Tally, bootstrap_of, wilson
from vectorstore import SentenceEncoder
from vectorstore.encoder import Vectors

SEED = 20160907
FOLDS = 10
PASSAGES = 90  # of each set of questions that have been asked for
PASSAGE_CHARACTERS = 1_500
# The inverse strength of the L2 penalty; of 0.003 to 0.3 by cross-validation on the judged claims.
PENALTY = 0.01
# A flag is there or not, and rare: on a scale of its own the penalty hardly holds it.
FLAG_SCALE = 0.03
VETOES = ("numbers_changed", "dates_changed", "denied", "opposed", "overstated")
VETO_PRECISION = 0.85  # the lower bound of its interval on made claims
MADE_WEIGHT = 0.5  # all made claims together, beside all judged ones together
THRESHOLD = 0.5  # both sides weigh alike in the fit, so that the middle parts them

# What a reader of the figures must know.
NOTE = (
    "The penalty, and the rules behind the features, were chosen while looking at these judged "
    "claims: on claims of other kinds expect somewhat less."
)

Rows = NDArray[np.float32]
Truth = NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print what came of it, and write the model."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit_gate", description=__doc__)
    parser.add_argument("--claims", type=Path, required=True, help="judged claims, JSON Lines")
    parser.add_argument("--questions", type=Path, required=True, help="questions, JSON Lines")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args(argv)
    judged, made = read_claims(args.claims), made_claims(args.questions)
    encoder = Remembering()
    rows, made_rows = features_of(judged, encoder), features_of(made, encoder)
    content = fit(judged, rows, made, made_rows)
    args.out.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(content["data"], indent=2))
    return 0


class Remembering:
    """The built-in encoder, for many claims about the same passages: no text is encoded twice."""

    def __init__(self) -> None:
        self._encoder = SentenceEncoder()
        self._known: dict[bool, dict[str, NDArray[np.float32]]] = {True: {}, False: {}}

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode(
        self,
        texts: Sequence[str],
        *,
        query: bool = False,
        progress: Callable[[int], None] | None = None,
        bulk: bool = False,
    ) -> Vectors:
        known = self._known[query]
        new = [text for text in dict.fromkeys(texts) if text not in known]
        vectors = self._encoder.encode(new, query=query, progress=progress, bulk=bulk)
        known.update(zip(new, vectors, strict=True))
        return np.stack([known[text] for text in texts])


def read_claims(file: Path) -> list[Claim]:
    """Judged claims: `{"passage", "claim", "supported", "dataset"}` a line. Raises EvalError."""
    try:
        with file.open(encoding="utf-8") as stream:
            records = [json.loads(line) for line in stream if line.strip()]
        return [
            Claim(
                passage=record["passage"],
                claim=record["claim"],
                supported=bool(record["supported"]),
                made=record.get("dataset") or record.get("source") or "",
            )
            for record in records
        ]
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise EvalError(f"cannot read the claims in {file}: {exc!r}") from exc


def made_claims(file: Path, passages: int = PASSAGES) -> list[Claim]:
    """Claims made from the passages of a file of questions, `passages` of each of its sets; swapped
    roles from all."""
    by_set: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    with file.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            if len(record["passage"]) <= PASSAGE_CHARACTERS:
                by_set[record["set"]][record["passage"]].append(record)
    found: list[Claim] = []
    for name in sorted(by_set):
        questions = by_set[name]
        texts = sorted(questions)
        chosen = random.Random(SEED).sample(texts, min(passages, len(texts)))
        for passage, other in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
            chance = random.Random(f"{SEED} {passage}")
            found += claims_of(passage, sentences_of(passage), other, chance)
            found += made_sure(passage, sentences_of(passage), chance)
            found += _answers(passage, questions[passage])
        # Rare in any few passages, and so taken from all.
        for passage in texts:
            found += who_did_what(passage, sentences_of(passage))
    return found


def _answers(passage: str, records: Iterable[Any]) -> Iterable[Claim]:
    """Questions with their answers in place, and with another question's answer."""
    records = list(records)
    answers = [passage[span["start"] : span["end"]] for r in records for span in r["spans"][:1]]
    for record in records[:4]:
        right = [passage[span["start"] : span["end"]] for span in record["spans"]]
        if right and (claim := of_question(passage, record["question"], right[0], True)):
            yield claim
        wrong = [answer for answer in answers if answer not in right]
        if wrong and (claim := of_question(passage, record["question"], wrong[0], False)):
            yield claim


def features_of(claims: Sequence[Claim], encoder: Remembering) -> Rows:
    """The features of each claim, shape (len(claims), len(FEATURES))."""
    texts = [text for c in claims for text in (*sentences_of(c.claim), *sentences_of(c.passage))]
    texts += [part for c in claims for said in sentences_of(c.claim) for part in clauses_of(said)]
    encoder.encode(texts)
    checker = Checker(encoder)
    return np.stack([checker.features(c.claim, c.passage)[0] for c in claims])


def fit(
    judged: Sequence[Claim], rows: Rows, made: Sequence[Claim], made_rows: Rows
) -> dict[str, Any]:
    """The model and its cross-validated figures, as the file's content."""
    truth = np.array([c.supported for c in judged])
    made_truth = np.array([c.supported for c in made])

    def learn(chosen: Truth) -> Logistic:
        return fit_model(rows[chosen], truth[chosen], made_rows, made_truth)

    vetoes = proven(made_rows, made_truth)
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "data": {
            "judged": {"n": len(judged), "supported": int(truth.sum())},
            "made": {"n": len(made), "supported": int(made_truth.sum())},
            **figures(judged, rows, learn, vetoes),
            "note": NOTE,
        },
        "encoder": SentenceEncoder().fingerprint,
        "threshold": THRESHOLD,
        "vetoes": vetoes,
        "weights": learn(np.ones(len(judged), dtype=np.bool_)).to_json(),
    }


def proven(made_rows: Rows, made_truth: Truth) -> list[str]:
    """The flags that decide alone: of those that say that the passage has something else, rather
    than that it lacks something (VETOES), the ones that are all but never wrong on made claims."""
    found = []
    for name in VETOES:
        raised = made_rows[:, FEATURES.index(name)] > 0
        right = [Tally(total=float(not supported)) for supported in made_truth[raised]]
        low = wilson(name, right).low
        if low is not None and low >= VETO_PRECISION:
            found.append(name)
    return found


def fit_model(rows: Rows, truth: Truth, made_rows: Rows, made_truth: Truth) -> Logistic:
    """One logistic regression from both kinds of claims, supported and not weighing alike in each.

    Made claims keep the passage's words, whether it supports them or not. So they have weights of
    their own for how near the passage comes, which are then left out, and share with the judged
    ones only the weights of what does not agree. Of these none may speak for a claim: one that
    would is left at 0.
    """
    flags = np.array([name in FLAGS for name in FEATURES])
    mean = np.where(flags, 0.0, rows.mean(axis=0, dtype=np.float64))
    scale = np.where(flags, FLAG_SCALE, rows.std(axis=0, dtype=np.float64))
    scale = np.where(scale > 1e-9, scale, 1.0)
    every = (np.concatenate([rows, made_rows]).astype(np.float64) - mean) / scale
    own = np.repeat([0.0, 1.0], [len(rows), len(made_rows)])[:, None]
    weights = np.concatenate([_weights(truth, 1.0), _weights(made_truth, MADE_WEIGHT)]) * len(rows)
    used = np.ones(len(FEATURES), dtype=np.bool_)
    while True:
        model = LogisticRegression(C=PENALTY, max_iter=5_000, tol=1e-8)
        model.fit(
            np.hstack([every * used, every[:, ~flags] * own, own / FLAG_SCALE]),
            np.concatenate([truth, made_truth]),
            sample_weight=weights,
        )
        learnt = model.coef_[0][: len(FEATURES)] * used
        if not (flags & (learnt > 0)).any():
            break
        used &= ~(flags & (learnt > 0))
    return Logistic(
        features=FEATURES, mean=mean, scale=scale, weights=learnt, bias=float(model.intercept_[0])
    )


def _weights(truth: Truth, total: float) -> NDArray[np.float64]:
    """Weights of which each side gets half of `total`."""
    each = {side: total / 2 / max(int((truth == side).sum()), 1) for side in (True, False)}
    return np.where(truth, each[True], each[False])


def vetoed(rows: Rows, vetoes: Sequence[str]) -> Truth:
    """Which claims a flag that decides alone is raised for."""
    return np.asarray((rows[:, [FEATURES.index(name) for name in vetoes]] > 0).any(axis=1))


Learn = Callable[[Truth], Logistic]


def by_row(claims: Sequence[Claim]) -> NDArray[np.int64]:
    """Each claim's fold, drawn by chance."""
    return np.random.default_rng(SEED).permutation(len(claims)) % FOLDS


def by_source(claims: Sequence[Claim]) -> NDArray[np.int64]:
    """Each claim's fold: one for each set that claims are from, so that none is seen before."""
    names = sorted({c.made for c in claims})
    return np.array([names.index(c.made) for c in claims])


def held_out(rows: Rows, fold: NDArray[np.int64], learn: Learn) -> NDArray[np.float64]:
    """Each claim's probability by the model that has learnt from the other folds."""
    probability = np.zeros(len(rows))
    for k in sorted(set(fold.tolist())):
        probability[fold == k] = learn(fold != k).probability(rows[fold == k])
    return probability


def balanced_accuracy(metric: str, said: Truth, truth: Truth) -> Score:
    """The mean of the shares of supported and of other claims that are told rightly."""

    def of(rows: Indices) -> float | None:
        yes, no = truth[rows], ~truth[rows]
        if not yes.any() or not no.any():
            return None
        right = said[rows] == truth[rows]
        return float(right[yes].mean() + right[no].mean()) / 2

    return bootstrap_of(metric, len(truth), len(truth), of)


def figures(
    judged: Sequence[Claim], rows: Rows, learn: Learn, vetoes: Sequence[str]
) -> dict[str, Any]:
    """Balanced accuracy and AUROC of claims held out by row and by source."""
    truth = np.array([c.supported for c in judged])
    found: dict[str, Any] = {}
    for name, fold in (("by_row", by_row(judged)), ("by_source", by_source(judged))):
        p = held_out(rows, fold, learn)
        p = np.where(vetoed(rows, vetoes), p * THRESHOLD, p)
        found[name] = {
            "balanced_accuracy": balanced_accuracy(name, p >= THRESHOLD, truth).to_json(),
            "auroc": round(float(roc_auc_score(truth, p)), 4),
        }
    return found


if __name__ == "__main__":
    sys.exit(main())
