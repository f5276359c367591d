"""Tables of a PDF, which knows none: lines of cells under each other, put into columns by place."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.cutting.written import clean, split_mark
from ingest.readers.pdf.layout import Line
from ingest.readers.tables import stand_alone

APART = 4.0  # sizes between two lines of one table, at most
WRAPPED = 1.45  # sizes between the lines of one cell, at most
PADDED = 1.2  # rows are so many times further apart than the lines of a cell, where they are
LABEL_WORDS = 6  # a line that stands alone between rows has no more
WRAPS = 3  # lines without cells between two rows, at most
COLLIDING = 0.15  # of the lines of a table may have two cells in one column
FILLED = 0.5  # of the cells that a table could have, at least
PLAIN = 0.2  # of the rows below bold headings may be bold themselves
HEADS = 3  # rows of headings, at most
_YEAR = re.compile(r"(?:19|20)\d\d(?:[-/–]\d{2,4})?")
_FIGURES = re.compile(r"[^\w]*\d[\d.,:/ ]*[^\w]*(?:\w{1,3}\W*)?|[-–—.*]+|n/?a", re.IGNORECASE)


Span = tuple[float, float]
Cells = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table as it is written, and the lines that it is made of; without cells a line
    that stands between the rows and is none."""

    cells: tuple[str, ...]
    lines: tuple[Line, ...]


def rows_at(lines: Sequence[Line], start: int) -> tuple[list[Row], int]:
    """The rows of the table that begins with the line `start`, each cell with its column's heading
    before it, and where the table ends; none, and `start`, where no table begins."""
    end = _end(lines, start)
    own = lines[start:end]
    columns = _columns(own)
    return (_rows(own, columns), end) if columns else ([], start)


def _end(lines: Sequence[Line], start: int) -> int:
    """Behind the last line with cells of those under each other; over a page break where the cells
    stand at the same places."""
    last = start
    spans: list[Span] = []
    for end in range(start, len(lines)):
        line = lines[end]
        before = lines[max(end - 1, start)]
        under = line.column == before.column and 0 <= before.y - line.y <= APART * line.size
        several = len(line.cells) > 1
        if line.page != before.page:
            goes_on = several and all(any(_share(s, o) > 0 for o in spans) for s in line.spans)
        else:
            short = len(line.text.split()) <= LABEL_WORDS or end < last + WRAPS
            goes_on = under and (several or short)
        if not goes_on or (end > last + WRAPS and not several):
            break
        if several:
            last = end + 1
            spans += line.spans
    while last < len(lines) and last > start and _wraps(lines[last - 1], lines[last]):
        last += 1
    return last


def _wraps(before: Line, line: Line) -> bool:
    """Whether a line goes on in a cell of the one before."""
    under = any(x0 - 1 <= line.x0 <= x1 for x0, x1 in before.spans)
    near = line.page == before.page and 0 < before.y - line.y <= WRAPPED * line.size
    return near and len(before.cells) > 1 and len(line.cells) == 1 and under


def _rows(lines: Sequence[Line], columns: Sequence[Span]) -> list[Row]:
    gaps = [a.y - b.y for a, b in pairwise(lines) if a.page == b.page]
    least = min(gaps, default=0.0)
    padded = any(gap >= PADDED * least for gap in gaps)
    rows: list[tuple[Cells, list[Line]]] = []
    for line in lines:
        cells = _placed(line, columns)
        if rows and _goes_on(rows[-1], line, cells, columns, least if padded else None):
            whole = [_joined(*pair) for pair in zip(rows[-1][0], cells, strict=True)]
            rows[-1] = (whole, [*rows[-1][1], line])
        else:
            rows.append((cells, [line]))
    return _headed(rows, columns)


