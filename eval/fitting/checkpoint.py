"""Training that can be interrupted: the steps of a run, its checkpoints, and lines of progress."""

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

T = TypeVar("T")


def learn(
    model: Any,
    batches: Iterable[T],
    loss_of: Callable[[T], Tensor],
    groups: list[dict[str, Any]],
    *,
    steps: int,
    warm_share: float,
    seed: int,
    run: str,
    checkpoint: Path,
    seconds: float,
) -> None:
    """Train a model in place, a step for each of `steps` batches, from the checkpoint of the same
    `run` where there is one; another is kept every so many `seconds`.

    `groups` are the parameters that are learnt, with their rates, as AdamW takes them. The rates
    rise over the first `warm_share` of the steps and fall to nothing over the rest.
    """
    groups = [{**group, "params": list(group["params"])} for group in groups]
    learnt = [parameter for group in groups for parameter in group["params"]]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    warm = max(1, round(warm_share * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, (steps - s) / max(1, steps - warm))
    )
    parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
    done = _go_on(checkpoint, run, parts)
    model.train()
    began = saved = told = time.monotonic()
    losses: list[float] = []
    for step, batch in enumerate(batches, start=1):
        if step <= done:
            continue
        torch.manual_seed(seed * 1_000_003 + step)
        loss = loss_of(batch)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(float(loss.detach()))
        now = time.monotonic()
        if now - told > 20:
            left = (now - began) / (step - done) * (steps - step)
            say(f"step {step} of {steps}, loss {np.mean(losses):.3f}, {left / 60:.0f} min left")
            told, losses = now, []
        if now - saved > seconds:
            _save(checkpoint, run, parts, step)
            saved = now
    model.eval()
    checkpoint.unlink(missing_ok=True)


def _go_on(checkpoint: Path, run: str, parts: dict[str, Any]) -> int:
    """Take up a checkpoint of this very run; how many steps are done."""
    if not checkpoint.exists():
        return 0
    kept = torch.load(checkpoint, weights_only=True, map_location="cpu")
    if kept["run"] != run:
        say(f"{checkpoint} is of another run: beginning anew")
        return 0
    for name, part in parts.items():
        part.load_state_dict(kept[name])
    say(f"going on after step {kept['done']}")
    return int(kept["done"])


def _save(checkpoint: Path, run: str, parts: dict[str, Any], done: int) -> None:
    """Keep a run as it stands after so many steps, whole or not at all."""
    whole = checkpoint.with_suffix(".new")
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "run": run, "done": done}, whole)
    whole.replace(checkpoint)


def say(text: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
