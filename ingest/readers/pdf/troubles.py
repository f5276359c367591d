"""What of a PDF could not be read, as the report says it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ingest.readers.extract import ranges
from ingest.readers.pdf.ocr import SECONDS, SETTING, Engine

OCR = "text recognition (OCR)"
INSTALL = (
    "To have them read, install Tesseract (apt-get install tesseract-ocr, brew install tesseract) "
    f"and add the file again; or run {OCR} on it first"
)


@dataclass(slots=True, kw_only=True)
class Troubles:
    """Pages by number from 1, and counts; growing as a file is read."""

    pictured: list[int] = field(default_factory=list)
    coded: list[int] = field(default_factory=list)
    partly: list[int] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    mixed: list[int] = field(default_factory=list)
    recognized: list[int] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)
    engine: Engine | None = None
    failure: str = ""
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
        cure = self._cure()
        for numbers, why in (
            (self.pictured, f"a picture without text, as a scanner makes it. {cure}"),
            (self.coded, f"fonts that do not tell which letters they draw. {cure}"),
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
        if self.recognized and self.engine is not None:
            yield (
                f"{_pages(self.recognized)} of {total:,} "
                f"{'was' if len(self.recognized) == 1 else 'were'} read from the picture by a "
                f"machine ({self.engine.name}), which may misread: see the page itself"
            )
        if self.dropped:
            yield (
                f"{self.dropped:,} words on {_pages(self.partly)} were left out: "
                f"their fonts do not tell which letters they draw. Run {OCR} first"
            )
        if self.unseen:
            yield f"{self.unseen:,} words outside the page or too small to be seen were left out"
        if self.annotations:
            kinds = ", ".join(f"{n:,} × {kind}" for kind, n in sorted(self.annotations.items()))
            yield f"annotations that were not read: {kinds}"

    def _cure(self) -> str:
        """What helps where a page has to be recognized and was not."""
        if self.failure:
            return f"Tesseract, which is to read them, says: {self.failure}"
        if self.engine is None or self.engine.setting == "off":
            return f"Set {SETTING}=auto to have them read, or run {OCR} first"
        if self.engine.program is None:
            return INSTALL
        if set(self.tried) >= {*self.pictured, *self.coded}:
            return "Text recognition (OCR) found no words there"
        return f"There was no time to read them: allow more, {SECONDS}"


def _pages(numbers: list[int]) -> str:
    return f"{'page' if len(numbers) == 1 else 'pages'} {ranges(numbers)}"
