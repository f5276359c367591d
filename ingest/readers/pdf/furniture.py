"""What runs along the head and foot of page after page, and is no part of what is said."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ingest.readers.pdf.layout import Line

MARGIN = 0.13  # running heads and feet stand in this share of a page's height, at either end
MARGIN_LINES = 3
TOGETHER = 1.6  # sizes between the lines of one paragraph, at most
SENTENCE = 0.5  # a line that goes on in the next one fills so much of its column
TEXT = 6  # words: a line of running text has so many
FILLED, FILLED_WORDS = 0.85, 8  # and so much if the next one begins with a capital
_GOES_ON = ",-\u2010–—"
_ENDS = re.compile(r"[.!?…:;。！？؟۔]\W*$")
_PAGE_NUMBER = re.compile(
    r"(?:page|p\.?|seite)?\s*[-–—|]?\s*#\s*(?:(?:of|/|von)\s*#)?\s*[-–—|]?", re.I
)


def without_running_lines(
    pages: Sequence[Sequence[Line]], heights: Sequence[tuple[float, float]]
) -> list[list[Line]]:
    """The pages' lines without what stands at the head or foot of page after page.

    `heights` are each page's lowest and highest y.
    """
    seen: dict[str, list[tuple[int, float]]] = defaultdict(list)
    marginal: list[set[int]] = []
    for number, lines in enumerate(pages):
        found = _marginal(lines, *heights[number])
        marginal.append(found)
        for i in found:
            seen[_shape(lines[i].text)].append((number, lines[i].y - heights[number][0]))
    least = 2 if len(pages) == 2 else max(3, round(0.3 * len(pages)))
    running = {
        shape
        for shape, places in seen.items()
        if len({page for page, _ in places}) >= least and _is_level([y for _, y in places], least)
    }
    if len(pages) > 1:
        running |= {shape for shape in seen if _PAGE_NUMBER.fullmatch(shape)}
    kept: list[list[Line]] = []
    for lines, margin, (low, high) in zip(pages, marginal, heights, strict=True):
        out = {i for i in margin if _shape(lines[i].text) in running}
        pairs = _flowing(lines) if out else []
        for one, other in [*pairs, *reversed(pairs)]:  # half a sentence is not taken away
            if (one in out) != (other in out):
                out -= {one, other}
        out -= _inside(lines, out, (low + high) / 2)
        kept.append([line for i, line in enumerate(lines) if i not in out])
    return kept


def _marginal(lines: Sequence[Line], low: float, high: float) -> set[int]:
    zone = MARGIN * (high - low)
    by_height = sorted(range(len(lines)), key=lambda i: lines[i].y)
    found = {i for i in by_height[:MARGIN_LINES] if lines[i].y < low + zone}
    return found | {i for i in by_height[-MARGIN_LINES:] if lines[i].y > high - zone}


def _inside(lines: Sequence[Line], out: set[int], middle: float) -> set[int]:
    """Those of `out` that stand further in than a line of running text: they are of the body."""
    texts = [
        line.y for i, line in enumerate(lines) if i not in out and len(line.text.split()) >= TEXT
    ]
    low, high = min(texts, default=middle), max(texts, default=middle)
    return {
        i for i in out if (lines[i].y < high - 1 if lines[i].y > middle else lines[i].y > low + 1)
    }


def _flowing(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """Pairs of lines of which the first is part of a sentence that goes on in the second."""
    return [(i, i + 1) for i, pair in enumerate(pairwise(lines)) if _flows_on(*pair)]


def _flows_on(line: Line, after: Line) -> bool:
    size = max(line.size, after.size)
    if not 0 < line.y - after.y <= TOGETHER * size or line.column != after.column:
        return False
    if abs(line.size - after.size) > 0.05 * size or line.bold != after.bold:
        return False
    if len(line.cells) > 1 or len(after.cells) > 1 or _ENDS.search(line.text):
        return False
    if _PAGE_NUMBER.fullmatch(_shape(after.text)) or _PAGE_NUMBER.fullmatch(_shape(line.text)):
        return False
    filled = (line.x1 - line.left) / max(line.right - line.left, 1.0)
    if after.text[0].islower() or line.text[-1] in _GOES_ON:
        return filled > SENTENCE
    return filled > FILLED and len(line.text.split()) >= FILLED_WORDS


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", " ".join(text.casefold().split()))


def _is_level(heights: Sequence[float], least: int) -> bool:
    """Whether enough of them stand at one height."""
    return any(sum(abs(y - other) <= 4 for other in heights) >= least for y in heights)
