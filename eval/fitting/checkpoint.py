"""Training that can be interrupted: checkpoints of a run, and lines of progress."""

import sys
import time
from pathlib import Path
from typing import Any

import torch


def go_on(checkpoint: Path, run: str, parts: dict[str, Any]) -> int:
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


def save(checkpoint: Path, run: str, parts: dict[str, Any], done: int) -> None:
    """Keep a run as it stands after so many steps, whole or not at all."""
    whole = checkpoint.with_suffix(".new")
    state = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**state, "run": run, "done": done}, whole)
    whole.replace(checkpoint)


def say(text: str) -> None:
    """A line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
