"""The built-in reader's own weights, taken out of the form in which they ship, to train on from."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel

Table = NDArray[np.float32]

HEAD_WIDTH = 32  # of each head of attention, in a model of MiniLM's kind


def shipped_body(file: Path) -> Any:
    """The encoder within an exported `reader.onnx` as a BertModel, without a pooler.

    Numbers of eight and four bits are widened to what they stand for; nothing is learnt. The
    exporter names all parameters but the matrices of the layers, which stand in the order in which
    they are computed: query, key, value, and what follows.
    """
    graph = onnx.load(file).graph
    tables = {t.name: t for t in graph.initializer}
    named: dict[str, Table] = {}
    for node in graph.node:
        if node.op_type == "GatherBlockQuantized":
            named[node.input[0]] = _widened(tables[node.input[0]], tables[node.input[2]])
    for name, table in tables.items():
        if name not in named and name.endswith((".bias", ".weight")):
            named[name] = onnx.numpy_helper.to_array(table)
    state = {re.sub(r"^(model\.|bert\.|body\.)+", "", n): torch.tensor(v) for n, v in named.items()}
    matrices = [
        onnx.numpy_helper.to_array(tables[node.input[1]]).astype(np.float32)
        * onnx.numpy_helper.to_array(tables[_scale_of(node.input[1])])
        for node in graph.node
        if node.op_type == "MatMulInteger"
    ]
    layers = 0
    for i, name in enumerate(
        f"encoder.layer.{layer}.{part}.weight"
        for layer in range(len(matrices) // 6)
        for part in (
            "attention.self.query",
            "attention.self.key",
            "attention.self.value",
            "attention.output.dense",
            "intermediate.dense",
            "output.dense",
        )
    ):
        state[name] = torch.tensor(matrices[i].T.copy())
        layers = i // 6 + 1
    words = state["embeddings.word_embeddings.weight"]
    config = BertConfig(
        vocab_size=words.shape[0],
        hidden_size=words.shape[1],
        num_hidden_layers=layers,
        num_attention_heads=words.shape[1] // HEAD_WIDTH,
        intermediate_size=state["encoder.layer.0.intermediate.dense.bias"].shape[0],
        max_position_embeddings=state["embeddings.position_embeddings.weight"].shape[0],
    )
    body = BertModel(config, add_pooling_layer=False)
    known = {name: value for name, value in state.items() if name in body.state_dict()}
    body.load_state_dict(known)
    return body


def _scale_of(quantized: str) -> str:
    return quantized.removesuffix("_quantized") + "_scale"


def _widened(packed: onnx.TensorProto, scales: onnx.TensorProto) -> Table:
    """A table of four-bit numbers, two to a byte, the lower half first, times its scales."""
    rows, width = packed.dims
    both = np.frombuffer(packed.raw_data, dtype=np.uint8).reshape(rows, width // 2)
    halves = np.stack([both & 0xF, both >> 4], axis=-1).reshape(rows, width).astype(np.int8)
    numbers = np.where(halves > 7, halves - 16, halves).astype(np.float32)
    factors = onnx.numpy_helper.to_array(scales)
    wide = numbers.reshape(rows, factors.shape[1], -1) * factors[..., None]
    table: Table = wide.reshape(rows, width)
    return table