def _columns(lines: Sequence[Line]) -> list[Span] | None:
    """Where each column begins and ends; None where the cells are in none.

    Cells that share a place are a column, the narrow ones first: a wider one that shares that of
    two columns spans them, unless no line has both.
    """
    several = [i for i, line in enumerate(lines) if len(line.cells) > 1]
    spans = sorted(
        ((x0, x1, i) for i in several for x0, x1 in lines[i].spans), key=lambda s: s[1] - s[0]
    )
    found: list[tuple[Span, set[int]]] = []
    for x0, x1, i in spans:
        shared = [column for column in found if _share((x0, x1), column[0]) > 0]
        used = [i, *(j for _, own in shared for j in own)]
        if len(set(used)) < len(used):
            if len(shared) > 1:
                continue  # it spans them
            return None  # two cells of one line at one place
        ends = [(x0, x1), *(span for span, _ in shared)]
        merged = (min(a for a, _ in ends), max(b for _, b in ends))
        found = [column for column in found if column not in shared] + [(merged, set(used))]
    found = sorted(column for column in found if len(column[1]) > 1)
    columns = [span for span, _ in found]
    if sum(_collide(lines[i], columns) for i in several) > COLLIDING * len(several):
        return None
    filled = sum(len(own) for _, own in found)
    enough = len(several) > 1 and len(found) > 1 and filled >= FILLED * len(several) * len(found)
    return columns if enough else None


def _collide(line: Line, columns: Sequence[Span]) -> bool:
    """Whether two cells of a line would come into one column."""
    places = [max(columns, key=lambda c: _share(span, c)) for span in line.spans if columns]
    return len(set(places)) < len(places)


def _share(one: Span, other: Span) -> float:
    """How much of a line two stretches have in common; negative is how far they are apart."""
    return min(one[1], other[1]) - max(one[0], other[0])


def _placed(line: Line, columns: Sequence[Span]) -> list[str]:
    """The cells of a line in their columns, which are empty where it has none."""
    cells = [""] * len(columns)
    for text, span in zip(line.cells, line.spans, strict=True):
        best = max(range(len(columns)), key=lambda i: _share(span, columns[i]))
        cells[best] = _joined(cells[best], clean(text))
    return cells


def _joined(one: str, other: str) -> str:
    return f"{one} {other}".strip()


def _goes_on(
    row: tuple[Cells, list[Line]],
    line: Line,
    cells: Sequence[str],
    columns: Sequence[Span],
    least: float | None,
) -> bool:
    """Whether a line goes on in the cells of the row before it. `least` is the distance of the
    nearest lines where rows stand further apart than that."""
    before = row[1][-1]
    gap = before.y - line.y
    if line.page != before.page or gap > WRAPPED * line.size or line.bold != before.bold:
        return False
    if all(cells) or len(row[1][0].cells) == 1 or any(split_mark(cell)[0] for cell in cells):
        return False
    if any(_FIGURES.fullmatch(cell) for cell in cells if cell):
        return False
    if least is not None and gap < PADDED * least:
        return all(_was_full(before, line, span, columns) for span in line.spans)
    return not cells[0] and len(line.cells) == 1 and line.text[0].islower()


def _was_full(before: Line, line: Line, span: Span, columns: Sequence[Span]) -> bool:
    """Whether the line before had no room in this column for the word that stands below it."""
    column = max(columns, key=lambda column: _share(span, column))
    above = [x1 for x0, x1 in before.spans if _share((x0, x1), column) > 0]
    text = line.cells[line.spans.index(span)]
    word = (span[1] - span[0]) * len(text.split()[0]) / len(text)
    return bool(above) and max(above) + word > column[1] - 0.2 * line.size


