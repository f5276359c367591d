"""How the places of citations are named in words."""

from collections.abc import Mapping

from assistant.models import Citation
from vectorstore import Source
from vectorstore.wording import in_words, path_of

Sources = Mapping[str, Source]


def title_of(citation: Citation, sources: Sources) -> str:
    source = sources.get(citation.source)
    return source.title if source else citation.title


def place_of(citation: Citation, sources: Sources) -> str:
    """Who says it and where: title, author or publisher, date, page."""
    source = sources.get(citation.source)
    if source is None:
        return path_of(citation.title, "", citation.page)
    made = [
        source.title,
        source.author or source.publisher,
        in_words(source.date) if source.date else None,
        page_of(citation),
    ]
    return " · ".join(part for part in made if part)


def page_of(citation: Citation) -> str:
    """The page of a citation, and whether a machine read it there; empty where there are none."""
    if not citation.page:
        return ""
    return f"page {citation.page}{' (read by machine)' if citation.recognized else ''}"
