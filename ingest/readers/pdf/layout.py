"""The order in which a page is read: words to segments, segments to columns, columns to lines.

Coordinates are points, y upwards; sizes are those of the type.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from ingest.cutting.written import split_mark
from ingest.readers.pdf.bidi import reading_order, runs_to_the_left, with_brackets
from ingest.readers.pdf.gutters import NEAR, WIDER, parted

SEGMENT_GAP = 1.5  # a gap of more than this many sizes is no space between words
SPACE = 0.5  # a gap of no more is one for sure, whatever the order in the file
CELL_GAP = 0.5  # and more than this where other rows have a cell
ROUND = 8.0  # sizes: rows that are no further away are around a line
SAME_LINE = 0.45  # baselines nearer than this many sizes are one line, a raised mark included
GUTTER = 0.5  # sizes between two columns, at least
COLUMN_LINES = 3
MOST_EDGES = 12  # places tried as the edge of a column, those where most lines begin
RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
TICKS = ("☒", "☐")  # they belong to what stands behind them
NO_SPACE = 0.22  # sizes: less than a space
SMALL = 0.8  # of the type around it: an exponent's or the mark's of a note, at most
_FIGURE = re.compile(r"[-−–+]?\d+")
TEXT_WORDS = 4  # a line of running text has this many words; a table's cell has fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word where it stands: its box from `x0` to `x1`, its baseline `y`. One that is `apart` was
    filled in, and its line flows on in no other."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Words that follow each other on a line without a wide gap, as it runs."""

    words: tuple[Word, ...]
    x0: float
    x1: float
    y: float
    size: float
    to_the_left: bool = False

    @property
    def text(self) -> str:
        return read_out(self.words, to_the_left=self.to_the_left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line in reading order. `cells` are its parts between wide gaps, most often one; `spans` say
    where each of them begins and ends.

    `left` and `right` bound the column, which `column` numbers within its page. On a page that is
    written from right to left the first is the side where lines begin, and all these are negative.
    `turned` says that it runs in another direction than the page does, `apart` that it was filled
    in and flows on in no other line.
    """

    cells: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    page: int
    column: int
    left: float
    right: float
    turned: bool = False
    apart: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def lines_of(
    words: Sequence[Word], page: int, first: int = 0, *, turned: bool = False
) -> list[Line]:
    """The lines of a page in reading order, their columns numbered from `first` on."""
    to_the_left = runs_to_the_left([word.text for word in words])
    if to_the_left:
        words = [replace(word, x0=-word.x1, x1=-word.x0) for word in words]
    segments = [_segment(run, to_the_left) for run in _runs(words)]
    found: list[Line] = []
    for number, column in enumerate(_columns(segments), start=first):
        ends = min(s.x0 for s in column), max(s.x1 for s in column)
        rows = _rows(column)
        starts = _cell_starts(rows)
        for row in rows:
            parts = [part for segment in row for part in _parts(segment, starts)] if starts else row
            found.append(_line(parts, starts, page, number, ends, turned))
    return found


def read_out(words: Sequence[Word], *, to_the_left: bool) -> str:
    """Words of a line, given as it runs, as they are read."""
    texts = [word.text for word in words]
    if not to_the_left and all(text.isascii() for text in texts):
        return " ".join(texts)
    order = reading_order(texts, to_the_left=to_the_left)
    text = " ".join(texts[i] for i in order)
    return with_brackets(text) if to_the_left else text


def _runs(words: Sequence[Word]) -> list[list[Word]]:
    """Words that follow each other on a line, parted at gutters and put together whatever their
    order in the file."""
    runs: list[list[Word]] = []
    for word in _with_raised(words):
        if runs and _follows(runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return parted(_put_together(runs))


def _with_raised(words: Sequence[Word]) -> list[Word]:
    """The words, exponents and marks of notes as part of the word that they stand behind."""
    usual = median([word.size for word in words] or [0.0])
    found = list(words)
    for mark in [w for w in words if w.size < SMALL * usual and _FIGURE.fullmatch(w.text)]:
        hosts = [i for i, word in enumerate(found) if _is_raised(mark, word)]
        if hosts:
            i = min(hosts, key=lambda i: abs(mark.x0 - found[i].x1))
            text = found[i].text + mark.text.translate(RAISED)
            found[i] = replace(found[i], text=text, x1=max(found[i].x1, mark.x1))
            found.remove(mark)
    return found


def _follows(last: Word, word: Word) -> bool:
    size = max(last.size, word.size)
    near = -0.5 * size <= word.x0 - last.x1 <= SEGMENT_GAP * size
    return near and abs(word.y - last.y) <= SAME_LINE * size


def _put_together(runs: Iterable[list[Word]]) -> list[list[Word]]:
    """Runs of one baseline that the file has apart, where one follows the other."""
    found: list[list[Word]] = []
    for run in sorted(runs, key=lambda run: (-round(run[0].y), run[0].x0)):
        last = found[-1][-1] if found else None
        level = last is not None and abs(last.y - run[0].y) <= 1 and last.size == run[0].size
        if last is not None and level and -0.5 <= (run[0].x0 - last.x1) / last.size <= SPACE:
            found[-1] += run
        else:
            found.append(list(run))
    return found


def _segment(words: Sequence[Word], to_the_left: bool) -> Segment:
    size = max(words, key=lambda w: (len(w.text), w.size)).size
    return Segment(
        words=tuple(words),
        x0=min(w.x0 for w in words),
        x1=max(w.x1 for w in words),
        y=median(w.y for w in words if w.size >= 0.8 * size),
        size=size,
        to_the_left=to_the_left,
    )


def _rows(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments of one baseline together, from the top; each row from left to right."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (-s.y, s.x0)):
        if rows and rows[-1][0].y - segment.y <= _reach(rows[-1][0].size, segment.size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda s: s.x0) for row in rows]


def _reach(one: float, other: float) -> float:
    """How far apart two baselines of one line may be: further where one is a raised mark."""
    small, large = sorted((one, other))
    return SAME_LINE * (large if small < 0.8 * large else small)


def _columns(segments: list[Segment]) -> list[list[Segment]]:
    """Groups of segments to be read one after the other: what spans a gutter parts them."""
    gutter = _gutter(segments)
    if gutter is None:
        return [segments] if segments else []
    found: list[list[Segment]] = []
    band: list[Segment] = []
    for row in _rows(segments):
        if any(_crosses(segment, gutter) for segment in row):
            found += _sides(band, gutter)
            band = []
            if found and all(_crosses(s, gutter) for s in found[-1]):
                found[-1] += row
            else:
                found.append(list(row))
        else:
            band += row
    return found + _sides(band, gutter)


def _sides(band: list[Segment], gutter: float) -> list[list[Segment]]:
    left = [segment for segment in band if segment.x1 <= gutter]
    right = [segment for segment in band if segment.x0 >= gutter]
    return _columns(left) + _columns(right)


def _crosses(segment: Segment, gutter: float) -> bool:
    return segment.x0 < gutter < segment.x1


def _gutter(segments: Sequence[Segment]) -> float | None:
    """Where a column of running text begins beside another; None where there is but one."""
    starts: list[list[float]] = []
    for x in sorted(segment.x0 for segment in segments):
        if starts and x - starts[-1][0] <= 4:
            starts[-1].append(x)
        else:
            starts.append([x])
    often = sorted((start for start in starts if len(start) >= COLUMN_LINES), key=len)
    for start in reversed(often[-MOST_EDGES:]):
        if _parts_columns(segments, start[0] - 1):
            return _before_marks(segments, start[0] - 1)
    return None


def _before_marks(segments: Sequence[Segment], edge: float) -> float:
    """`edge`, or a place left of what hangs out to the left of the column behind it: bullets and
    numbers, lines that are not indented."""
    texts = max(
        (s.x1 for s in segments if s.x1 <= edge and len(s.words) > 1 and not _is_mark(s)),
        default=edge,
    )
    hanging = [s.x0 for s in segments if texts < s.x0 < edge]
    return (texts + min(hanging)) / 2 if hanging else edge


def _parts_columns(segments: Sequence[Segment], edge: float) -> bool:
    """Whether text stands to the left of `edge` beside text to the right of it."""
    left = [s for s in segments if s.x1 <= edge - GUTTER * s.size and not _is_mark(s)]
    right = [s for s in segments if s.x0 >= edge]
    if len(left) < COLUMN_LINES or len(right) < COLUMN_LINES:
        return False
    top, bottom = max(s.y for s in right), min(s.y for s in right)
    beside = [s for s in left if bottom - s.size <= s.y <= top + s.size]
    lowest = min((b.y for b in beside), default=0.0)
    facing = [s for s in right if lowest - s.size <= s.y]
    crossing = [s for s in segments if _crosses(s, edge) and bottom <= s.y <= top]
    if min(len(beside), len(facing)) < COLUMN_LINES or len(crossing) * 3 > len(facing):
        return False
    words = min(_usual_words(beside), _usual_words(facing))
    heights = {round(b.y) + near for b in beside for near in (-1, 0, 1)}
    level = sum(round(s.y) in heights for s in facing) / len(facing)
    return words >= TEXT_WORDS or (level < 0.5 and words >= 2)


def _usual_words(segments: Iterable[Segment]) -> float:
    """How many words stand together between wide gaps, by the median."""
    counts: list[int] = []
    last: Segment | None = None
    for segment in sorted(segments, key=lambda s: (round(s.y), s.x0)):
        level = last is not None and abs(last.y - segment.y) <= 1
        if level and last is not None and segment.x0 - last.x1 <= SEGMENT_GAP * segment.size:
            counts[-1] += len(segment.words)
        else:
            counts.append(len(segment.words))
        last = segment
    return median(counts)


def _cell_starts(rows: Sequence[Sequence[Segment]]) -> list[tuple[float, float]]:
    """Where cells of a table begin, each with its height: behind a wide gap, in several rows."""
    behind = sorted(
        (b.x0, b.y) for row in rows for a, b in pairwise(row) if b.x0 - a.x1 > SEGMENT_GAP * b.size
    )
    return [pair for one in pairwise(behind) if one[1][0] - one[0][0] <= NEAR for pair in one]


def _begins_cell(thing: Word | Segment, starts: Sequence[tuple[float, float]]) -> bool:
    """Whether cells of the rows around begin where this does."""
    near = (abs(x - thing.x0) <= NEAR and abs(y - thing.y) <= ROUND * thing.size for x, y in starts)
    return sum(near) > 1


def _parts(segment: Segment, starts: Sequence[tuple[float, float]]) -> list[Segment]:
    """A segment cut where it runs into a cell of the rows around it, behind more than a space."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(segment.words)]
    space = median(gaps) if len(gaps) > 2 else 0.0
    begins = [
        i
        for i, gap in enumerate(gaps, start=1)
        if gap >= max(CELL_GAP * segment.size, WIDER * space)
        and _begins_cell(segment.words[i], starts)
    ]
    if not begins:
        return [segment]
    ends = [0, *begins, len(segment.words)]
    return [_segment(segment.words[a:b], segment.to_the_left) for a, b in pairwise(ends)]


def _is_raised(thing: Word | Segment, before: Word | Segment) -> bool:
    """Whether this is an exponent or the number of a note, set small and high behind a word."""
    near = -0.5 * before.size < thing.x0 - before.x1 < NO_SPACE * before.size
    high = 0.15 * before.size < thing.y - before.y < before.size
    small = thing.size < SMALL * before.size
    return near and high and small and _FIGURE.fullmatch(thing.text) is not None


def _is_label(cell: str) -> bool:
    """Whether a cell is but the bullet or number of what stands beside it."""
    return split_mark(cell + " x")[1] == "x" or re.fullmatch(r"[\w.]{1,5}[.,):]", cell) is not None


def _is_mark(segment: Segment) -> bool:
    """Whether a segment is only the bullet or number of the item to its right."""
    return len(segment.words) == 1 and (len(segment.text) <= 3 or _is_label(segment.text))


def _line(
    row: Sequence[Segment],
    starts: Sequence[tuple[float, float]],
    page: int,
    column: int,
    ends: tuple[float, float],
    turned: bool,
) -> Line:
    cells = _cells(row, starts)
    words = [word for segment in row for word in segment.words]
    lettered = [word for word in words if any(c.isalnum() for c in word.text)] or words
    return Line(
        cells=tuple(text for text, _, _ in cells),
        spans=tuple((x0, x1) for _, x0, x1 in cells),
        x0=row[0].x0,
        x1=row[-1].x1,
        y=median(segment.y for segment in row),
        size=max(row, key=lambda s: len(s.text)).size,
        bold=all(word.bold for word in lettered),
        page=page,
        column=column,
        left=ends[0],
        right=ends[1],
        turned=turned,
        apart=any(word.apart for word in words),
    )


def _cells(
    row: Sequence[Segment], starts: Sequence[tuple[float, float]]
) -> list[tuple[str, float, float]]:
    """The texts between wide gaps, each with where it begins and ends."""
    groups: list[list[Segment]] = []
    for before, segment in pairwise([None, *row]):
        assert segment is not None
        if before is not None and (
            _is_raised(segment, before)
            or segment.x0 - before.x1
            <= (CELL_GAP if _begins_cell(segment, starts) else SEGMENT_GAP) * segment.size
            or (len(groups) == 1 and _is_label(_text(groups[0])))
            or (len(groups[-1]) == 1 and groups[-1][0].text in TICKS)
        ):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return [(_text(group), group[0].x0, max(s.x1 for s in group)) for group in groups]


def _text(group: Sequence[Segment]) -> str:
    words: list[Word] = []
    for before, segment in pairwise([None, *group]):
        assert segment is not None
        if before is not None and _is_raised(segment, before):
            raised = words[-1].text + segment.text.translate(RAISED)
            words[-1] = replace(words[-1], text=raised)
        else:
            words += segment.words
    return read_out(words, to_the_left=group[0].to_the_left)