def _headed(rows: Sequence[tuple[Cells, list[Line]]], columns: Sequence[Span]) -> list[Row]:
    """The rows with their headings; those that a new page repeats are left out."""
    table = [row for row in rows if len(row[1][0].cells) > 1]
    number = _heads(table)
    below = _columns([line for _, lines in table[number:] for line in lines]) or []
    heads = _merged(table[:number], below if len(below) == len(columns) else columns)
    number = number if all(heads[1:]) else 0
    over, body = table[:number], table[number:]
    if number:
        repeated = [cells for cells, _ in over]
        body = [row for row in body if row[0] not in repeated]
        written = stand_alone([heads, *(cells for cells, _ in body)], headed=True)[1:]
    else:
        whole = all(all(cells) for cells, _ in table)
        written = stand_alone([cells for cells, _ in body], headed=None if whole else False)
    texts = dict(zip((id(lines) for _, lines in body), written, strict=True))
    texts |= {id(lines): cells for cells, lines in over}
    # What spans columns has no one heading.
    texts |= {id(lines): cells for cells, lines in body if _spans_columns(lines[0], columns)}
    texts |= {id(lines): [] for _, lines in rows if len(lines[0].cells) == 1}
    return [
        Row(cells=tuple(texts[id(lines)]), lines=tuple(lines))
        for _, lines in rows
        if id(lines) in texts
    ]


def _spans_columns(line: Line, columns: Sequence[Span]) -> bool:
    return any(sum(_share(span, c) > 1 for c in columns) > 1 for span in line.spans)


def _heads(rows: Sequence[tuple[Cells, list[Line]]]) -> int:
    """How many rows at the top are surely headings."""
    bold = [all(line.bold for line in lines) for _, lines in rows]
    number = bold.index(False) if False in bold else 0
    if 0 < number <= HEADS and sum(bold[number:]) <= PLAIN * len(bold[number:]):
        return number
    texts = [cells for cells, _ in rows]
    for number in (1, 2):
        if len(texts) > number and _stand_over_figures(texts[:number], texts[number:]):
            return number
    return 0


def _stand_over_figures(heads: Sequence[Sequence[str]], body: Sequence[Sequence[str]]) -> bool:
    """Whether names stand over columns of figures."""
    if any(not cell and i for i, cell in enumerate(heads[-1])):
        return False
    if len(heads) > 1 and all(heads[0]) and heads[1][0]:
        return False
    named = [all(not row[i] or _is_name(row[i]) for row in heads) for i in range(len(heads[0]))]
    counted = [
        i
        for i in range(1, len(heads[0]))
        if any(row[i] for row in body)
        and all(not row[i] or _FIGURES.fullmatch(row[i]) for row in body)
    ]
    return all(named) and bool(counted)


def _is_name(text: str) -> bool:
    return _YEAR.fullmatch(text) is not None or not _FIGURES.fullmatch(text)


def _merged(rows: Iterable[tuple[Cells, list[Line]]], columns: Sequence[Span]) -> list[str]:
    """The heading of each column: what stands over it, from the top; what spans columns is over
    each of them."""
    heads = [""] * len(columns)
    for cells, lines in rows:
        whole = len(lines[0].cells) == len(columns)
        own = cells if whole or len(lines) > 1 else _spread(lines[0], columns)
        heads = [_joined(*pair) for pair in zip(heads, own, strict=True)]
    return heads


def _spread(line: Line, columns: Sequence[Span]) -> list[str]:
    """The cells of a line of headings, each in all the columns that it spans."""
    found = [""] * len(columns)
    middles = [(x0 + x1) / 2 for x0, x1 in line.spans]
    for i, column in enumerate(columns):
        near = min(range(len(middles)), key=lambda j: abs(middles[j] - sum(column) / 2))
        own = line.spans[near]
        inside = [c for c in columns if _share(own, c) > 0.8 * (own[1] - own[0])]
        over = [c for c in columns if _share(own, c) > 0]
        alone = inside and len(over) == 1
        if (alone and column in inside) or (not alone and _reaches(own, column, columns)):
            found[i] = clean(line.cells[near])
    return found


def _reaches(own: Span, column: Span, columns: Sequence[Span]) -> bool:
    """Whether a heading that stands over no one column stands over this one: it shares its place
    or it is the next on either side."""
    if _share(own, column) > 0:
        return True
    apart = sorted(-_share(own, c) for c in columns)
    return -_share(own, column) <= apart[1]
