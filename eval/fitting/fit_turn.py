"""Learn what a person's turn is, and what a reply is to: `python -m eval.fitting.fit_turn`.

The untuned encoder, with a head for each of the two, learns from `examples/turns.jsonl`, the turns
that are not kept aside, and from some of the questions that the encoder learnt from: most of what
people ask is a point, and those say how points are put. What was kept aside is judged at the end,
in the form that ships. A run that was interrupted goes on from its last checkpoint under `--out`.
"""

import argparse
import hashlib
import json
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import BertModel

from assistant.answering import reply
from assistant.answering.reply import SUBJECT, Subject
from assistant.models import Turn
from assistant.turn import kinds
from assistant.turn.kinds import KIND, Kind
from assistant.turn.network import TOKENS, open_tokens
from assistant.turn.telling import SHIPPED, Teller, encoded
from eval.fitting.checkpoint import learn
from eval.fitting.encoder.records import EXAMPLES as RECORDED
from eval.fitting.encoder.records import RECORDS, lines
from eval.fitting.padding import padded
from eval.fitting.reader.export import made, write_small
from eval.suite.scoring.intervals import Tally, wilson
from vectorstore.encoder import find_model

EXAMPLES = Path(__file__).parent / "examples" / "turns.jsonl"
BASE = "all-minilm-l6-v2"
KINDS = sorted(map(str, Kind))
SUBJECTS = sorted(str(s) for s in Subject if s is not Subject.LANGUAGE)
SEED = 20
EPOCHS, BATCH = 6, 16
RATE, HEAD_RATE = 8e-5, 1.6e-3
SMOOTHED = 0.1  # of every label's weight, spread over all: turns are told less surely than by one
WARM_SHARE = 0.1
CHECKPOINT_SECONDS = 60
# What a question of the encoder's records is as a turn: what is asked for a list, and so on; else a
# point. Whether something is so may be asked as a point or as a claim, and tells nothing.
AS_TURN = {"list": Kind.LIST, "overview": Kind.OVERVIEW, "comparison": Kind.COMPARISON}
UNTOLD = "yesno"
RECORDS_TAKEN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A turn with its kind, and with what a reply to it is about where it is one."""

    turn: str
    history: tuple[Turn, ...]
    kind: str
    subject: str | None
    aside: bool


class TurnModel(torch.nn.Module):
    """An encoder whose mean over tokens tells the kind and the subject."""

    def __init__(self, body: Any) -> None:
        super().__init__()
        self.body = body
        self.kind = torch.nn.Linear(body.config.hidden_size, len(KINDS))
        self.subject = torch.nn.Linear(body.config.hidden_size, len(SUBJECTS))

    def forward(self, ids: Tensor, mask: Tensor, segments: Tensor) -> tuple[Tensor, Tensor]:
        """Of inputs (rows, tokens): logits of kinds (rows, kinds), and of subjects."""
        last = self.body(input_ids=ids, attention_mask=mask, token_type_ids=segments)
        shown = mask.unsqueeze(-1).float()
        mean = (last.last_hidden_state * shown).sum(1) / shown.sum(1)
        return self.kind(mean), self.subject(mean)


def main(argv: Sequence[str] | None = None) -> int:
    """Train, write what ships, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m eval.fitting.fit_turn", description=__doc__)
    parser.add_argument("--examples", type=Path, default=EXAMPLES)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--base", default=BASE, help="an encoder: a folder or a name")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=SHIPPED.parent)
    args = parser.parse_args(argv)
    args.out.mkdir(parents=True, exist_ok=True)
    base = find_model(args.base)
    shutil.copyfile(base / TOKENS, args.out / TOKENS)
    tokens = open_tokens(args.out / TOKENS)
    turns = read(args.examples)
    torch.manual_seed(SEED)
    body = BertModel.from_pretrained(
        base, add_pooling_layer=False, attn_implementation="eager", dtype=torch.float32
    )
    model = TurnModel(body)
    learnt = [*(turn for turn in turns if not turn.aside), *recorded(args.shared)]
    train(model, learnt, tokens, args.epochs, args.out / "checkpoint.pt")
    file = args.out / SHIPPED.name
    write_small(model, file, {KIND: {0: "batch"}, SUBJECT: {0: "batch"}})
    print(made(file))
    teller = Teller(file)
    aside = [turn for turn in turns if turn.aside]
    judge("Kinds of turn", KINDS, [(e.kind, kind_told(teller, e)) for e in aside])
    replies = [e for e in aside if e.subject]
    judge("What a reply is to", SUBJECTS, [(str(e.subject), _about(teller, e)) for e in replies])
    return 0


