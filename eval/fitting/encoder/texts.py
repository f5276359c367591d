"""Documents as the library cuts them, and the forms in which their sentences are encoded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from eval.fitting.encoder.records import Span, Text
from ingest.cutting.segment import passages
from ingest.documents import Details, document_of
from ingest.errors import UnreadableFile
from ingest.readers.text.plain import outline_text
from ingest.settings import IngestSettings
from vectorstore.library.context import in_context, place_above

BEFORE, AFTER = 200, 120  # characters of neighbours: whole sentences, as many as fit

Form = Literal["alone", "near", "context", "near context", "passage"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A passage; `sentences` are offsets in the document's text, as `start` and `end` are."""

    doc: str
    title: str
    heading: str
    start: int
    end: int
    text: str = field(repr=False)
    sentences: tuple[Span, ...] = field(repr=False)

    @property
    def shown_heading(self) -> str:
        """The title and heading path, in a line."""
        return place_above(self.title, self.heading)

    def words(self, span: Span) -> str:
        """What stands between two offsets of the document."""
        return self.text[span[0] - self.start : span[1] - self.start]

    def span_of(self, number: int, form: Form) -> Span:
        """Which stretch of the document a form shows of sentence `number`."""
        if form == "passage":
            return self.start, self.end
        if form in ("alone", "context"):
            return self.sentences[number]
        start, end = self.sentences[number]
        first, last = start, end
        for begin, _ in reversed(self.sentences[:number]):
            if start - begin > BEFORE:
                break
            first = begin
        for _, stop in self.sentences[number + 1 :]:
            if stop - end > AFTER:
                break
            last = stop
        return first, last

    def shown(self, number: int, form: Form) -> str:
        """Sentence `number` in a form."""
        words = self.words(self.span_of(number, form))
        return words if form in ("alone", "near") else in_context(self.title, self.heading, words)


def overlaps(one: Span, others: Iterable[Span]) -> bool:
    return any(one[0] < end and start < one[1] for start, end in others)


def parts_of(texts: Iterable[Text]) -> list[Part]:
    """The passages of documents, as `soundings ingest` makes them of a `corpus.jsonl`."""
    parts = []
    for text in texts:
        outline = outline_text("jsonl", text.text)
        try:
            document = document_of(
                text.id, "jsonl", text.id, "", text.text, outline, Details(title=text.title)
            )
        except UnreadableFile:
            continue
        for passage in passages(document, IngestSettings()):
            parts.append(
                Part(
                    doc=text.id,
                    title=text.title,
                    heading=passage.heading,
                    start=passage.start,
                    end=passage.end,
                    text=text.text[passage.start : passage.end],
                    sentences=tuple((s.start, s.end) for s in passage.sentences),
                )
            )
    return parts
