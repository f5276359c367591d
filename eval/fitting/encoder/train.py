"""Train by contrast: a question is nearer to what answers it than to everything else in its batch
(the loss of Henderson and others 2017, "Efficient natural language response suggestion", section
4.4, with mined negatives; what holds a question's evidence is never counted against it).

The embeddings of words stay as they are: few examples would only spoil them, and what the model
knew of other fields goes with them. A run that was interrupted goes on from its last checkpoint.
On a processor that multiplies bfloat16, products are taken in it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from eval.fitting.checkpoint import learn
from eval.fitting.encoder.pairs import Pair, Shown, batches
from vectorstore.encoder import multiplies_bfloat16

CHUNK_TOKENS = 2048  # padded tokens that go through the model at once
WARM_SHARE = 0.06
CHECKPOINT_SECONDS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the model is trained; `batch` is in pairs, `tokens` the longest text."""

    rate: float = 4e-5
    batch: int = 48
    temperature: float = 0.05
    tokens: int = 128
    seed: int = 20


def embed(model: Any, tokens: Any, texts: Sequence[str], longest: int) -> Tensor:
    """Unit vectors of texts, shape (texts, dimension): the mean over their tokens. Texts of like
    length go through the model together, since what is padded is computed like the rest."""
    ids = tokens(list(texts), truncation=True, max_length=longest)["input_ids"]
    order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
    found: list[Tensor] = []
    start = 0
    while start < len(order):
        width = len(ids[order[start]])
        chunk = order[start : start + max(1, CHUNK_TOKENS // width)]
        start += len(chunk)
        rows = torch.full((len(chunk), width), int(tokens.pad_token_id))
        mask = torch.zeros((len(chunk), width), dtype=torch.long)
        for row, i in enumerate(chunk):
            rows[row, : len(ids[i])] = torch.tensor(ids[i])
            mask[row, : len(ids[i])] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=multiplies_bfloat16()):
            last = model(input_ids=rows, attention_mask=mask).last_hidden_state
        weight = mask.unsqueeze(-1).float()
        found.append((last.float() * weight).sum(1) / weight.sum(1))
    back = torch.tensor(np.argsort(order))
    return normalize(torch.cat(found)[back], dim=-1)


def loss_of(
    model: Any, tokens: Any, batch: Sequence[Pair], temperature: float, longest: int
) -> Tensor:
    """The mean over questions of minus the logarithm of the chance of what answers, among all that
    the batch shows."""
    shown: list[Shown] = [pair.right for pair in batch]
    shown += [pair.wrong for pair in batch if pair.wrong is not None]
    vectors = embed(
        model, tokens, [*(p.question for p in batch), *(s.text for s in shown)], longest
    )
    scores = vectors[: len(batch)] @ vectors[len(batch) :].T / temperature
    barred = torch.zeros(scores.shape, dtype=torch.bool)
    for i, pair in enumerate(batch):
        for j, other in enumerate(shown):
            barred[i, j] = i != j and (pair.is_answered_by(other) or other.text == pair.right.text)
    scores = scores.masked_fill(barred, -torch.inf)
    return cross_entropy(scores, torch.arange(len(batch)))


def train(model: Any, tokens: Any, pairs: Sequence[Pair], plan: Plan, checkpoint: Path) -> None:
    """Train in place on the pairs in their order, from the checkpoint of the same run where there
    is one."""
    steps = -(-len(pairs) // plan.batch)
    model.embeddings.requires_grad_(False)
    learnt = [p for p in model.parameters() if p.requires_grad]
    learn(
        model,
        batches(pairs, plan.batch),
        lambda batch: loss_of(model, tokens, batch, plan.temperature, plan.tokens),
        [{"params": learnt, "lr": plan.rate}],
        steps=steps,
        warm_share=WARM_SHARE,
        seed=plan.seed,
        run=hashlib.sha256(repr((plan, pairs)).encode()).hexdigest(),
        checkpoint=checkpoint,
        seconds=CHECKPOINT_SECONDS,
    )


def use_threads(number: int) -> None:
    """How many threads of the processor to use; 0: all."""
    if number:
        torch.set_num_threads(number)
