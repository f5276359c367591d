"""From a document to passages: whole sentences, within one section, with exact offsets."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from ingest.cutting.columns import rows_as_read
from ingest.cutting.kinds import kinds
from ingest.cutting.outline import heading_paths
from ingest.cutting.sentences import STAMP, split
from ingest.documents import Document
from ingest.settings import IngestSettings
from vectorstore.library.changes import NewPassage
from vectorstore.models import FURNITURE, LEAD_IN, Sentence

RULES = 5  # raise it with any change to the rules here, in `sentences`, `outline` or `written`
KINDS = 2  # raise it with any change to `kinds`, `shapes` or the weights of `likely`
LONGEST_ROW = 400  # characters: up to so many, a row of a table is one sentence


def fingerprint(settings: IngestSettings) -> str:
    """Names the rules and sizes that shape passages, and the kinds of their sentences."""
    return f"kinds-{KINDS}-{_shape(settings)}"


def _shape(settings: IngestSettings) -> str:
    """What shapes passages, part of every passage's id; kinds move no boundary."""
    return f"sentences-{RULES}-{settings.passage_characters}"


def sentences(document: Document) -> list[Sentence]:
    """All sentences of a document in order, each of its kind, headings as one sentence each."""
    found = []
    as_read = rows_as_read(document)
    for number, (block, kind) in enumerate(zip(document.blocks, kinds(document), strict=True)):
        spans = list(split(document.text, block.start, block.end))
        if block.kind == "row" and spans and spans[-1][1] - spans[0][0] <= LONGEST_ROW:
            spans = [(spans[0][0], spans[-1][1])]
        for start, end in spans:
            leads = kind == LEAD_IN and (start, end) != spans[-1]
            own = block.kind if leads else kind  # only its last sentence leads to a list
            if STAMP.fullmatch(document.text, start, end):
                own = FURNITURE
            read = as_read.get(number, "") if len(spans) == 1 else ""
            found.append(Sentence(start=start, end=end, kind=own, block=number, read_as=read))
    return found


def passages(document: Document, settings: IngestSettings) -> tuple[NewPassage, ...]:
    """The passages of a document.

    A passage holds sentences of one section, at most `passage_characters` long unless a single
    sentence is longer; it prefers to end with a paragraph or a list. Headings are not part of a
    passage but its `heading`; a document of headings alone has them as its passages.
    """
    every = sentences(document)
    body = [s for s in every if document.blocks[s.block].kind != "heading"] or every
    text_digest = hashlib.sha256(document.text.encode()).hexdigest()
    shape = _shape(settings)
    found = []
    borders, paths = [h.start for h in document.headings], ["", *heading_paths(document.headings)]
    for group in _groups(body, document, settings.passage_characters):
        start, end = group[0].start, group[-1].end
        assert document.text[start:end].strip(), "a passage holds text"
        key = f"{text_digest}:{start}:{end}:{shape}"
        found.append(
            NewPassage(
                id="p" + hashlib.sha256(key.encode()).hexdigest()[:20],
                start=start,
                end=end,
                heading=paths[bisect_right(borders, start)],
                page=bisect_right(document.pages, start) if document.pages else None,
                sentences=tuple(group),
            )
        )
    return tuple(found)


def _groups(body: Sequence[Sentence], document: Document, longest: int) -> Iterator[list[Sentence]]:
    """Runs of sentences under one heading, cut where they grow too long."""
    borders = [h.start for h in document.headings]
    group: list[Sentence] = []
    for sentence in body:
        section = bisect_right(borders, sentence.start)
        if group and section != bisect_right(borders, group[0].start):
            yield group
            group = []
        while group and sentence.end - group[0].start > longest:
            cut = _best_cut(group, sentence)
            yield group[:cut]
            group = group[cut:]
        group.append(sentence)
    if group:
        yield group


def _best_cut(group: Sequence[Sentence], following: Sentence) -> int:
    """Where to end a passage that is full: after its last whole paragraph past the middle."""
    length = group[-1].end - group[0].start
    for cut in range(len(group), 0, -1):
        after = group[cut] if cut < len(group) else following
        if after.block != group[cut - 1].block and (
            group[cut - 1].end - group[0].start >= length / 2
        ):
            return cut
    return len(group)
