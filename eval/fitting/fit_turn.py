"""Learn what a person's turn is, and what a reply is to: `python -m eval.fitting.fit_turn`.

Learns from `examples/turns.jsonl`, the turns that are not kept aside, and from the questions that
the encoder learnt from: most of what people ask is a point, and those say how points are put. The
threshold is that of the best cross-validation on them. What is kept aside is judged at the end, and
printed: `--try` leaves that out, and writes nothing. Everything is deterministic.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from assistant.answering import reply
from assistant.answering.reply import Subject
from assistant.models import Turn
from assistant.turn import kinds
from assistant.turn.kinds import Kind
from assistant.turn.telling import Teller, row, shared_words
from eval.fitting.encoder.records import EXAMPLES as RECORDED
from eval.fitting.encoder.records import RECORDS, lines
from eval.suite.scoring.intervals import Tally, wilson
from vectorstore.encoder import SentenceEncoder

EXAMPLES = Path(__file__).parent / "examples" / "turns.jsonl"
FOLDS = 5
PENALTY = 2.0  # inverse strength
THRESHOLDS = tuple(i / 100 for i in range(0, 81, 5))
# What a question of those records is as a turn: what is asked for a list, and so on; else a point.
# Whether something is so may be asked as a point or as a claim, and tells nothing.
AS_TURN = {"list": Kind.LIST, "overview": Kind.OVERVIEW, "comparison": Kind.COMPARISON}
UNTOLD = "yesno"
RECORD = 0.05  # what such a question counts beside a turn: as many as they are, they tell one kind

Floats = NDArray[np.float64]
Chosen = Callable[[Floats, Sequence[str], Sequence["Example"], float], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A turn with what it is."""

    turn: str
    history: tuple[Turn, ...]
    name: str
    aside: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of examples in the order of these: with their vectors, and without."""

    whole: Floats
    plain: Floats
    names: NDArray[np.str_]
    weights: Floats


def main(argv: Sequence[str] | None = None) -> int:
    """Fit both, print what came of it, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit_turn", description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--try", action="store_true", dest="tried", help="judge nothing aside")
    args = parser.parse_args(argv)
    encoder = SentenceEncoder()
    print("Kinds of turn")
    turns = [*read(args.examples, "kind"), *recorded(args.shared)]
    fit(turns, encoder, kind_names, kinds.SHIPPED, args.tried)
    print("\nWhat a reply is to")
    replies = [e for e in read(args.examples, "reply") if e.name != Subject.LANGUAGE]
    fit(replies, encoder, subject_names, reply.SHIPPED, args.tried)
    return 0


def read(file: Path, what: str) -> list[Example]:
    """The turns that are told to be something by the field `what`."""
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [
        Example(
            turn=line["turn"],
            history=tuple(Turn(**before) for before in line["history"]),
            name=line[what],
            aside=line["aside"],
        )
        for line in lines
        if what in line
    ]


def recorded(shared: Path) -> list[Example]:
    """The questions of the encoder's records, as turns; those of the shared file where it is."""
    own = list(lines(RECORDED / RECORDS))
    file = shared / "train" / "authored.jsonl"
    theirs = [r for r in lines(file) if r["split"] == "train"] if file.exists() else []
    return [
        Example(
            turn=record["question"],
            history=tuple(Turn(**before) for before in record["history"]),
            name=str(AS_TURN.get(record["kind"], Kind.POINT)),
            aside=False,
            weight=RECORD,
        )
        for record in (*own, *theirs)
        if record["kind"] != UNTOLD
    ]


def fit(
    examples: Sequence[Example], encoder: SentenceEncoder, chosen: Chosen, out: Path, tried: bool
) -> Teller:
    """Learn, write it to `out`, and print how often it is right on what it has not seen."""
    learnt = [example for example in examples if not example.aside]
    shared = shared_words(e.turn for e in learnt)
    rows = rows_of(learnt, encoder, shared)
    threshold, right = best(rows, learnt, chosen)
    print(f"learnt from {len(learnt)}; threshold {threshold}")
    print(f"right in cross-validation: {told(right, sum(e.weight == 1.0 for e in learnt))}")
    whole = regression(rows.whole, rows.names, rows.weights)
    plain = regression(rows.plain, rows.names, rows.weights)
    teller = Teller(
        names=tuple(str(name) for name in whole.classes_),
        shared=shared,
        encoder=encoder.fingerprint,
        weights=whole.coef_,
        bias=whole.intercept_,
        plain_weights=plain.coef_,
        plain_bias=plain.intercept_,
        threshold=threshold,
    )
    if not tried:
        teller.save(out)
        judge([example for example in examples if example.aside], teller, encoder, chosen)
    return teller


