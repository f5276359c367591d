"""The words of a page with their places, as PDFium has them."""

import ctypes
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from unicodedata import category

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from ingest.readers.pdf.bidi import FIRST, direction, word_of
from ingest.readers.pdf.layout import RAISED, Word
from ingest.readers.pdf.letters import joined_letters

_BOLD = re.compile(r"bold|black|heavy|semibold|demi", re.IGNORECASE)
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
     "\ufb05": "st", "\ufb06": "st", "\x02": "-", "\ufffe": "-", "\u00ad": "-"}
)  # fmt: skip
_LINE_END_HYPHENS = "\x02\ufffe"  # PDFium runs the next line on without a space
_MAY_BE_RAISED = frozenset("0123456789+-−–")
_BODY_FONT = 600  # a weight from here on is bold
NO_SPACE = 0.12  # sizes between two glyphs of a right-to-left word, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A word turned so that it runs to the right: its direction on the page in degrees, and the
    point where it stands there. `first` and `last` number its letters; `nameless` says that its
    font does not tell which letters it draws."""

    word: Word
    direction: int
    x: float
    y: float
    first: int
    last: int
    nameless: bool
    font: str = ""


def words_of(textpage: pdfium.PdfTextPage) -> list[Placed]:
    """Each word in the order of the file."""
    found: list[Placed] = []
    turned: list[Placed] = []
    for placed in _each_word(textpage):
        if ord(max(placed.word.text)) >= FIRST and direction(placed.word.text) == "R":
            if turned and not _same_line(turned[-1], placed):
                found += _right_to_left(textpage, turned)
                turned = []
            turned.append(placed)
            continue
        if turned:
            found += _right_to_left(textpage, turned)
            turned = []
        found.append(placed)
    found += _right_to_left(textpage, turned) if turned else []
    return _closed_up(textpage, found)


def _each_word(textpage: pdfium.PdfTextPage) -> Iterator[Placed]:
    letters: list[str] = []
    first, number = 0, textpage.count_chars()
    for i in range(number + 1):
        code = raw.FPDFText_GetUnicode(textpage, i) if i < number else 32
        letter = chr(code) if code else "\N{REPLACEMENT CHARACTER}"
        if not letter.isspace():
            first = first if letters else i
            high = letters and letter in _MAY_BE_RAISED and _is_raised(textpage, first, i)
            letters.append(letter.translate(RAISED) if high else letter)
        if letters and (letter.isspace() or letter in _LINE_END_HYPHENS):
            yield _word(textpage, letters, first, first + len(letters) - 1)
            letters = []


def _is_raised(textpage: pdfium.PdfTextPage, first: int, i: int) -> bool:
    """Whether a figure inside a word is an exponent or the number of a note: small and high."""
    small = raw.FPDFText_GetFontSize(textpage, i) < 0.8 * raw.FPDFText_GetFontSize(textpage, first)
    x, base, y = ctypes.c_double(), ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(textpage, first, x, base)
    raw.FPDFText_GetCharOrigin(textpage, i, x, y)
    return small and y.value > base.value


def _word(textpage: pdfium.PdfTextPage, letters: list[str], first: int, last: int) -> Placed:
    matrix, box, font = raw.FS_MATRIX(), raw.FS_RECTF(), ctypes.create_string_buffer(64)
    x, y, flags = ctypes.c_double(), ctypes.c_double(), ctypes.c_int()
    raw.FPDFText_GetMatrix(textpage, first, matrix)
    raw.FPDFText_GetCharOrigin(textpage, first, x, y)
    raw.FPDFText_GetFontInfo(textpage, first, font, 64, flags)
    raw.FPDFText_GetLooseCharBox(textpage, last, box)
    if abs(matrix.a) >= abs(matrix.b):
        turn = 0 if matrix.a >= 0 else 180
    else:
        turn = 90 if matrix.b > 0 else 270
    x0, base = _turned(turn, x.value, y.value)
    x1 = _ends(turn, box)[1]
    text = _whole("".join(letters))
    name = font.value.decode("latin-1")
    named_bold = _BOLD.search(name) is not None
    word = Word(
        text=text.translate(_LIGATURES),
        x0=x0,
        x1=max(x0, x1),
        y=base,
        size=raw.FPDFText_GetFontSize(textpage, first) * math.hypot(matrix.c, matrix.d),
        bold=named_bold or raw.FPDFText_GetFontWeight(textpage, first) > _BODY_FONT,
    )
    return Placed(
        word=word,
        direction=turn,
        x=x.value,
        y=y.value,
        first=first,
        last=last,
        nameless=raw.FPDFText_HasUnicodeMapError(textpage, first) == 1,
        font=name,
    )


def _whole(text: str) -> str:
    """Text whose characters beyond 16 bits PDFium gives in halves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _turned(turn: int, x: float, y: float) -> tuple[float, float]:
    """A point of the page where words that run in this direction run to the right."""
    return {0: (x, y), 90: (y, -x), 180: (-x, -y), 270: (-y, x)}[turn]


