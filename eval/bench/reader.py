"""What the reader adds: `python -m eval.bench.reader --bench DIR --sources DIR --homes DIR`.

Every question of the public sets and of our own gold, four times: by plain similarity, by the plain
features, by the reader alone, and by both. What is learnt is cross-validated, and the gold of the
`held` split is judged by models fitted on the rest. Printed are the share of answerable questions
whose best sentence answers (`first`), the share in which one of the three best does (`three`), the
share in which the best sentence's passage answers (`passage`), and how well what the evidence comes
to tells the answerable from the others (`auroc`), with 95 % intervals; `p` is a paired permutation
test of `first` against the features. `--errors` names what is still wrong with both.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.reading import open_reader
from eval.fitting.fit import cross_validate
from eval.fitting.learning_set import Example, examples_of
from eval.suite.scoring.intervals import Indices, Score, Tally, bootstrap_of, paired_means, wilson
from eval.suite.scoring.metrics import auroc

UNREAD = -99.0
SYSTEMS = ("similarity", "features", "reader", "both")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """What one system makes of every example: whether its best sentence answers, whether one of
    its three best does, whether its best sentence's passage does, and how sure it is that the
    evidence answers; each of shape (examples,)."""

    first: NDArray[np.bool_]
    three: NDArray[np.bool_]
    passage: NDArray[np.bool_]
    sure: NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print, a line a set and system."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.reader", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--sources", type=Path, required=True, help="the five originals")
    parser.add_argument("--homes", type=Path, required=True, help="where their libraries are kept")
    parser.add_argument("--reader", required=True, help="as in SOUNDINGS_READER")
    parser.add_argument("--errors", action="store_true", help="name the questions it fails, too")
    args = parser.parse_args(argv)
    examples = examples_of(args.bench, args.sources, args.homes, held=True)
    found = outcomes(examples, args.reader)
    for line in table(examples, found):
        print(line)
    if args.errors:
        for line in errors(examples, found["both"]):
            print(line)
    return 0


def outcomes(examples: Sequence[Example], reader: str) -> dict[str, Outcomes]:
    """What each of SYSTEMS makes of the examples."""
    plain = cross_validate(examples, None)
    found = {"features": _fitted(examples, plain)}
    found["similarity"] = _ordered(
        examples, [[float(c.features[0]) for c in e.listed] for e in examples]
    )
    both = cross_validate(examples, open_reader(reader))
    found["both"] = _fitted(examples, both)
    found["reader"] = _ordered(examples, [_read_alone(e) for e in examples])
    return found


def _fitted(examples: Sequence[Example], sure: NDArray[np.float64]) -> Outcomes:
    """What the models that have just been fitted make of the examples."""
    return Outcomes(
        first=np.array([e.top for e in examples]),
        three=np.array([e.hit for e in examples]),
        passage=np.array([_holds(e, e.best) for e in examples]),
        sure=sure,
    )


def _holds(example: Example, best: int) -> bool:
    """Whether the passage of a sentence holds one that answers."""
    mine = example.listed[best].hit.passage.id
    answering = np.flatnonzero(example.right)
    return any(example.listed[i].hit.passage.id == mine for i in answering)


def _read_alone(example: Example) -> list[float]:
    """The reader's own log odds of each sentence; what it has not read comes last."""
    seen = example.seen
    return [seen[i].best if i in seen else UNREAD for i in range(len(example.listed))]


def _ordered(examples: Sequence[Example], scores: Sequence[Sequence[float]]) -> Outcomes:
    """The outcomes of ranking sentences by a score, which is also how sure one is."""
    first, three, passage, sure = [], [], [], []
    for example, mine in zip(examples, scores, strict=True):
        order = sorted(range(len(mine)), key=lambda i: (-round(mine[i], 9), i))
        first.append(bool(example.right[order[:1]].any()))
        three.append(bool(example.right[order[:3]].any()))
        passage.append(_holds(example, order[0]))
        sure.append(max(mine, default=UNREAD))
    return Outcomes(
        first=np.array(first),
        three=np.array(three),
        passage=np.array(passage),
        sure=np.array(sure),
    )


def table(examples: Sequence[Example], found: dict[str, Outcomes]) -> list[str]:
    """The figures as lines of text."""
    lines = [
        f"{'set':18}{'system':12}{'first':>24}{'three':>24}{'passage':>24}{'auroc':>24}{'p':>8}"
    ]
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
                f"{name:18}{system:12}"
                f"{_shown(_share('first', out.first[asked])):>24}"
                f"{_shown(_share('three', out.three[asked])):>24}"
                f"{_shown(_share('passage', out.passage[asked])):>24}"
                f"{_shown(_separation(out.sure[mine], answerable[mine])):>24}"
                + ("" if system == "features" or test.p is None else f"{test.p:8.3f}")
            )
    return lines


def errors(examples: Sequence[Example], out: Outcomes) -> Iterator[str]:
    """The answerable questions of which none of the three best sentences answers, by set and kind
    of question, and for how many of them search had not found what answers."""
    for name in dict.fromkeys(e.set for e in examples):
        asked = [i for i, e in enumerate(examples) if e.set == name and e.answerable]
        for kind in sorted({examples[i].asked.kind for i in asked}):
            mine = [i for i in asked if examples[i].asked.kind == kind]
            wrong = [i for i in mine if not out.three[i]]
            unfound = sum(not examples[i].right.any() for i in wrong)
            told = f"{len(wrong)} of {len(mine)} wrong, {unfound} of them not found"
            yield f"{name:18}{kind:12}{told}"


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
