"""Who did what to whom: whether a claim swaps the two sides of a verb or a comparison.

No parser: words that the claim and the evidence share are compared by their order around a shared
word in the middle, with the passive ("was praised by") counted as a turn of its own.
"""

from collections import Counter

from assistant.proof.said import Said, Word
from vectorstore.library.lexicon import stem

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
# Verbs of two sides whose past does not end in -ed.
_PASTS = frozenset(
    """beat beaten bought brought built caught chose chosen drew drawn drove driven fought found
    gave given held hired hit hurt kept knew known led left lent lost made met overtook overthrew
    paid put ran read saw seen sent shot sold stole stolen struck sued taught told took taken
    understood woke won wrote written threw thrown""".split()
)
# Before a name, and no part of it.
_TITLES = frozenset(
    stem(title)
    for title in """mr mrs ms miss dr doctor prof professor sir lady lord captain king queen prince
    princess president minister mayor chair chairman director pope saint st rev""".split()
)
_PARTICLES = frozenset("de del della di da du van von der den la le al bin ibn of".split())
_ORDERING = frozenset("before after than".split())
_BETWEEN = frozenset("not never also then first been being".split())
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
        people = bool(_named(before, names) and _named(behind, names))
        if not _acts(pivot, people):
            continue
        # Two people on the two sides say more than the words next to the verb.
        if not people:
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
    if _runs_through(claim.order, evidence.order):
        return None
    return _misordered(claim, evidence) or _done_by_another(claim, evidence)


def _runs_through(mine: list[str], theirs: list[str]) -> bool:
    """Whether the claim's words all stand in the evidence, in the same order."""
    rest = iter(theirs)
    return all(stem in rest for stem in mine)


def _acts(word: Word, people: bool) -> bool:
    """Whether a word is a verb, as far as its form tells: a past; a form in -s only between two
    names, since it may be a plural."""
    if word.folded.endswith("ed") or word.folded in _PASTS or word.folded in _ORDERING:
        return True
    return people and word.folded.endswith("s") and not word.folded.endswith("ss")


def _done_by_another(claim: Said, evidence: Said) -> str | None:
    """The verb that the claim gives to one name, and the evidence to another only."""
    for i, word in enumerate(claim.words):
        mine = _doer(claim, i) if word.full else frozenset()
        if not mine:
            continue
        there = [j for j, other in enumerate(evidence.words) if other.stem == word.stem]
        doers = [_doer(evidence, j) for j in there]
        # Of two people of one family, the first names tell which.
        if doers and all(theirs - mine and mine - theirs for theirs in doers):
            return word.folded
    return None


def _doer(said: Said, i: int) -> frozenset[str]:
    """The names right before a verb, or behind the "by" that follows it, without titles."""
    word = said.words[i]
    if word.stem in said.names or not (_acts(word, True)):
        return frozenset()
    if _passive(said, i):
        if not _by(said, i):
            return frozenset()
        at, step = _by(said, i) + 1, 1
    else:
        at, step = i - 1, -1
    found: set[str] = set()
    while 0 <= at < len(said.words) and _joined(said, min(at, at - step)):
        other = said.words[at]
        if other.stem not in said.names and other.folded not in _PARTICLES:
            break
        found.add(other.stem)
        at += step
    return frozenset(found & set(said.names) - _TITLES)


def _joined(said: Said, i: int) -> bool:
    """Whether nothing but a space or a hyphen stands between the word at `i` and the next."""
    if i + 1 >= len(said.words):
        return False
    one, other = said.words[i], said.words[i + 1]
    between = said.text[one.start + len(one.folded) : other.start]
    return not between.strip(" -–.’'s")


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
    """Whether the word at `i` is a passive: a past right after a form of "be", but for "not" and
    adverbs, or any such form before it and "by" after it."""
    at = i - 1
    while at > 0 and (said.words[at].folded in _BETWEEN or said.words[at].folded.endswith("ly")):
        at -= 1
    word = said.words[i].folded
    if at >= 0 and said.words[at].folded in _BE and (word.endswith("ed") or word in _PASTS):
        return True
    return bool({w.folded for w in said.words[max(0, i - _REACH) : i]} & _BE) and _by(said, i) > 0


def _by(said: Said, i: int) -> int:
    """Where the "by" of a passive stands, close behind it; 0 where none does."""
    near = range(i + 1, min(i + 1 + _REACH, len(said.words)))
    return next((j for j in near if said.words[j].folded == "by"), 0)