def _ends(turn: int, box: Any) -> tuple[float, float]:
    """Where a box begins and ends for words that run in this direction."""
    return {
        0: (box.left, box.right),
        90: (box.bottom, box.top),
        180: (-box.right, -box.left),
        270: (-box.top, -box.bottom),
    }[turn]


def _same_line(one: Placed, other: Placed) -> bool:
    return one.direction == other.direction and abs(one.word.y - other.word.y) <= 0.3 * max(
        one.word.size, other.word.size
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """What is drawn at once: most often a letter."""

    text: str
    x0: float
    x1: float
    of: Placed


def _glyphs(textpage: pdfium.PdfTextPage, placed: Placed) -> list[Glyph]:
    """The glyphs of a word in the order of the file; letters at one place are one glyph."""
    found: list[Glyph] = []
    box = raw.FS_RECTF()
    for i in range(placed.first, placed.last + 1):
        raw.FPDFText_GetLooseCharBox(textpage, i, box)
        x0, x1 = _ends(placed.direction, box)
        code = raw.FPDFText_GetUnicode(textpage, i)
        text = (chr(code) if code else "\N{REPLACEMENT CHARACTER}").translate(_LIGATURES)
        if found and abs(found[-1].x0 - x0) < 0.01 and abs(found[-1].x1 - x1) < 0.01 < x1 - x0:
            found[-1] = replace(found[-1], text=found[-1].text + text)
        else:
            found.append(Glyph(text=text, x0=x0, x1=x1, of=placed))
    return found


def _right_to_left(textpage: pdfium.PdfTextPage, words: Sequence[Placed]) -> list[Placed]:
    """The words of one line that are written from right to left, put together by place: the order
    of their letters in the file, and its spaces, are those of whatever made it."""
    glyphs: list[Glyph] = []
    for placed in words:
        own = _glyphs(textpage, placed)
        turned = sum(a.x0 > b.x0 for a, b in pairwise(own)) * 2 >= len(own) - 1
        # PDFium has turned the word round, and with it the letters of a ligature.
        glyphs += [replace(g, text=g.text[::-1]) if turned else g for g in own]
    marks = [g for g in glyphs if category(g.text[0]) == "Mn"]
    bases = sorted((g for g in glyphs if category(g.text[0]) != "Mn"), key=lambda g: (g.x0, g.x1))
    for mark in marks:  # a vowel's mark stands over its letter
        middle = (mark.x0 + mark.x1) / 2
        near = min(range(len(bases)), key=lambda i: _apart(bases[i], middle), default=None)
        if near is not None:
            bases[near] = replace(bases[near], text=bases[near].text + mark.text)
    runs: list[list[Glyph]] = []
    for glyph in bases:
        last = runs[-1][-1] if runs else None
        if last is not None and _is_one_word(last, glyph):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return [_of_glyphs(run) for run in reversed(runs)]


def _apart(glyph: Glyph, x: float) -> float:
    return max(glyph.x0 - x, x - glyph.x1, 0.0)


def _is_one_word(one: Glyph, other: Glyph) -> bool:
    """Whether two glyphs side by side belong to one word; two scripts are not written together."""
    scripts = {direction(one.text), direction(other.text)}
    return scripts != {"L", "R"} and other.x0 - one.x1 <= NO_SPACE * other.of.word.size


def _of_glyphs(run: Sequence[Glyph]) -> Placed:
    of = run[0].of
    x0, x1 = min(g.x0 for g in run), max(g.x1 for g in run)
    word = replace(of.word, text=word_of([_whole(g.text) for g in run]), x0=x0, x1=max(x0, x1))
    return replace(of, word=word)


def _closed_up(textpage: pdfium.PdfTextPage, words: list[Placed]) -> list[Placed]:
    """Letters that were drawn apart ("H A R B O U R") as the words that they make."""
    found: list[Placed] = []
    line: list[Placed] = []
    for placed in [*words, None]:
        if placed is not None and line and _follows(line[-1], placed):
            line.append(placed)
            continue
        found += (_drawn_apart(line) and _joined(textpage, line)) or line
        line = [placed] if placed is not None else []
    return found


def _joined(textpage: pdfium.PdfTextPage, line: Sequence[Placed]) -> list[Placed] | None:
    glyphs = [glyph for each in line for glyph in _glyphs(textpage, each)]
    places = [(glyph.text, glyph.x0, glyph.x1) for glyph in glyphs]
    stretches = joined_letters(places, line[0].word.size)
    if stretches is None:
        return None
    found: list[Placed] = []
    for stretch in stretches:
        own = glyphs[stretch.start : stretch.stop]
        text = _whole("".join(glyph.text for glyph in own))
        word = replace(own[0].of.word, text=text, x0=own[0].x0, x1=own[-1].x1)
        found.append(replace(own[0].of, word=word))
    return found


def _follows(one: Placed, other: Placed) -> bool:
    gap = other.word.x0 - one.word.x1
    return _same_line(one, other) and -0.1 <= gap / (one.word.size or 1) <= 2


def _drawn_apart(line: Sequence[Placed]) -> bool:
    """Whether so many of a line's words are one or two letters long that they may be none."""
    letters = sum(len(placed.word.text) for placed in line)
    return len(line) > 3 and letters <= 2.3 * len(line)
