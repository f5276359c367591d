"""Words that pull a statement one way or the other: opposites, quantifiers, comparisons."""

from collections.abc import Mapping

from assistant.proof.said import Said, positive_of
from vectorstore.library.lexicon import stem

_PAIRS = """
increase increased increases increasing rise rises rising rose risen higher highest raise raises
 raised upward growth grow grows growing grew grown gain gained climb climbed boost boosted elevated
 accelerate accelerated surge surged soared enhance enhances enhanced upregulated upregulates
 doubled tripled
| decrease decreased decreases decreasing fall falls falling fell fallen lower lowest reduce reduces
 reduced downward decline drop drops dropped declines declined declining lowered reduction reducing
 shrink shrank shrunk plunge plunged inhibit inhibits inhibited suppress suppressed diminish
 diminished downregulated downregulates halved
more larger greater bigger | less fewer smaller
most largest biggest greatest | least fewest smallest
majority | minority
above over exceed exceeds exceeded | below under
earlier precede preceded precedes | later subsequently
best better improve improves improved improving improvement strengthen strengthened
| worst worse worsen worsens worsened deteriorate deteriorated weaken weakened
always everywhere | never
support supports supported favour favoured favours favor favored back backed endorse endorsed
| oppose opposes opposed resist resisted object objected against
accept accepts accepted approve approved approves agree agreed allow allows allowed permit permits
 permitted legal lawful
| reject rejects rejected refuse refused ban bans banned forbid forbids forbidden prohibit prohibits
 prohibited disagree disagreed illegal unlawful
success succeed succeeds succeeded successful | failure fail fails failed unsuccessful
win wins won victory | lose loses lost loss defeat defeated
begin begins began begun start starts started open opens opened opening launch launched
| end ends ended finish finished close closes closed closing closure stop stopped cease ceased
first | last
include includes included including | exclude excludes excluded excluding omit omitted
import imports imported | export exports exported
buy buys bought purchase purchased acquire acquired | sell sells sold
old older oldest | young younger youngest new newer newest
rich wealthy | poor
male men man boys | female women woman girls
north northern | south southern
east eastern | west western
strong stronger strongest | weak weaker weakest
fast faster rapidly rapid quick quickly | slow slower slowly
long longer longest | short shorter shortest
hot warm warmer | cold cool cooler
public | private
local | national
safe safer | dangerous unsafe harmful
easy easier simple | difficult hard harder
cheap cheaper | expensive costly
positive positively | negative negatively
voluntary optional | compulsory mandatory required
present | absent
arrive arrived enter entered join joined | leave leaves left depart departed
major | minor
maximum | minimum
common commonly frequent frequently often | rare rarely infrequent seldom uncommon
internal | external
"""


def _lines(text: str) -> list[str]:
    """The pairs of the table; a line that opens with a space or a bar goes on with the last."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if line.startswith((" ", "|")):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return lines


def _table(text: str) -> Mapping[str, tuple[int, int]]:
    """Stem → (pair, side); a side is 1 or -1."""
    sides: dict[str, tuple[int, int]] = {}
    for pair, line in enumerate(_lines(text)):
        for side, words in zip((1, -1), line.split("|"), strict=True):
            for word in words.split():
                sides.setdefault(stem(word), (pair, side))
    return sides


def _partners(text: str) -> Mapping[str, str]:
    """Word → the word at its place on the other side, for the words that have one."""
    partners: dict[str, str] = {}
    for one, other in (line.split("|") for line in _lines(text)):
        for left, right in zip(one.split(), other.split(), strict=False):
            partners.setdefault(left, right)
            partners.setdefault(right, left)
    return partners


SIDES = _table(_PAIRS)
OPPOSITE = _partners(_PAIRS)

ALL = frozenset("all every everyone everybody everything each always entire entirely any".split())
MOST = frozenset("most mostly majority".split())
SOME = frozenset("some several certain sometimes partly partially occasionally various".split())
FEW = frozenset("few rarely seldom hardly scarcely minority little".split())
NONE = frozenset("no none never nobody nothing neither".split())
ONLY = frozenset("only solely exclusively sole alone just merely".split())


def pulls(said: Said) -> dict[int, set[int]]:
    """Pair of opposites → the sides a sentence takes, a denied word counting for the other."""
    found: dict[int, set[int]] = {}
    for i, word in enumerate(said.words):
        entry = SIDES.get(word.stem)
        if entry is not None and not said.is_no_longer(i):
            pair, side = entry
            found.setdefault(pair, set()).add(-side if word.stem in said.denied else side)
    return found


def opposed(claim: Said, evidence: Said) -> list[str]:
    """The claim's words that the evidence says only the opposite of."""
    theirs = pulls(evidence)
    mine = pulls(claim)
    against = {pair for pair, sides in mine.items() if pair in theirs and not sides & theirs[pair]}
    return [w.folded for w in claim.words if w.stem in SIDES and SIDES[w.stem][0] in against]


def denied_otherwise(claim: Said, evidence: Said) -> list[str]:
    """The words that one of the two denies and the other says plainly; "unsafe" denies "safe".

    Where both deny some word that they share, they are about the same denial.
    """
    found: list[str] = []
    if claim.denied & evidence.denied:
        return found
    for word in claim.words:
        if not word.full or word.stem in SIDES:
            continue
        positive = positive_of(word.folded)
        if word.stem in evidence.stems:
            if (word.stem in claim.denied) != (word.stem in evidence.denied):
                found.append(word.folded)
        elif (
            positive in evidence.stems
            and positive not in claim.stems
            and (word.stem in claim.denied) == (positive in evidence.denied)
        ):
            found.append(word.folded)
    for word in evidence.words:
        positive = positive_of(word.folded) if word.full else None
        if (
            positive in claim.stems
            and word.stem not in claim.stems
            and positive not in (evidence.stems)
        ):
            assert positive is not None
            if (word.stem in evidence.denied) == (positive in claim.denied):
                found.append(word.folded)
    return found


def quantified_more(claim: Said, evidence: Said) -> list[str]:
    """The claim's words that say more than the evidence: "all" where it says "most" or "some",
    "only" where it says nothing of the kind, "most" where it says "some" or "few"."""
    mine, theirs = ({word.folded for word in said.words} for said in (claim, evidence))
    found: list[str] = []
    if mine & ALL and not theirs & ALL and theirs & (MOST | SOME | FEW | ONLY):
        found += sorted(mine & ALL)
    if mine & MOST and not theirs & (MOST | ALL) and theirs & (SOME | FEW):
        found += sorted(mine & MOST)
    if mine & NONE and not theirs & NONE and theirs & (SOME | FEW | MOST | ALL):
        found += sorted(mine & NONE)
    if mine & ONLY and not theirs & ONLY:
        found += sorted(mine & ONLY)
    return found
