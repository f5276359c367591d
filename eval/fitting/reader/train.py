"""Train the reader: `python -m eval.fitting.reader.train --examples FILE --out DIR`.

An encoder of BERT's or MPNet's kind reads a question, what was said before it, and a passage. Every
token gets a number; a sentence's score is the mean over its tokens, and the first token says
whether anything in the passage answers. Sentences and passages are learnt as yes or no (binary
cross-entropy), and the sentences of a passage that answers also against one another (softmax). The
embeddings, and the lowest layers where that is asked for, stay as they are: few examples would only
spoil them.

Everything is drawn with `--seed`. A run that was interrupted goes on from its last checkpoint under
`--out`. Runs on a GPU where there is one; there, and on a processor that multiplies bfloat16,
products are taken in it.
"""

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax

from assistant.reading.reader import Stretch, encoded
from assistant.turn.network import TOKENS
from eval.fitting.checkpoint import learn, say
from eval.fitting.padding import padded
from eval.fitting.reader.base import begun
from eval.fitting.reader.examples import Example, read_examples
from vectorstore.encoder import multiplies_bfloat16

WARM_SHARE = 0.05
HEAD_RATE = 10.0  # the heads are new and learn so many times quicker than the rest
CHECKPOINT_SECONDS = 120
LISTED = 0.5  # what the choice among the sentences of a passage counts in the loss
CHUNK = 4096  # examples that are sorted by length before they are put into batches


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the model is trained. `tokens` is the size of a batch with its padding; so many of the
    model's `frozen` layers, from the lowest, stay as they are."""

    epochs: int
    rate: float
    tokens: int
    seed: int
    frozen: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """An example in tokens: `ids` and `kinds` (segments) of shape (tokens,); `of` is the sentence
    that each belongs to, -1 for none. `right` are the sentences that answer, as 0 and 1."""

    set: str
    ids: NDArray[np.int64]
    kinds: NDArray[np.int64]
    of: NDArray[np.int64]
    right: NDArray[np.float32]
    aside: bool


class SentenceReader(torch.nn.Module):
    """An encoder with two heads: a number for each token, and one for the whole."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self.body = body
        self.token = torch.nn.Linear(body.config.hidden_size, 1)
        self.whole = torch.nn.Linear(body.config.hidden_size, 1)

    def forward(self, ids: Tensor, mask: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
        """Of inputs (rows, tokens): logits of tokens, (rows, tokens), and of wholes, (rows,)."""
        last = self.body(input_ids=ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
        return self.token(last).squeeze(-1), self.whole(last[:, 0]).squeeze(-1)


def main(argv: Sequence[str] | None = None) -> int:
    """Train, print the figures on what was kept aside, and write the model."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.reader.train", description=__doc__
    )
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--begin", type=Path, required=True, help="a published encoder")
    parser.add_argument("--layers", type=int, help="so many of its layers, from the lowest")
    parser.add_argument("--frozen", type=int, default=3, help="layers that stay as they are")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch-tokens", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=20)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    body, tokens = begun(args.begin, args.layers)
    rows = [row_of(example, tokens) for example in read_examples(args.examples)]
    model = SentenceReader(body)
    plan = Plan(
        epochs=args.epochs,
        rate=args.rate,
        tokens=args.batch_tokens,
        seed=args.seed,
        frozen=args.frozen,
    )
    train(model, rows, plan, args.out / "checkpoint.pt")
    torch.save(model.state_dict(), args.out / "model.pt")
    tokens.save(str(args.out / TOKENS))
    (args.out / "config.json").write_text(model.body.config.to_json_string(), encoding="utf-8")
    say(json.dumps(validate(model, rows)))
    return 0


def row_of(example: Example, tokens: Any) -> Row:
    """An example as the reader reads it."""
    stretch = Stretch(heading=example.heading, sentences=example.sentences)
    ids, kinds, of = encoded(tokens, example.question, example.before, stretch)
    return Row(
        set=example.set,
        ids=ids,
        kinds=kinds,
        of=of,
        right=np.array(example.right, dtype=np.float32),
        aside=example.aside,
    )


class Tokens(Protocol):
    """Anything in tokens."""

    @property
    def ids(self) -> NDArray[np.int64]: ...


T = TypeVar("T", bound=Tokens)


def batches(rows: Sequence[T], tokens: int, drawn: random.Random) -> Iterator[list[T]]:
    """The rows in batches of like length, at most `tokens` long with their padding."""
    order = list(rows)
    drawn.shuffle(order)
    made: list[list[T]] = []
    for start in range(0, len(order), CHUNK):
        batch: list[T] = []
        for row in sorted(order[start : start + CHUNK], key=lambda r: len(r.ids)):
            if batch and (len(batch) + 1) * len(row.ids) > tokens:
                made.append(batch)
                batch = []
            batch.append(row)
        made.append(batch)
    drawn.shuffle(made)
    yield from made


