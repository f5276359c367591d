"""What the reader learns: `python -m eval.fitting.reader.examples --train qa.jsonl --out FILE`.

Every record of the training file gives several examples: its passage whole, a few of its
sentences around the answer, and twins that do not answer: the answering sentences cut out, a name
or number of the question exchanged, the words that answer taken out of their sentence, a passage
from elsewhere that is much like the question and does not hold its answer. Passages give rough
questions of their own besides. Everything is drawn with a fixed seed.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval.fitting.reader.asking import emptied_of, twins

SEED = 20
WINDOW_CHARACTERS = 600
VALIDATION = 25  # one passage in so many is kept to validate on
NEAR = 4  # a passage from elsewhere is drawn from so many of those most like the question

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many examples of each kind a record of a set gives, on average."""

    windows: float
    cut: float
    exchanged: float
    elsewhere: float
    anywhere: float = 0.0
    made: float = 0.0


# The questions of policyqa could be asked of any policy: what is cut out or found elsewhere may
# answer them as well, and so their twins are passages drawn anywhere. What is plentiful and alike
# is taken in part; what answers in a few words is taken more than once, each time with other
# sentences around it, as selqa would teach that answers are whole sentences.
SHARES = {
    "squad2": Share(windows=3.0, cut=0.6, exchanged=0.6, elsewhere=0.6, made=0.2),
    "selqa": Share(windows=0.8, cut=0.3, exchanged=0.3, elsewhere=0.4, made=0.2),
    "clapnq": Share(windows=2.0, cut=0.8, exchanged=1.0, elsewhere=0.8, made=0.2),
    "covidqa": Share(windows=4.0, cut=1.0, exchanged=1.0, elsewhere=1.0, made=0.2),
    "policyqa": Share(windows=0.16, cut=0.0, exchanged=0.0, elsewhere=0.0, anywhere=0.03),
}

_BOUNDARY = re.compile(r"(?<=[.!?])[\"”’')\]]*\s+(?=[A-Z0-9\"“‘'(\[])|\n+")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME = re.compile(
    r"(?<=\s)(?!(?:The|A|An|In|On|At|By|It|He|She|They|This|That|These|His|Her|Its|As|For|But|And|"
    r"With|From|After|When|While|Since|However|There)\b)"
    r"[A-Z][\w’'-]*(?:\s+(?:of\s+|the\s+)?[A-Z][\w’'-]*)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question and a passage. `spans` are where the passage answers, in characters; empty where
    it does not."""

    set: str
    kind: str
    question: str
    passage: str
    spans: tuple[Span, ...]
    validation: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "set": self.set,
            "kind": self.kind,
            "question": self.question,
            "passage": self.passage,
            "spans": self.spans,
            "validation": self.validation,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Example":
        return cls(
            set=content["set"],
            kind=content["kind"],
            question=content["question"],
            passage=content["passage"],
            spans=tuple((start, end) for start, end in content["spans"]),
            validation=content["validation"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line of the training file."""

    set: str
    question: str
    passage: str
    spans: tuple[Span, ...]
    validation: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Make the examples and write them, one a line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.fitting.reader.examples", description=__doc__
    )
    parser.add_argument("--train", type=Path, required=True, help="questions with their passages")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    records = read_records(args.train)
    counts: dict[str, int] = {}
    with args.out.open("w", encoding="utf-8") as stream:
        made = examples(records)
        for example in made:
            counts[example.kind] = counts.get(example.kind, 0) + 1
            stream.write(json.dumps(example.to_json(), ensure_ascii=False) + "\n")
    print(json.dumps(counts, indent=1), file=sys.stderr)
    return 0


def read_records(file: Path) -> list[Record]:
    """The records of a training file; one passage in VALIDATION is kept to validate on."""
    with file.open(encoding="utf-8") as stream:
        lines = [json.loads(line) for line in stream]
    passages = sorted({line["passage"] for line in lines})
    drawn = random.Random(SEED)
    kept = {passage for passage in passages if drawn.random() < 1 / VALIDATION}
    return [
        Record(
            set=line["set"],
            question=line["question"].strip(),
            passage=line["passage"],
            spans=tuple((s["start"], s["end"]) for s in line["spans"]),
            validation=line["passage"] in kept,
        )
        for line in lines
    ]


