"""What is known of the sentences that were found, as numbers: what a reader makes of each, how like
the question they are, and how much of its words, the rare ones more, they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.finding.candidates import Candidate, lead_of
from assistant.reading.reader import Reader, Reading, Stretch
from assistant.turn.asked import Asked
from assistant.turn.question import wording
from vectorstore import Found, Passage, Sentence
from vectorstore.library.context import place_above
from vectorstore.models import ROW

Rows = NDArray[np.float32]

_CELLS = re.compile(r"(?<!\\)\||\t")

PLAIN_FEATURES = (
    "similarity",
    "similarity_below_best",
    "similarity_led",
    "coverage",
    "coverage_around",
    "passage_score",
    "passage_below_best",
    "is_item",
    "is_row",
    "is_question",
    "leads",
    "length",
)
READ_FEATURES = ("read", "read_below_best", "whole", "whole_below_best")
PLAIN_ANSWER_FEATURES = ("best", "similarity", "unknown_words", "in_conversation")
READ_ANSWER_FEATURES = ("whole", "whole_second")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """The sentences of what was found, and what is known of each: `rows` has the shape
    (sentences, features), the features of a reader the last where one has read them."""

    asked: Asked
    found: Found
    listed: Sequence[Candidate]
    rows: Rows
    wholes: Sequence[float]

    def answer_row(self, chances: Sequence[float]) -> Rows:
        """What is known of the evidence as a whole, given the sentences' chances to answer."""
        best = int(np.argmax(chances))
        of_best = dict(zip(self.features, self.rows[best].tolist(), strict=True))
        row = [
            float(np.log(max(chances[best], 1e-4))),
            of_best["similarity"],
            self.asked.unknown / (len(self.asked.rarity) or 1),
            bool(self.found.led),
        ]
        if self.wholes:
            wholes = sorted(self.wholes, reverse=True)
            row += [wholes[0], wholes[min(1, len(wholes) - 1)]]
        return np.array(row, dtype=np.float32)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of `rows`."""
        return PLAIN_FEATURES + (READ_FEATURES if self.wholes else ())


def answer_features(read: bool) -> tuple[str, ...]:
    """The names of what `Sight.answer_row` gives."""
    return PLAIN_ANSWER_FEATURES + (READ_ANSWER_FEATURES if read else ())


def sight_of(
    asked: Asked, found: Found, listed: Sequence[Candidate], reader: Reader | None
) -> Sight:
    """Look at the sentences of what was found, of which there must be one, and let a reader read
    them where there is one."""
    readings = _readings(asked, found, reader) if reader else {}
    passages = {hit.passage.id: _Told.of(asked, hit.passage) for hit in found.hits}
    rows = [_plain(asked, found, c, passages[c.hit.passage.id]) for c in listed]
    table = np.array(rows, dtype=np.float32)
    near = PLAIN_FEATURES.index("similarity")
    table[:, near + 1] = table[:, near] - table[:, near].max()
    if readings:
        table = np.concatenate([table, _read(listed, readings)], axis=1)
    return Sight(
        asked=asked,
        found=found,
        listed=listed,
        rows=table,
        wholes=[reading.whole for reading in readings.values()],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The stems of a passage's sentences, and how much of the question it holds, with its title and
    headings."""

    stems: Sequence[frozenset[str]]
    covered: float

    @classmethod
    def of(cls, asked: Asked, passage: Passage) -> "_Told":
        stems = [wording(text).stems for text in passage.readings()]
        above = (wording(text).stems for text in (passage.heading, passage.title))
        return cls(stems=stems, covered=asked.cover(frozenset().union(*stems, *above)))


def _plain(asked: Asked, found: Found, candidate: Candidate, told: _Told) -> list[float]:
    hit, i = candidate.hit, candidate.index
    vector = found.vectors[hit.passage.id][i]
    lead = lead_of(hit.passage, i)
    return [
        float(vector @ found.text_vector),
        0.0,
        float(vector @ found.query_vector),
        asked.cover(frozenset().union(*told.stems[lead : i + 1])),
        told.covered,
        hit.score,
        hit.score - found.hits[0].score,
        candidate.sentence.kind == "item",
        candidate.sentence.kind == "row",
        candidate.text.rstrip("\"”’' ").endswith("?"),
        candidate.leads,
        float(np.log1p(len(candidate.text.split()))),
    ]


def _readings(asked: Asked, found: Found, reader: Reader) -> dict[str, Reading]:
    """Each passage of what was found, read whole."""
    stretches = [
        Stretch(
            heading=place_above(hit.passage.title, hit.passage.heading),
            sentences=tuple(map(_read_out, hit.passage.readings(), hit.passage.sentences)),
        )
        for hit in found.hits
    ]
    read = reader.read(asked.text, found.led, stretches)
    return {hit.passage.id: reading for hit, reading in zip(found.hits, read, strict=True)}


def _read_out(text: str, sentence: Sentence) -> str:
    """A row as a person reads it out, cell after cell: the reader learnt from sentences, and the
    marks between cells are none of its words."""
    cells = [cell.strip() for cell in _CELLS.split(text)] if sentence.kind == ROW else []
    said = ", ".join(filter(None, cells))
    return f"{said}." if len(cells) > 1 else text


def _read(listed: Sequence[Candidate], readings: dict[str, Reading]) -> Rows:
    wholes = [readings[c.hit.passage.id].whole for c in listed]
    told = [float(readings[c.hit.passage.id].sentences[c.index]) for c in listed]
    best, most = max(told), max(wholes)
    return np.array(
        [(t, t - best, w, w - most) for t, w in zip(told, wholes, strict=True)], dtype=np.float32
    )
