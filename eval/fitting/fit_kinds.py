"""Fit the kinds of blocks: `python -m eval.fitting.fit_kinds --bench DIR --sources DIR`.

Learns which blocks of a document are entries of a reference list, and which page furniture, from
blocks that were labelled by reading (`examples/kinds.jsonl`). Blocks of others' documents are kept
as offsets and digests and read from where those lie; documents of our own are kept as text.
Documents marked `aside` are never learnt from: the confusion matrix is theirs. Everything is
deterministic.
"""

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ingest.cutting.kinds import exact_kinds
from ingest.cutting.likely import BODY, CLASSES, SHIPPED, Likely, may_be
from ingest.cutting.shapes import rows
from ingest.documents import Document, document_of
from ingest.plan import STARTER
from ingest.readers import outline_again, read_file
from vectorstore.models import QUOTABLE

EXAMPLES = Path(__file__).parent / "examples" / "kinds.jsonl"
FOLDS = 5
PENALTY = 0.3  # the inverse strength of the L2 penalty
LEAST = 0.6  # no class is believed below this
MARGIN = 0.25  # of what is left to certainty above the likeliest mistake


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """A block that was read: its shape, what form and place alone say of it, and its label."""

    document: str
    aside: bool
    row: NDArray[np.float64]
    exact: str
    label: str

    @property
    def open(self) -> bool:
        """Whether form and place leave it to its shape."""
        return self.exact in QUOTABLE and self.label in CLASSES


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, write the weights, and print what they come to on what was kept aside."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit_kinds", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the public sets")
    parser.add_argument("--sources", type=Path, required=True, help="the five originals")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the shipped weights")
    args = parser.parse_args(argv)
    places = {"bench": args.bench, "sources": args.sources, "library": STARTER}
    examples = list(labelled(places))
    model = fit([e for e in examples if e.open and not e.aside])
    args.out.write_text(json.dumps(model.to_json(), indent=1) + "\n", encoding="utf-8")
    print(confusion([e for e in examples if e.aside], model))
    return 0


def labelled(places: Mapping[str, Path]) -> Iterator[Labelled]:
    """Every labelled block. Raises ValueError where a document is no longer what was labelled."""
    read: dict[Path, dict[str, Document]] = {}
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        document = _own(record) if "text" in record else _others(record["document"], places, read)
        exact, led = exact_kinds(document)
        shapes = rows(document, led)
        at = {(b.start, b.end): i for i, b in enumerate(document.blocks)}
        for block in record["blocks"]:
            span = (block["start"], block["end"])
            text = document.text[slice(*span)]
            if span not in at or block.get("sha256", _digest(text)) != _digest(text):
                raise ValueError(f"{record['document']} at {span} is not what was labelled")
            yield Labelled(
                document=record["document"],
                aside=record["aside"],
                row=shapes[at[span]],
                exact=exact[at[span]],
                label=block["label"],
            )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _own(record: Mapping[str, Any]) -> Document:
    name, kind, text = record["document"], record["kind"], record["text"]
    return document_of(name, kind, name, "", text, outline_again(kind, text))


def _others(
    name: str, places: Mapping[str, Path], read: dict[Path, dict[str, Document]]
) -> Document:
    """A document by the folder it lies in, its path there, and its id in a file of many."""
    path, _, id = name.partition("#")
    folder, _, rest = path.partition("/")
    file = places[folder] / rest
    if file not in read:
        read[file] = {document.name: document for document in read_file(file)}
    return read[file][id or file.stem]


def fit(examples: Sequence[Labelled]) -> Likely:
    """The weights, and how likely each class must be, judged on documents not learnt from."""
    names = sorted({e.document for e in examples})
    fold = {name: i % FOLDS for i, name in enumerate(names)}
    guessed = np.zeros((len(examples), len(CLASSES)))
    for k in range(FOLDS):
        left = [i for i, e in enumerate(examples) if fold[e.document] == k]
        model = _learn([e for e in examples if fold[e.document] != k], {})
        guessed[left] = model.probability(np.stack([examples[i].row for i in left]))
    wanted = np.array([CLASSES.index(e.label) for e in examples])
    thresholds = {}
    for c, name in enumerate(CLASSES):
        if name != BODY:
            may = np.array([may_be(name, e.row) for e in examples])
            guesses = (guessed.argmax(axis=1) == c) & may
            thresholds[name] = _threshold(guessed[:, c], guesses, wanted > 0)
    return _learn(examples, thresholds)


def _threshold(
    probability: NDArray[np.float64], guessed: NDArray[np.bool_], right: NDArray[np.bool_]
) -> float:
    """Above every guess that kept an answer back, by MARGIN: what was not seen is harder."""
    wrong = probability[guessed & ~right]
    least = max(LEAST, float(wrong.max(initial=0.0)))
    return round(least + MARGIN * (1.0 - least), 3)


def _learn(examples: Sequence[Labelled], thresholds: Mapping[str, float]) -> Likely:
    shapes = np.stack([e.row for e in examples])
    mean, scale = shapes.mean(axis=0), shapes.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=PENALTY, max_iter=5_000, tol=1e-6)
    model.fit((shapes - mean) / scale, [CLASSES.index(e.label) for e in examples])
    return Likely(
        mean=mean, scale=scale, weights=model.coef_, bias=model.intercept_, threshold=thresholds
    )


def confusion(examples: Sequence[Labelled], model: Likely) -> str:
    """A table of labels (down) and kinds given (across), and the precision of each kind."""
    guesses = model.kinds(np.stack([e.row for e in examples]))
    given = [
        (guess or BODY) if e.exact in QUOTABLE else e.exact
        for e, guess in zip(examples, guesses, strict=True)
    ]
    counts = Counter((e.label, g) for e, g in zip(examples, given, strict=True))
    names = [*CLASSES, "heading", "lead-in", "caption"]
    lines = [f"{'':12}" + "".join(f"{name:>11}" for name in names)]
    lines += [
        f"{label:12}" + "".join(f"{counts[label, name]:>11}" for name in names) for label in names
    ]
    for name in names[1:]:
        all_given = sum(counts[label, name] for label in names)
        kept_back, exact = counts[BODY, name], counts[name, name]
        if all_given:
            lines.append(
                f"{name}: n={all_given}, precision {exact / all_given:.3f}, "
                f"holds nothing back {1 - kept_back / all_given:.3f}"
            )
    aside = sum(n for (_, g), n in counts.items() if g != BODY)
    held = sum(n for (label, g), n in counts.items() if g != BODY and label == BODY)
    lines.append(f"not quotable: n={aside}, precision {1 - held / max(aside, 1):.3f}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
