"""Narrow gutters: where a column of text begins less than a wide gap behind another."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeVar

NARROW = 0.6  # sizes: a gap of so much may be a gutter
WIDER = 1.5  # and it is so many times as wide as the spaces between the words of its line
LINES = 4  # that many lines at least have it at one place
MANY = 5  # or that many, if it is no wider
NEAR = 1.5  # points between two places that are one


class Box(Protocol):
    """What has a place on a line."""

    @property
    def x0(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def y(self) -> float: ...
    @property
    def size(self) -> float: ...


W = TypeVar("W", bound=Box)


def parted(runs: Iterable[list[W]]) -> list[list[W]]:
    """Runs of words, cut where a column begins in the middle of them."""
    runs = list(runs)
    edges = _edges(runs)
    if not edges:
        return runs
    found: list[list[W]] = []
    for run in runs:
        begin = 0
        for i in range(1, len(run)):
            if any(_is_clear(run[i - 1], run[i], edge) for edge in edges):
                found.append(run[begin:i])
                begin = i
        found.append(run[begin:])
    return found


def _is_clear(one: Box, other: Box, edge: float) -> bool:
    size = max(one.size, other.size)
    return one.x1 <= edge - 0.5 * size and edge - NEAR <= other.x0 <= edge + 3 * size


def _edges(runs: Sequence[list[W]]) -> list[float]:
    """Places where words begin on line after line behind a gap that is wider than a space, and
    where hardly a line between these runs across the gap. Where it goes through many lines it need
    not be wider than their spaces are."""
    begins = sorted(
        (run[i].x0, run[i].y, run[i].size, wider) for run in runs for i, wider in _wide_gaps(run)
    )
    groups: list[list[tuple[float, float, float, bool]]] = []
    for begin in begins:
        if groups and begin[0] - groups[-1][0][0] <= NEAR:
            groups[-1].append(begin)
        else:
            groups.append([begin])
    found: list[float] = []
    for group in groups:
        edge, size = group[0][0], median(begin[2] for begin in group)
        low, high = min(begin[1] for begin in group), max(begin[1] for begin in group)
        across = sum(
            low <= word.y <= high and word.x0 < edge - 0.5 * size and word.x1 > edge - 0.4 * size
            for run in runs
            for word in run
        )
        wider = sum(begin[3] for begin in group)
        if (wider >= LINES and across * 3 <= wider) or (len(group) >= MANY and not across):
            found.append(edge)
    return found


def _wide_gaps(run: Sequence[Box]) -> list[tuple[int, bool]]:
    """The numbers of the words of a run that stand behind a gap that may be a gutter, and whether
    it is wider than the run's spaces."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(run)]
    if len(gaps) < 3:
        return []
    space = median(gaps)
    return [
        (i, gap >= WIDER * space)
        for i, gap in enumerate(gaps, start=1)
        if gap >= NARROW * run[i].size
    ]
