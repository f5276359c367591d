"""Which sources and sections a pack draws on, and which that speak of its topic it leaves out."""

from dataclasses import dataclass

from assistant.keeping.places import Sources
from assistant.packs.models import Pack
from vectorstore.wording import below, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a pack takes from one source: how many quotes, from which sections in their order."""

    title: str
    quotes: int
    sections: tuple[str, ...]

    @property
    def in_words(self) -> str:
        told = counted(self.quotes, "quote")
        if not self.sections:
            return told
        return f"{told}, from {counted(len(self.sections), 'section')}: {'; '.join(self.sections)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What a pack takes from each source, the most first. `left` are the titles of sources that
    speak of its topic and are not quoted, `held` how many sources the library has."""

    drawn: tuple[Drawn, ...]
    left: tuple[str, ...]
    held: int

    @property
    def in_words(self) -> str:
        quotes = counted(sum(source.quotes for source in self.drawn), "quote")
        sections = counted(sum(len(source.sections) for source in self.drawn), "section")
        held = counted(self.held, "source")
        return f"{quotes} from {len(self.drawn)} of the library's {held}, {sections} in all."

    @property
    def left_in_words(self) -> str:
        if not self.left:
            return ""
        return f"Not quoted, though they speak of the topic: {'; '.join(self.left)}."


def coverage_of(pack: Pack, sources: Sources) -> Coverage:
    """The coverage of a pack over the sources of its library, by id."""
    quotes: dict[str, int] = {}
    sections: dict[str, dict[str, None]] = {}
    for citation in pack.citations:
        quotes[citation.source] = quotes.get(citation.source, 0) + 1
        under = below(citation.title, citation.heading)
        if under:
            sections.setdefault(citation.source, {})[under.rsplit(" › ", 1)[-1]] = None
    titles = {c.source: c.title for c in pack.citations}
    order = sorted(quotes, key=lambda source: (-quotes[source], titles[source]))
    drawn = tuple(
        Drawn(title=titles[id], quotes=quotes[id], sections=tuple(sections.get(id, ())))
        for id in order
    )
    left = tuple(sources[id].title for id in pack.on_topic if id not in quotes and id in sources)
    return Coverage(drawn=drawn, left=left, held=len(sources))