def examples(records: Sequence[Record]) -> list[Example]:
    """The examples of all records, in an order drawn once."""
    drawn = random.Random(SEED)
    made: list[Example] = []
    for record in records:
        if record.validation:
            made.append(_window(record, drawn, "window", WINDOW_CHARACTERS))
            continue
        share = SHARES[record.set]
        for _ in range(_times(share.windows, drawn)):
            made.append(_window(record, drawn, "window", drawn.randint(150, WINDOW_CHARACTERS)))
        if record.spans and _times(share.cut, drawn):
            made.extend(_without_answer(record, drawn))
        if record.spans and _times(share.exchanged, drawn):
            made.extend(_exchanged(record, drawn))
        if record.spans and share.cut:
            made.extend(_emptied(record, drawn))
        for _ in range(_times(share.made, drawn)):
            made.extend(_made(record, drawn))
    trained = [record for record in records if not record.validation]
    made.extend(_elsewhere(trained, drawn))
    drawn.shuffle(made)
    return made


def _times(share: float, drawn: random.Random) -> int:
    """How often a thing is done that is done `share` times on average."""
    return int(share) + (drawn.random() < share % 1)


def sentences_of(text: str) -> list[Span]:
    """Where the sentences of a text stand, roughly: enough to cut windows at."""
    cuts = [0, *(match.end() for match in _BOUNDARY.finditer(text)), len(text)]
    return [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if text[a:b].strip()]


def _window(record: Record, drawn: random.Random, kind: str, most: int) -> Example:
    """Neighbouring sentences around an answer (or anywhere, where there is none), together no
    longer than `most` characters where one sentence is not."""
    parts = sentences_of(record.passage)
    anchor = drawn.choice(record.spans)[0] if record.spans else drawn.choice(parts)[0]
    first = last = next((i for i, (_, end) in enumerate(parts) if anchor < end), len(parts) - 1)
    if record.spans:
        while last + 1 < len(parts) and parts[last][1] < max(
            e for s, e in record.spans if s <= anchor < e or s == anchor
        ):
            last += 1
    while True:
        ways = [(first - 1, last)] if first else []
        ways += [(first, last + 1)] if last + 1 < len(parts) else []
        ways = [(a, b) for a, b in ways if parts[b][1] - parts[a][0] <= most]
        if not ways:
            break
        first, last = drawn.choice(ways)
    start, end = parts[first][0], parts[last][1]
    spans = tuple((s - start, e - start) for s, e in record.spans if start <= s and e <= end)
    return Example(
        set=record.set,
        kind=kind,
        question=record.question,
        passage=record.passage[start:end],
        spans=spans,
        validation=record.validation,
    )


def _without_answer(record: Record, drawn: random.Random) -> Iterator[Example]:
    """The passage with its answering sentences cut out, where nothing of the answer is left."""
    parts = sentences_of(record.passage)
    answers = [record.passage[s:e].casefold() for s, e in record.spans]
    left = [
        record.passage[a:b] for a, b in parts if not any(a < e and s < b for s, e in record.spans)
    ]
    rest = "".join(left)
    if len(left) < 2 or any(answer in rest.casefold() for answer in answers):
        return
    if len(rest) > WINDOW_CHARACTERS:
        at = drawn.randrange(len(left))
        rest = "".join(left[at : at + 6])[:WINDOW_CHARACTERS]
    yield _silent(record, "cut", rest)


def _emptied(record: Record, drawn: random.Random) -> Iterator[Example]:
    """A window without the words that answer, where its sentence stands without them."""
    window = _window(record, drawn, "emptied", WINDOW_CHARACTERS)
    if len(window.spans) != 1:
        return
    start, end = window.spans[0]
    rest = emptied_of(window.passage, (start, end))
    if rest is not None and window.passage[start:end].casefold() not in rest.casefold():
        yield _silent(record, "emptied", rest)


