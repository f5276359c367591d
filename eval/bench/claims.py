"""How well the gate tells supported claims: `python -m eval.bench.claims --claims FILE`.

Prints balanced accuracy with its 95 % interval (bootstrap over claims) for the shipped model and,
with `--questions FILE` (see `eval.fitting.fit_gate`), for models that have not seen the claims
they are asked about: cross-validated by row and by source. Beside it, what word overlap
with the best threshold comes to, and whether the two differ by more than chance (paired over
claims). The shipped model has learnt from the file that its figures name:
on that one only the cross-validated figures say how it does on new claims.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from assistant.proof.check import Checker, shipped_model
from assistant.proof.said import sentences_of
from assistant.reading.calibration import Logistic
from eval.fitting.claim_edits import Claim
from eval.fitting.fit_gate import (
    THRESHOLD,
    Remembering,
    Truth,
    balanced_accuracy,
    by_row,
    by_source,
    features_of,
    fit_model,
    held_out,
    made_claims,
    proven,
    read_claims,
    vetoed,
)
from eval.suite.scoring.intervals import Indices, paired
from vectorstore import SentenceEncoder
from vectorstore.library.lexicon import words

TIMED = 40  # pairs


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.claims", description=__doc__)
    parser.add_argument("--claims", type=Path, required=True, help="judged claims, JSON Lines")
    parser.add_argument("--questions", type=Path, help="questions to make further claims from")
    args = parser.parse_args(argv)
    claims, encoder = read_claims(args.claims), Remembering()
    rows = features_of(claims, encoder)
    truth = np.array([claim.supported for claim in claims])
    print(f"{len(claims)} claims, {int(truth.sum())} supported\n")
    model = shipped_model()
    alone = model.weights.probability(rows)
    alone = np.where(vetoed(rows, sorted(model.vetoes)), alone * model.threshold, alone)
    _print("shipped model", claims, alone - model.threshold, truth)
    folds = {"by row": by_row(claims), "by source": by_source(claims)}
    overlaps = {name: overlap_held_out(claims, truth, fold) for name, fold in folds.items()}
    for name, margin in overlaps.items():
        _print(f"word overlap, {name}", claims, margin, truth)
    if args.questions is not None:
        made = made_claims(args.questions)
        made_rows = features_of(made, encoder)
        made_truth = np.array([claim.supported for claim in made])

        def learn(chosen: Truth) -> Logistic:
            return fit_model(rows[chosen], truth[chosen], made_rows, made_truth)

        for name, fold in folds.items():
            p = held_out(rows, fold, learn)
            p = np.where(vetoed(rows, proven(made_rows, made_truth)), p * THRESHOLD, p)
            _print(f"gate, {name}", claims, p - THRESHOLD, truth)
            print(f"{'':24} {compared(overlaps[name] >= 0, p >= THRESHOLD, truth)}")
    print(f"\none pair over encoding its sentences: {time_ratio(claims):.2f} (median of {TIMED})")
    return 0


def compared(overlap: Truth, gate: Truth, truth: Truth) -> str:
    """How much more the gate tells rightly than word overlap, by balanced accuracy."""

    def statistic(rows: Indices, turned: Truth) -> float | None:
        said = np.where(turned[rows], gate[rows], overlap[rows])
        want = truth[rows]
        return _balanced(said, want) if want.any() and not want.all() else None

    found = paired("balanced accuracy", len(truth), len(truth), statistic)
    if found.difference is None:
        return "against word overlap: too few claims to say"
    return (
        f"against word overlap: {found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}], "
        f"p = {found.p:.3f} (permutation)"
    )


def _print(name: str, claims: Sequence[Claim], margin: NDArray[np.float64], truth: Truth) -> None:
    """One line for all claims, and what each source comes to."""
    score = balanced_accuracy(name, margin >= 0, truth)
    auroc = roc_auc_score(truth, margin)
    print(f"{name:24} {score.value:.3f} [{score.low:.3f}, {score.high:.3f}]  AUROC {auroc:.3f}")
    sources = np.array([claim.made for claim in claims])
    parts = []
    for source in sorted(set(sources.tolist())):
        mine = sources == source
        part = balanced_accuracy(source, margin[mine] >= 0, truth[mine])
        parts.append(f"{source} {'-' if part.value is None else f'{part.value:.2f}'} ({part.n})")
    print(f"{'':24} {', '.join(parts)}")


def overlap(claim: Claim) -> float:
    """The share of the claim's words that the passage holds."""
    mine = set(words(claim.claim))
    return len(mine & set(words(claim.passage))) / max(len(mine), 1)


def overlap_held_out(
    claims: Sequence[Claim], truth: Truth, fold: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Each claim's overlap above the threshold that parts the other folds best."""
    value = np.array([overlap(claim) for claim in claims])
    margin = np.zeros(len(claims))
    for k in sorted(set(fold.tolist())):
        seen, want = value[fold != k], truth[fold != k]
        best = max(sorted(set(seen.tolist())), key=lambda t: _balanced(seen >= t, want))
        margin[fold == k] = value[fold == k] - best
    return margin


def _balanced(said: Truth, truth: Truth) -> float:
    return float((said[truth]).mean() + (~said[~truth]).mean()) / 2


def time_ratio(claims: Sequence[Claim]) -> float:
    """The median over pairs of the time of a check to that of encoding its sentences."""
    encoder = SentenceEncoder()
    checker = Checker(encoder)
    checker.check(claims[0].claim, claims[0].passage)
    ratios = []
    for claim in claims[:: max(1, len(claims) // TIMED)][:TIMED]:
        texts = [*sentences_of(claim.claim), *sentences_of(claim.passage)]
        began = time.perf_counter()
        encoder.encode(texts)
        encoded = time.perf_counter()
        checker.check(claim.claim, claim.passage)
        ratios.append((time.perf_counter() - encoded) / (encoded - began))
    return float(np.median(ratios))


if __name__ == "__main__":
    sys.exit(main())
