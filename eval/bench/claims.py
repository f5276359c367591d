"""How well the gate tells supported claims: `python -m eval.bench.claims --claims FILE`.

Prints the balanced accuracy with its 95 % interval (bootstrap over claims) and the AUROC of the
verifier with the exact rules and of word overlap with its best threshold; then, of the answers and
false answers of the shared records' `dev` split and of our own that nothing was learnt from, how
many of the faithful pass and of the others are caught.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from assistant.proof import Checker
from assistant.proof.check import THRESHOLD
from eval.errors import EvalError
from eval.fitting.statements import authored, ours, told_apart
from eval.suite.scoring.intervals import Indices, bootstrap_of
from vectorstore.library.lexicon import words

Values = NDArray[np.float64]
Truth = NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.claims", description=__doc__)
    parser.add_argument("--claims", type=Path, required=True, help="judged claims, JSON Lines")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    args = parser.parse_args(argv)
    checker = Checker()
    claims = read_claims(args.claims)
    truth = np.array([bool(claim["supported"]) for claim in claims])
    scores = np.array([checker.check(c["claim"], c["passage"]).score for c in claims])
    overlaps = np.array([overlap(c["claim"], c["passage"]) for c in claims])
    print(f"{len(claims)} claims that people judged, {int(truth.sum())} supported")
    _print("the gate", scores, truth, THRESHOLD)
    best = max(sorted(set(overlaps.tolist())), key=lambda t: _balanced(overlaps >= t, truth))
    _print("word overlap, its best threshold", overlaps, truth, best)
    for name, told in (
        ("answers and false answers of dev", authored(args.shared, "dev")),
        ("our own, kept aside", [s for s in ours(args.shared) if s.aside]),
    ):
        if told:
            of = np.array([checker.check(s.text, s.evidence).score for s in told])
            print(f"{name}: {told_apart(of, told, THRESHOLD)}")
    return 0


def read_claims(file: Path) -> list[Mapping[str, Any]]:
    """Judged claims: `{"passage", "claim", "supported"}` a line. Raises EvalError."""
    try:
        records = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line]
    except (OSError, ValueError) as exc:
        raise EvalError(f"cannot read the claims in {file}: {exc!r}") from exc
    for record in records:
        if not {"passage", "claim", "supported"} <= set(record):
            raise EvalError(f"{file}: a claim needs passage, claim and supported")
    return records


def overlap(claim: str, passage: str) -> float:
    """The share of the claim's words that the passage holds."""
    mine = set(words(claim))
    return len(mine & set(words(passage))) / max(len(mine), 1)


def _print(name: str, scores: Values, truth: Truth, threshold: float) -> None:
    said = scores >= threshold

    def of(rows: Indices) -> float | None:
        want = truth[rows]
        return _balanced(said[rows], want) if want.any() and not want.all() else None

    found = bootstrap_of(name, len(truth), len(truth), of)
    auroc = roc_auc_score(truth, scores)
    print(f"{name:34} {found.value:.3f} [{found.low:.3f}, {found.high:.3f}]  AUROC {auroc:.3f}")


def _balanced(said: Truth, truth: Truth) -> float:
    return float(said[truth].mean() + (~said[~truth]).mean()) / 2


if __name__ == "__main__":
    sys.exit(main())
