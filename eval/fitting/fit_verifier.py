"""Train the verifier: `python -m eval.fitting.fit_verifier --out DIR`.

The built-in reader's body, with a head over the mean of its tokens, learns from public claims, then
from the answers and false answers of people's questions with some of the public claims between
them; a false one is learnt beside the true one of the same evidence. What was kept aside is judged
at the end in the form that ships. A run that was interrupted goes on from its last checkpoint.
"""

import argparse
import hashlib
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.proof.verifier import SHIPPED, SUPPORTED, Verifier, encoded
from assistant.reading.reader import EXPORTED
from assistant.turn.network import TOKENS, Ints, open_tokens
from eval.fitting.checkpoint import learn, say
from eval.fitting.padding import padded
from eval.fitting.reader.base import shipped_body
from eval.fitting.reader.export import made, write_small
from eval.fitting.reader.train import batches, in_half
from eval.fitting.statements import Statement, authored, crowded, ours, public, told_apart

SEED = 21
BATCH_TOKENS = 3_000
FROZEN = 5  # layers that stay as they are, with the embeddings
RATE, HEAD_RATE = 1e-4, 1e-3
OWN_EPOCHS, OWN_RATE = 2, 8e-5
MIXED = 0.15  # public claims for each of our own in the second part, so that they are not forgotten
AGAIN = 0.5  # of our own, that are learnt once more in the third part
WARM_SHARE = 0.06
CHECKPOINT_SECONDS = 90


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A statement in tokens: `ids` and `kinds` (segments), of shape (tokens,)."""

    ids: Ints
    kinds: Ints
    supported: bool


class VerifierModel(torch.nn.Module):
    """An encoder whose mean over tokens tells whether a statement is supported."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self.body = body
        self.supported = torch.nn.Linear(body.config.hidden_size, 1)

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor) -> tuple[Tensor]:
        """Of inputs (rows, tokens): log odds, of shape (rows,)."""
        last = self.body(input_ids=ids, attention_mask=mask, token_type_ids=segments)
        shown = mask.unsqueeze(-1).float()
        mean = (last.last_hidden_state * shown).sum(1) / shown.sum(1)
        return (self.supported(mean).squeeze(-1),)


def main(argv: Sequence[str] | None = None) -> int:
    """Train, write what ships, and print what came of it."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.fit_verifier", description=__doc__
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--begin", type=Path, required=True, help="a reader of BERT's kind")
    parser.add_argument("--out", type=Path, default=SHIPPED.parent)
    parser.add_argument("--only", choices=("public",), help="stop after this part")
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(args.begin / TOKENS, args.out / TOKENS)
    tokens = open_tokens(args.out / TOKENS)
    torch.manual_seed(SEED)
    model = VerifierModel(shipped_body(args.begin / EXPORTED))
    for part in (model.body.embeddings, *model.body.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    claims = public(args.shared)
    first = args.out / "public.pt"
    if first.exists():
        model.load_state_dict(torch.load(first, weights_only=True))
    else:
        train(model, [claims], RATE, tokens, args.out / "checkpoint.pt")
        torch.save(model.state_dict(), first)
    own = [*authored(args.shared, "train"), *ours(args.shared)]
    learnt = [s for s in own if not s.aside]
    say(f"{len(claims)} public claims, {len(learnt)} of our own")
    if args.only:
        return 0
    chance = random.Random(SEED)
    parts = [
        [*learnt, *chance.sample(claims, min(len(claims), round(MIXED * len(learnt))))]
        for _ in range(OWN_EPOCHS)
    ]
    train(model, parts, OWN_RATE, tokens, args.out / "checkpoint.pt")
    again = [*crowded(args.shared), *chance.sample(learnt, round(AGAIN * len(learnt)))]
    train(model, [again], OWN_RATE, tokens, args.out / "checkpoint.pt")
    file = args.out / SHIPPED.name
    write_small(model, file, {SUPPORTED: {0: "batch"}})
    print(made(file))
    verifier = Verifier(file)
    judge("our own, kept aside", [s for s in own if s.aside], verifier)
    judge("dev", authored(args.shared, "dev"), verifier)
    return 0


def train(
    model: VerifierModel,
    epochs: Sequence[Sequence[Statement]],
    rate: float,
    tokens: Any,
    checkpoint: Path,
) -> None:
    """Train in place over each epoch's statements, from the checkpoint of the same where there is
    one."""
    rows = [[_row(statement, tokens) for statement in epoch] for epoch in epochs]
    made_of = [list(batches(r, BATCH_TOKENS, random.Random(SEED + i))) for i, r in enumerate(rows)]
    body = [p for p in model.body.parameters() if p.requires_grad]
    head_rate = rate * HEAD_RATE / RATE
    learn(
        model,
        (batch for epoch in made_of for batch in epoch),
        lambda batch: loss_of(model, batch),
        [
            {"params": body, "lr": rate},
            {"params": model.supported.parameters(), "lr": head_rate},
        ],
        steps=sum(map(len, made_of)),
        warm_share=WARM_SHARE,
        seed=SEED,
        run=hashlib.sha256(repr((rate, epochs)).encode()).hexdigest(),
        checkpoint=checkpoint,
        seconds=CHECKPOINT_SECONDS,
    )


def loss_of(model: VerifierModel, batch: Sequence[Row]) -> Tensor:
    """The binary cross-entropy of a batch."""
    with torch.autocast("cpu", torch.bfloat16, enabled=in_half(torch.device("cpu"))):
        (odds,) = model(*padded([(row.ids, row.kinds) for row in batch]))
    truth = torch.tensor([float(row.supported) for row in batch])
    return binary_cross_entropy_with_logits(odds.float(), truth)


def _row(statement: Statement, tokens: Any) -> Row:
    ids, kinds = encoded(tokens, statement.text, statement.evidence)
    return Row(ids=ids, kinds=kinds, supported=statement.supported)


def judge(title: str, statements: Sequence[Statement], verifier: Verifier) -> None:
    """Print how well the two sides are told apart at even odds, and the odds as those of a
    chance."""
    odds = np.array([verifier.odds(s.text, s.evidence) for s in statements])
    truth = np.array([s.supported for s in statements])
    platt = LogisticRegression(C=1e6).fit(odds[:, None], truth)
    scale = f"SCALE, SHIFT {platt.coef_[0][0]:.2f}, {platt.intercept_[0]:.2f}"
    print(f"{title}: {told_apart(odds, statements, 0.0)}; {scale}")


if __name__ == "__main__":
    sys.exit(main())
