"""Fit what a quote does: `python -m eval.fitting.fit_acts`.

Learns from quotes over many fields that were written for it (`examples/acts.txt`), over the
encoder's vectors and the small words and figures in them: what a sentence is about is in the
vector, what it does is largely in its "should", "but", "when" and "is". Every third quote of an
act is kept aside: the confusion that is printed is theirs. Everything is deterministic.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from assistant.packs.material.acts import SHIPPED, Act, acts_of, marks, rows
from vectorstore.encoder import SentenceEncoder

EXAMPLES = Path(__file__).parent / "examples" / "acts.txt"
ASIDE = 3
FEWEST = 3  # quotes that a mark must be in
STRENGTH = 1.0  # the inverse strength of the L2 penalty


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print the confusion of what was kept aside, and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit_acts", description=__doc__)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args(argv)
    learn, aside = examples()
    encoder = SentenceEncoder()
    counts = Counter(mark for _, text in learn for mark in marks(text))
    known = tuple(sorted(mark for mark, count in counts.items() if count >= FEWEST))
    x = rows([text for _, text in learn], encoder.encode([text for _, text in learn]), known)
    model = LogisticRegression(C=STRENGTH, max_iter=2_000).fit(x, [act.value for act, _ in learn])
    names = [str(name) for name in model.classes_]
    content = {
        "acts": names,
        "marks": known,
        "weights": np.round(model.coef_, 4).tolist(),
        "bias": np.round(model.intercept_, 4).tolist(),
        "examples": len(learn),
        "encoder": encoder.fingerprint,
    }
    args.out.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")
    told = acts_of([t for _, t in aside], encoder.encode([t for _, t in aside]), args.out)
    print(confusion([act.value for act, _ in aside], list(told), names))
    return 0


def examples(file: Path = EXAMPLES) -> tuple[list[tuple[Act, str]], list[tuple[Act, str]]]:
    """The quotes to learn from, and those kept aside."""
    learn: list[tuple[Act, str]] = []
    aside: list[tuple[Act, str]] = []
    seen: Counter[Act] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, _, text = line.partition(": ")
        act = Act(name)
        seen[act] += 1
        (learn if seen[act] % ASIDE else aside).append((act, text))
    return learn, aside


def confusion(true: Sequence[str], told: Sequence[str], names: Sequence[str]) -> str:
    """A table of what each act was taken for, and the share that was told right."""
    counts = Counter(zip(true, told, strict=True))
    lines = [f"{'':12}" + "".join(f"{name[:9]:>10}" for name in names)]
    lines += [
        f"{name:12}" + "".join(f"{counts[name, other]:>10}" for other in names) for name in names
    ]
    right = sum(counts[name, name] for name in names)
    return "\n".join([*lines, f"told right: {right} of {len(true)} ({right / len(true):.3f})"])


if __name__ == "__main__":
    sys.exit(main())
