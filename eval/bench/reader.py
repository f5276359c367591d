"""What the reader adds: `python -m eval.bench.reader --bench DIR --sources DIR --homes DIR`.

Every question of the public sets and of our own gold, four times: by plain similarity, by the plain
features, by the reader alone, and by both. What is learnt is cross-validated, and the gold of the
`held` split is judged by models fitted on the rest. Printed are the share of answerable questions
whose best sentence answers (`first`), the share in which one of the three best does (`three`), and
how well what the evidence comes to tells the answerable from the others (`auroc`), with 95 %
intervals; `p` is a paired permutation test of `first` against the features.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reader import open_reader
from eval.fit import cross_validate
from eval.intervals import Indices, Score, Tally, bootstrap_of, paired_means, wilson
from eval.learning_set import Example, examples_of
from eval.metrics import auroc

UNREAD = -99.0
SYSTEMS = ("similarity", "features", "reader", "both")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What one system makes of every example: whether its best sentence answers, whether one of
    its three best does, and how sure it is that the evidence answers; each of shape (examples,)."""

    first: NDArray[np.bool_]
    three: NDArray[np.bool_]
    sure: NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print, a line a set and system."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.reader", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--sources", type=Path, required=True, help="the five originals")
    parser.add_argument("--homes", type=Path, required=True, help="where their libraries are kept")
    parser.add_argument("--reader", required=True, help="as in SOUNDINGS_READER")
    args = parser.parse_args(argv)
    examples = examples_of(args.bench, args.sources, args.homes, held=True)
    for line in table(examples, outcomes(examples, args.reader)):
        print(line)
    return 0


def outcomes(examples: Sequence[Example], reader: str) -> dict[str, Outcomes]:
    """What each of SYSTEMS makes of the examples."""
    plain = cross_validate(examples, None)
    found = {
        "features": Outcomes(
            first=np.array([e.top for e in examples]),
            three=np.array([e.hit for e in examples]),
            sure=plain,
        )
    }
    found["similarity"] = _ordered(
        examples, [[float(c.features[0]) for c in e.listed] for e in examples]
    )
    both = cross_validate(examples, open_reader(reader))
    found["both"] = Outcomes(
        first=np.array([e.top for e in examples]),
        three=np.array([e.hit for e in examples]),
        sure=both,
    )
    found["reader"] = _ordered(
        examples,
        [
            [e.seen[i].best if i in e.seen else -99.0 for i in range(len(e.listed))]
            for e in examples
        ],
    )
    return found


def _read_alone(example: Example) -> list[float]:
    """The reader's own log odds of each sentence; what it has not read comes last."""
    seen = example.seen
    return [seen[i].best if i in seen else UNREAD for i in range(len(example.listed))]


def _ordered(examples: Sequence[Example], scores: Sequence[Sequence[float]]) -> Outcomes:
    """The outcomes of ranking sentences by a score, which is also how sure one is."""
    first, three, sure = [], [], []
    for example, mine in zip(examples, scores, strict=True):
        order = sorted(range(len(mine)), key=lambda i: (-round(mine[i], 9), i))
        first.append(bool(example.right[order[:1]].any()))
        three.append(bool(example.right[order[:3]].any()))
        sure.append(max(mine, default=UNREAD))
    return Outcomes(first=np.array(first), three=np.array(three), sure=np.array(sure))


def table(examples: Sequence[Example], found: dict[str, Outcomes]) -> list[str]:
    """The figures as lines of text."""
    lines = [f"{'set':16}{'system':12}{'first':>24}{'three':>24}{'auroc':>24}{'p':>8}"]
    answerable = np.array([e.answerable for e in examples])
    for name in dict.fromkeys(e.set for e in examples):
        mine = np.array([e.set == name for e in examples])
        asked = np.flatnonzero(mine & answerable)
        base = found["features"].first[asked].astype(float)
        for system in SYSTEMS:
            out = found[system]
            values = out.first[asked].astype(float)
            test = paired_means("first", np.stack([base, values]), np.ones((2, len(asked))))
            lines.append(
                f"{name:16}{system:12}"
                f"{_shown(_share('first', out.first[asked])):>24}"
                f"{_shown(_share('three', out.three[asked])):>24}"
                f"{_shown(_separation(out.sure[mine], answerable[mine])):>24}"
                + ("" if system == "features" or test.p is None else f"{test.p:8.3f}")
            )
    return lines


def _share(metric: str, happened: NDArray[np.bool_]) -> Score:
    return wilson(metric, [Tally(total=float(yes)) for yes in happened])


def _separation(sure: NDArray[np.float64], answerable: NDArray[np.bool_]) -> Score:
    def over(rows: Indices) -> float | None:
        return auroc(sure[rows], answerable[rows].astype(np.float64))

    return bootstrap_of("auroc", len(sure), len(sure), over)


def _shown(score: Score) -> str:
    if score.value is None:
        return "-"
    if score.low is None or score.high is None:
        return f"{score.value:.2f} n={score.n}"
    return f"{score.value:.2f} ({score.low:.2f}-{score.high:.2f}) n={score.n}"


if __name__ == "__main__":
    sys.exit(main())
