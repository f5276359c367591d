"""Narrow gutters: where a column of text begins less than a wide gap behind another."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Protocol, TypeVar

NARROW = 0.6  # sizes: a gap of so much may be a gutter
WIDER = 1.5  # and it is so many times as wide as the spaces between the words of its line
LINES = 4  # that many lines at least have it at one place
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
    where hardly a line between these runs across the gap."""
    begins = sorted(
        ((run[i].x0, run[i].y, run[i].size) for run in runs for i in _wide_gaps(run)),
        key=lambda begin: begin[0],
    )
    groups: list[list[tuple[float, float, float]]] = []
    for begin in begins:
        if groups and begin[0] - groups[-1][0][0] <= NEAR:
            groups[-1].append(begin)
        else:
            groups.append([begin])
    found: list[float] = []
    for group in groups:
        edge, size = min(x for x, _, _ in group), median(s for _, _, s in group)
        ys = [y for _, y, _ in group]
        across = sum(
            min(ys) <= word.y <= max(ys)
            and word.x0 < edge - 0.5 * size
            and word.x1 > edge - 0.4 * size
            for run in runs
            for word in run
        )
        if len(group) >= LINES and across * 3 <= len(group):
            found.append(edge)
    return found


def _wide_gaps(run: Sequence[Box]) -> list[int]:
    """The numbers of the words of a run that stand behind a gap wider than its spaces."""
    gaps = [b.x0 - a.x1 for a, b in pairwise(run)]
    if len(gaps) < 3:
        return []
    space = median(gaps)
    return [
        i
        for i, gap in enumerate(gaps, start=1)
        if gap >= NARROW * run[i].size and gap >= WIDER * space
    ]
