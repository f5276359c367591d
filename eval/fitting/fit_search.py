"""Learn how search weighs its signals: `python -m eval.fitting.fit_search --bench DIR --sources DIR
--homes DIR`.

The weights are those under which the passages that answer are likeliest among all that are found,
when the chance of each is the softmax of its score (the listwise loss of Cao and others, Learning
to Rank, ICML 2007, section 4). Learnt from the public sets, from questions as people ask them, and
from our own gold of the `tune` split. The figures kept beside them are cross-validated. Everything
is deterministic.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from eval.bench.search import DEPTHS, Sought, arguments, recall, sought, stores
from eval.fitting.fit import FOLDS
from vectorstore import Passage
from vectorstore.search.ranking import SHIPPED, SIGNALS, Weights

PENALTY = 1e-4  # of the squared weights: keeps the fit bounded, no more
DECIMALS = 3
# What one question of a set counts.
WEIGHTS = {"squad2": 1.0, "covidqa": 1.0, "authored": 2.0, "starter": 3.0, "originals": 3.0}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """A question with all that was found for it; `rows` has shape (passages, len(SIGNALS))."""

    sought: Sought
    passages: list[Passage]
    rows: Floats
    right: NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print what came of it, and write the weights."""
    parser = arguments(__doc__, "eval.fitting.fit_search")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args(argv)
    listed: list[Listed] = []
    for name, store in stores(args.bench, args.sources, args.homes):
        for case in sought(name, store, args.bench, args.split):
            found = store.searcher.signals(case.question)
            passages = [passage for passage, _ in found]
            listed.append(
                Listed(
                    sought=case,
                    passages=passages,
                    rows=np.array([signals for _, signals in found]),
                    right=np.array([_answers(case, passage) for passage in passages]),
                )
            )
        print(f"{name}: {sum(x.sought.set == name for x in listed)} questions", file=sys.stderr)
    content = fit(listed)
    args.out.write_text(json.dumps(content, indent=1) + "\n")
    print(json.dumps(content, indent=1))
    return 0


def fit(listed: Sequence[Listed]) -> dict[str, Any]:
    """The weights and the cross-validated figures, as the file's content."""
    groups = sorted({(x.sought.set, x.sought.group, x.sought.spans[0][0]) for x in listed})
    fold = {group: i % FOLDS for i, group in enumerate(groups)}
    folds = [fold[(x.sought.set, x.sought.group, x.sought.spans[0][0])] for x in listed]
    ranks: dict[str, list[int | None]] = {}
    for k in range(FOLDS):
        weights = learn([x for x, f in zip(listed, folds, strict=True) if f != k])
        for x in (x for x, f in zip(listed, folds, strict=True) if f == k):
            ranks.setdefault(x.sought.set, []).append(rank(x, weights))
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "data": {
            name: {"n": len(found)}
            | {f"recall@{k}": recall(found, k).to_json()["value"] for k in DEPTHS}
            for name, found in ranks.items()
        },
        "weights": dict(zip(SIGNALS, learn(listed).values, strict=True)),
    }


def learn(listed: Sequence[Listed]) -> Weights:
    """The likeliest weights, brought to a sum of 1; questions whose answer was not found, or
    with nothing else found, teach nothing."""
    taught = (x for x in listed if x.sought.set in WEIGHTS)
    used = [x for x in taught if x.right.any() and not x.right.all()]
    share = np.array([WEIGHTS[x.sought.set] for x in used])

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros_like(weights)
        for x, much in zip(used, share, strict=True):
            chance = np.exp((scores := x.rows @ weights) - scores.max())
            among = chance * x.right
            total += much * float(np.log(chance.sum() / among.sum()))
            slope += much * ((chance / chance.sum() - among / among.sum()) @ x.rows)
        whole = share.sum()
        return (
            total / whole + PENALTY * float(weights @ weights),
            slope / whole + 2 * PENALTY * weights,
        )

    start = np.ones(len(SIGNALS))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(SIGNALS))
    values = np.round(found.x / found.x.sum(), DECIMALS)
    return Weights(values=tuple(float(value) for value in values))


def rank(listed: Listed, weights: Weights) -> int | None:
    """The rank of what answers under these weights, as search would order it."""
    order = sorted(
        range(len(listed.passages)),
        key=lambda i: (-round(weights.score(listed.rows[i].tolist()), 6), listed.passages[i].id),
    )
    return listed.sought.rank([listed.passages[i] for i in order])


def _answers(case: Sought, passage: Passage) -> bool:
    """Whether a passage holds part of what answers: what is learnt from, whatever is counted."""
    return any(
        passage.source == source and passage.start < end and start < passage.end
        for source, start, end in case.spans
    )


if __name__ == "__main__":
    sys.exit(main())
