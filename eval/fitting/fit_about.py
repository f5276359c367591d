"""Fit how surely a quote is on a topic: `python -m eval.fitting.fit_about --home LIBRARY=DIR ...`.

Learns from quotes that were read and labelled for 220 topics as people type them, over three
libraries (`examples/about.jsonl`): 2 where a group could talk about the topic from the quote alone,
1 where the link would have to be explained, 0 else. The quotes are places in the libraries, which
the homes hold: `starter`, `originals` (the five documents that it is about) and `uk_docs`. What is
learnt from all libraries but one is judged on that one. Prints the shares for
`assistant/packs/making/judging.py`, and what a relevance is worth.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

from assistant import open_engine
from assistant.packs.making.judging import SHARES, Judge
from assistant.packs.making.topics import READ
from assistant.packs.material.extracts import ON_TOPIC, RELATED, Gatherer
from assistant.packs.material.material import key
from eval.homes import settings_of

EXAMPLES = Path(__file__).parent / "examples" / "about.jsonl"
ON = 2  # the label of what is on its topic
STRENGTH = 3.0  # the inverse strength of the L2 penalty
Values = NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit_about", description=__doc__)
    parser.add_argument("--home", action="append", required=True, metavar="LIBRARY=DIR")
    homes = dict(home.split("=", 1) for home in parser.parse_args(argv).home)
    read = [row for library, home in homes.items() for row in rows(library, home)]
    libraries = np.array([library for library, _, _ in read])
    values = np.array([value for _, value, _ in read])
    on = np.array([label == ON for _, _, label in read])
    for library in homes if len(homes) > 1 else ():
        here = libraries == library
        told = _fitted(values[~here], on[~here]).decision_function(values[here])
        _tell(f"{library}, by the others", on[here], told)
        _tell(f"{library}, as shipped", on[here], values[here] @ SHARES)
    model = _fitted(values, on)
    weights = model.coef_[0]
    print(f"{len(on)} quotes, shares {np.round(weights / weights.sum(), 2).tolist()}")
    for relevance in (RELATED, ON_TOPIC, 0.52):
        odds = relevance * weights.sum() + model.intercept_[0]
        print(f"a relevance of {relevance} is a chance of {1 / (1 + np.exp(-odds)):.2f}")
    return 0


def rows(library: str, home: str) -> Iterator[tuple[str, tuple[float, ...], int]]:
    """Of each quote of a library: its name, the three values that are weighed, and the label."""
    engine = open_engine(settings_of(home)).unwritten()
    gatherer, judge = Gatherer(engine.store), Judge(engine)
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        told: dict[str, Any] = json.loads(line)
        if told["library"] != library:
            continue
        labels = {(source, start, end): label for source, start, end, label in told["quotes"]}
        topic, _, extracts = gatherer.gather(told["topic"])
        found = [e for e in extracts[:READ] if key(e) in labels]
        for e, values in zip(found, judge.weighed(topic, found), strict=True):
            yield library, values, labels[key(e)]


def _fitted(values: Values, on: NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=5_000).fit(values, on)


def _tell(what: str, on: NDArray[np.bool_], told: Values) -> None:
    area, precision = roc_auc_score(on, told), average_precision_score(on, told)
    print(f"{what}: AUROC {area:.3f}, average precision {precision:.3f} of {len(on)}")


if __name__ == "__main__":
    sys.exit(main())
