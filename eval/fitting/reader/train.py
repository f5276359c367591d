"""Train the reader: `python -m eval.fitting.reader.train --examples FILE --out DIR`.

An encoder of BERT's kind gets a head that says for every token how likely an answer is to start
and to end there; the first token stands for "not here" (Devlin et al. 2019, section 4.3). The
embeddings stay as they are: few examples would only spoil them.

Everything is drawn with `--seed`. A run that was interrupted goes on from its last checkpoint under
`--out`. Runs on a GPU where there is one; there, and on a processor that multiplies bfloat16,
products are taken in it.
"""

import argparse
import hashlib
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import log_softmax
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from eval.fitting.reader.pairs import Pair, batches, read_pairs
from vectorstore.encoder import UNTUNED, find_model, multiplies_bfloat16

WARM_SHARE = 0.05
HEAD_RATE = 10.0  # the head is new and learns so many times quicker than the rest
CHECKPOINT_SECONDS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the model is trained. `tokens` is the size of a batch with its padding; so many of the
    model's `frozen` layers, from the lowest, stay as they are."""

    epochs: int
    rate: float
    tokens: int
    seed: int
    frozen: int = 0


def main(argv: Sequence[str] | None = None) -> int:
    """Train, print the figures on what was kept to validate on, and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.reader.train", description=__doc__
    )
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--encoder", default=UNTUNED, help="the encoder to begin with")
    parser.add_argument("--layers", type=int, help="of the encoder, from the lowest; all of them")
    parser.add_argument("--frozen", type=int, default=0, help="layers that stay as they are")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--batch-tokens", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--threads", type=int, default=0, help="of the processor; 0: all")
    args = parser.parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)
    device = quickest_device()
    folder = find_model(args.encoder)
    tokens = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    pairs = read_pairs(args.examples, tokens)
    say(f"{len(pairs)} examples in tokens, on {device}")
    torch.manual_seed(args.seed)
    shape = {"num_hidden_layers": args.layers} if args.layers else {}
    model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True, **shape)
    model.to(device)
    plan = Plan(
        epochs=args.epochs,
        rate=args.rate,
        tokens=args.batch_tokens,
        seed=args.seed,
        frozen=args.frozen,
    )
    train(model, pairs, plan, device, args.out / "checkpoint.pt")
    model.save_pretrained(args.out / "model")
    tokens.save_pretrained(args.out / "model")
    say(json.dumps(validate(model, pairs, device)))
    return 0


def quickest_device() -> torch.device:
    """A GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def logits_of(model: Any, pairs: Sequence[Pair], device: torch.device) -> Tensor:
    """What the model says of starts and ends at each place, of shape (pairs, 2, longest input);
    -inf where neither the passage nor "not here" is."""
    width = max(len(p.ids) for p in pairs)
    ids = np.full((len(pairs), width), model.config.pad_token_id or 0, dtype=np.int64)
    mask, kinds = np.zeros_like(ids), np.zeros_like(ids)
    there = np.zeros(ids.shape, dtype=bool)
    for i, pair in enumerate(pairs):
        ids[i, : len(pair.ids)] = pair.ids
        mask[i, : len(pair.ids)] = 1
        kinds[i, : len(pair.ids)] = pair.kinds
        there[i, 0] = True
        there[i, pair.first : pair.first + len(pair.offsets)] = True
    rows = {"input_ids": ids, "attention_mask": mask}
    if getattr(model.config, "type_vocab_size", 0) > 1:
        rows["token_type_ids"] = kinds
    half = device.type == "cuda" or multiplies_bfloat16()
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
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
    kept = logs.masked_fill(~right.to(logits.device), -torch.inf)
    return -torch.logsumexp(kept, dim=-1).mean()


def train(
    model: Any,
    pairs: Sequence[Pair],
    plan: Plan,
    device: torch.device,
    checkpoint: Path,
) -> None:
    """Train in place, from the checkpoint of the same plan and examples where there is one."""
    used = [p for p in pairs if not p.validation]
    steps = plan.epochs * sum(1 for _ in batches(used, plan.tokens, random.Random(plan.seed)))
    for part in (model.base_model.embeddings, *_layers_of(model)[: plan.frozen]):
        part.requires_grad_(False)
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
    run = _digest(plan, used)
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


def _layers_of(model: Any) -> Sequence[torch.nn.Module]:
    """The layers of an encoder of BERT's kind, the lowest first."""
    layers: Sequence[torch.nn.Module] = model.base_model.encoder.layer
    return layers


def _digest(plan: Plan, used: Sequence[Pair]) -> str:
    """Tells one run from another: its plan and its examples."""
    digest = hashlib.sha256(repr(plan).encode())
    for pair in used:
        digest.update(pair.ids.tobytes())
    return digest.hexdigest()


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
