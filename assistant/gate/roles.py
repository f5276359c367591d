"""Who did what to whom: whether a claim swaps the two sides of a verb or a comparison.

No parser: words that the claim and the evidence share are compared by their order around a shared
word in the middle, with the passive ("was praised by") counted as a turn of its own.
"""

from collections import Counter

from assistant.gate.said import Said, Word

_BE = frozenset("is are was were be been being get gets got".split())
_LEADS = frozenset(
    """the a an of in on at to for by with from his her its their our my your this that these those
    and or both""".split()
)
# Words between two things that are the same whichever stands first.
_EITHER_WAY = frozenset(
    """meet meets met marry married equal equals differ differs different same similar between
    together share shared""".split()
)
_ORDERING = frozenset("before after than".split())
_REACH = 3
_CLOSE = 3  # words, from a verb to what stands on its side


def swapped(claim: Said, evidence: Said) -> str | None:
    """The word of the claim around which its two sides are swapped; None where they are not."""
    once_there = {stem for stem, n in Counter(w.stem for w in evidence.words).items() if n == 1}
    place = {w.stem: i for i, w in enumerate(evidence.words) if w.stem in once_there}
    counts = Counter(w.stem for w in claim.words)
    shared = [
        (i, w)
        for i, w in enumerate(claim.words)
        if w.full and counts[w.stem] == 1 and w.stem in place
    ]
    names = frozenset(claim.names)
    for at in range(1, len(shared) - 1):
        i, pivot = shared[at]
        if not _turns(claim, i, pivot):
            continue
        here = place[pivot.stem]
        turned = _passive(claim, i) != _passive(evidence, here)
        before, behind = shared[:at], shared[at + 1 :]
        # Two people on the two sides say more than the words next to the verb.
        if not (_named(before, names) and _named(behind, names)):
            before = [(j, w) for j, w in before[-1:] if i - j <= _CLOSE]
            behind = [(j, w) for j, w in behind[:1] if j - i <= _CLOSE]
        else:
            before, behind = _named(before, names), _named(behind, names)
        ahead = [place[word.stem] < here for _, word in before]
        after = [place[word.stem] > here for _, word in behind]
        if not ahead or not after:
            continue
        crossed = not any(ahead) and not any(after)
        if (crossed and not turned) or (all(ahead) and all(after) and turned):
            return pivot.folded
    return _misordered(claim, evidence)


def _named(shared: list[tuple[int, Word]], names: frozenset[str]) -> list[tuple[int, Word]]:
    return [(i, word) for i, word in shared if word.stem in names]


def _misordered(claim: Said, evidence: Said) -> str | None:
    """The "before", "after" or "than" whose two sides the claim swaps."""
    for mine in (i for i, word in enumerate(claim.words) if word.folded in _ORDERING):
        name = claim.words[mine].folded
        for theirs, word in enumerate(evidence.words):
            turned = {name, word.folded} == {"before", "after"}
            if word.folded != name and not turned:
                continue
            (first, second), (left, right) = _sides(claim, mine), _sides(evidence, theirs)
            if turned:
                left, right = right, left
            crossed = len(first & right - left), len(second & left - right)
            straight = len(first & left - right) + len(second & right - left)
            if all(crossed) and sum(crossed) >= straight:
                return name
    return None


def _sides(said: Said, i: int) -> tuple[frozenset[str], frozenset[str]]:
    """The stems before and behind a word. "After the war, he left" is read as it is meant."""
    comma = said.text.find(",", said.words[i].start)
    opens = i == 0 or said.text[: said.words[i].start].rstrip().endswith((",", ";"))
    if opens and comma >= 0:
        behind = {w.stem for w in said.words[i + 1 :] if w.full and w.start < comma}
        rest = {w.stem for w in said.words if w.full and w.start > comma}
        return frozenset(rest), frozenset(behind)
    before = {w.stem for w in said.words[:i] if w.full}
    return frozenset(before), frozenset(w.stem for w in said.words[i + 1 :] if w.full)


def _turns(claim: Said, i: int, pivot: Word) -> bool:
    """Whether a word may stand between two sides: a verb or a comparison; no name, and
    nothing that an article or a preposition leads."""
    before = claim.words[i - 1].folded if i else ""
    return (
        pivot.stem not in claim.names
        and pivot.folded not in _EITHER_WAY
        and before not in _LEADS
        and not pivot.folded.isdigit()
    )


def _passive(said: Said, i: int) -> bool:
    """Whether the word at `i` is a passive: a form of "be" before it, "by" after it."""
    before = {word.folded for word in said.words[max(0, i - _REACH) : i]}
    after = {word.folded for word in said.words[i + 1 : i + 1 + _REACH]}
    return bool(before & _BE) and "by" in after
