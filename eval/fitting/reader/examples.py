"""What the reader learns: `python -m eval.fitting.reader.examples --shared DIR --out FILE`.

Every record gives the passages that hold its evidence, with the sentences that answer marked, and
passages that the encoder takes for answers and that hold none: of the same document, and of
another. What nothing answers gives only such ones. A follow-up is shown with what was said before
it; now and then a question that stands alone is shown with a conversation it has nothing to do
with. Everything is drawn with a fixed seed.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.fitting.encoder.mine import Mined, Place, mine, mine_by_words, nearest_words, places_of
from eval.fitting.encoder.records import Record, answered, authored, ours
from eval.fitting.encoder.texts import Part, overlaps, parts_of
from vectorstore.encoder import BUILTIN_IS, find_model

SEED = 20
NEAR, FAR = 2, 1  # passages without evidence for each record: of its document, of others
STRANGE = 0.08  # how often a question that stands alone is shown behind a strange conversation
# Of each set of qa.jsonl, the share that is taken: what is plentiful and alike, in part.
SHARES = {"squad2": 1.0, "selqa": 0.7, "clapnq": 1.0, "covidqa": 1.0, "policyqa": 0.08}
# Of each set's examples that answer and that do not, the share that is kept.
KEPT = {"ours": (1.0, 0.55), "authored": (1.0, 0.8), "selqa": (0.65, 0.5)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question, what was said before it, and a passage: its sentences in their order, and which
    of them answer. `aside` is of a document that nothing is learnt from."""

    set: str
    question: str
    before: str
    heading: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]
    aside: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Make the examples and write them, one a line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.reader.examples", description=__doc__
    )
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    made = examples(args.shared)
    with args.out.open("w", encoding="utf-8") as stream:
        for example in made:
            stream.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")
    print(Counter((e.set, any(e.right)) for e in made), file=sys.stderr)
    return 0


def read_examples(file: Path) -> list[Example]:
    """The examples of a file."""
    with file.open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    lists = ("sentences", "right")
    return [Example(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows]


def examples(shared: Path) -> list[Example]:
    """The examples of all records, in an order drawn once."""
    drawn = random.Random(SEED)
    made: list[Example] = []
    like, texts = authored(shared, "train", silent=True)
    for aside in (False, True):
        own, own_texts = ours(shared, aside=aside, silent=True)
        records = own if aside else [*like, *own]
        places = places_of(parts_of((own_texts if aside else texts | own_texts).values()))
        found = [mine(find_model(BUILTIN_IS), records, places), mine_by_words(records, places)]
        made += _examples(records, places, _together(*found), drawn, aside)
    asked, passages = answered(shared, silent=True)
    asked = [record for record in asked if drawn.random() < SHARES[record.set]]
    short = places_of(parts_of(passages.values()))
    made += _examples(asked, short, nearest_words(asked, short), drawn, False)
    drawn.shuffle(made)
    return [e for e in made if e.aside or drawn.random() < _share(e)]


def _share(example: Example) -> float:
    answering, silent = KEPT.get(example.set, (1.0, 1.0))
    return answering if any(example.right) else silent


def _together(one: Mined, other: Mined) -> Mined:
    """The negatives of two ways of mining, in turn."""
    turns = [
        tuple(
            list(dict.fromkeys(place for pair in zip(a, b, strict=False) for place in pair))
            for a, b in zip(first, second, strict=True)
        )
        for first, second in zip(one, other, strict=True)
    ]
    return [(near, far) for near, far in turns]


def _examples(
    records: Sequence[Record],
    places: Sequence[Place],
    mined: Mined,
    drawn: random.Random,
    aside: bool,
) -> Iterator[Example]:
    of_doc: dict[str, list[Part]] = defaultdict(list)
    for part in dict.fromkeys(part for part, _ in places):
        of_doc[part.doc].append(part)
    for record, (near, far) in zip(records, mined, strict=True):
        before = before_of(record.history)
        if not before and drawn.random() < STRANGE:
            other = drawn.choice(records)
            before = before_of([("user", other.standalone), *other.history[-1:]])
        shown = [
            part
            for part in of_doc[record.doc]
            if any(overlaps(span, record.evidence) for span in part.sentences)
        ][:3]
        shown += _without(record, (places[i][0] for i in near), NEAR + (not shown))
        shown += _without(record, (places[i][0] for i in far), FAR)
        for part in shown:
            mine = part.doc == record.doc
            yield Example(
                set=record.set,
                question=record.question,
                before=before,
                heading=part.shown_heading,
                sentences=tuple(part.words(span) for span in part.sentences),
                right=tuple(mine and overlaps(s, record.evidence) for s in part.sentences),
                aside=aside,
            )


def before_of(history: Sequence[tuple[str, str]]) -> str:
    """What is shown of a conversation: its last question, and the answer to it."""
    return "\n".join(content for _, content in history[-2:])


def _without(record: Record, parts: Iterable[Part], most: int) -> list[Part]:
    """The first of the passages that hold nothing of a record's evidence."""
    kept = [
        part
        for part in dict.fromkeys(parts)
        if part.doc != record.doc or not any(overlaps(s, record.evidence) for s in part.sentences)
    ]
    return kept[:most]


if __name__ == "__main__":
    sys.exit(main())
