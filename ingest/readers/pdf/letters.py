"""Letters drawn apart: which of them make a word, told from the gaps between them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from vectorstore.library.lexicon import english

JUMP = 0.12  # sizes: a space is so much wider than the gaps between letters
SPREAD = 1.35  # and so many times as wide


def joined_letters(
    glyphs: Sequence[tuple[str, float, float]], size: float
) -> Iterator[range] | None:
    """The stretches of glyphs (text, beginning, end) of one line that make a word each.

    None where all gaps are alike, unless without them the line is an English word.
    """
    gaps = [max(b[1] - a[2], 0.0) for a, b in pairwise(glyphs)]
    least = _least_space(gaps, size)
    if least is None and "".join(text for text, _, _ in glyphs).casefold() not in english():
        return None
    return _stretches(gaps, least or float("inf"))


def _stretches(gaps: Sequence[float], least: float) -> Iterator[range]:
    begin = 0
    for i, gap in enumerate([*gaps, least], start=1):
        if gap >= least:
            yield range(begin, i)
            begin = i


def _least_space(gaps: Sequence[float], size: float) -> float | None:
    """The narrowest space between words; None where all gaps are alike."""
    for narrow, wide in pairwise(sorted(gaps)):
        if wide - narrow >= JUMP * size and wide >= SPREAD * narrow:
            return wide
    return None