def scores_of(model: Any, rows: Sequence[Row]) -> tuple[list[Tensor], Tensor]:
    """Of each row the logits of its sentences, nan where a sentence was cut off; and of the wholes,
    of shape (rows,)."""
    device = next(model.parameters()).device
    batch = padded([(row.ids, row.kinds) for row in rows])
    with torch.autocast(device.type, torch.bfloat16, enabled=in_half(device)):
        told, wholes = model(*(x.to(device) for x in batch))
    sentences = []
    for i, row in enumerate(rows):
        of = torch.from_numpy(row.of).to(device)
        mine = of >= 0
        sums = torch.zeros(len(row.right), device=device)
        sums = sums.index_add(0, of[mine], told[i, : len(of)][mine].float())
        sizes = torch.bincount(of[mine], minlength=len(row.right))
        sentences.append(sums / torch.where(sizes > 0, sizes, torch.nan))
    return sentences, wholes.float()


def in_half(device: torch.device) -> bool:
    """Whether products are taken in bfloat16."""
    return device.type == "cuda" or multiplies_bfloat16()


def loss_of(model: Any, rows: Sequence[Row]) -> Tensor:
    """The mean over rows of the losses of its sentences, of its whole, and of the choice among its
    sentences."""
    sentences, wholes = scores_of(model, rows)
    right = [torch.from_numpy(row.right).to(wholes.device) for row in rows]
    answers = torch.stack([r.max() if len(r) else r.sum() for r in right])
    total = binary_cross_entropy_with_logits(wholes, answers, reduction="sum")
    for scores, truth in zip(sentences, right, strict=True):
        seen = ~scores.isnan()
        scores, truth = scores[seen], truth[seen]
        if not len(scores):
            continue
        total = total + binary_cross_entropy_with_logits(scores, truth)
        if 0 < truth.sum() < len(truth):
            logs = log_softmax(scores, dim=0)
            total = total - LISTED * torch.logsumexp(logs[truth > 0], dim=0)
    return total / len(rows)


def train(model: Any, rows: Sequence[Row], plan: Plan, checkpoint: Path) -> None:
    """Train in place, from the checkpoint of the same plan and examples where there is one."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model.to(device)
    used = [row for row in rows if not row.aside]
    steps = plan.epochs * sum(1 for _ in batches(used, plan.tokens, random.Random(plan.seed)))
    for part in (model.body.embeddings, *model.body.encoder.layer[: plan.frozen]):
        part.requires_grad_(False)
    head = [*model.token.parameters(), *model.whole.parameters()]
    body = [p for p in model.body.parameters() if p.requires_grad]
    digest = hashlib.sha256(repr(plan).encode())
    for row in used:
        digest.update(row.ids.tobytes())
    learn(
        model,
        (
            batch
            for epoch in range(plan.epochs)
            for batch in batches(used, plan.tokens, random.Random(plan.seed + epoch))
        ),
        lambda batch: loss_of(model, batch),
        [{"params": body, "lr": plan.rate}, {"params": head, "lr": plan.rate * HEAD_RATE}],
        steps=steps,
        warm_share=WARM_SHARE,
        seed=plan.seed,
        run=digest.hexdigest(),
        checkpoint=checkpoint,
        seconds=CHECKPOINT_SECONDS,
    )


@torch.no_grad()
def validate(model: Any, rows: Sequence[Row]) -> dict[str, float]:
    """On what was kept aside: how often the best sentence of a passage that answers is right, and
    how well wholes and best sentences tell such passages from others (AUROC)."""
    model.eval()
    first: list[bool] = []
    by_whole: tuple[list[float], list[float]] = ([], [])
    by_best: tuple[list[float], list[float]] = ([], [])
    for batch in batches([row for row in rows if row.aside], 4000, random.Random(0)):
        for row, scores, whole in zip(batch, *scores_of(model, batch), strict=True):
            scores = scores.nan_to_num(-99.0)
            if not len(scores):
                continue
            answers = bool(row.right.any())
            if answers:
                first.append(bool(row.right[int(scores.argmax())]))
            by_whole[answers].append(float(whole))
            by_best[answers].append(float(scores.max()))
    return {
        "n": len(by_whole[0]) + len(by_whole[1]),
        "first": float(np.mean(first)),
        "whole": _auroc(*by_whole),
        "best": _auroc(*by_best),
    }


def _auroc(without: Sequence[float], answering: Sequence[float]) -> float:
    return float(np.mean([(a > b) + 0.5 * (a == b) for a in answering for b in without]))


if __name__ == "__main__":
    sys.exit(main())
