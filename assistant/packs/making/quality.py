"""Whether a wording that no rule made may stand in a pack: open, neutral, and nothing invented.

Questions claim nothing, so there is nothing to prove in them; a sentence that does claim something
is named, for the gate to judge. Whoever is in doubt is refused: the wording by rules is there.
"""

import re
from collections.abc import Sequence

from assistant.packs.models import Run, Wording
from assistant.turn.question import wording
from vectorstore.library.lexicon import terms

QUESTION_WORDS = range(5, 71)
WHY_WORDS = range(4, 46)
PROBE_WORDS = range(3, 36)
PROBES = range(2, 5)
STEP_WORDS = range(3, 61)
LONGEST_SENTENCE = 40  # words

_SENTENCE = re.compile(r"(?<=[.?!])[\"”’]*\s+")
_ASKS = re.compile(
    r"(?:^|[,;:–—] (?:and |but |or |then )?|\b(?:and|or|but) )"
    r"(?:(?:to|in|for|with|at|by|from|of|on|under|about) )?"
    r"(?:what|which|who|whom|whose|how|why|where|when)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"^(?:and |but |or |so |then )?"
    r"(?:is|are|was|were|do|does|did|can|could|will|would|should|shall|has|have|had|may|might|must|"
    r"am|\w+n[’']t)\b(?! (?:not )?\w+ing\b)",
    re.IGNORECASE,
)
_ONE_FIGURE = re.compile(
    r"\bhow (?:many|much|often|old|far|long|soon|likely|big|large)\b"
    r"|^when (?:was|were|did|is|will)\b"
    r"|\b(?:what|which) (?:year|percentage|per cent|number|date|day|share|proportion|figure was)\b"
    r"|\b(?:yes or no|true or false|agree or disagree)\b",
    re.IGNORECASE,
)
_SIDED = re.compile(
    r"\b(?:obvious\w*|surely|clearly|of course|every(?:body|one) knows|undoubtedly|disastrous|"
    r"shameful|ridiculous|naturally|admit that|how (?:bad|badly|terrible|wonderful)|you must agree|"
    r"(?:do|would|is|are)n[’']t (?:you|it|they|we)|needless to say|no doubt|as we all know|"
    r"sadly|fortunately|unfortunately)\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[<>{}\[\]|`*#_\\~^=@]|https?:|www\.|&\w+;", re.IGNORECASE)
_BIDS = re.compile(
    r"^(?:(?:first|now|then|in pairs|in threes|together|on your own|for yourself|at the end|"
    r"(?:after|for|with) (?:\w+ ){1,3}\w+),? )?(?:please |do not |don[’']t )?"
    r"(?:think|imagine|suppose|picture|describe|name|choose|make|say|list|pick|consider|read|compare|"
    r"take|finish|share|recall|remember|put|draw|write|tell|look|set|discuss|explain|give|agree|"
    r"decide|rank|sort|argue|find|work|ask|explore|reflect|weigh|sketch|map|swap|speak|talk|form|"
    r"hear|call|keep|stop|sit|thank|turn|lay|invite|wait|repeat|let|split|bring|collect|point|"
    r"start|begin|end|close|leave|move|pass|pause|offer|stand|walk|go|mark|hand|show|cover|welcome)\b",
    re.IGNORECASE,
)
# What somebody is bidden to tell the others is a claim as well.
_TELLS = re.compile(
    r"\b(?:say|tell|explain|remember|recall|show|point|agree|note|read|write|let)\b[^,;:]{0,40}?"
    r"\b(?:that|how|why) (?!happened|they|you|each|it)",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"^(?:It|This) [a-z]+s\b|^So that |^To [a-z]+ ")
_SECOND = re.compile(r"\b(?:second|other) quote\b|\b(?:both|two|these) quotes\b", re.IGNORECASE)
_COUNTING = frozenset(("one", "two", "three", "third", "once", "second"))


def fault_of(worded: Wording, known: Sequence[str]) -> str | None:
    """What is wrong with a wording, or None. `known` are the texts whose names and figures it may
    hold."""
    lines = (worded.question, worded.why, *worded.probes)
    if len(worded.question.split()) not in QUESTION_WORDS:
        return "the question is too short or too long"
    if len(worded.why.split()) not in WHY_WORDS:
        return "the reason for asking is too short or too long"
    if len(worded.probes) not in PROBES:
        return f"{len(worded.probes)} probes are too few or too many"
    if any(len(probe.split()) not in PROBE_WORDS for probe in worded.probes):
        return "a probe is too short or too long"
    if any(_MARKUP.search(line) for line in lines):
        return "it holds a link or markup"
    if any(len(s.split()) > LONGEST_SENTENCE for line in lines for s in sentences_in(line)):
        return "a sentence is too long to be read aloud"
    if any(_SIDED.search(line) for line in lines):
        return "it takes a side"
    if any(_SECOND.search(line) for line in lines):
        return "it speaks of a second quote, and there is none"
    if "?" in worded.why or _PURPOSE.match(worded.why) is None:
        return "the reason for asking is no reason"
    for asked in (worded.question, *worded.probes):
        if not is_open(asked):
            return f"yes, no or a figure would answer it: “{asked}”"
    unknown = _unknown(lines, known)
    return f"no quote names {', '.join(sorted(unknown))}" if unknown else None


def run_fault_of(run: Run, known: Sequence[str], steps: int) -> str | None:
    """What is wrong with how a prompt is to be run in so many steps, or None. `known` are the texts
    whose names and figures it may hold."""
    lines = (*run.steps, run.quiet, run.loud)
    if len(run.steps) != steps:
        return f"{len(run.steps)} steps are not the {steps} that are timed"
    if any(len(line.split()) not in STEP_WORDS for line in lines):
        return "a step is too short or too long"
    if any(_MARKUP.search(line) for line in lines):
        return "it holds a link or markup"
    if any(_SIDED.search(line) for line in lines):
        return "it takes a side"
    unknown = _unknown(lines, known)
    return f"no quote names {', '.join(sorted(unknown))}" if unknown else None


def claims_in(text: str) -> list[str]:
    """The sentences of a text of ours that neither ask nor bid: they claim something."""
    told = (s for s in sentences_in(text) if not s.endswith("?"))
    return [s for s in told if not _BIDS.match(s) or _TELLS.search(s)]


def is_open(text: str) -> bool:
    """Whether every question in `text` opens with a word that asks for more than yes, no or one
    figure, and there is a question, or something to do, in it."""
    sentences = sentences_in(text)
    for sentence in sentences:
        if sentence.endswith("?"):
            parts = re.split(r"[,;:–—] ", sentence)
            if _ONE_FIGURE.search(sentence) or any(_AUXILIARY.match(part) for part in parts):
                return False
            if _ASKS.search(sentence) is None:
                return False
    return any(s.endswith("?") or _BIDS.match(s) for s in sentences)


def sentences_in(text: str) -> list[str]:
    return [s.strip("“”\"' ") for s in _SENTENCE.split(text) if s.strip()]


def _unknown(lines: Sequence[str], known: Sequence[str]) -> set[str]:
    """The names and figures that none of the known texts holds."""
    held = wording(" ".join(known))
    names = held.names | held.stems | frozenset(terms(" ".join(known)))
    found: set[str] = set()
    for sentence in (s for line in lines for s in sentences_in(line)):
        said = wording(sentence[:1].lower() + sentence[1:])
        found |= said.names - names
        found |= said.numbers - held.numbers - _COUNTING
    return found
