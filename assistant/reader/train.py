"""Train the reader: `python -m assistant.reader.train --examples FILE --out DIR`.

An encoder of BERT's kind gets a head that says for every token how likely an answer is to start
and to end there; the first token stands for "not here" (Devlin et al. 2019, section 4.3). The
embeddings stay as they are: few examples would only spoil them.

Everything is drawn with `--seed`. A run that was interrupted goes on from its last checkpoint under
`--out`. Runs on a GPU where there is one.
"""

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import log_softmax
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from assistant.reader.examples import Example
from vectorstore.encoder import BUILTIN, find_model

QUESTION_TOKENS, PASSAGE_TOKENS = 48, 280
WARM_SHARE = 0.05
HEAD_RATE = 10.0  # the head is new and learns so many times quicker than the rest
CHECKPOINT_SECONDS = 240
CHUNK = 4096  # examples that are sorted by length before they are put into batches


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """An example in tokens. `ids` is the whole input; `first` is the place of the passage's first
    token. Starts and ends are places in `ids`; 0 is "not here"."""

    ids: np.ndarray
    first: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    set: str
    validation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the model is trained. `tokens` is the size of a batch with its padding."""

    epochs: int
    rate: float
    tokens: int
    seed: int


def main(argv: Sequence[str] | None = None) -> int:
    """Train, print the figures on what was kept to validate on, and write the model."""
    parser = argparse.ArgumentParser(prog="python -m assistant.reader.train", description=__doc__)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", default=BUILTIN, help="the encoder to begin with")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--batch-tokens", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=0, help="of the processor; 0: all")
    args = parser.parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    folder = find_model(args.encoder)
    tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    pairs = read_pairs(args.examples, tokens)
    say(f"{len(pairs)} examples in tokens, on {device}")
    torch.manual_seed(args.seed)
    model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True).to(device)
    model.base_model.embeddings.requires_grad_(False)
    plan = Plan(epochs=args.epochs, rate=args.rate, tokens=args.batch_tokens, seed=args.seed)
    train(model, pairs, plan, device, args.out / "checkpoint.pt")
    say(json.dumps(validate(model, pairs, device)))
    model.save_pretrained(args.out / "model")
    tokens.save_pretrained(args.out / "model")
    return 0


def read_pairs(file: Path, tokens: Any) -> list[Pair]:
    """The examples of a file in tokens; what lies beyond PASSAGE_TOKENS is cut off, and an example
    whose whole answer lies there is left out."""
    with file.open(encoding="utf-8") as stream:
        listed = [Example.from_json(json.loads(line)) for line in stream]
    short = {"add_special_tokens": False, "truncation": True}
    asked = tokens([e.question for e in listed], max_length=QUESTION_TOKENS, **short)
    read = tokens(
        [e.passage for e in listed], max_length=PASSAGE_TOKENS, return_offsets_mapping=True, **short
    )
    pairs = []
    for i, example in enumerate(listed):
        question, passage = asked["input_ids"][i], read["input_ids"][i]
        first = len(question) + 2
        found = [
            (first + a, first + b)
            for a, b in (_in_tokens(span, read["offset_mapping"][i]) for span in example.spans)
            if a >= 0
        ]
        if example.spans and not found:
            continue
        row = [tokens.cls_token_id, *question, tokens.sep_token_id, *passage, tokens.sep_token_id]
        pairs.append(
            Pair(
                ids=np.array(row, dtype=np.int64),
                first=first,
                starts=tuple(sorted({a for a, _ in found})) or (0,),
                ends=tuple(sorted({b for _, b in found})) or (0,),
                set=example.set,
                validation=example.validation,
            )
        )
    return pairs


def _in_tokens(span: tuple[int, int], offsets: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last token of a span of characters; (-1, -1) where it is cut off."""
    inside = [i for i, (a, b) in enumerate(offsets) if a < span[1] and span[0] < b]
    if not inside or offsets[-1][1] < span[1] - 1:
        return -1, -1
    return inside[0], inside[-1]


def batches(pairs: Sequence[Pair], tokens: int, drawn: random.Random) -> Iterator[list[Pair]]:
    """The pairs in batches of like length, at most `tokens` long with their padding."""
    order = list(pairs)
    drawn.shuffle(order)
    made: list[list[Pair]] = []
    for start in range(0, len(order), CHUNK):
        batch: list[Pair] = []
        for pair in sorted(order[start : start + CHUNK], key=lambda p: len(p.ids)):
            if batch and (len(batch) + 1) * len(pair.ids) > tokens:
                made.append(batch)
                batch = []
            batch.append(pair)
        made.append(batch)
    drawn.shuffle(made)
    yield from made