def _made(record: Record, drawn: random.Random) -> Iterator[Example]:
    """A rough question of the passage's own, with an answering window and its emptied twin."""
    anywhere = replace(record, spans=())
    window = _window(anywhere, drawn, "made", drawn.randint(200, WINDOW_CHARACTERS))
    for asked, passage, spans in twins(window.passage, sentences_of(window.passage), drawn):
        yield Example(set="made", kind="made", question=asked, passage=passage, spans=spans)


def _exchanged(record: Record, drawn: random.Random) -> Iterator[Example]:
    """The question with a number or name of it exchanged for another of the passage's."""
    for pattern in (_NUMBER, _NAME):
        mine = list(pattern.finditer(record.question))
        if not mine:
            continue
        chosen = drawn.choice(mine)
        known = {m.group().casefold() for m in mine}
        answer = " ".join(record.passage[s:e] for s, e in record.spans).casefold()
        others = [
            text
            for text in sorted({m.group() for m in pattern.finditer(record.passage)})
            if text.casefold() not in known and text.casefold() not in answer and len(text) > 1
        ]
        if pattern is _NUMBER and chosen.group().isdigit():
            others.append(str(int(chosen.group()) + drawn.choice((-7, -3, -1, 1, 2, 5, 10))))
        if not others:
            continue
        question = (
            record.question[: chosen.start()]
            + drawn.choice(others)
            + record.question[chosen.end() :]
        )
        window = _window(record, drawn, "exchanged", WINDOW_CHARACTERS)
        yield Example(
            set=record.set, kind="exchanged", question=question, passage=window.passage, spans=()
        )
        return


def _elsewhere(records: Sequence[Record], drawn: random.Random) -> Iterator[Example]:
    """Questions with a passage that is not theirs and does not hold their answer: one of the
    NEAR most like the question, or (where the set's questions fit any document) one drawn from
    anywhere."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    windows = _windows_of(records)
    index = TfidfVectorizer(sublinear_tf=True, stop_words="english", ngram_range=(1, 2))
    matrix = index.fit_transform([text for _, text in windows])
    for start in range(0, len(records), 256):
        batch = records[start : start + 256]
        near = (index.transform([record.question for record in batch]) @ matrix.T).toarray()
        for record, row in zip(batch, near, strict=True):
            best = [int(i) for i in (-row).argsort(kind="stable")[: 3 * NEAR] if row[i] > 0]
            answers = [record.passage[s:e].casefold() for s, e in record.spans]
            found = [
                windows[i][1]
                for i in best
                if windows[i][0] != record.passage
                and not any(answer in windows[i][1].casefold() for answer in answers)
            ][:NEAR]
            share = SHARES[record.set]
            if _times(share.elsewhere, drawn) and found:
                yield _silent(record, "elsewhere", drawn.choice(found))
            if _times(share.anywhere, drawn):
                yield _silent(record, "anywhere", drawn.choice(windows)[1])


def _windows_of(records: Sequence[Record]) -> list[tuple[str, str]]:
    """Every passage cut into windows: (passage, window)."""
    windows: list[tuple[str, str]] = []
    for passage in dict.fromkeys(record.passage for record in records):
        parts = sentences_of(passage)
        first = 0
        for i, (_, end) in enumerate(parts):
            following = parts[i + 1][1] if i + 1 < len(parts) else len(passage) + WINDOW_CHARACTERS
            if following - parts[first][0] > WINDOW_CHARACTERS:
                windows.append((passage, passage[parts[first][0] : end][: 2 * WINDOW_CHARACTERS]))
                first = i + 1
    return windows


def _silent(record: Record, kind: str, passage: str) -> Example:
    return Example(set=record.set, kind=kind, question=record.question, passage=passage, spans=())


if __name__ == "__main__":
    sys.exit(main())
