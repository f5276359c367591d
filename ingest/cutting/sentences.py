"""Sentence boundaries with exact offsets.

Our own rules rather than a library's model: passage ids and stored vectors hang on these
boundaries, so they may change only when we say so (see `segment.RULES`), never with
somebody's release.
"""

import re
from collections.abc import Iterator

ABBREVIATIONS = frozenset(
    """dr mr mrs ms prof st sir rev hon gen col capt lt sgt gov sen rep pres jr sr messrs mme
    e.g i.e eg ie cf viz vs al fig figs eq eqs ref refs vol vols no nos p pp ed eds ch sec para
    paras art arts approx ca est dept univ inst assn bros co corp inc ltd plc mt ft ave blvd rd
    jan feb mar apr jun jul aug sept sep oct nov dec a.m p.m u.s u.k ph.d""".split()
)
# Of these a full stop may well end the sentence: it does where a sentence opener follows.
MAY_END = frozenset("a.m p.m u.s u.k ph.d jr sr inc ltd plc co corp no st al".split())
# Money, clock times, weights: before a number their stop ends no sentence, elsewhere it may.
BEFORE_NUMBERS = frozenset("rs kr fr sfr skr nkr dkr ft s/ lei kl h hrs lb lbs oz nr sh".split())
OPENERS = frozenset(
    """the a an this that these those it he she they we i you there here in on at by for from with
    but and or so if when while where as after before since although though however its his her
    their our my all most many some each every no not one what who how why yet then thus""".split()
)

_BOUNDARY = re.compile(
    r"""(?<![.!?…])(?P<stop>[.!?…]++)           # the stop
        (?P<close>["”’'»)\]*_]*                 # what closes with it
           (?:[⁰¹²³⁴-⁹]|\[\d{1,3}(?:[,–-]\ ?\d{1,3})*\])*)   # and note marks
        \s++
        (?=["“‘'«(\[*_£$€]*[^\W_a-zß-öø-ÿ])     # a capital, a digit, or another script's letter
    """,
    re.VERBOSE,
)
# The stops of other scripts end a sentence whatever follows: they are Unicode's Sentence_Terminal
# (UAX #29) of scripts in use.
_OTHER_STOPS = "؟۔।॥։።፧။᠃᠉܀܁܂߹。！？｡‼⁇⁈⁉⸮"
_OTHER_BOUNDARY = re.compile(
    rf"""(?P<stop>[{_OTHER_STOPS}]++)(?P<close>["”’'»)\]」』）】》〉〕］]*)\s*+""", re.VERBOSE
)
_TIME = r"\d{1,3}:[0-5]\d:[0-5]\d(?:[.,]\d{1,3})?"
_SHORT = r"\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?"
STAMP = re.compile(
    rf"""^[ \t]*(?P<stamp>\[(?:{_TIME}|{_SHORT})\]|\((?:{_TIME}|{_SHORT})\)
        |(?:{_TIME}|{_SHORT})[ \t]*-+>[ \t]*(?:{_TIME}|{_SHORT})|{_TIME}|{_SHORT}(?=[ \t]*$))""",
    re.VERBOSE | re.MULTILINE,
)
"""What a transcript says of when its words were spoken, at the start of a line; an hour in a line
of words is none."""
_LAST_TOKEN = re.compile(r"[^\s(\[“‘\"']+$")
_NEXT_WORD = re.compile(r"\w+")
LONGEST_TOKEN = 40  # how far to look back for an abbreviation
_PAUSES = ("; ", ", ", " ", "\n", "；", "，", "、", "،")
LONGEST = 700  # characters: what has no stop for so long is cut at a space


def split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of `text[start:end]` as (start, end) in `text`, without white space around.

    A stretch without letters or digits is left out; one longer than LONGEST is cut.
    """
    begin = start
    for stamp in STAMP.finditer(text, start, end):
        if stamp.start() == start and start and text[start - 1] != "\n":
            continue  # in the middle of a line
        yield from _split(text, begin, stamp.start("stamp"))
        yield stamp.span("stamp")
        begin = stamp.end()
    yield from _split(text, begin, end)


def _split(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    boundaries = list(_BOUNDARY.finditer(text, start, end))
    if not text.isascii():
        boundaries += _OTHER_BOUNDARY.finditer(text, start, end)
        boundaries.sort(key=lambda match: match.start())
    for match in boundaries:
        if match.start() >= begin and _ends_here(text, begin, match):
            yield from _trim(text, begin, match.end("close"))
            begin = match.end()
    yield from _trim(text, begin, end)


def _ends_here(text: str, begin: int, match: re.Match[str]) -> bool:
    if match["stop"] != ".":
        return True
    found = _LAST_TOKEN.search(text, max(begin, match.start() - LONGEST_TOKEN), match.start())
    if found is None:
        return False
    token = found.group().lower().lstrip("*_")
    if token.isdigit() and found.start() == begin:
        return False  # the number of a list item
    if token in BEFORE_NUMBERS:
        return not text[match.end() : match.end() + 1].isdigit()
    follows = _NEXT_WORD.search(text, match.end())
    opener = (
        follows is not None
        and follows.group().lower() in OPENERS
        and text[follows.end() : follows.end() + 1] != "."  # another initial
    )
    if len(token) == 1 and token.isalpha() and found.group().isupper():
        return opener  # an initial
    if token in ABBREVIATIONS or re.fullmatch(r"(?:[a-z]\.)+[a-z]", token):
        return opener and (token in MAY_END or ("." in token and token not in ("e.g", "i.e")))
    return True


def _trim(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """`start` and `end` without the white space inside them, cut where too long."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = max(text.rfind(mark, start, start + LONGEST) + 1 for mark in _PAUSES)
        cut = cut if cut > start else start + LONGEST
        if any(c.isalnum() for c in text[start:cut].rstrip()):
            yield start, start + len(text[start:cut].rstrip())
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if any(c.isalnum() for c in text[start:end]):
        yield start, end
