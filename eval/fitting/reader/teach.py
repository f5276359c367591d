"""What a larger reader says of the examples: `python -m eval.fitting.reader.teach --teacher M ...`.

A smaller one learns from it beside the answers (knowledge distillation; Hinton, Vinyals and Dean
2015): it is drawn towards all that the larger one holds likely, not towards the one right place
alone.

The examples are taken in an order that is drawn once, and what was said is kept in files of CHUNK
examples each under `--out`: a run that was interrupted goes on where it stopped, and training takes
as many as there are.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from eval.fitting.reader.lessons import Lesson, keep_lessons
from eval.fitting.reader.pairs import Pair, read_pairs
from eval.fitting.reader.train import chances_of, quickest_device, say
from vectorstore.encoder import find_model, sha256_of

CHUNK = 512
BATCH = 8
SEED = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Read the examples, or the next of them."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.reader.teach", description=__doc__
    )
    parser.add_argument("--teacher", required=True, help="a model of the SQuAD 2 kind, or its name")
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, help="examples to read; all, unless told otherwise")
    args = parser.parse_args(argv)
    folder = find_model(args.teacher, "teacher")
    tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True)
    teach(model, read_pairs(args.examples, tokens), args.out, sha256_of(args.examples), args.most)
    return 0


def teach(
    model: Any, pairs: Sequence[Pair], out: Path, digest: str, most: int | None = None
) -> None:
    """Read at most so many of the pairs and keep what the model says of them under `out`; `digest`
    is that of the examples' file."""
    out.mkdir(parents=True, exist_ok=True)
    model = model.to(quickest_device()).eval()
    learnt = sorted((p for p in pairs if not p.validation), key=lambda p: p.example)
    drawn = random.Random(SEED).sample(learnt, min(len(learnt), most or len(learnt)))
    for start in range(0, len(drawn), CHUNK):
        file = out / f"{start // CHUNK:04}.npz"
        if not file.exists():
            keep_lessons(file, _said(model, drawn[start : start + CHUNK]), digest)
            say(f"{min(start + CHUNK, len(drawn))} of {len(drawn)} read")


def _said(model: Any, pairs: Sequence[Pair]) -> dict[int, Lesson]:
    """Example → what is said of it."""
    by_length = sorted(pairs, key=lambda p: len(p.ids))
    found = {}
    for start in range(0, len(by_length), BATCH):
        batch = by_length[start : start + BATCH]
        for pair, both in zip(batch, chances_of(model, batch, model.device), strict=True):
            last = pair.first + len(pair.offsets)
            mine = np.concatenate([both[:, :1], both[:, pair.first : last]], axis=1)
            found[pair.example] = Lesson(chances=mine, offsets=pair.offsets)
    return found


if __name__ == "__main__":
    sys.exit(main())
