"""Mix models and pack one to ship: `python -m eval.fitting.encoder.export --tuned DIR --share 0.8`.

The mean of the weights of a tuned and the untuned model keeps more of what the untuned one knew
than either stage of training does (Wortsman and others 2022, "Robust fine-tuning of zero-shot
models"). What ships is in half precision, to be computed in single.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from vectorstore.encoder import UNTUNED, find_model, sha256_of

SHIPPED = Path(__file__).parents[3] / "vectorstore" / "model"
WEIGHTS, CONFIG = "model.safetensors", "config.json"
LEFT_OUT = ("README.md", "data_config*", "vocab.txt", ".gitattributes")


def main(argv: Sequence[str] | None = None) -> int:
    """Mix, pack, and print the digest that is checked when the model is loaded."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.encoder.export", description=__doc__
    )
    parser.add_argument("--tuned", type=Path, nargs="+", required=True)
    parser.add_argument("--share", type=float, default=1.0, help="of the tuned ones, by weight")
    parser.add_argument("--encoder", default=UNTUNED, help="the model that they began with")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    args = parser.parse_args(argv)
    models = [find_model(args.encoder), *args.tuned]
    weights = [1 - args.share, *[args.share / len(args.tuned)] * len(args.tuned)]
    mean_of(models, args.out, weights, half=True)
    print(sha256_of(args.out / WEIGHTS))
    return 0


def mean_of(
    models: Sequence[Path],
    target: Path,
    weights: Sequence[float] | None = None,
    *,
    half: bool = False,
) -> None:
    """Write the model whose weights are the mean of those of `models`, with the first one's other
    files. `half` stores them in half precision, without what only other libraries need."""
    shares = weights or [1 / len(models)] * len(models)
    mixed: dict[str, torch.Tensor] = {}
    for folder, share in zip(models, shares, strict=True):
        for name, value in load_file(folder / WEIGHTS).items():
            if value.is_floating_point():
                mixed[name] = mixed.get(name, torch.zeros(())) + share * value.float()
    stored = {n: (v.half() if half else v).contiguous() for n, v in mixed.items()}
    made = target.with_name(f"{target.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    shutil.copytree(models[0], made, ignore=shutil.ignore_patterns(*LEFT_OUT) if half else None)
    save_file(stored, made / WEIGHTS, metadata={"format": "pt"})
    (made / WEIGHTS).chmod(0o644)
    if half:
        _computed_in_single(made / CONFIG)
    shutil.copytree(made, target, dirs_exist_ok=True)  # a card that lies there stays
    shutil.rmtree(made)


def _computed_in_single(config: Path) -> None:
    """Say that weights are computed in single precision, in whatever they are stored."""
    content = json.loads(config.read_text(encoding="utf-8"))
    for name in ("torch_dtype", "dtype", "_name_or_path"):
        content.pop(name, None)
    config.write_text(json.dumps(content | {"dtype": "float32"}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