def rows_of(examples: Sequence[Example], encoder: SentenceEncoder, shared: frozenset[str]) -> Rows:
    """What is known of each example."""
    vectors = encoder.encode([example.turn for example in examples])
    return Rows(
        whole=np.stack(
            [row(e.turn, e.history, v, shared) for e, v in zip(examples, vectors, strict=True)]
        ),
        plain=np.stack([row(e.turn, e.history, None, shared) for e in examples]),
        names=np.array([e.name for e in examples]),
        weights=np.array([e.weight for e in examples]),
    )


def regression(rows: Floats, names: NDArray[np.str_], weights: Floats) -> LogisticRegression:
    """The likeliest weights under the penalty."""
    model = LogisticRegression(C=PENALTY, max_iter=2_000)
    return model.fit(csr_matrix(rows), names, sample_weight=weights)


def best(rows: Rows, examples: Sequence[Example], chosen: Chosen) -> tuple[float, int]:
    """The threshold with the most right in cross-validation, and how many: of equals the first."""
    chances, classes = unseen(rows)
    right = {
        threshold: sum(
            (name == example.name) * (example.weight == 1.0)
            for name, example in zip(
                chosen(chances, classes, examples, threshold), examples, strict=True
            )
        )
        for threshold in THRESHOLDS
    }
    threshold = max(right, key=lambda t: right[t])
    return threshold, right[threshold]


def unseen(rows: Rows) -> tuple[Floats, list[str]]:
    """Chances by models that have not seen the example, and the names of their columns."""
    classes = sorted(set(rows.names.tolist()))
    chances = np.zeros((len(rows.names), len(classes)))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for taught, left in folds.split(rows.names, rows.names):
        model = regression(rows.whole[taught], rows.names[taught], rows.weights[taught])
        chances[left] = model.predict_proba(csr_matrix(rows.whole[left]))
    return chances, classes


def kind_names(
    chances: Floats, classes: Sequence[str], examples: Sequence[Example], threshold: float
) -> list[str]:
    """The kinds that are chosen, as the product chooses them."""
    return [
        str(
            kinds.choose(
                dict(zip(map(Kind, classes), each.tolist(), strict=True)),
                threshold,
                follows=bool(example.history),
            )[0]
        )
        for each, example in zip(chances, examples, strict=True)
    ]


def subject_names(
    chances: Floats, classes: Sequence[str], _: Sequence[Example], threshold: float
) -> list[str]:
    """The subjects that are chosen, as the product chooses them."""
    return [
        str(reply.choose(dict(zip(classes, each.tolist(), strict=True)), threshold))
        for each in chances
    ]


def judge(
    examples: Sequence[Example], teller: Teller, encoder: SentenceEncoder, chosen: Chosen
) -> None:
    """Print how often it is right on what nothing was learnt from, and what is taken for what."""
    found = [teller.chances(e.turn, e.history, encoder) for e in examples]
    chances = np.array([list(each.values()) for each in found])
    names = chosen(chances, teller.names, examples, teller.threshold)
    right = sum(a == e.name for a, e in zip(names, examples, strict=True))
    print(f"right of what was kept aside: {told(right, len(examples))}")
    print("rows: what it is; columns: what it is taken for")
    width = max(map(len, teller.names)) + 1
    print(" " * width + "".join(f"{name:>{width}}" for name in teller.names))
    for name in teller.names:
        of = [a for a, e in zip(names, examples, strict=True) if e.name == name]
        print(f"{name:<{width}}" + "".join(f"{of.count(n):>{width}}" for n in teller.names))


def told(right: int, n: int) -> str:
    """A share with its number and interval."""
    share = wilson("right", [Tally(total=right, n=n)])
    return f"{share.value:.3f} ({share.low:.2f} to {share.high:.2f}), n = {n}"


if __name__ == "__main__":
    sys.exit(main())
