"""Make a trained reader small and quick: `python -m assistant.reader.export --model D --out D`.

Takes what training wrote, writes `reader.onnx` with eight-bit weights and its tokenizer, and prints
the sha256 of the two. One bit of the weights is given up (`reduce_range`), so that processors with
and without VNNI come to the same sums: the sixteen-bit intermediate of the older instruction would
overflow.
"""

import argparse
import shutil
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor
from transformers import AutoModelForQuestionAnswering

from assistant.reader.models import EXPORTED, TOKENS, digest_of

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUTS = ("starts", "ends")


class Heads(torch.nn.Module):
    """The model with its two outputs and nothing else."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        out = self.model(input_ids=ids, attention_mask=mask, token_type_ids=kinds)
        return out.start_logits, out.end_logits


def main(argv: Sequence[str] | None = None) -> int:
    """Export, and print the size and digest of what was made."""
    parser = argparse.ArgumentParser(prog="python -m assistant.reader.export", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="what training wrote")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    model = AutoModelForQuestionAnswering.from_pretrained(
        args.model, attn_implementation="eager", local_files_only=True
    )
    row = torch.ones(1, 16, dtype=torch.long)
    names = [*INPUTS, *OUTPUTS]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The older exporter: it needs one package less, and says that there is a newer one.
        warnings.simplefilter("ignore")
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            Heads(model.float().eval()),
            (row, row, row),
            str(whole),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in names},
            opset_version=17,
            dynamo=False,
        )
        file = args.out / EXPORTED
        quantize_dynamic(
            whole, file, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    shutil.copyfile(args.model / TOKENS, args.out / TOKENS)
    digest = digest_of(file.read_bytes(), (args.out / TOKENS).read_bytes())
    print(f"{file}: {file.stat().st_size / 1e6:.1f} MB, sha256 {digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
