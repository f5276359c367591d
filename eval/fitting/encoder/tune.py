"""Tune the encoder: `python -m eval.fitting.encoder.tune --shared DIR --out DIR`.

In stages: negatives are mined with the model so far, then a pass goes over the records, each shown
in another form. A stage that is done leaves its model under `--out` (`stage-1`, `stage-2`, …), and
a command that was interrupted goes on.
`python -m eval.fitting.encoder.export` mixes and packs what comes of it.
"""

import argparse
import json
import os
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.fitting.checkpoint import say
from eval.fitting.encoder.mine import (
    Mined,
    Place,
    evidence_places,
    mine,
    mine_by_words,
    nearest_words,
    places_of,
)
from eval.fitting.encoder.pairs import Lesson, Pair, drawn_pairs
from eval.fitting.encoder.records import Record, answered, authored, ours
from eval.fitting.encoder.texts import parts_of
from eval.fitting.encoder.train import Plan, train, use_threads
from vectorstore.encoder import UNTUNED, find_model

# Of each set of qa.jsonl, the share that a pass takes: what is plentiful and alike, in part.
SHARES = {"squad2": 0.5, "selqa": 0.12, "clapnq": 0.8, "covidqa": 1.0, "policyqa": 0.02}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One pass over the records; negatives by the model so far, or by BM25, which is quicker."""

    seed: int
    rate: float
    by_words: bool = False


STAGES = (
    Stage(seed=20, rate=5e-5, by_words=True),
    Stage(seed=21, rate=4e-5),
    Stage(seed=22, rate=3e-5),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Mine and train, stage by stage."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.encoder.tune", description=__doc__
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", default=UNTUNED, help="the encoder to begin with")
    parser.add_argument("--threads", type=int, default=0, help="of the processor; 0: all")
    args = parser.parse_args(argv)
    use_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    matter = matter_of(args.shared)
    model = find_model(args.encoder)
    for number, stage in enumerate(STAGES, start=1):
        target = args.out / f"stage-{number}"
        if not target.exists():
            mined = _mined(stage, model, matter, args.out / f"negatives-{number}.json")
            pairs = pairs_of(matter, mined, stage.seed)
            tune(model, pairs, Plan(rate=stage.rate, seed=stage.seed), target)
        model = target
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """The records to learn from, with the sentences of their documents: those written for this
    library's kind, and the public questions over short passages."""

    records: list[Record]
    places: list[Place]
    asked: list[Record]
    short: list[Place]


def matter_of(shared: Path) -> Matter:
    like, texts = authored(shared, "train")
    own, own_texts = ours(shared, aside=False)
    asked, passages = answered(shared)
    return Matter(
        records=[*like, *own],
        places=places_of(parts_of((texts | own_texts).values())),
        asked=asked,
        short=places_of(parts_of(passages.values())),
    )


def _mined(stage: Stage, model: Path, matter: Matter, file: Path) -> Mined:
    """A stage's negatives, from its file where there is one."""
    if file.exists():
        return [(near, far) for near, far in json.loads(file.read_text())]
    if stage.by_words:
        mined = mine_by_words(matter.records, matter.places)
    else:
        mined = mine(model, matter.records, matter.places)
    whole = file.with_suffix(".new")
    whole.write_text(json.dumps(mined))
    whole.replace(file)
    say(f"negatives for {len(mined)} questions among {len(matter.places)} sentences")
    return mined


def pairs_of(matter: Matter, mined: Mined, seed: int) -> list[Pair]:
    """The pairs of a stage, shuffled: of all records, and of a share of the public questions."""
    right = evidence_places(matter.records, matter.places)
    pairs = drawn_pairs(_lessons(matter.records, right, mined), matter.places, seed)
    for name, share in SHARES.items():
        drawn = random.Random(seed)
        asked = [r for r in matter.asked if r.set == name and drawn.random() < share]
        found = nearest_words(asked, matter.short)
        lessons = _lessons(asked, evidence_places(asked, matter.short), found)
        pairs += drawn_pairs(lessons, matter.short, seed)
    random.Random(seed).shuffle(pairs)
    say(f"{len(pairs)} pairs")
    return pairs


def tune(model: Path, pairs: Sequence[Pair], plan: Plan, target: Path) -> None:
    """Train a model on pairs; what comes of it is written to `target`, whole or not at all."""
    from transformers import AutoModel, AutoTokenizer

    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    tokens = AutoTokenizer.from_pretrained(model, local_files_only=True)
    body: Any = AutoModel.from_pretrained(model, local_files_only=True)
    train(body, tokens, pairs, plan, target.with_suffix(".checkpoint"))
    half_done = target.with_name(f"{target.name}.new")
    shutil.rmtree(half_done, ignore_errors=True)
    shutil.copytree(model, half_done, ignore=shutil.ignore_patterns("README.md", "data_config*"))
    body.save_pretrained(half_done)
    half_done.rename(target)


def _lessons(
    records: Sequence[Record],
    right: Sequence[list[int]],
    mined: Mined,
) -> list[Lesson]:
    return [
        Lesson(record=record, right=places, near=near, far=far)
        for record, places, (near, far) in zip(records, right, mined, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
