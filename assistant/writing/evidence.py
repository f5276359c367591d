"""What a language model is given to read: stretches of documents, line by line, numbered.

As much of the library as fits: all of a small one in its order, else what is likeliest to hold the
answer, with its headings and neighbours. Only what may be cited has a number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from assistant.finding.candidates import LEAD_SENTENCES, PARTS, lead_of, leads
from assistant.finding.excerpts import Quote, cited, quote_of
from assistant.finding.shown import shown
from assistant.models import Answer, Citation
from assistant.turn.kinds import Kind
from assistant.writing.prompt import as_line
from vectorstore import QUOTABLE, Found, Library, Passage, Query, Store
from vectorstore.library.lexicon import words
from vectorstore.models import HEADING, LEAD_IN

WIDE = 60  # passages that are searched for, where not all of the library fits
EIGHT = 8  # of the best of them, that are given with their neighbours
OUTLINE = 40  # headings of a document that an overview is given
GIST = 3  # passages of each document that an overview is given
AROUND = 2  # lines on either side in which a name or a number of a statement may stand
LIST_WORDS = 80  # of what follows a lead-in that is cited by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that may be cited by its number: a sentence, an item, a row, or what leads to them:
    `passage.sentences[index]`; `text` is what is read of it."""

    number: int
    passage: Passage
    index: int
    text: str

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands: its source, and its start there."""
        return self.passage.source, self.passage.sentences[self.index].start


class Evidence:
    """Passages in the order in which they are read. `texts` are they as JSON Lines: no text can
    pretend to be anything but a text; `size` is how many characters these take, and `words` what
    words they hold. `outlines` are headings of sources, told before their first passage."""

    def __init__(
        self,
        passages: Sequence[Passage],
        library: Library,
        outlines: dict[str, Sequence[str]] | None = None,
    ) -> None:
        self.passages = tuple(passages)
        self._library = library
        self._outlines = outlines or {}
        self._lines: dict[int, Line] = {}
        self.texts = tuple(self._told())
        self.size = sum(len(text) + 1 for text in self.texts)
        self.words = frozenset(word for text in self.texts for word in words(text))

    def cited(self, numbers: Iterable[int]) -> list[Citation]:
        """The quotes that are these lines, by place; lines that follow one another are one quote,
        and what only leads to a list brings it. Numbers that no line has are left out."""
        lines = {self._lines[n].place: self._lines[n] for n in numbers if n in self._lines}
        spans: list[Quote] = []
        for line in sorted(lines.values(), key=lambda line: line.place):
            passage = line.passage
            last = self._led_to(line)
            begin, end = passage.sentences[line.index].start, passage.sentences[last].end
            before = spans[-1] if spans else None
            if (
                before is not None
                and before.passage.id == passage.id
                and not passage.slice(before.end, max(before.end, begin)).strip()
            ):
                spans[-1] = quote_of(passage, before.start, max(end, before.end), 0.0)
                continue
            spans.append(quote_of(passage, begin, end, 0.0))
        return [
            replace(
                cited(span, self._library, marker=0),
                shown=shown(span.passage.as_read(span.start, span.end)),
            )
            for span in spans
        ]

    def around(self, citations: Iterable[Citation]) -> str:
        """What stands around quotes: what they are called under, and the lines beside them."""
        said: list[str] = []
        places = [citation.place for citation in citations]
        for passage in self.passages:
            for source, start, end in places:
                if passage.source != source or end <= passage.start or passage.end <= start:
                    continue
                within = [
                    i for i, s in enumerate(passage.sentences) if s.start < end and start < s.end
                ]
                if not within:
                    continue
                first, last = max(0, within[0] - AROUND), within[-1] + AROUND + 1
                near = passage.sentences[first:last]
                said += [passage.title, passage.heading]
                said.append(passage.slice(near[0].start, near[-1].end))
        return "\n".join(dict.fromkeys(said))

    def _led_to(self, line: Line) -> int:
        """The index of the last sentence that a line is to be quoted with: itself, or the end of
        the list that it leads to."""
        sentences, index = line.passage.sentences, line.index
        start = sentences[index].start
        if not leads(sentences[index], line.passage.slice(start, sentences[index].end)):
            return index
        last = index
        for i in range(index + 1, len(sentences)):
            if last > index and sentences[i].kind not in PARTS:
                break
            if len(line.passage.slice(start, sentences[i].end).split()) > LIST_WORDS:
                break
            last = i
        return last

    def _told(self) -> Iterator[str]:
        opened: tuple[str, str, int | None] | None = None
        given: set[tuple[str, int]] = set()
        for passage in self.passages:
            source = self._library.source(passage.source)
            section = passage.heading
            for index, sentence in enumerate(passage.sentences):
                if (passage.source, sentence.start) in given:
                    continue
                given.add((passage.source, sentence.start))
                text = shown(passage.as_read(sentence.start, sentence.end), sentence.kind)
                if sentence.kind == HEADING:
                    section = text if text and text not in passage.heading else passage.heading
                    continue
                if not text or (sentence.kind not in QUOTABLE and sentence.kind != LEAD_IN):
                    continue
                page = source.page_at(sentence.start)
                if opened != (source.id, section, page):
                    told: dict[str, object] = {"source": source.title, "section": section}
                    if opened is None or opened[0] != source.id:
                        told |= self._opening(source.id)
                    opened = (source.id, section, page)
                    yield as_line(told | ({"page": page} if page else {}))
                number = len(self._lines) + 1
                self._lines[number] = Line(number=number, passage=passage, index=index, text=text)
                yield as_line({"n": number, "text": text})

    def _opening(self, source: str) -> dict[str, object]:
        """What is told of a source before its first line."""
        about = self._library.source(source)
        told: dict[str, object] = {
            name: value for name in ("author", "date") if (value := getattr(about, name))
        }
        if source in self._outlines:
            told["outline"] = list(self._outlines[source])
        return told


def gather(
    store: Store, query: Query, draft: Answer, room: int, only: Sequence[str] | None = None
) -> Evidence:
    """What a model is to read for a question within so many characters: all of a library that fits,
    else what was found for it, `draft` being the answer that was found without a model; of the
    sources `only`, where some are named.

    At least one passage where there is any, be it too long.
    """
    library = store.library
    with library.reading():
        sources = [s for s in library.sources() if only is None or s.id in only]
        if sum(source.characters for source in sources) * 1.3 <= room:
            every = [p for source in sources for p in library.passages_of(source.id)]
            whole = Evidence(every, library)
            if whole.size <= room:
                return whole
        return _best(store, query, draft, room, only)


def _best(
    store: Store, query: Query, draft: Answer, room: int, only: Sequence[str] | None
) -> Evidence:
    found = store.searcher.search(query, WIDE, sources=only)
    taken: dict[str, Passage] = {}
    left = room
    outlines = _outlines(store.library, draft, room) if draft.kind == Kind.OVERVIEW else {}
    left -= sum(len(title) + 4 for titles in outlines.values() for title in titles)
    for passage in _by_worth(store.library, found, draft):
        if passage.id in taken:
            continue
        size = _size(passage)
        if taken and size > left:
            break
        taken[passage.id] = passage
        left -= size
    chosen = list(taken.values())
    while True:
        order = list(dict.fromkeys(passage.source for passage in chosen))
        ordered = sorted(chosen, key=lambda p: (order.index(p.source), p.start))
        evidence = Evidence(ordered, store.library, outlines)
        if len(chosen) <= 1 or evidence.size <= room:
            return evidence
        chosen = chosen[:-1]


def _by_worth(library: Library, found: Found, draft: Answer) -> Iterator[Passage]:
    """Passages, the likeliest to be of use first; some may come twice."""
    passages_of = cache(library.passages_of)
    hits = [hit.passage for hit in draft.hits]
    quoted = library.passages(citation.passage for citation in draft.citations)
    yield from (quoted[c.passage] for c in draft.citations if c.passage in quoted)
    if draft.kind == Kind.OVERVIEW:
        for source in dict.fromkeys(passage.source for passage in (*hits, *quoted.values())):
            yield from passages_of(source)[:GIST]
    best = list({p.id: p for p in (*hits, *(hit.passage for hit in found.hits))}.values())
    yield from best[:EIGHT]
    for passage in best[:EIGHT]:
        every = passages_of(passage.source)
        yield from _beside(passage, every, whole=draft.kind == Kind.LIST)
    yield from best[EIGHT:]


def _beside(passage: Passage, every: Sequence[Passage], *, whole: bool) -> list[Passage]:
    """Of `every` passage of a source those before and after one; where a list is wanted, all of
    its section."""
    at = next((i for i, other in enumerate(every) if other.id == passage.id), 0)
    if whole:
        return [p for p in every if p.heading == passage.heading]
    return [*every[max(0, at - 1) : at], *every[at + 1 : at + 2]]


def _outlines(library: Library, draft: Answer, room: int) -> dict[str, Sequence[str]]:
    """The headings of what is summed up, in a quarter of the room at most."""
    sources = dict.fromkeys(
        [c.source for c in draft.citations] + [hit.passage.source for hit in draft.hits]
    )
    titles = {s: [h.title for h in library.headings(s)][:OUTLINE] for s in sources}
    most = OUTLINE
    while most and sum(len(t) + 4 for s in titles for t in titles[s][:most]) > room // 4:
        most //= 2
    return {source: titles[source][:most] for source in sources if most}


def _size(passage: Passage) -> int:
    """About how many characters a passage takes, as lines."""
    return len(passage.text) + 24 * len(passage.sentences) + 80


def context_of(passage: Passage, start: int) -> str:
    """What a quote that begins at `start` leans on, "" where it stands by itself: what leads to a
    list that it is of, or the sentences that say who "she" is."""
    at = next((i for i, s in enumerate(passage.sentences) if s.start >= start), None)
    if not at:
        return ""
    own = passage.sentences[at]
    if own.read_as:
        return own.read_as
    if own.kind in PARTS:
        for before in reversed(passage.sentences[:at]):
            if before.kind not in PARTS:
                return passage.slice(before.start, before.end)
        return ""
    if lead_of(passage, at) == at:
        return ""
    first = passage.sentences[max(0, at - LEAD_SENTENCES)]
    return passage.slice(first.start, passage.sentences[at - 1].end)
