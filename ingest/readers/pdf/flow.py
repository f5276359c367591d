"""From the lines of all pages to headings, paragraphs, items and rows."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median
from unicodedata import east_asian_width

from ingest.cutting.written import STRONG_WORDS, Writer, clean, split_mark
from ingest.readers.pdf.grid import rows_at
from ingest.readers.pdf.layout import Line
from vectorstore.library.lexicon import english

LARGER = 1.12  # type this much larger than the body's is a heading's
PARAGRAPH_GAP = 1.25  # of the usual distance between lines
HEADING_WORDS = 25
HALF = 2  # letters of either half of a compound
ENGLISH_SHARE = 0.5  # of a document's words that the list must know: else it is not in English
_CLOSES = "\"”’'»)\\]」』）】"
_FINISHED = re.compile(
    rf"[.!?…。！？؟۔।:;][{_CLOSES}⁰¹²³⁴-⁹]*$|(?<!\d)[.!?…][{_CLOSES}]*\d{{1,3}}$"
)
_HYPHENS = "-\u2010"
_LEADERS = re.compile(r"\s*(?:\.\s?){4,}\s*\d*$")


@dataclass(slots=True, kw_only=True)
class _Paragraph:
    """Lines that belong together, growing."""

    lines: list[Line] = field(default_factory=list)
    mark: str = ""
    cells: tuple[str, ...] = ()  # of a row

    @property
    def size(self) -> float:
        return self.lines[0].size


class Flow:
    """What holds for a whole document: its body's type, its usual leading, its words."""

    def __init__(self, pages: Sequence[Sequence[Line]]) -> None:
        self.pages = pages
        every = [line for lines in pages for line in lines]
        sizes: Counter[float] = Counter()
        for line in (line for line in every if not line.turned):
            sizes[round(line.size * 2) / 2] += len(line.text)
        self.body = sizes.most_common(1)[0][0] if sizes else 0.0
        larger = sorted((s for s in sizes if s >= LARGER * self.body), reverse=True)
        self.levels = {size: level for level, size in enumerate(larger, start=1)}
        gaps = [
            (a.y - b.y) / max(a.size, b.size, 0.1)
            for a, b in pairwise(every)
            if (a.page, a.column) == (b.page, b.column)
        ]
        self.leading = median([gap for gap in gaps if 0.9 <= gap <= 2.6] or [1.2])
        self.words = Counter(
            word for line in every for word in re.findall(r"[\w’'-]+", line.text.casefold())
        )
        self.largest: str | None = None

    def write(self, writer: Writer) -> None:
        """Give everything to the writer, page by page."""
        paragraphs = self._paragraphs()
        page = 0
        for paragraph in paragraphs:
            first = paragraph.lines[0].page
            while page <= first:
                writer.page()
                page += 1
            page = max(page, self._put(writer, paragraph))
        while page < len(self.pages):
            writer.page()
            page += 1

    def _paragraphs(self) -> list[_Paragraph]:
        found: list[_Paragraph] = []
        every = [line for lines in self.pages for line in lines]
        i = 0
        while i < len(every):
            rows, end = rows_at(every, i) if len(every[i].cells) > 1 else ([], i)
            for row in rows:
                if row.cells:
                    found.append(_Paragraph(lines=list(row.lines), cells=row.cells))
                else:
                    self._take(found, row.lines[0])
            if end == i:
                self._take(found, every[i])
            i = max(end, i + 1)
        return found

    def _take(self, found: list[_Paragraph], line: Line) -> None:
        """Add a line to the last paragraph, or as a new one."""
        mark = split_mark(clean(line.text))[0]
        last = found[-1] if found and not found[-1].cells else None
        if last is not None and not mark and self._goes_on(last, last.lines[-1], line):
            last.lines.append(line)
        else:
            found.append(_Paragraph(lines=[line], mark=mark))

    def _goes_on(self, paragraph: _Paragraph, before: Line, line: Line) -> bool:
        """Whether `line` continues the paragraph that ends with `before`."""
        if len(line.cells) > 1 or len(before.cells) > 1 or line.apart or before.apart:
            return False
        if line.bold != before.bold and self._is_body(line):
            return False
        size = max(line.size, before.size)
        if abs(line.size - before.size) > 0.1 * size:
            return False
        open_ended = not _FINISHED.search(before.text)
        if (line.page, line.column) != (before.page, before.column):
            hyphen = before.text[-1] in _HYPHENS
            full = before.x1 > before.right - 0.1 * (before.right - before.left)
            small = line.text[0].islower() or (full and _begins_small(line.text))
            return open_ended and (hyphen or small) and self._is_body(line)
        gap = (before.y - line.y) / size
        if not 0 < gap <= self.leading * PARAGRAPH_GAP:
            return False
        first = paragraph.lines[0]
        if paragraph.mark:
            broken = before.text[-1] in _HYPHENS
            return line.x0 > first.x0 + 0.3 * size or (
                (broken or open_ended) and line.x0 > first.x0 - (3 if broken else 1) * size
            )
        if line.x0 > before.x0 + 0.8 * size and not open_ended:
            return False
        if before.text[-1] in _HYPHENS:
            return True
        short = before.x1 < line.right - 0.25 * (line.right - line.left)
        return not (short and not open_ended) and not (
            short and self._is_body(line) and _could_have_held(before, line)
        )

    def _is_body(self, line: Line) -> bool:
        return line.size < LARGER * self.body

    def _put(self, writer: Writer, paragraph: _Paragraph) -> int:
        """Write a paragraph; returns the number of pages begun by then."""
        first = paragraph.lines[0]
        text, turns = self._joined(paragraph.lines)
        text = text if turns else _LEADERS.sub("", text)
        level = 0 if first.turned else self.levels.get(round(first.size * 2) / 2, 0)
        heading = level and len(text.split()) <= HEADING_WORDS and any(c.isalpha() for c in text)
        cells = paragraph.cells or (first.cells if len(first.cells) > 1 else ())
        if cells:
            writer.row([_LEADERS.sub("", cell) for cell in cells])
        elif heading and not paragraph.mark.startswith("-"):
            if level == 1 and self.largest is None and first.page < 2:
                self.largest = text
            writer.heading(text, level)
        elif paragraph.mark and self._is_numbered_heading(paragraph, text):
            writer.heading(text, len(self.levels) + 1)
        elif paragraph.mark:
            offset = len(text) - len(split_mark(text)[1])
            inside = [max(turn - offset, 0) for turn in turns]
            writer.item(text[offset:], paragraph.mark, turns=inside)
        else:
            strong = all(line.bold and not line.turned for line in paragraph.lines)
            writer.paragraph(text, strong=strong, turns=turns)
        return paragraph.lines[-1].page + 1

    def _is_numbered_heading(self, paragraph: _Paragraph, text: str) -> bool:
        bold = all(line.bold for line in paragraph.lines)
        short = len(text.split()) <= STRONG_WORDS and not text.endswith((".", ";", ","))
        return bold and short and paragraph.mark[0].isdigit()

    def _joined(self, lines: Iterable[Line]) -> tuple[str, list[int]]:
        """The text of lines that flow on, and the offsets in it at which a page begins."""
        text = ""
        turns: list[int] = []
        page: int | None = None
        for line in lines:
            piece = clean(line.text)
            if text and piece:
                text = self._unhyphenated(text, piece)
            while page is not None and page < line.page:
                turns.append(len(text))
                page += 1
            page = line.page
            text += piece
        return text, turns

    def _unhyphenated(self, text: str, following: str) -> str:
        """`text` as it meets the next line: with a space, or its last word's hyphen undone.

        A hyphen stays where the document writes the word so elsewhere, and where both halves are
        words, of the document or of English if it is in English, and the whole is not.
        """
        if text[-1] not in _HYPHENS or not text[-2:-1].isalnum():
            return text if _is_wide(text[-1]) and _is_wide(following[0]) else text + " "
        if not following[0].islower() or text[-2].isdigit():
            return text
        left = re.search(r"[\w’']+$", text[:-1])
        right = re.match(r"[\w’']+", following)
        if left is None or right is None:
            return text
        one, two = left.group().casefold(), right.group().casefold()
        if self.words[one + two] or self.words[f"{one}-{two}"]:
            return text[:-1] if self.words[one + two] else text
        if self.in_english and one + two in english():
            return text[:-1]
        if following[right.end() :][:1] == "-" or text[: left.start()][-1:] == "-":
            return text  # a compound of three
        known = self.words[one] > 0 and self.words[two] > 1  # the line itself holds `two` once
        listed = self.in_english and min(len(one), len(two)) >= HALF
        return text if known or (listed and {one, two} <= english().keys()) else text[:-1]

    @cached_property
    def in_english(self) -> bool:
        """Whether the list of English words knows most of the document's."""
        return sum(word in english() for word in self.words) >= ENGLISH_SHARE * len(self.words)


def _is_wide(letter: str) -> bool:
    """Whether a character is of Chinese or Japanese, which have no spaces."""
    return east_asian_width(letter) in "WF" and not "\uac00" <= letter <= "\ud7a3"


def _begins_small(text: str) -> bool:
    """Whether a line begins as in a sentence: small, or in a script without capitals."""
    first = text.lstrip("([{«“‘\"'")[:1]
    return first.islower() or (first.isalpha() and first.lower() == first.upper())


def _could_have_held(before: Line, line: Line) -> bool:
    """Whether the first word of `line` had room at the end of the line before: then it was
    broken on purpose, as in an address."""
    first = line.text.split()[0]
    width = (line.x1 - line.x0) / max(len(line.text), 1) * (len(first) + 1)
    return before.x1 + 1.5 * width < line.right and not _begins_small(line.text)
