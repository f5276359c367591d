"""What of a PDF could not be read, as the report says it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.readers.extract import ranges

OCR = "Run text recognition (OCR) first"


@dataclass(slots=True, kw_only=True)
class Troubles:
    """Pages by number from 1, and counts; growing as a file is read."""

    pictured: list[int] = field(default_factory=list)
    coded: list[int] = field(default_factory=list)
    partly: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)
    annotations: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    unseen: int = 0

    def garbled(self, page: int, words: int, *, left: int) -> None:
        """So many words of a page are in fonts that do not tell their letters."""
        if words and not left:
            self.coded.append(page)
        elif words:
            self.partly.append(page)
            self.dropped += words

    def notes(self, total: int) -> Iterator[str]:
        """One note for each kind of trouble; `total` is the number of pages."""
        for numbers, why in (
            (self.pictured, f"a picture without text, as a scanner makes it. {OCR}"),
            (self.coded, f"fonts that do not tell which letters they draw. {OCR}"),
            (self.blank, "no text"),
            (self.broken, "something that cannot be read: damaged. Take a whole copy of the file"),
            (
                self.mixed,
                "text side by side that may be columns: read it there before you rely on it",
            ),
        ):
            if numbers:
                hold = "holds" if len(numbers) == 1 else "hold"
                yield f"{_pages(numbers)} of {total:,} {hold} {why}"
        if self.dropped:
            yield (
                f"{self.dropped:,} words on {_pages(self.partly)} were left out: "
                f"their fonts do not tell which letters they draw. {OCR}"
            )
        if self.unseen:
            yield f"{self.unseen:,} words outside the page or too small to be seen were left out"
        if self.annotations:
            kinds = ", ".join(f"{n:,} × {kind}" for kind, n in sorted(self.annotations.items()))
            yield f"annotations that were not read: {kinds}"


def _pages(numbers: list[int]) -> str:
    return f"{'page' if len(numbers) == 1 else 'pages'} {ranges(numbers)}"