def logits_of(model: Any, pairs: Sequence[Pair], device: torch.device) -> Tensor:
    """What the model says of starts and ends at each place, of shape (pairs, 2, longest input);
    -inf where neither the passage nor "not here" is."""
    width = max(len(p.ids) for p in pairs)
    ids = np.zeros((len(pairs), width), dtype=np.int64)
    mask, kinds = np.zeros_like(ids), np.zeros_like(ids)
    there = np.zeros(ids.shape, dtype=bool)
    for i, pair in enumerate(pairs):
        ids[i, : len(pair.ids)] = pair.ids
        mask[i, : len(pair.ids)] = 1
        kinds[i, pair.first : len(pair.ids)] = 1
        there[i, 0] = True
        there[i, pair.first : len(pair.ids) - 1] = True
    rows = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
        out = model(**{name: torch.from_numpy(row).to(device) for name, row in rows.items()})
    both = torch.stack([out.start_logits, out.end_logits], dim=1).float()
    return both.masked_fill(~torch.from_numpy(there).to(device).unsqueeze(1), -torch.inf)


def loss_of(logits: Tensor, pairs: Sequence[Pair]) -> Tensor:
    """The mean over pairs and both ends of minus the logarithm of the chance of a right place."""
    right = torch.zeros(logits.shape, dtype=torch.bool)
    for i, pair in enumerate(pairs):
        right[i, 0, list(pair.starts)] = True
        right[i, 1, list(pair.ends)] = True
    logs = log_softmax(logits, dim=-1)
    return -torch.logsumexp(logs.masked_fill(~right.to(logits.device), -torch.inf), dim=-1).mean()


def train(
    model: Any, pairs: Sequence[Pair], plan: Plan, device: torch.device, checkpoint: Path
) -> None:
    """Train in place, from the checkpoint of the same plan and examples where there is one."""
    used = [p for p in pairs if not p.validation]
    steps = plan.epochs * sum(1 for _ in batches(used, plan.tokens, random.Random(plan.seed)))
    head = list(model.qa_outputs.parameters())
    body = [p for p in model.base_model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": plan.rate}, {"params": head, "lr": plan.rate * HEAD_RATE}],
        weight_decay=0.01,
    )
    warm = max(1, round(WARM_SHARE * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, (steps - s) / max(1, steps - warm))
    )
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    run = hashlib.sha256(repr(plan).encode() + b"".join(p.ids.tobytes() for p in used)).hexdigest()
    done = _go_on(checkpoint, run, parts, device)
    model.train()
    began = saved = told = time.monotonic()
    losses: list[float] = []
    step = 0
    for epoch in range(plan.epochs):
        for batch in batches(used, plan.tokens, random.Random(plan.seed + epoch)):
            step += 1
            if step <= done:
                continue
            torch.manual_seed(plan.seed * 1_000_003 + step)
            loss = loss_of(logits_of(model, batch, device), batch)
            optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_([*body, *head], 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss.detach()))
            now = time.monotonic()
            if now - told > 20:
                left = (now - began) / (step - done) * (steps - step)
                say(f"step {step} of {steps}, loss {np.mean(losses):.3f}, {left / 60:.0f} min left")
                told, losses = now, []
            if now - saved > CHECKPOINT_SECONDS:
                _save(checkpoint, run, parts, step)
                saved = now
    model.eval()
    checkpoint.unlink(missing_ok=True)


def _go_on(checkpoint: Path, run: str, parts: dict[str, Any], device: torch.device) -> int:
    """Take up a checkpoint of this very run; how many steps are done."""
    if not checkpoint.exists():
        return 0
    kept = torch.load(checkpoint, map_location=device, weights_only=True)
    if kept["run"] != run:
        say(f"{checkpoint} is of another run: beginning anew")
        return 0
    for name, part in parts.items():
        part.load_state_dict(kept[name])
    say(f"going on after step {kept['done']}")
    return int(kept["done"])


def _save(checkpoint: Path, run: str, parts: dict[str, Any], done: int) -> None:
    whole = checkpoint.with_suffix(".new")
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "run": run, "done": done}, whole)
    whole.replace(checkpoint)


@torch.no_grad()
def validate(model: Any, pairs: Sequence[Pair], device: torch.device) -> dict[str, Any]:
    """On what was kept: how often the best place to start is right, and how well "not here" tells
    what is answered from what is not (AUROC), by set. None where there is nothing to measure."""
    model.eval()
    seen: dict[str, tuple[list[bool], list[float], list[float]]] = {}
    for pair in (p for p in pairs if p.validation):
        right, here, away = seen.setdefault(pair.set, ([], [], []))
        logs = log_softmax(logits_of(model, [pair], device)[0], dim=-1)
        sure = float(-logs[0, 0] - logs[1, 0])
        if pair.starts == (0,):
            away.append(sure)
        else:
            here.append(sure)
            right.append(int(logs[0, 1:].argmax()) + 1 in pair.starts)
    figures = {}
    for name, (right, here, away) in sorted(seen.items()):
        wins = [(a > b) + 0.5 * (a == b) for a in here for b in away]
        figures[name] = {
            "n": len(here) + len(away),
            "start": round(float(np.mean(right)), 3) if right else None,
            "auroc": round(float(np.mean(wins)), 3) if wins else None,
        }
    return figures


def say(text: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
