"""Near-duplicates: sources that share most of their wording.

Each text is reduced to a sketch: the smallest hashes of its runs of words (Broder, "On the
resemblance and containment of documents", 1997, section 3). Two sketches tell how like the texts
are without comparing them, and nothing in it is left to chance: the same texts give the same
pairs on any machine.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RUN = 4  # words
SKETCH = 256  # hashes: the standard error of a likeness of 0.7 is 0.03
LIKENESS = 0.7  # at which two texts count as near-duplicates
_WORD = re.compile(r"\w+")
_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)  # of splitmix64

Sketch = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicate:
    """Two sources alike: `likeness` is the share of their runs of words that both have, 0 to 1.

    `source` came or changed in this run. The share is estimated where texts are long.
    """

    source: str
    other: str
    likeness: float


def sketch(text: str) -> Sketch:
    """The smallest hashes of a text's runs of words, in order; at most SKETCH of them."""
    words = _WORD.findall(text.casefold())
    codes = np.array([zlib.crc32(word.encode("utf-8", "replace")) for word in words], np.uint64)
    length = max(1, len(words) - RUN + 1)
    hashes = np.zeros(length if words else 0, np.uint64)
    for place in range(min(RUN, len(words))):
        hashes = hashes * np.uint64(_MIX[0]) + codes[place : place + length]
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(_MIX[1])
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(_MIX[2])
    hashes ^= hashes >> np.uint64(31)
    smallest: Sketch = np.unique(hashes)[:SKETCH]
    return smallest


def likeness(one: Sketch, other: Sketch) -> float:
    """The share of runs that two texts have in common; exact where both sketches are whole."""
    both = np.union1d(one, other)
    if min(len(one), len(other)) >= SKETCH:
        both = both[:SKETCH]
    elif max(len(one), len(other)) >= SKETCH:  # of the longer one, only its smallest are known
        known = one if len(one) > len(other) else other
        both = both[both <= known[-1]]
    common = np.isin(both, one, assume_unique=True) & np.isin(both, other, assume_unique=True)
    return float(common.mean()) if len(both) else 0.0


def near_duplicates(
    texts: Iterator[tuple[str, str]], fresh: Mapping[str, object]
) -> tuple[NearDuplicate, ...]:
    """The pairs that are alike and of which one at least is `fresh`, likest first.

    `texts` gives (source id, text) of the whole library.
    """
    if not fresh:
        return ()
    names, sketches = [], []
    for name, text in texts:
        names.append(name)
        sketches.append(sketch(text))
    if not any(len(each) for each in sketches):
        return ()
    owners = np.repeat(np.arange(len(names)), [len(each) for each in sketches])
    values = np.concatenate(sketches)
    order = np.argsort(values, kind="stable")
    values, owners = values[order], owners[order]
    found: dict[tuple[str, str], float] = {}
    for mine, name in enumerate(names):
        if name not in fresh or not len(sketches[mine]):
            continue
        first = np.searchsorted(values, sketches[mine], side="left")
        last = np.searchsorted(values, sketches[mine], side="right")
        sharing = [owners[a:b] for a, b in zip(first, last, strict=True)]
        counts = np.bincount(np.concatenate(sharing), minlength=len(names))
        for other, shared in enumerate(counts):
            # Alike texts share about that part of the smaller sketch; half of it is looked at.
            least = min(len(sketches[mine]), len(sketches[other])) * LIKENESS / 2
            if other == mine or shared < least:
                continue
            pair = (name, names[other])
            if pair[::-1] in found:
                continue
            alike = likeness(sketches[mine], sketches[other])
            if alike >= LIKENESS:
                found[pair] = alike
    pairs = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        NearDuplicate(source=source, other=other, likeness=round(alike, 3))
        for (source, other), alike in pairs
    )
