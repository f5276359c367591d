"""What training begins from: a published encoder; for the verifier, the weights of the reader that
shipped before, taken out of the form in which it did."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoConfig, AutoModel, BertConfig, BertModel, MPNetModel

from assistant.turn.network import TOKENS, open_tokens

Table = NDArray[np.float32]

# The marks around texts, as encoders of BERT's kind call them, and as MPNet does.
MARKS = {"[CLS]": "<s>", "[SEP]": "</s>"}

HEAD_WIDTH = 32  # of each head of attention, in a model of MiniLM's kind


class Segmented(torch.nn.Module):
    """An encoder of MPNet's kind that is told question and passage apart, as one of BERT's kind is:
    each segment has a vector, nought at first, that is added to those of its words."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.config = encoder.config
        self.whole = encoder
        self.segments = torch.nn.Embedding(2, encoder.config.hidden_size)
        torch.nn.init.zeros_(self.segments.weight)

    @property
    def embeddings(self) -> Any:
        return self.whole.embeddings

    @property
    def encoder(self) -> Any:
        return self.whole.encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Any:
        words = self.embeddings.word_embeddings(input_ids) + self.segments(token_type_ids)
        return self.whole(inputs_embeds=words, attention_mask=attention_mask)


def begun(folder: Path, layers: int | None) -> tuple[Any, Any]:
    """A published encoder of BERT's or MPNet's kind, of its layers the lowest `layers`, and its
    tokenizer."""
    tokens = open_tokens(folder / TOKENS)
    body = AutoModel.from_pretrained(folder, add_pooling_layer=False)
    body.encoder.layer = body.encoder.layer[:layers]
    body.config.num_hidden_layers = len(body.encoder.layer)
    if isinstance(body, MPNetModel):
        words = body.embeddings.word_embeddings.weight.data
        for mark, own in MARKS.items():
            words[tokens.token_to_id(mark)] = words[tokens.token_to_id(own)]
        body = Segmented(body)
    return body, tokens


def empty(folder: Path) -> Any:
    """An encoder as the settings in `folder` say, without its weights, in a form that can be
    exported."""
    config = AutoConfig.from_pretrained(folder, attn_implementation="eager")
    if config.model_type == "mpnet":
        return Segmented(MPNetModel(config, add_pooling_layer=False))
    return BertModel(config, add_pooling_layer=False)


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
