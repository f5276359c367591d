"""The order in which a page is read: words to segments, segments to columns, columns to lines.

Coordinates are points, y upwards; sizes are those of the type.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.cutting.written import split_mark

SEGMENT_GAP = 1.5  # a gap of more than this many sizes is no space between words
SAME_LINE = 0.45  # baselines nearer than this many sizes are one line, a raised mark included
GUTTER = 0.8  # sizes between two columns, at least
COLUMN_LINES = 3
MOST_EDGES = 12  # places tried as the edge of a column, those where most lines begin
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
TEXT_WORDS = 4  # a line of running text has this many words; a table's cell has fewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word where it stands: its box from `x0` to `x1`, its baseline `y`."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Words that follow each other on a line without a wide gap."""

    words: tuple[Word, ...]
    x0: float
    x1: float
    y: float
    size: float

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line in reading order. `cells` are its parts between wide gaps, most often one.

    `left` and `right` bound the column, which `column` numbers within its page.
    """

    cells: tuple[str, ...]
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    page: int
    column: int
    left: float
    right: float

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def lines_of(words: Sequence[Word], page: int, first: int = 0) -> list[Line]:
    """The lines of a page in reading order, their columns numbered from `first` on."""
    found: list[Line] = []
    for number, column in enumerate(_columns(_segments(words)), start=first):
        left, right = min(s.x0 for s in column), max(s.x1 for s in column)
        found += [_line(row, page, number, left, right) for row in _rows(column)]
    return found


def _segments(words: Iterable[Word]) -> list[Segment]:
    runs: list[list[Word]] = []
    for word in words:
        if runs:
            last = runs[-1][-1]
            size = max(last.size, word.size)
            near = -0.5 * size <= word.x0 - last.x1 <= SEGMENT_GAP * size
            if near and abs(word.y - last.y) <= SAME_LINE * size:
                runs[-1].append(word)
                continue
        runs.append([word])
    return [_segment(run) for run in runs]


def _segment(words: Sequence[Word]) -> Segment:
    size = max(words, key=lambda w: (len(w.text), w.size)).size
    return Segment(
        words=tuple(words),
        x0=min(w.x0 for w in words),
        x1=max(w.x1 for w in words),
        y=median(w.y for w in words if w.size >= 0.8 * size),
        size=size,
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
    """`edge`, or a place left of the bullets and numbers that belong to the column behind it."""
    texts = [s.x1 for s in segments if s.x1 <= edge and not _is_mark(s)]
    marks = [s.x0 for s in segments if s.x1 <= edge and _is_mark(s) and s.x0 > max(texts)]
    return min(marks) - 1 if marks else edge


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
    words = min(median(len(s.words) for s in beside), median(len(s.words) for s in facing))
    heights = {round(b.y) + near for b in beside for near in (-1, 0, 1)}
    level = sum(round(s.y) in heights for s in facing) / len(facing)
    return words >= TEXT_WORDS or (level < 0.5 and words >= 2)


def _is_raised(segment: Segment, before: Segment) -> bool:
    """Whether a segment is the number of a note, set small and high behind a word."""
    near = segment.x0 - before.x1 < 0.5 * before.size
    high = segment.y - before.y > 0.15 * before.size
    return near and high and segment.size < 0.8 * before.size and segment.text.isdecimal()


def _is_label(cell: str) -> bool:
    """Whether a cell is but the bullet or number of what stands beside it."""
    return split_mark(cell + " x")[1] == "x" or re.fullmatch(r"[\w.]{1,5}[.,):]", cell) is not None


def _is_mark(segment: Segment) -> bool:
    """Whether a segment is only the bullet or number of the item to its right."""
    return len(segment.words) == 1 and (len(segment.text) <= 3 or _is_label(segment.text))


def _line(row: Sequence[Segment], page: int, column: int, left: float, right: float) -> Line:
    cells: list[str] = []
    for before, segment in pairwise([None, *row]):
        assert segment is not None
        if before is None:
            cells.append(segment.text)
        elif _is_raised(segment, before):
            cells[-1] += segment.text.translate(_RAISED)
        elif segment.x0 - before.x1 <= SEGMENT_GAP * segment.size or (
            len(cells) == 1 and _is_label(cells[0])
        ):
            cells[-1] += " " + segment.text
        else:
            cells.append(segment.text)
    words = [word for segment in row for word in segment.words]
    lettered = [word for word in words if any(c.isalnum() for c in word.text)] or words
    return Line(
        cells=tuple(cells),
        x0=row[0].x0,
        x1=row[-1].x1,
        y=median(segment.y for segment in row),
        size=max(row, key=lambda s: len(s.text)).size,
        bold=all(word.bold for word in lettered),
        page=page,
        column=column,
        left=left,
        right=right,
    )
