"""Statements beside their evidence, for the verifier: supported by it, or not.

Three kinds: the answers and false answers of the encoder's records (the shared file's and our own);
our own pairs under `examples/`, which cite documents of the shared corpus by id and offsets; and
the shared `train/claims.jsonl.gz`, public sets of claims that people judged. What lies under
`../shared` is read from there, and left out where it is not.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from eval.fitting.encoder.records import EXAMPLES as RECORDED
from eval.fitting.encoder.records import (
    RECORDS,
    Span,
    Text,
    cited_texts,
    corpus,
    is_aside,
    lines,
    spans_of,
)

PAIRS = Path(__file__).parent / "examples" / "pairs.jsonl"
LONGEST = 1_000  # characters of public evidence: more than is read of it teaches nothing
# Of each public set at most so many; of those made of short captions or by rule, whose claims give
# themselves away, fewer.
MOST, FEW = 900, 200
SHORT = frozenset(
    "snli_dev cad_nli med breaking_nli help_andor folio scitail_test negnli conjnli".split()
)
CROWDED = frozenset("cad_nli negnli med conjnli help_andor snli_dev fever_symmetric fm2".split())
CROWD = 700  # of each of these
SURROUNDED = 0.35  # of the records are shown with what stands around their evidence
AROUND = 160  # characters of it on either side
SEED = 21


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement beside evidence. `kind` says in what a false one goes astray; `aside` that
    nothing is to be learnt from it."""

    set: str
    text: str
    evidence: str
    supported: bool
    kind: str
    aside: bool


def public(shared: Path) -> list[Statement]:
    """Public claims, so many of each set and of each side."""
    by_side: dict[tuple[str, bool], list[Statement]] = defaultdict(list)
    for row in _claims(shared):
        if len(row["evidence"]) <= LONGEST:
            statement = _claim(row, row["evidence"])
            by_side[statement.set, statement.supported].append(statement)
    chance = random.Random(SEED)
    found = []
    for (name, _), rows in sorted(by_side.items()):
        most = (FEW if name in SHORT else MOST) // 2
        found += chance.sample(rows, min(most, len(rows)))
    return found


def crowded(shared: Path) -> list[Statement]:
    """Public claims beside one short sentence, which turn on a "not", a "some" or who did what,
    with two other sentences of their set about it: such a claim is told by one word of one sentence
    of several."""
    by_set: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _claims(shared):
        if row["set"] in CROWDED:
            by_set[row["set"]].append(row)
    chance = random.Random(SEED)
    found = []
    for _, rows in sorted(by_set.items()):
        for row in chance.sample(rows, min(CROWD, len(rows))):
            about = [row["evidence"], *(chance.choice(rows)["evidence"] for _ in range(2))]
            chance.shuffle(about)
            found.append(_claim(row, " ".join(about)))
    return found


def _claims(shared: Path) -> Iterator[dict[str, Any]]:
    """The rows of the public claims; none where the file is not there."""
    file = shared / "train" / "claims.jsonl.gz"
    if file.exists():
        with gzip.open(file, "rt", encoding="utf-8") as stream:
            yield from map(json.loads, stream)


def _claim(row: dict[str, Any], evidence: str) -> Statement:
    return Statement(
        set=row["set"],
        text=row["claim"],
        evidence=evidence,
        supported=bool(row["supported"]),
        kind="",
        aside=False,
    )


def authored(shared: Path, split: str) -> list[Statement]:
    """The answers and false answers of a split ("train", "dev") of the shared records."""
    file = shared / "train" / "authored.jsonl"
    if not file.exists():
        return []
    texts = corpus(shared / "bench" / "uk_docs" / "corpus.jsonl")
    found: list[Statement] = []
    for row in lines(file):
        if row["split"] == split and row["answerable"] and row["evidence"]:
            text = texts[row["doc"]]
            spans = spans_of(row["evidence"], text.text)
            found += _both("authored", row, text, spans, aside=split == "dev")
    return found


def ours(shared: Path) -> list[Statement]:
    """The answers and false answers of our own records, and our own pairs. Raises EvalError where a
    document is not the one that was cited."""
    texts = cited_texts(shared)
    found: list[Statement] = []
    for row in lines(RECORDED / RECORDS):
        if row["answerable"] and row["doc"] in texts and row.get("answer"):
            spans = [(start, end) for start, end in row["evidence"]]
            text = texts[row["doc"]]
            found += _both("ours", row, text, spans, aside=is_aside(row["doc"]))
    for row in lines(PAIRS) if PAIRS.exists() else ():
        if row["doc"] in texts:
            spans = [(start, end) for start, end in row["evidence"]]
            found += _pairs(row, texts[row["doc"]], spans, aside=is_aside(row["doc"]))
    return found


def _both(
    name: str, row: dict[str, str], text: Text, spans: Sequence[Span], *, aside: bool
) -> Iterator[Statement]:
    for field, kind in (("answer", ""), ("false_answer", row.get("false_kind") or "")):
        if row.get(field):
            yield Statement(
                set=name,
                text=row[field],
                evidence=_shown(text.text, spans, "" if aside else row[field]),
                supported=field == "answer",
                kind=kind,
                aside=aside,
            )


def _pairs(
    row: dict[str, list[str]], text: Text, spans: Sequence[Span], *, aside: bool
) -> Iterator[Statement]:
    told = [(said, "") for said in row["faithful"]]
    told += zip(row["false"], row["false_kind"], strict=True)
    for said, kind in told:
        yield Statement(
            set="pairs",
            text=said,
            evidence=_shown(text.text, spans, "" if aside else said),
            supported=not kind,
            kind=kind,
            aside=aside,
        )


def _shown(text: str, spans: Sequence[Span], drawn_by: str) -> str:
    """The evidence as one text; some, drawn by the statement, with what stands around it."""
    wide = drawn_by and random.Random(drawn_by).random() < SURROUNDED
    around = AROUND if wide else 0
    pieces = []
    for start, end in spans:
        before, after = text[max(0, start - around) : start], text[end : end + around]
        # From word to word.
        before = before[before.find(" ") + 1 :] if before else ""
        pieces.append(before + text[start:end] + after[: after.rfind(" ") + 1])
    return " ".join(" ".join(piece.split()) for piece in pieces)


def told_apart(scores: NDArray[np.float64], statements: Sequence[Statement], even: float) -> str:
    """How well scores tell the supported statements from the others: the AUROC, the shares that
    pass and are caught at `even`, and what passes where three in four of the others are caught."""
    truth = np.array([statement.supported for statement in statements])
    true, false = scores[truth], scores[~truth]
    limit = float(np.quantile(false, 0.75))
    return (
        f"n = {len(truth)}, AUROC {roc_auc_score(truth, scores):.3f}; passed "
        f"{(true > even).mean():.3f}, caught {(false <= even).mean():.3f}; passed "
        f"{(true > limit).mean():.3f} where 0.75 are caught"
    )
