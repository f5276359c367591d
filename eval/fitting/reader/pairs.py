"""Examples in tokens, and in batches, for any encoder: what training computes on."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.reading.readers import QUESTION_TOKENS, WINDOW_TOKENS
from eval.fitting.reader.examples import Example

# Tokens of a question and its passage together, with three that stand between and around.
LONGEST = QUESTION_TOKENS + WINDOW_TOKENS + 3
CHUNK = 4096  # examples that are sorted by length before they are put into batches

Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """An example in tokens; `example` is its line in the file. `ids` is the whole input and `kinds`
    its segments; `offsets` are the passage's tokens in characters, of shape (tokens, 2), and
    `first` is the place of the first of them in `ids`. Starts and ends are places in `ids`; 0 is
    "not here"."""

    example: int
    ids: NDArray[np.int64]
    kinds: NDArray[np.int64]
    first: int
    offsets: Offsets
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    set: str
    validation: bool


def read_pairs(file: Path, tokens: Any) -> list[Pair]:
    """The examples of a file in tokens, as the tokenizer joins a question and a passage; what lies
    beyond LONGEST is cut off, and an example whose whole answer lies there is left out."""
    with file.open(encoding="utf-8") as stream:
        listed = [Example.from_json(json.loads(line)) for line in stream]
    both = tokens(
        [e.question for e in listed],
        [e.passage for e in listed],
        truncation="only_second",
        max_length=LONGEST,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    pairs = []
    for i, example in enumerate(listed):
        mine = [place for place, part in enumerate(both.sequence_ids(i)) if part == 1]
        first, offsets = mine[0], [both["offset_mapping"][i][place] for place in mine]
        found = [
            (first + a, first + b)
            for a, b in (_in_tokens(span, offsets) for span in example.spans)
            if a >= 0
        ]
        if example.spans and not found:
            continue
        pairs.append(
            Pair(
                example=i,
                ids=np.array(both["input_ids"][i], dtype=np.int64),
                kinds=np.array(both["token_type_ids"][i], dtype=np.int64),
                first=first,
                offsets=np.array(offsets, dtype=np.int64),
                starts=tuple(sorted({a for a, _ in found})) or (0,),
                ends=tuple(sorted({b for _, b in found})) or (0,),
                set=example.set,
                validation=example.validation,
            )
        )
    return pairs


def _in_tokens(span: tuple[int, int], offsets: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first and the last token of a span of characters; (-1, -1) where it is cut off."""
    inside = [i for i, (a, b) in enumerate(offsets) if a < span[1] and span[0] < b]
    if not inside or offsets[-1][1] < span[1] - 1:
        return -1, -1
    return inside[0], inside[-1]


def batches(pairs: Sequence[Pair], tokens: int, drawn: random.Random) -> Iterator[list[Pair]]:
    """The pairs in batches of like length, at most `tokens` long with their padding."""
    order = list(pairs)
    drawn.shuffle(order)
    made: list[list[Pair]] = []
    for start in range(0, len(order), CHUNK):
        batch: list[Pair] = []
        for pair in sorted(order[start : start + CHUNK], key=lambda p: len(p.ids)):
            if batch and (len(batch) + 1) * len(pair.ids) > tokens:
                made.append(batch)
                batch = []
            batch.append(pair)
        made.append(batch)
    drawn.shuffle(made)
    yield from made
