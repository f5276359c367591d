"""The shape of a block: what can be said of it and its neighbours without knowing what it means.

One row of FEATURES for each block of a document. Whether a block is an entry of a reference list
or page furniture is learnt from these (`likely.py`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ingest.documents import Document

FEATURES = (
    "words", "few_words", "unfinished", "capitals", "shouted", "digits", "linked", "grammar",
    "marks", "cited", "years", "numbered", "dated", "owned", "address", "repeated", "item", "row",
    "led", "labelled", "run",
    "at_front", "at_end", "under_references", "under_contents",
    "near_words", "near_unfinished", "near_digits", "near_cited", "near_linked", "near_grammar",
)  # fmt: skip
TITLE_CHARACTERS = 40  # of a line that names a list of references or contents
READ_CHARACTERS = 1_000  # of the start and the end of a block: more is never looked at
NEAR = 2  # blocks on each side
SHORT_WORDS = 16  # of a line that may be no more than a date or an address
PROSE_WORDS, PROSE_GRAMMAR = 10, 0.2  # from so many on, finished, a block is prose
LEAST_PROSE = 3  # blocks; with fewer, the short lines of a document are what it says
# The edges of a document: outside its prose, so many blocks from its start or end at most, with so
# many headings. Further in, short lines are a list of what it has to say.
EDGE_BLOCKS, EDGE_HEADINGS = 15, 1
LINK = re.compile(
    r"!?\[[^\]\n]{0,300}\]\([^)\s]{0,1000}(?: \"[^\"]{0,200}\")?\)"
    r"|!?\[[^\]\n]{1,300}\]\[[^\]\n]{0,100}\]"
    r"|<?(?:https?://|www\.)[^\s<>]+>?|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
)
FINISHED = re.compile(r"[.!?…:;][\"”’'»)\]*_⁰¹²³⁴-⁹]*$")
# Words that hold a sentence together; titles, names, menus and references have few of them.
GRAMMAR = frozenset(
    """a an the this that these those it its they them their he she his her we us our you your i my
    is are was were be been being has have had do does did can could will would should must may
    might not no to of in on at by for from with as and or but if so than then when where which who
    what how there here about into over because while also any all some each more most such only
    they're you're it's don't you'll we'll isn't aren't doesn't you've we've""".split()
)
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
YEAR = re.compile(r"\b(?:1[89]|20)\d\d[a-z]?\b")
# Marks of citing: names with initials, places in volumes, DOIs and the like.
_CITED = re.compile(
    r"\b[A-Z][\w’'-]+,? (?:[A-Z]\.[ -]?){1,3}(?![a-z])"
    r"|\b[A-Z][a-zß-öø-ÿ][\w’'-]* [A-Z]{1,3}(?=[,.:;])"
    r"|\bet al\b|\b(?:pp?|vol|no|eds?)\.? ?\d|\d+ ?\(\d+\) ?[:,]|\b(?:19|20)\d\d ?;|\d+:\d+[-–]\d+"
    r"|\(\w*,? ?(?:19|20)\d\d[a-z]?\)[.,:]|\bdoi\b|\bibid\b|\bop\. cit\b"
    r"|\b[Rr]etrieved (?:from|on)\b"
    r"|\b[Aa]vailable (?:at|from|online)\b ?:?|\b[Aa]ccessed (?:on )?\d|\[[Aa]ccessed|\(eds?\.?\)"
)
_NUMBERED = re.compile(
    r"(?:\[\d{1,3}\]|\d{1,3}[.)]?|[⁰¹²³⁴-⁹]+|[*†‡]|\[\^[^\]]+\]:?)\s*(?=[\w“\"‘(])"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
DATE = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? )?{_MONTH}\.?"
    r"(?: \d{1,2}(?:st|nd|rd|th)?,?)?,? \d{4}(?!\d)"
    r"|\b\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)(?!\d)|\b\d{4}-\d\d-\d\d\b",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"©|\(c\) (?:19|20)\d\d|\bcopyright\b|\ball rights reserved\b|\bISBN\b|\bISSN\b"
    r"|\bregistered (?:charity|company|office|in england)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b(?:tel|telephone|phone|fax|e-?mail)\b ?[:.]?"
    r"|(?:\+\d{2}|\b0)[\d ()-]{8,}|@[A-Za-z]\w+"
    r"|\b\d{1,4} [A-Z]\w+ (?:Street|Road|Lane|Avenue|Square)\b",
)
_LABELLED = re.compile(r"(?:\*\[[^\]\n]+\]|[A-Z][\w/ ’'-]{0,30}): +\S")
REFERENCE_LISTS = re.compile(
    r"\W*[\d.]*\s*(?:(?:notes and |list of |key )?references?(?: list)?|(?:select )?bibliography|"
    r"footnotes|endnotes|works cited|literature cited)\W*",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    rf"{REFERENCE_LISTS.pattern}|\W*\d*[.)]?\s*(?:notes|citations|literature|sources|"
    r"(?:further|related) (?:reading|links|resources|articles|content|pages|documents)|"
    r"read more|see also|useful links|links|more information|external links|related)\W*",
    re.IGNORECASE,
)
_CONTENTS = re.compile(
    r"\W*(?:table of )?contents(?: page)?\W*|\W*in this (?:issue|section|guide)\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a block says of itself, its neighbours apart."""

    words: int
    finished: bool
    capitals: float
    shouted: float
    digits: float
    linked: float
    grammar: float
    marks: float
    cited: float

    @classmethod
    def of(cls, text: str) -> "Shape":
        bare = LINK.sub(" ", text)
        words = _WORD.findall(_shown(text))
        plain = [w for w in words if w.lower() not in GRAMMAR]
        letters = [c for c in text if c.isalpha()]
        size = max(len(text), 1)
        return cls(
            words=len(words),
            finished=FINISHED.search(text) is not None,
            capitals=_share(sum(w[0].isupper() for w in plain), len(plain)),
            shouted=_share(sum(c.isupper() for c in letters), len(letters)),
            digits=_share(sum(c.isdigit() for c in bare), size),
            linked=1.0 - len(bare.strip()) / size if bare != text else 0.0,
            grammar=_share(len(words) - len(plain), len(words)),
            marks=sum(c in ",;:|/–()&›»>" for c in bare) / max(len(words), 1),
            cited=_per_words(len(_CITED.findall(text)), len(words)),
        )

    @property
    def prose(self) -> bool:
        """Whether this is a paragraph as people write them."""
        return self.words >= PROSE_WORDS and self.finished and self.grammar >= PROSE_GRAMMAR

    @property
    def bare(self) -> bool:
        """Whether this is a short line that ends without a stop, as in menus and mastheads."""
        return self.words < PROSE_WORDS and not self.finished


def _runs(flags: Sequence[bool]) -> list[int]:
    """For each place how many flags around it are set in a row; 0 where its own is not."""
    found: list[int] = []
    for flag, run in groupby(flags):
        length = len(list(run))
        found += [length if flag else 0] * length
    return found


def _shown(text: str) -> str:
    """A text with the words of its links, without where they lead."""
    return re.sub(r"\]\([^)\s]*\)|https?://\S+|www\.\S+|\S+@\S+", "] ", text)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _per_words(count: int, words: int) -> float:
    """How many of a mark there are for eight words, a few marks counting as many do."""
    return min(count, 4) / max(words, 8) * 8


def _alike(text: str) -> str:
    """What is the same in a line that is repeated from page to page."""
    return re.sub(r"\d+", "0", " ".join(text.lower().split()))


def brief_texts(document: Document) -> list[str]:
    """The text of each block; of a long one its start and end, so that no pattern takes long."""
    texts = []
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if len(text) > 2 * READ_CHARACTERS:
            text = f"{text[:READ_CHARACTERS]} {text[-READ_CHARACTERS:]}"
        texts.append(text)
    return texts


def rows(document: Document, led: Sequence[bool]) -> NDArray[np.float64]:
    """One row of FEATURES for each block; `led` says which belong to a list with a lead-in."""
    blocks = document.blocks
    texts = brief_texts(document)
    shapes = [Shape.of(text) for text in texts]
    seen = Counter(_alike(text) for text in texts)
    over = headings_over(document, texts)
    prose = [i for i, s in enumerate(shapes) if s.prose and blocks[i].kind != "heading"]
    first, last = (prose[0], prose[-1]) if len(prose) >= LEAST_PROSE else (0, len(blocks))
    headings = np.cumsum([block.kind == "heading" for block in blocks])
    runs = _runs([b.kind == "prose" and s.bare for b, s in zip(blocks, shapes, strict=True)])
    found = np.zeros((len(blocks), len(FEATURES)))
    for i, (block, text, shape) in enumerate(zip(blocks, texts, shapes, strict=True)):
        near = [
            shapes[j]
            for j in range(max(i - NEAR, 0), min(i + NEAR + 1, len(blocks)))
            if j != i and blocks[j].kind != "heading"
        ] or [shape]
        found[i] = (
            np.log1p(shape.words),
            shape.words < 6,
            not shape.finished,
            shape.capitals,
            shape.shouted,
            shape.digits,
            shape.linked,
            shape.grammar,
            min(shape.marks, 1.0),
            shape.cited,
            _per_words(len(YEAR.findall(text)), shape.words),
            _NUMBERED.match(text) is not None,
            shape.words < SHORT_WORDS and DATE.search(text) is not None,
            _OWNED.search(text) is not None,
            shape.words < SHORT_WORDS and _ADDRESS.search(text) is not None,
            shape.words < SHORT_WORDS and seen[_alike(text)] > 2,
            block.kind == "item",
            block.kind == "row",
            led[i],
            _LABELLED.match(text) is not None,
            np.log1p(runs[i]),
            i < min(first, EDGE_BLOCKS) and headings[i] <= EDGE_HEADINGS,
            i > max(last, len(blocks) - 1 - EDGE_BLOCKS)
            and headings[-1] - headings[i] < EDGE_HEADINGS,
            _REFERENCES.fullmatch(over[i]) is not None,
            _CONTENTS.fullmatch(over[i]) is not None,
            np.mean([np.log1p(s.words) for s in near]),
            np.mean([not s.finished for s in near]),
            np.mean([s.digits for s in near]),
            np.mean([s.cited for s in near]),
            np.mean([s.linked for s in near]),
            np.mean([s.grammar for s in near]),
        )
    return found


def headings_over(document: Document, texts: Sequence[str]) -> list[str]:
    """For each block, of these brief `texts`, the heading above it, or the short line that stands
    for one."""
    found = []
    title = ""
    for block, text in zip(document.blocks, texts, strict=True):
        if block.kind == "heading" or (
            len(text) < TITLE_CHARACTERS
            and (_REFERENCES.fullmatch(text) or _CONTENTS.fullmatch(text))
        ):
            title = text
        found.append(title)
    return found