def read(file: Path) -> list[Example]:
    """The turns of a file of examples."""
    found = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [
        Example(
            turn=line["turn"],
            history=tuple(Turn(**before) for before in line["history"]),
            kind=line["kind"],
            subject=line.get("reply") if line.get("reply") != Subject.LANGUAGE else None,
            aside=line["aside"],
        )
        for line in found
    ]


def recorded(shared: Path) -> list[Example]:
    """Some of the encoder's questions, as turns; of the shared file's too where it is."""
    own = list(lines(RECORDED / RECORDS))
    file = shared / "train" / "authored.jsonl"
    theirs = [r for r in lines(file) if r["split"] == "train"] if file.exists() else []
    known = [record for record in (*own, *theirs) if record["kind"] != UNTOLD]
    return [
        Example(
            turn=record["question"],
            history=tuple(Turn(**before) for before in record["history"]),
            kind=str(AS_TURN.get(record["kind"], Kind.POINT)),
            subject=None,
            aside=False,
        )
        for record in random.Random(SEED).sample(known, min(RECORDS_TAKEN, len(known)))
    ]


def train(
    model: TurnModel, learnt: Sequence[Example], tokens: Any, epochs: int, checkpoint: Path
) -> None:
    """Train in place, from the checkpoint of the same examples where there is one."""
    steps = epochs * -(-len(learnt) // BATCH)
    heads = [*model.kind.parameters(), *model.subject.parameters()]
    learn(
        model,
        (batch for epoch in range(epochs) for batch in _batches(learnt, SEED + epoch)),
        lambda batch: loss_of(model, batch, tokens),
        [{"params": model.body.parameters(), "lr": RATE}, {"params": heads, "lr": HEAD_RATE}],
        steps=steps,
        warm_share=WARM_SHARE,
        seed=SEED,
        run=hashlib.sha256(repr((epochs, learnt)).encode()).hexdigest(),
        checkpoint=checkpoint,
        seconds=CHECKPOINT_SECONDS,
    )


def _batches(examples: Sequence[Example], seed: int) -> Iterator[list[Example]]:
    order = list(examples)
    random.Random(seed).shuffle(order)
    yield from (order[i : i + BATCH] for i in range(0, len(order), BATCH))


def loss_of(model: TurnModel, batch: Sequence[Example], tokens: Any) -> Tensor:
    """The cross-entropy of the kinds, and of the subjects where there are any."""
    rows = [encoded(tokens, example.turn, example.history) for example in batch]
    told, about = model(*padded(rows))
    right = torch.tensor([KINDS.index(example.kind) for example in batch])
    loss = cross_entropy(told, right, label_smoothing=SMOOTHED)
    replies = [i for i, example in enumerate(batch) if example.subject]
    if replies:
        subjects = torch.tensor([SUBJECTS.index(str(batch[i].subject)) for i in replies])
        each = cross_entropy(about[replies], subjects, label_smoothing=SMOOTHED, reduction="sum")
        loss = loss + each / len(batch)
    return loss


def kind_told(teller: Teller, example: Example) -> str:
    """The kind that the product would take a turn for."""
    chances = teller.chances(KIND, KINDS, example.turn, example.history)
    known = {Kind(name): chance for name, chance in chances.items()}
    return str(kinds.choose(known, follows=bool(example.history))[0])


def _about(teller: Teller, example: Example) -> str:
    return str(reply.choose(teller.chances(SUBJECT, SUBJECTS, example.turn, example.history)))


def judge(title: str, names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
    """Print how often what was told is what it is, and what is taken for what."""
    right = sum(a == b for a, b in pairs)
    share = wilson("right", [Tally(total=right, n=len(pairs))])
    print(f"\n{title}: right of what was kept aside: {share.value:.3f} ", end="")
    print(f"({share.low:.2f} to {share.high:.2f}), n = {len(pairs)}")
    print("rows: what it is; columns: what it is taken for")
    width = max(map(len, names)) + 1
    print(" " * width + "".join(f"{name:>{width}}" for name in names))
    for name in names:
        of = [told for is_, told in pairs if is_ == name]
        print(f"{name:<{width}}" + "".join(f"{of.count(n):>{width}}" for n in names))


if __name__ == "__main__":
    sys.exit(main())
