"""Make a trained reader small and quick: `python -m eval.fitting.reader.export --model D --out D
--examples FILE`.

Takes what training wrote, writes `reader.onnx` and its tokenizer, and prints the sha256 of the two.
Weights have eight bits; the vectors of words and places have four, in blocks of BLOCK with a scale
of their own, which the answers hardly show. One bit of the weights is given up (`reduce_range`), so
that processors with and without VNNI come to the same sums: the sixteen-bit intermediate of the
older instruction would overflow.

What goes into a product is told in eight bits as well, of one scale for all of it. In the second
product of a layer's feed-forward part a few channels are far larger than all others, and would
leave these no bits: each channel is divided by the largest that it comes to over some examples, and
its weights are multiplied by that (after Xiao et al. 2023, "SmoothQuant", with all of the
difficulty moved to the weights).
"""

import argparse
import shutil
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor

from assistant.reading.reader import EXPORTED
from assistant.turn.network import INPUTS, TOKENS, digest_of, open_tokens
from eval.fitting.padding import padded
from eval.fitting.reader.base import empty
from eval.fitting.reader.examples import read_examples
from eval.fitting.reader.train import Row, SentenceReader, row_of

Axes = dict[int, str]

BLOCK = 128
LEAST_ROWS = 64  # of a table that is made small
LEVELLED_BY = 100  # examples
LEAST_MOST = 1e-5  # of a channel that nothing comes through


def main(argv: Sequence[str] | None = None) -> int:
    """Export, and print the size and digest of what was made."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.reader.export", description=__doc__
    )
    parser.add_argument("--model", type=Path, required=True, help="what training wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True, help="what it was trained on")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    model = SentenceReader(empty(args.model))
    model.load_state_dict(torch.load(args.model / "model.pt", weights_only=True))
    tokens = open_tokens(args.model / TOKENS)
    used = [example for example in read_examples(args.examples) if not example.aside]
    level(model, [row_of(e, tokens) for e in used[:: max(1, len(used) // LEVELLED_BY)]])
    file = args.out / EXPORTED
    write_small(model, file, {"tokens": {0: "batch", 1: "tokens"}, "whole": {0: "batch"}})
    if args.out.resolve() != args.model.resolve():
        shutil.copyfile(args.model / TOKENS, args.out / TOKENS)
    print(made(file))
    return 0


class Levelled(torch.nn.Module):
    """A product that divides each channel of what goes in by its `most`, of shape (channels,)."""

    share: Tensor

    def __init__(self, product: torch.nn.Linear, most: Tensor) -> None:
        super().__init__()
        self.product = product
        self.register_buffer("share", 1 / most)
        product.weight.data *= most

    def forward(self, told: Tensor) -> Tensor:
        levelled: Tensor = self.product(told * self.share)
        return levelled


@torch.no_grad()
def level(model: SentenceReader, rows: Sequence[Row]) -> None:
    """Level the second product of each layer's feed-forward part, in place, by what it is given
    over `rows`."""
    model.eval()
    outputs = [layer.output for layer in model.body.encoder.layer]
    most = [torch.full((each.dense.in_features,), LEAST_MOST) for each in outputs]

    def look(number: int, _: Any, given: tuple[Tensor, ...]) -> None:
        most[number] = torch.maximum(most[number], given[0].abs().flatten(0, -2).amax(0))

    hooks = [
        each.dense.register_forward_pre_hook(partial(look, number))
        for number, each in enumerate(outputs)
    ]
    for row in rows:
        model(*padded([(row.ids, row.kinds)]))
    for hook, each, largest in zip(hooks, outputs, most, strict=True):
        hook.remove()
        each.dense = Levelled(each.dense, largest)


def made(file: Path) -> str:
    """What was written, beside its tokenizer: how large, and the digest of the two."""
    digest = digest_of(file.read_bytes(), file.with_name(TOKENS).read_bytes())
    return f"{file}: {file.stat().st_size / 1e6:.1f} MB, sha256 {digest}"


def write_small(model: torch.nn.Module, file: Path, outputs: Mapping[str, Axes]) -> None:
    """Write a model of INPUTS in the form that ships; `outputs` are what it returns in order, each
    with the names of the dimensions that vary."""
    row = torch.ones(1, 16, dtype=torch.long)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The older exporter: it needs one package less, and says that there is a newer one.
        warnings.simplefilter("ignore")
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            model.float().eval(),
            (row, row, row),
            str(whole),
            input_names=list(INPUTS),
            output_names=list(outputs),
            dynamic_axes={name: {0: "batch", 1: "tokens"} for name in INPUTS} | dict(outputs),
            opset_version=17,
            dynamo=False,
        )
        eight = Path(folder) / "eight.onnx"
        quantize_dynamic(
            whole,
            eight,
            op_types_to_quantize=["MatMul"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
        )
        onnx.save(_with_small_tables(onnx.load(eight)), file)


def _with_small_tables(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its tables, the vectors of words and of places, in four bits, as onnxruntime's
    operator GatherBlockQuantized reads them."""
    tables = {table.name: table for table in model.graph.initializer}
    for node in model.graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or table.dims[0] < LEAST_ROWS or table.dims[-1] % BLOCK:
            continue
        packed, scales = in_four_bits(onnx.numpy_helper.to_array(table))
        table.CopyFrom(
            onnx.helper.make_tensor(
                table.name, onnx.TensorProto.INT4, table.dims, packed.tobytes(), raw=True
            )
        )
        model.graph.initializer.append(onnx.numpy_helper.from_array(scales, f"{table.name}.scales"))
        node.op_type, node.domain = "GatherBlockQuantized", "com.microsoft"
        node.input.append(f"{table.name}.scales")
        del node.attribute[:]
        for name, value in (("gather_axis", 0), ("quantize_axis", 1), ("block_size", BLOCK)):
            node.attribute.append(onnx.helper.make_attribute(name, value))
        if all(opset.domain != node.domain for opset in model.opset_import):
            model.opset_import.append(onnx.helper.make_opsetid(node.domain, 1))
    return model


def in_four_bits(
    table: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A table of shape (rows, width) as whole numbers from -7 to 7, two to a byte, the first in the
    lower half: (rows, width / 2); and the scales of its blocks, (rows, width / BLOCK). The width
    must be a multiple of BLOCK."""
    rows, width = table.shape
    blocks = table.reshape(rows, width // BLOCK, BLOCK)
    scales: NDArray[np.float32] = (np.abs(blocks).max(axis=-1) / 7).astype(np.float32)
    numbers = np.round(blocks / np.where(scales > 0, scales, 1.0)[..., None]).astype(np.int8)
    halves = numbers.reshape(rows, width).astype(np.uint8) & 0xF
    return (halves[:, ::2] | halves[:, 1::2] << 4).astype(np.uint8), scales


if __name__ == "__main__":
    sys.exit(main())
